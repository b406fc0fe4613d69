"""The cases of `make.py`: operation, inputs and attributes, by family."""

from . import binary, casts, indexing, layout, networks, products, reductions, unary

FAMILIES = {
    "unary": unary.cases,
    "binary": binary.cases,
    "products": products.cases,
    "reductions": reductions.cases,
    "layout": layout.cases,
    "indexing": indexing.cases,
    "casts": casts.cases,
    "networks": networks.cases,
}
