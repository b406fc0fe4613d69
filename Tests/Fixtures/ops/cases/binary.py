"""Two inputs."""

import numpy as np

from .case import INF, NAN, f32, f64, floats, ints, longs, make, uniform

ARITHMETIC = (
    "AddV2 Add Sub Mul RealDiv Div Maximum Minimum SquaredDifference DivNoNan MulNoNan".split()
)
DIVISION = "FloorDiv FloorMod TruncateDiv TruncateMod".split()
COMPARISON = "Equal NotEqual Less LessEqual Greater GreaterEqual".split()
POSITIVE = "Pow Xdivy Xlogy Xlog1py Atan2".split()


def pairs(values):
    """Each value with each."""
    return [np.array(side, f32) for side in zip(*((a, b) for a in values for b in values))]


def cases():
    for op in ARITHMETIC + POSITIVE + ["FloorDiv", "FloorMod"]:
        low = 0.25 if op in POSITIVE else -2
        x, y = uniform(1, 2, 3, low=low), uniform(2, 2, 3, low=low)
        yield make(op, "same_shape", x, y, elementwise=True)
        yield make(op, "row", x, uniform(3, 3, low=low), elementwise=True)
        yield make(
            op, "column_row", uniform(4, 2, 1, low=low), uniform(5, 1, 3, low=low), elementwise=True
        )
        yield make(op, "scalar", floats(1.5).reshape(()), x, elementwise=True)
        yield make(
            op,
            "higher_rank",
            uniform(6, 2, 1, 2, low=low),
            uniform(7, 3, 1, low=low),
            elementwise=True,
        )
        yield make(op, "empty", np.zeros((0, 3), f32), uniform(8, 3, low=low))
        yield make(op, "float64", x.astype(f64), y.astype(f64), elementwise=True)
    for op in ARITHMETIC + ["Atan2"]:
        yield make(op, "edges", *pairs([0.0, -0.0, 1.5, NAN, INF]), elementwise=True)
    for op in ("FloorDiv", "FloorMod", "TruncateMod"):
        yield make(
            op,
            "signs",
            floats(7, -7, 7, -7, 5.5, -5.5, 0),
            floats(2, 2, -2, -2, 1.5, 1.5, 3),
            elementwise=True,
        )
    for op in ("Xdivy", "Xlogy", "Xlog1py"):
        yield make(op, "zero", floats(0, 0, 0, 2, 2), floats(0, NAN, INF, 0.5, 3), elementwise=True)
    yield make(
        "Pow",
        "edges",
        floats(0, 0, 0, -2, -2, -2, 2, INF, 1, 4),
        floats(0, 2, -1, 2, 3, 0.5, -INF, 2, NAN, 0.5),
        elementwise=True,
    )
    yield make("Maximum", "ties", floats(1, 2, 3), floats(1, 3, 2))
    yield make("Minimum", "ties", floats(1, 2, 3), floats(1, 3, 2))
    for dtype, maker in (("int32", ints), ("int64", longs)):
        x, y = maker(7, -7, 7, -7, 0, 6, -6), maker(2, 2, -2, -2, 3, 3, 3)
        for op in ("AddV2", "Sub", "Mul", "Maximum", "Minimum", "SquaredDifference", *DIVISION):
            yield make(op, dtype, x, y, elementwise=True)
        for op in COMPARISON:
            yield make(op, dtype, x, maker(7, 7, -7, -7, 0, 5, 6), elementwise=True)
        yield make("Pow", dtype, maker(2, -2, 0, 3, 5), maker(10, 3, 0, 4, 1), elementwise=True)
        for op in DIVISION:
            yield make(op, dtype + "_by_zero", x, maker(2, 2, 0, -2, 3, 3, 3), fails=True)
    yield make("AddV2", "int32_wraps", ints(2**31 - 1, -(2**31)), ints(1, -1))
    yield make("Mul", "int32_wraps", ints(65536, 2**30), ints(65536, 3))
    yield make("FloorDiv", "int32_row", ints([7, -7, 8], [9, -9, 1]), ints(2, 3, -4))
    yield make("Pow", "int32_negative_exponent", ints(2, 3), ints(-1, 2), fails=True)
    yield make("AddV2", "shapes_differ", uniform(1, 2, 3), uniform(2, 4), fails=True)
    for op in COMPARISON:
        yield make(op, "edges", *pairs([0.0, -0.0, 1.5, NAN, INF]), elementwise=True)
        yield make(op, "column_row", uniform(4, 2, 1), uniform(5, 1, 3), elementwise=True)
        yield make(op, "float64", uniform(1, 4, dtype=f64), uniform(2, 4, dtype=f64))
    for op in ("Equal", "NotEqual"):
        yield make(op, "bool", np.array([[True], [False]]), np.array([True, False]))
    for op in ("LogicalAnd", "LogicalOr"):
        yield make(op, "broadcast", np.array([[True], [False]]), np.array([True, False]))
        yield make(op, "scalar", np.array(True), np.array(False))
        yield make(op, "empty", np.zeros((0,), bool), np.array(True))
    for count in (1, 2, 3):
        yield make("AddN", f"{count}", [uniform(k, 2, 3) for k in range(count)])
    yield make("AddN", "int32", [ints(1, 2), ints(3, 4), ints(-5, 6)])
    yield make("AddN", "shapes_differ", [uniform(1, 2, 3), uniform(2, 3)], fails=True)
