"""Along axes."""

import numpy as np
import tensorflow as tf

from .case import INF, NAN, f32, f64, floats, i32, i64, ints, longs, make, uniform


def cases():
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
                    yield make(
                        op,
                        f"{label}_axis{axis}",
                        x,
                        np.array(axis, i32),
                        exclusive=exclusive,
                        reverse=reverse,
                    )
        yield make(op, "int32", ints([1, 2, 3], [4, 5, 6]), np.array(1, i32))
        yield make(op, "empty", np.zeros((2, 0), f32), np.array(1, i32))
        yield make(op, "float64", uniform(4, 4, low=0.25, dtype=f64), np.array(0, i32))
        yield make(op, "axis_out_of_range", x, np.array(2, i32), fails=True)
    data = uniform(5, 4, 2)
    for op in (
        "UnsortedSegmentSum",
        "UnsortedSegmentMax",
        "UnsortedSegmentMin",
        "UnsortedSegmentProd",
    ):
        yield make(op, "rows", data, ints(0, 2, 0, 2), np.array(4, i32))
        yield make(op, "matrix_ids", data, ints([0, 1], [1, 1], [2, 0], [0, 2]), np.array(3, i32))
        yield make(op, "negative_dropped", data, ints(0, -1, 1, -1), np.array(2, i32))
        yield make(op, "int32", ints(1, 2, 3), ints(1, 1, 0), np.array(2, i32))
    yield make(
        "UnsortedSegmentSum",
        "float64_int64",
        uniform(5, 3, dtype=f64),
        longs(1, 1, 0),
        np.array(2, i32),
    )
    yield make(
        "UnsortedSegmentSum", "empty", np.zeros((0, 2), f32), np.zeros((0,), i32), np.array(2, i32)
    )
    yield make(
        "UnsortedSegmentSum",
        "id_out_of_range",
        data,
        ints(0, 5, 0, 2),
        np.array(3, i32),
        fails=True,
    )
    for op in ("SegmentSum", "SegmentMean", "SegmentMax", "SegmentMin", "SegmentProd"):
        yield make(op, "rows", data, ints(0, 0, 1, 3))
