"""The cases of `make.py`: operation, inputs and attributes, by family."""

import dataclasses

import numpy as np
import tensorflow as tf

f32, f64, i32, i64 = np.float32, np.float64, np.int32, np.int64
NAN, INF = np.nan, np.inf


@dataclasses.dataclass
class Case:
    """One operation with its inputs; a list stands for an input of several tensors."""

    name: str
    op: str
    inputs: list
    attrs: dict
    weighted: tuple = ()  # the outputs that the gradient weighs; () for all
    elementwise: bool = False
    fails: bool = False
    gradient: bool = True  # false where TensorFlow's own gradient fails


def make(
    op, label, *inputs, weighted=(), elementwise=False, fails=False, gradient=True, **attrs
):
    arrays = [
        [np.asarray(v) for v in value] if isinstance(value, list) else np.asarray(value)
        for value in inputs
    ]
    return Case(f"{op}/{label}", op, arrays, attrs, weighted, elementwise, fails, gradient)


def floats(*values):
    return np.array(values, f32)


def ints(*values):
    return np.array(values, i32)


def longs(*values):
    return np.array(values, i64)


def uniform(seed, *shape, low=-2.0, high=2.0, dtype=f32):
    """Random multiples of 1/64: exact, and short in JSON."""
    drawn = np.random.RandomState(seed).uniform(low, high, shape)
    return (np.round(drawn * 64) / 64).astype(dtype)


def counting(*shape, dtype=f32):
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


# --- one input, one output, element by element ---------------------------------------------------

ORDINARY = [-10, -2.5, -1.5, -1, -0.75, -0.5, -0.015625, 0.015625, 0.25, 0.5, 1, 1.5, 2, 2.5, 3.5, 10]
EDGES = [0.0, -0.0, NAN, INF, -INF, 200, -200, 1e30, -1e30]
UNARY = """
Neg Abs Sign Square Sqrt Rsqrt Reciprocal Exp Expm1 Log Log1p Sin Cos Tan Asin Acos Atan Sinh Cosh
Tanh Asinh Acosh Atanh Sigmoid Softplus Softsign Erf Erfc Relu Relu6 Elu Selu LeakyRelu Floor Ceil
Round Rint IsNan IsInf IsFinite Inv Erfinv Lgamma Digamma
""".split()
# Where an edge is beyond what the kernels define alike: huge angles and -0 in some, see the checks.
EDGES_OF = {
    "Sin": EDGES[:7], "Cos": EDGES[:7], "Tan": EDGES[:7],
    "Lgamma": [0.0, INF, 200], "Digamma": [INF, 200], "Erfinv": [0.0, 1, -1],
}
ORDINARY_OF = {"Erfinv": ORDINARY[4:10], "Lgamma": ORDINARY[8:], "Digamma": ORDINARY[8:]}


def unary():
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
    for op in ("ReluGrad", "Relu6Grad", "EluGrad", "SeluGrad", "SoftplusGrad", "SoftsignGrad",
               "LeakyReluGrad"):
        yield make(op, "float32", uniform(3, 2, 3), uniform(2, 2, 3))
        yield make(op, "zero", floats(1, 2, 3), floats(0, 6, -1))


# --- two inputs -----------------------------------------------------------------------------------

ARITHMETIC = "AddV2 Add Sub Mul RealDiv Div Maximum Minimum SquaredDifference DivNoNan MulNoNan".split()
DIVISION = "FloorDiv FloorMod TruncateDiv TruncateMod".split()
COMPARISON = "Equal NotEqual Less LessEqual Greater GreaterEqual".split()
POSITIVE = "Pow Xdivy Xlogy Xlog1py Atan2".split()


def pairs(values):
    """Each value with each."""
    return [np.array(side, f32) for side in zip(*((a, b) for a in values for b in values))]


def binary():
    for op in ARITHMETIC + POSITIVE + ["FloorDiv", "FloorMod"]:
        low = 0.25 if op in POSITIVE else -2
        x, y = uniform(1, 2, 3, low=low), uniform(2, 2, 3, low=low)
        yield make(op, "same_shape", x, y, elementwise=True)
        yield make(op, "row", x, uniform(3, 3, low=low), elementwise=True)
        yield make(op, "column_row", uniform(4, 2, 1, low=low), uniform(5, 1, 3, low=low),
                   elementwise=True)
        yield make(op, "scalar", floats(1.5).reshape(()), x, elementwise=True)
        yield make(op, "higher_rank", uniform(6, 2, 1, 2, low=low), uniform(7, 3, 1, low=low),
                   elementwise=True)
        yield make(op, "empty", np.zeros((0, 3), f32), uniform(8, 3, low=low))
        yield make(op, "float64", x.astype(f64), y.astype(f64), elementwise=True)
    for op in ARITHMETIC + ["Atan2"]:
        yield make(op, "edges", *pairs([0.0, -0.0, 1.5, NAN, INF]), elementwise=True)
    for op in ("FloorDiv", "FloorMod", "TruncateMod"):
        yield make(op, "signs", floats(7, -7, 7, -7, 5.5, -5.5, 0), floats(2, 2, -2, -2, 1.5, 1.5, 3),
                   elementwise=True)
    for op in ("Xdivy", "Xlogy", "Xlog1py"):
        yield make(op, "zero", floats(0, 0, 0, 2, 2), floats(0, NAN, INF, 0.5, 3), elementwise=True)
    yield make("Pow", "edges", floats(0, 0, 0, -2, -2, -2, 2, INF, 1, 4),
               floats(0, 2, -1, 2, 3, 0.5, -INF, 2, NAN, 0.5), elementwise=True)
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


# --- products -------------------------------------------------------------------------------------


def products():
    for a in (False, True):
        for b in (False, True):
            label = f"transpose_{int(a)}{int(b)}"
            x = uniform(1, *((3, 2) if a else (2, 3)))
            y = uniform(2, *((4, 3) if b else (3, 4)))
            yield make("MatMul", label, x, y, transpose_a=a, transpose_b=b)
            yield make("MatMul", label + "_float64", x.astype(f64), y.astype(f64), transpose_a=a,
                       transpose_b=b)
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
    yield make("BatchMatMulV2", "float64", uniform(1, 2, 2, 2, dtype=f64),
               uniform(2, 2, 2, 2, dtype=f64))
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


# --- along axes -----------------------------------------------------------------------------------


def reductions():
    x = uniform(1, 2, 3, 2)
    for op in ("Sum", "Prod", "Max", "Min", "Mean"):
        for keep in (False, True):
            kept = "_kept" if keep else ""
            yield make(op, "axis1" + kept, x, ints(1), keep_dims=keep)
            yield make(op, "axes02" + kept, x, ints(0, 2), keep_dims=keep)
            yield make(op, "negative_axis" + kept, x, ints(-1), keep_dims=keep)
            yield make(op, "all" + kept, x, ints(0, 1, 2), keep_dims=keep)
        yield make(op, "axes_unsorted", x, ints(2, 0))
        yield make(op, "scalar_axis", x, np.array(1, i32))
        yield make(op, "no_axes", uniform(2, 2, 2), np.zeros((0,), i32))
        yield make(op, "scalar", floats(1.5).reshape(()), np.zeros((0,), i32))
        yield make(op, "int64_axes", uniform(2, 2, 2), longs(0), gradient=op != "Prod")
        yield make(op, "empty_axis", np.zeros((2, 0), f32), ints(1))
        yield make(op, "empty_other", np.zeros((0, 3), f32), ints(1))
        yield make(op, "float64", x.astype(f64), ints(0))
        yield make(op, "int32", ints([7, -8, 3], [4, 5, -7]), ints(1))
        yield make(op, "int64", longs([7, -8, 3], [4, 5, -7]), ints(0))
        yield make(op, "ties", floats([1, 3, 3], [2, 2, 2]), ints(1))
        yield make(op, "infinite", floats([1, INF], [-INF, 2]), ints(1))
        yield make(op, "axis_out_of_range", x, ints(3), fails=True)
        yield make(op, "axis_twice", x, ints(0, 0), fails=True)
    for op in ("Sum", "Prod", "Mean"):
        yield make(op, "nan", floats([1, NAN], [3, 2]), ints(1))
    yield make("Prod", "zero", floats([2, 0, 3], [0, 0, 4], [2, 3, 4]), ints(1))
    for op in ("All", "Any"):
        x = np.array([[True, False], [True, True], [False, False]])
        for keep in (False, True):
            yield make(op, "axis1" + ("_kept" if keep else ""), x, ints(1), keep_dims=keep)
            yield make(op, "all" + ("_kept" if keep else ""), x, ints(0, 1), keep_dims=keep)
        yield make(op, "empty_axis", np.zeros((2, 0), bool), ints(1))
        yield make(op, "no_axes", x, np.zeros((0,), i32))
    for op in ("ArgMax", "ArgMin"):
        x = floats([1, 3, 3, 0], [2, 2, 0, 0], [-1, -INF, INF, 5])
        for axis in (0, 1, -1):
            yield make(op, f"axis{axis}", x, np.array(axis, i32))
        yield make(op, "int32_output", x, np.array(1, i32), output_type=tf.int32)
        yield make(op, "int32", ints([1, 5, 5], [0, 0, 1]), np.array(1, i32))
        yield make(op, "rank3", uniform(3, 2, 3, 2), np.array(1, i32))
        yield make(op, "float64", uniform(3, 5, dtype=f64), np.array(0, i64))
        yield make(op, "empty_other", np.zeros((0, 3), f32), np.array(1, i32))
        yield make(op, "empty_axis", np.zeros((2, 0), f32), np.array(1, i32), fails=True)
    for op in ("Cumsum", "Cumprod"):
        x = uniform(4, 2, 3, low=0.25)
        for exclusive in (False, True):
            for reverse in (False, True):
                label = f"exclusive{int(exclusive)}_reverse{int(reverse)}"
                for axis in (0, 1, -1):
                    yield make(op, f"{label}_axis{axis}", x, np.array(axis, i32),
                               exclusive=exclusive, reverse=reverse)
        yield make(op, "int32", ints([1, 2, 3], [4, 5, 6]), np.array(1, i32))
        yield make(op, "empty", np.zeros((2, 0), f32), np.array(1, i32))
        yield make(op, "float64", uniform(4, 4, low=0.25, dtype=f64), np.array(0, i32))
        yield make(op, "axis_out_of_range", x, np.array(2, i32), fails=True)
    data = uniform(5, 4, 2)
    for op in ("UnsortedSegmentSum", "UnsortedSegmentMax", "UnsortedSegmentMin",
               "UnsortedSegmentProd"):
        yield make(op, "rows", data, ints(0, 2, 0, 2), np.array(4, i32))
        yield make(op, "matrix_ids", data, ints([0, 1], [1, 1], [2, 0], [0, 2]), np.array(3, i32))
        yield make(op, "negative_dropped", data, ints(0, -1, 1, -1), np.array(2, i32))
        yield make(op, "int32", ints(1, 2, 3), ints(1, 1, 0), np.array(2, i32))
    yield make("UnsortedSegmentSum", "float64_int64", uniform(5, 3, dtype=f64), longs(1, 1, 0),
               np.array(2, i32))
    yield make("UnsortedSegmentSum", "empty", np.zeros((0, 2), f32), np.zeros((0,), i32),
               np.array(2, i32))
    yield make("UnsortedSegmentSum", "id_out_of_range", data, ints(0, 5, 0, 2), np.array(3, i32),
               fails=True)
    for op in ("SegmentSum", "SegmentMean", "SegmentMax", "SegmentMin", "SegmentProd"):
        yield make(op, "rows", data, ints(0, 0, 1, 3))


# --- shapes and layout ----------------------------------------------------------------------------


def layout():
    x = uniform(1, 2, 3)
    yield make("Reshape", "flat", x, ints(6))
    yield make("Reshape", "inferred", x, ints(3, -1))
    yield make("Reshape", "int64", x, longs(1, 6))
    yield make("Reshape", "scalar", floats(3), np.zeros((0,), i32))
    yield make("Reshape", "empty", np.zeros((0, 3), f32), ints(3, 0))
    yield make("Reshape", "int32", ints([1, 2], [3, 4]), ints(4))
    yield make("Reshape", "wrong_count", x, ints(5), fails=True)
    yield make("Reshape", "not_divisible", x, ints(4, -1), fails=True)
    yield make("Transpose", "matrix", x, ints(1, 0))
    yield make("Transpose", "rank3", uniform(2, 2, 3, 2), ints(1, 0, 2))
    yield make("Transpose", "rank3_cycle", uniform(2, 2, 3, 2), ints(2, 0, 1))
    yield make("Transpose", "rank4", uniform(2, 2, 1, 3, 2), ints(3, 1, 0, 2))
    yield make("Transpose", "identity", x, ints(0, 1))
    yield make("Transpose", "empty", np.zeros((0, 3), f32), ints(1, 0))
    yield make("Transpose", "bool", np.array([[True, False, True]]), ints(1, 0))
    yield make("Transpose", "not_a_permutation", x, ints(0, 0), fails=True)
    y = uniform(3, 2, 1)
    for axis in (1, -1):
        yield make("ConcatV2", f"axis{axis}", [x, y], np.array(axis, i32))
    yield make("ConcatV2", "axis0", [x, uniform(4, 1, 3), uniform(5, 2, 3)], np.array(0, i32))
    yield make("ConcatV2", "middle", [uniform(4, 2, 1, 2), uniform(5, 2, 2, 2)], np.array(1, i32))
    yield make("ConcatV2", "empty_part", [x, np.zeros((2, 0), f32)], np.array(1, i32))
    yield make("ConcatV2", "int32", [ints(1, 2), ints(3)], np.array(0, i32))
    yield make("ConcatV2", "shapes_differ", [x, uniform(3, 3, 1)], np.array(1, i32), fails=True)
    yield make("Concat", "axis1", np.array(1, i32), [x, y])
    z = uniform(6, 2, 6)
    for axis in (1, -1):
        yield make("Split", f"axis{axis}", np.array(axis, i32), z, num_split=3)
    yield make("Split", "axis0", np.array(0, i32), z, num_split=2)
    yield make("Split", "one_weighted", np.array(1, i32), z, num_split=3, weighted=(1,))
    yield make("Split", "not_divisible", np.array(1, i32), z, num_split=4, fails=True)
    yield make("SplitV", "axis1", z, ints(1, 3, 2), np.array(1, i32), num_split=3)
    yield make("SplitV", "inferred", z, ints(4, -1), np.array(-1, i32), num_split=2)
    yield make("SplitV", "empty_part", z, ints(0, 2), np.array(0, i32), num_split=2)
    yield make("SplitV", "wrong_sum", z, ints(1, 2), np.array(1, i32), num_split=2, fails=True)
    for axis in (0, 1, -1):
        yield make("Pack", f"axis{axis}", [uniform(7, 2), uniform(8, 2), uniform(9, 2)], axis=axis)
        yield make("Unpack", f"axis{axis}", uniform(7, 2, 3), num=2 if axis == 0 else 3, axis=axis)
    yield make("Pack", "scalars", [ints(1).reshape(()), ints(2).reshape(())])
    yield make("Pack", "matrices", [uniform(7, 2, 2), uniform(8, 2, 2)], axis=1)
    yield make("Unpack", "one_weighted", uniform(7, 2, 3), num=2, axis=0, weighted=(1,))
    for axis in (0, 1, 2, -1):
        yield make("ExpandDims", f"axis{axis}", x, np.array(axis, i32))
    yield make("ExpandDims", "axis_out_of_range", x, np.array(4, i32), fails=True)
    w = uniform(8, 1, 2, 1, 3)
    yield make("Squeeze", "all", w)
    yield make("Squeeze", "axis0", w, squeeze_dims=[0])
    yield make("Squeeze", "negative", w, squeeze_dims=[-2])
    yield make("Squeeze", "both", w, squeeze_dims=[2, 0])
    yield make("Squeeze", "not_one", w, squeeze_dims=[1], fails=True)
    for out_type in (tf.int32, tf.int64):
        yield make("Shape", out_type.name, w, out_type=out_type)
        yield make("Size", out_type.name, w, out_type=out_type)
    yield make("Shape", "scalar", floats(1).reshape(()))
    yield make("Size", "empty", np.zeros((2, 0), f32))
    yield make("Rank", "rank4", w)
    yield make("Rank", "scalar", floats(1).reshape(()))
    yield make("ShapeN", "two", [x, w])
    yield make("BroadcastTo", "row", uniform(9, 3), ints(2, 3))
    yield make("BroadcastTo", "column", uniform(9, 2, 1), ints(2, 3))
    yield make("BroadcastTo", "scalar", floats(2).reshape(()), ints(2, 2))
    yield make("BroadcastTo", "empty", uniform(9, 1, 2), ints(0, 2))
    yield make("BroadcastTo", "int64", longs(1, 2), longs(3, 2))
    yield make("BroadcastTo", "wrong", uniform(9, 3), ints(2, 2), fails=True)
    yield make("BroadcastGradientArgs", "row", ints(2, 3), ints(3))
    yield make("BroadcastGradientArgs", "both", ints(2, 1, 4), ints(3, 1))
    yield make("BroadcastGradientArgs", "same", ints(2, 3), ints(2, 3))
    yield make("BroadcastGradientArgs", "scalar", np.zeros((0,), i32), ints(2, 3))
    yield make("BroadcastGradientArgs", "ones", ints(1, 1), ints(1, 1))
    yield make("BroadcastGradientArgs", "int64", longs(5, 1), longs(1, 5))
    yield make("ConcatOffset", "axis1", np.array(1, i32), [ints(2, 2, 7), ints(2, 3, 7), ints(2, 9, 7)])
    yield make("ConcatOffset", "negative", np.array(-1, i32), [ints(2, 3), ints(2, 0), ints(2, 4)])
    yield make("InvertPermutation", "cycle", ints(3, 4, 0, 2, 1))
    yield make("InvertPermutation", "int64", longs(1, 0))
    yield make("InvertPermutation", "empty", np.zeros((0,), i32))
    yield make("InvertPermutation", "twice", ints(0, 0, 1), fails=True)
    yield make("ReverseV2", "axis0", x, ints(0))
    yield make("ReverseV2", "axis-1", x, ints(-1))
    yield make("ReverseV2", "both", uniform(2, 2, 3, 2), ints(0, 2))
    yield make("ReverseV2", "none", x, np.zeros((0,), i32))
    yield make("ReverseV2", "axis_twice", x, ints(0, 0), fails=True)
    yield make("ReverseSequence", "rows", uniform(2, 3, 4), ints(2, 4, 0), seq_dim=1, batch_dim=0)
    yield make("ReverseSequence", "time_major", uniform(2, 4, 3), ints(2, 4, 1), seq_dim=0, batch_dim=1)
    for op in ("Identity", "ZerosLike", "OnesLike", "StopGradient", "PreventGradient"):
        if op != "PreventGradient":
            yield make(op, "float32", x)
        yield make(op, "int32", ints(1, 2))
        yield make(op, "empty", np.zeros((0, 2), f64))
    yield make("ZerosLike", "nan", floats(NAN, INF))
    yield make("Fill", "float32", ints(2, 3), floats(1.5).reshape(()))
    yield make("Fill", "int64_shape", longs(2), np.array(7, i32))
    yield make("Fill", "scalar", np.zeros((0,), i32), np.array(True))
    yield make("Fill", "empty", ints(0, 3), floats(1).reshape(()))
    yield make("Range", "up", *(np.array(v, i32) for v in (0, 5, 1)))
    yield make("Range", "step", *(np.array(v, i32) for v in (3, 18, 4)))
    yield make("Range", "down", *(np.array(v, i32) for v in (5, -1, -2)))
    yield make("Range", "empty", *(np.array(v, i32) for v in (5, 5, 1)))
    yield make("Range", "int64", *(np.array(v, i64) for v in (2**33, 2**33 + 3, 1)))
    yield make("Range", "float32", *(np.array(v, f32) for v in (0, 1, 0.3)))
    yield make("Range", "wrong_way", *(np.array(v, i32) for v in (5, 0, 1)), fails=True)
    yield make("Range", "no_step", *(np.array(v, i32) for v in (0, 5, 0)), fails=True)
    yield make("LinSpace", "float32", np.array(-1, f32), np.array(2, f32), np.array(7, i32))
    yield make("LinSpace", "float64", np.array(0, f64), np.array(1, f64), np.array(4, i32))
    yield make("LinSpace", "one", np.array(3, f32), np.array(9, f32), np.array(1, i32))
    yield make("LinSpace", "none", np.array(3, f32), np.array(9, f32), np.array(0, i32), fails=True)
    yield make("MatrixBandPart", "lower", uniform(3, 3, 4), np.array(-1, i64), np.array(0, i64))
    yield make("MatrixBandPart", "upper", uniform(3, 3, 4), np.array(0, i64), np.array(-1, i64))
    yield make("MatrixBandPart", "band", uniform(3, 2, 3, 3), np.array(1, i64), np.array(1, i64))
    yield make("MatrixBandPart", "int32_bounds", uniform(3, 3, 3), np.array(1, i32), np.array(0, i32))


# --- parts and places -----------------------------------------------------------------------------


def strided(label, x, begin, end, strides, fails=False, **masks):
    begin, end, strides = (np.array(v, i32) for v in (begin, end, strides))
    return make("StridedSlice", label, x, begin, end, strides, fails=fails, **masks)


def indexing():
    x = uniform(1, 3, 4)
    yield make("Slice", "corner", x, ints(1, 1), ints(2, 2))
    yield make("Slice", "rest", x, ints(0, 2), ints(-1, -1))
    yield make("Slice", "empty", x, ints(1, 1), ints(0, 2))
    yield make("Slice", "int64", counting(5, dtype=i64), longs(2), longs(3))
    yield make("Slice", "too_long", x, ints(1, 1), ints(2, 4), fails=True)
    yield strided("plain", x, [0, 1], [2, 3], [1, 1])
    yield strided("step", x, [0, 0], [3, 4], [2, 2])
    yield strided("negative_step", x, [2, 3], [0, 0], [-1, -2])
    yield strided("reverse", x, [0, 0], [0, 0], [-1, -1], begin_mask=3, end_mask=3)
    yield strided("negative_bounds", x, [-2, -3], [-1, -1], [1, 1])
    yield strided("clamped", x, [-9, 1], [9, 99], [1, 1])
    yield strided("empty", x, [2, 0], [1, 4], [1, 1])
    yield strided("begin_mask", x, [2, 1], [3, 3], [1, 1], begin_mask=1)
    yield strided("end_mask", x, [1, 1], [2, 2], [1, 1], end_mask=2)
    yield strided("shrink", x, [1, 0], [2, 4], [1, 1], shrink_axis_mask=1)
    yield strided("shrink_both", x, [1, -1], [2, 0], [1, 1], shrink_axis_mask=3)
    yield strided("new_axis", x, [0, 0, 0], [0, 3, 4], [1, 1, 1], new_axis_mask=1)
    yield strided("new_axis_last", x, [0, 0, 0], [3, 4, 0], [1, 1, 1], new_axis_mask=4)
    yield strided("ellipsis", uniform(2, 2, 2, 3), [0, 0], [0, 1], [1, 1], ellipsis_mask=1)
    yield strided("ellipsis_middle", uniform(2, 2, 2, 3), [1, 0, 1], [2, 0, 3], [1, 1, 1],
                  ellipsis_mask=2, shrink_axis_mask=1)
    yield strided("ellipsis_new_shrink", uniform(2, 2, 2, 3), [0, 0, 2], [0, 0, 3], [1, 1, 1],
                  ellipsis_mask=1, new_axis_mask=2, shrink_axis_mask=4)
    yield strided("short", x, [1], [3], [1])
    yield strided("of_shape", longs(5, 6, 7), [1], [2], [1], shrink_axis_mask=1)
    yield strided("bool", np.array([True, False, True]), [0], [3], [2])
    yield strided("index_out_of_range", x, [3, 0], [4, 4], [1, 1], shrink_axis_mask=1, fails=True)
    yield strided("no_step", x, [0, 0], [3, 4], [1, 0], fails=True)
    yield make("StridedSliceGrad", "step", ints(3, 4), ints(0, 0), ints(3, 4), ints(2, 2),
               uniform(2, 2, 2))
    yield make("Pad", "both", uniform(3, 2, 3), ints([1, 0], [2, 1]))
    yield make("Pad", "none", uniform(3, 2, 3), ints([0, 0], [0, 0]))
    yield make("Pad", "int64", counting(2, dtype=i32), longs([1, 2]).reshape(1, 2))
    yield make("Pad", "negative", uniform(3, 2, 3), ints([-1, 0], [0, 0]), fails=True)
    yield make("PadV2", "value", uniform(3, 2, 3), ints([1, 0], [0, 2]), np.array(9, f32))
    for mode in ("REFLECT", "SYMMETRIC"):
        yield make("MirrorPad", mode.lower(), uniform(3, 2, 3), ints([1, 1], [2, 1]), mode=mode)
        yield make("MirrorPad", mode.lower() + "_vector", uniform(3, 4), ints([2, 0]).reshape(1, 2),
                   mode=mode)
    yield make("MirrorPad", "too_far", uniform(3, 2, 3), ints([2, 0], [0, 0]), mode="REFLECT",
               fails=True)
    yield make("Tile", "both", uniform(4, 2, 2), ints(2, 3))
    yield make("Tile", "one", uniform(4, 2, 3), ints(1, 2))
    yield make("Tile", "none", uniform(4, 2, 3), ints(1, 1))
    yield make("Tile", "zero", uniform(4, 2, 3), ints(0, 2))
    yield make("Tile", "int64", ints(1, 2, 3), longs(2))
    zero, one, last = np.array(0, i32), np.array(1, i32), np.array(-1, i32)
    yield make("GatherV2", "rows", x, ints(2, 0, 2, 2), zero)
    yield make("GatherV2", "columns", x, ints(3, 3, 1), one)
    yield make("GatherV2", "last_axis", x, ints([0, 1], [3, 1]), last)
    yield make("GatherV2", "scalar_index", x, np.array(1, i32), zero)
    yield make("GatherV2", "matrix_indices", x, longs([0, 1], [2, 0]), zero)
    yield make("GatherV2", "middle", uniform(5, 2, 3, 2), ints(2, 0), one)
    yield make("GatherV2", "empty", x, np.zeros((0,), i32), zero)
    yield make("GatherV2", "batched", x, ints([0, 3], [1, 1], [2, 0]), one, batch_dims=1)
    yield make("GatherV2", "batched_axis2", uniform(5, 2, 2, 3), ints([0, 2], [1, 1]),
               np.array(2, i32), batch_dims=1)
    yield make("GatherV2", "int32", ints(5, 6, 7), ints(2, 2), zero)
    yield make("GatherV2", "out_of_range", x, ints(0, 3), zero, fails=True)
    yield make("GatherV2", "negative", x, ints(-1), zero, fails=True)
    yield make("Gather", "rows", x, ints(2, 0))
    yield make("GatherNd", "elements", x, ints([0, 1], [2, 3], [0, 1]))
    yield make("GatherNd", "rows", x, ints([2], [0], [2]).reshape(3, 1))
    yield make("GatherNd", "nested", x, ints([[0, 0]], [[1, 1]]))
    yield make("GatherNd", "whole", uniform(6, 2, 2), np.zeros((1, 0), i32), gradient=False)
    yield make("GatherNd", "int64", counting(2, 2, dtype=i64), longs([1, 0]).reshape(1, 2))
    yield make("GatherNd", "out_of_range", x, ints([0, 4]).reshape(1, 2), fails=True)
    yield make("ScatterNd", "elements", ints([4], [3], [1]).reshape(3, 1), uniform(7, 3), ints(6))
    yield make("ScatterNd", "duplicates_add", ints([1], [1]).reshape(2, 1), floats(2, 3), ints(3))
    yield make("ScatterNd", "rows", ints([2], [0]).reshape(2, 1), uniform(7, 2, 3), ints(3, 3))
    yield make("ScatterNd", "matrix", ints([0, 1], [1, 2]), uniform(7, 2), ints(2, 3))
    yield make("ScatterNd", "int64", longs([1]).reshape(1, 1), longs(9), longs(2))
    yield make("ScatterNd", "out_of_range", ints([6]).reshape(1, 1), floats(1), ints(6), fails=True)
    for op in ("TensorScatterUpdate", "TensorScatterAdd", "TensorScatterSub"):
        yield make(op, "rows", x, ints([2], [0]).reshape(2, 1), uniform(8, 2, 4))
    on, off = np.array(1, f32), np.array(0, f32)
    yield make("OneHot", "vector", ints(0, 2, 1), np.array(3, i32), on, off)
    yield make("OneHot", "out_of_range", ints(-1, 3, 1), np.array(3, i32), on, off)
    yield make("OneHot", "matrix", ints([0, 1], [2, 1]), np.array(3, i32), on, off)
    yield make("OneHot", "axis0", ints([0, 1], [2, 1]), np.array(3, i32), on, off, axis=0)
    yield make("OneHot", "axis1", ints([0, 1], [2, 1]), np.array(3, i32), on, off, axis=1)
    yield make("OneHot", "values", longs(1, 0), np.array(2, i32), np.array(5, f32), np.array(-5, f32))
    yield make("OneHot", "scalar", np.array(1, i32), np.array(3, i32), np.array(True), np.array(False))
    yield make("OneHot", "no_depth", ints(0, 1), np.array(0, i32), on, off)
    yield make("OneHot", "empty", np.zeros((0,), i32), np.array(3, i32), on, off)
    condition = np.array([[True, False, True], [False, False, True]])
    a, b = uniform(8, 2, 3), uniform(9, 2, 3)
    yield make("SelectV2", "same", condition, a, b)
    yield make("SelectV2", "row", condition[0], a, b)
    yield make("SelectV2", "column", np.array([[True], [False]]), a, b)
    yield make("SelectV2", "scalar", np.array(True), a, b)
    yield make("SelectV2", "broadcast_values", condition, uniform(8, 3), np.array(0, f32))
    yield make("SelectV2", "nan", np.array([True, False]), floats(1, NAN), floats(NAN, 2))
    yield make("SelectV2", "int64", np.array([True, False]), longs(1, 2), longs(3, 4))
    yield make("Select", "same", condition, a, b)
    yield make("Select", "rows", np.array([True, False]), a, b)
    yield make("Select", "scalar", np.array(False), a, b)
    yield make("Select", "row_refused", np.array([True, False, True]), a, b, fails=True)
    yield make("Where", "matrix", condition)
    yield make("Where", "float", floats(0, 1.5, -0.0, NAN))
    yield make("Where", "none", np.array([False, False]))
    yield make("Where", "rank3", np.array([[[True, False]], [[False, True]]]))
    yield make("Unique", "int32", ints(4, 2, 4, 7, 2))
    yield make("Unique", "int64_index", longs(3, 3, 1), out_idx=tf.int64)
    yield make("Unique", "float32", floats(0.5, 0.5, 2))
    yield make("Unique", "empty", np.zeros((0,), i32))
    yield make("UniqueWithCounts", "int32", ints(4, 2, 4, 7, 2))
    yield make("DynamicStitch", "interleaved", [ints(0, 3), ints(1, 2)],
               [uniform(1, 2, 2), uniform(2, 2, 2)])
    yield make("DynamicPartition", "rows", uniform(1, 4, 2), ints(0, 1, 1, 0), num_partitions=2)
    yield make("TopKV2", "ties", floats([1, 5, 5, 2], [4, 3, 2, 1]), np.array(2, i32))
    yield make("InTopKV2", "rows", floats([1, 5, 3], [4, 3, 2]), ints(2, 1), np.array(1, i32))


# --- casts ----------------------------------------------------------------------------------------


def casts():
    sources = {
        "float32": floats(-2.75, -0.5, 0, 0.5, 1.5, 2.5, 100.25),
        "float64": np.array([-2.75, -0.5, 0, 1e-3, 0.1, 1e30], f64),
        "int32": ints(-7, -1, 0, 1, 300, 16777217),
        "int64": longs(-7, 0, 1, 300, 2**33 + 1),
        "bool": np.array([True, False]),
    }
    for source, values in sources.items():
        for target in sources:
            if (source, target) == ("float64", "int32"):
                values = np.array([-2.75, -0.5, 0, 0.1, 70000.9], f64)
            if (source, target) == ("float64", "int64"):
                values = np.array([-2.75, -0.5, 0, 0.1, 2.0**40 + 0.5], f64)
            yield make("Cast", f"{source}_{target}", values, DstT=tf.as_dtype(target))
    for label, values, target in (
        ("float32_uint8", floats(0, 1.5, 255), tf.uint8),
        ("int32_uint8_wraps", ints(-1, 256, 300), tf.uint8),
        ("int32_int8_wraps", ints(-129, 128, 300), tf.int8),
        ("int64_int32_wraps", longs(2**33 + 5, -(2**31) - 1), tf.int32),
        ("float32_half", floats(1.5, 1e-3, 70000, NAN), tf.float16),
        ("float32_bool_nan", floats(NAN, -0.0, INF), tf.bool),
        ("float64_float32_edges", np.array([NAN, INF, -INF, 1e300, 0.1]), tf.float32),
        ("float32_float64_edges", floats(NAN, INF, -INF, 0.1), tf.float64),
    ):
        yield make("Cast", label, values, DstT=target)
    yield make("Cast", "empty", np.zeros((0, 2), f32), DstT=tf.int32)


# --- neural networks ------------------------------------------------------------------------------


def networks():
    x = uniform(1, 3, 4)
    for op in ("Softmax", "LogSoftmax"):
        yield make(op, "matrix", x)
        yield make(op, "rank3", uniform(2, 2, 2, 3))
        yield make(op, "vector", uniform(3, 5))
        yield make(op, "float64", x.astype(f64))
        yield make(op, "large", floats([1000, 1001, 999], [-1000, -1001, -999]))
        yield make(op, "minus_infinity", floats([0, -INF, 1], [-INF, -INF, 2]))
        yield make(op, "empty_rows", np.zeros((0, 3), f32))
        yield make(op, "one_class", uniform(3, 3, 1))
    labels = np.array([[0.25, 0.25, 0.5, 0], [1, 0, 0, 0], [0, 0.5, 0.5, 0]], f32)
    op = "SoftmaxCrossEntropyWithLogits"
    yield make(op, "loss", x, labels, weighted=(0,))
    yield make(op, "loss_and_backprop", x, labels)
    yield make(op, "large", floats([1000, 0, -1000]).reshape(1, 3), floats([0, 0, 1]).reshape(1, 3),
               weighted=(0,))
    yield make(op, "broadcast_labels", x, labels[:1], gradient=False)
    yield make(op, "float64", x.astype(f64), labels.astype(f64), weighted=(0,))
    yield make(op, "empty", np.zeros((0, 3), f32), np.zeros((0, 3), f32), weighted=(0,))
    op = "SparseSoftmaxCrossEntropyWithLogits"
    yield make(op, "loss", x, ints(2, 0, 3), weighted=(0,))
    yield make(op, "loss_and_backprop", x, ints(2, 0, 3))
    yield make(op, "int64", x, longs(1, 1, 1), weighted=(0,))
    yield make(op, "large", floats([1000, 0, -1000], [0, 0, 0]), ints(2, 0), weighted=(0,))
    yield make(op, "float64", x.astype(f64), ints(0, 1, 2), weighted=(0,))
    yield make(op, "empty", np.zeros((0, 3), f32), np.zeros((0,), i32), weighted=(0,))
    yield make(op, "label_out_of_range", x, ints(2, 0, 4), fails=True)
    yield make(op, "label_negative", x, ints(2, 0, -1), fails=True)
    yield make("ClipByValue", "scalars", floats(-3, -1, 0, 2, 5), np.array(-1, f32), np.array(2, f32))
    yield make("ClipByValue", "nan", floats(NAN, INF, -INF), np.array(-1, f32), np.array(2, f32))
    yield make("ClipByValue", "tensors", floats(-3, 0, 5), floats(-1, 1, 0), floats(0, 2, 9))
    yield make("ClipByValue", "int32", ints(-3, 0, 5), np.array(-1, i32), np.array(2, i32))
    image = uniform(4, 1, 4, 4, 1)
    kernel = uniform(5, 2, 2, 1, 2)
    for padding in ("SAME", "VALID"):
        for stride in (1, 2):
            label = f"{padding.lower()}_stride{stride}"
            strides = [1, stride, stride, 1]
            yield make("Conv2D", label, image, kernel, strides=strides, padding=padding)
            yield make("MaxPool", label, image, ksize=[1, 2, 2, 1], strides=strides, padding=padding)
            yield make("AvgPool", label, image, ksize=[1, 3, 3, 1], strides=strides, padding=padding)
    yield make("Conv2D", "dilated", image, kernel, strides=[1, 1, 1, 1], padding="VALID",
               dilations=[1, 2, 2, 1], gradient=False)
    yield make("Conv2D", "channels", uniform(4, 1, 3, 3, 2), uniform(5, 3, 3, 2, 2),
               strides=[1, 1, 1, 1], padding="SAME")
    yield make("Conv2D", "explicit", image, kernel, strides=[1, 1, 1, 1], padding="EXPLICIT",
               explicit_paddings=[0, 0, 1, 0, 0, 2, 0, 0])
    yield make("DepthwiseConv2dNative", "same", uniform(4, 1, 3, 3, 2), uniform(5, 2, 2, 2, 1),
               strides=[1, 1, 1, 1], padding="SAME")
    yield make("LRN", "default", uniform(4, 1, 2, 2, 4), depth_radius=1)


FAMILIES = {
    "unary": unary,
    "binary": binary,
    "products": products,
    "reductions": reductions,
    "layout": layout,
    "indexing": indexing,
    "casts": casts,
    "networks": networks,
}
