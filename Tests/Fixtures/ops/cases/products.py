"""Products."""

import numpy as np

from .case import INF, NAN, counting, f32, f64, floats, i32, i64, make, uniform


def cases():
    for a in (False, True):
        for b in (False, True):
            label = f"transpose_{int(a)}{int(b)}"
            x = uniform(1, *((3, 2) if a else (2, 3)))
            y = uniform(2, *((4, 3) if b else (3, 4)))
            yield make("MatMul", label, x, y, transpose_a=a, transpose_b=b)
            yield make(
                "MatMul",
                label + "_float64",
                x.astype(f64),
                y.astype(f64),
                transpose_a=a,
                transpose_b=b,
            )
            x = uniform(3, 2, *((3, 2) if a else (2, 3)))
            y = uniform(4, 2, *((2, 3) if b else (3, 2)))
            yield make("BatchMatMulV2", f"adj_{int(a)}{int(b)}", x, y, adj_x=a, adj_y=b)
            yield make("BatchMatMul", f"adj_{int(a)}{int(b)}", x, y, adj_x=a, adj_y=b)
    yield make("MatMul", "inner_empty", np.zeros((2, 0), f32), np.zeros((0, 3), f32))
    yield make("MatMul", "outer_empty", np.zeros((0, 3), f32), uniform(1, 3, 2))
    yield make("MatMul", "int32", counting(2, 3, dtype=i32), counting(3, 2, dtype=i32))
    yield make("MatMul", "int64", counting(2, 3, dtype=i64), counting(3, 2, dtype=i64))
    yield make("MatMul", "nan", floats([NAN, 1], [INF, 2]), floats([0, 1], [1, 1]))
    yield make("MatMul", "inner_differs", uniform(1, 2, 3), uniform(2, 4, 2), fails=True)
    yield make("BatchMatMulV2", "matrices", uniform(1, 2, 3), uniform(2, 3, 2))
    yield make("BatchMatMulV2", "broadcast_left", uniform(1, 2, 3), uniform(2, 3, 3, 2))
    yield make("BatchMatMulV2", "broadcast_right", uniform(1, 3, 2, 3), uniform(2, 1, 3, 2))
    yield make("BatchMatMulV2", "broadcast_both", uniform(1, 2, 1, 2, 2), uniform(2, 3, 2, 1))
    yield make("BatchMatMulV2", "broadcast_adj", uniform(1, 2, 2, 3), uniform(2, 2, 3), adj_y=True)
    yield make("BatchMatMulV2", "empty", np.zeros((0, 2, 3), f32), np.zeros((0, 3, 2), f32))
    yield make(
        "BatchMatMulV2", "float64", uniform(1, 2, 2, 2, dtype=f64), uniform(2, 2, 2, 2, dtype=f64)
    )
    yield make("BiasAdd", "matrix", uniform(1, 2, 3), uniform(2, 3))
    yield make("BiasAdd", "rank3", uniform(1, 2, 2, 3), uniform(2, 3))
    yield make("BiasAdd", "nhwc", uniform(1, 1, 2, 2, 3), uniform(2, 3))
    yield make("BiasAdd", "nchw", uniform(1, 1, 3, 2, 2), uniform(2, 3), data_format="NCHW")
    yield make("BiasAdd", "empty", np.zeros((0, 3), f32), uniform(2, 3))
    yield make("BiasAdd", "differs", uniform(1, 2, 3), uniform(2, 2), fails=True)
    yield make("BiasAddGrad", "matrix", uniform(1, 2, 3))
    yield make("BiasAddGrad", "rank3", uniform(1, 2, 2, 3))
    yield make("BiasAddGrad", "nchw", uniform(1, 1, 3, 2, 2), data_format="NCHW")
    yield make("BiasAddGrad", "empty", np.zeros((0, 3), f32))
    yield make("L2Loss", "matrix", uniform(1, 2, 3))
    yield make("L2Loss", "empty", np.zeros((0,), f32))
    yield make("L2Loss", "float64", uniform(1, 4, dtype=f64))
