"""One input, one output, element by element."""

import numpy as np

from .case import INF, NAN, f32, f64, floats, ints, longs, make, uniform

ORDINARY = [-10, -2.5, -1.5, -1, -0.75, -0.5, -0.015625]
ORDINARY += [0.015625, 0.25, 0.5, 1, 1.5, 2, 2.5, 3.5, 10]
EDGES = [0.0, -0.0, NAN, INF, -INF, 200, -200, 1e30, -1e30]
UNARY = """
Neg Abs Sign Square Sqrt Rsqrt Reciprocal Exp Expm1 Log Log1p Sin Cos Tan Asin Acos Atan Sinh Cosh
Tanh Asinh Acosh Atanh Sigmoid Softplus Softsign Erf Erfc Relu Relu6 Elu Selu LeakyRelu Floor Ceil
Round Rint IsNan IsInf IsFinite Inv Erfinv Lgamma Digamma
""".split()
# Where an edge is beyond what the kernels define alike: huge angles and -0 in some, see the checks.
EDGES_OF = {
    "Sin": EDGES[:7],
    "Cos": EDGES[:7],
    "Tan": EDGES[:7],
    "Lgamma": [0.0, INF, 200],
    "Digamma": [INF, 200],
    "Erfinv": [0.0, 1, -1],
}
ORDINARY_OF = {"Erfinv": ORDINARY[4:10], "Lgamma": ORDINARY[8:], "Digamma": ORDINARY[8:]}


def cases():
    for op in UNARY:
        ordinary = ORDINARY_OF.get(op, ORDINARY)
        yield make(op, "float32", floats(*ordinary), elementwise=True)
        yield make(op, "edges", floats(*EDGES_OF.get(op, EDGES)), elementwise=True)
        yield make(op, "float64", np.array(ordinary[::2], f64), elementwise=True)
        yield make(op, "empty", np.zeros((0, 3), f32))
    for op in ("Neg", "Abs", "Sign", "Square", "Relu", "Relu6"):
        yield make(op, "int32", ints(-7, -1, 0, 1, 7, 100), elementwise=True)
    for op in ("Neg", "Abs", "Sign", "Square"):
        yield make(op, "int64", longs(-(2**31) * 5, -1, 0, 1, 2**31), elementwise=True)
    yield make("LogicalNot", "bool", np.array([True, False]))
    yield make("LogicalNot", "scalar", np.array(True))
    yield make("LeakyRelu", "alpha", floats(-4, -0.5, 0, 0.5, 4), alpha=0.25)
    yield make("Tanh", "matrix", uniform(1, 2, 3))
    yield make("Sigmoid", "scalar", floats(0.25).reshape(()))
    for op in ("TanhGrad", "SigmoidGrad", "SqrtGrad", "RsqrtGrad", "ReciprocalGrad"):
        yield make(op, "float32", uniform(2, 2, 3, low=0.25, high=0.75), uniform(3, 2, 3))
    for op in (
        "ReluGrad",
        "Relu6Grad",
        "EluGrad",
        "SeluGrad",
        "SoftplusGrad",
        "SoftsignGrad",
        "LeakyReluGrad",
    ):
        yield make(op, "float32", uniform(3, 2, 3), uniform(2, 2, 3))
        yield make(op, "zero", floats(1, 2, 3), floats(0, 6, -1))
