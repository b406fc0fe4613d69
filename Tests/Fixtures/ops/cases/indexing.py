"""Parts and places."""

import numpy as np
import tensorflow as tf

from .case import NAN, counting, f32, floats, i32, i64, ints, longs, make, uniform


def strided(label, x, begin, end, strides, fails=False, **masks):
    begin, end, strides = (np.array(v, i32) for v in (begin, end, strides))
    return make("StridedSlice", label, x, begin, end, strides, fails=fails, **masks)


def cases():
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
    yield strided(
        "ellipsis_middle",
        uniform(2, 2, 2, 3),
        [1, 0, 1],
        [2, 0, 3],
        [1, 1, 1],
        ellipsis_mask=2,
        shrink_axis_mask=1,
    )
    yield strided(
        "ellipsis_new_shrink",
        uniform(2, 2, 2, 3),
        [0, 0, 2],
        [0, 0, 3],
        [1, 1, 1],
        ellipsis_mask=1,
        new_axis_mask=2,
        shrink_axis_mask=4,
    )
    yield strided("short", x, [1], [3], [1])
    yield strided("of_shape", longs(5, 6, 7), [1], [2], [1], shrink_axis_mask=1)
    yield strided("bool", np.array([True, False, True]), [0], [3], [2])
    yield strided("index_out_of_range", x, [3, 0], [4, 4], [1, 1], shrink_axis_mask=1, fails=True)
    yield strided("no_step", x, [0, 0], [3, 4], [1, 0], fails=True)
    yield make(
        "StridedSliceGrad", "step", ints(3, 4), ints(0, 0), ints(3, 4), ints(2, 2), uniform(2, 2, 2)
    )
    yield make("Pad", "both", uniform(3, 2, 3), ints([1, 0], [2, 1]))
    yield make("Pad", "none", uniform(3, 2, 3), ints([0, 0], [0, 0]))
    yield make("Pad", "int64", counting(2, dtype=i32), longs([1, 2]).reshape(1, 2))
    yield make("Pad", "negative", uniform(3, 2, 3), ints([-1, 0], [0, 0]), fails=True)
    yield make("PadV2", "value", uniform(3, 2, 3), ints([1, 0], [0, 2]), np.array(9, f32))
    for mode in ("REFLECT", "SYMMETRIC"):
        yield make("MirrorPad", mode.lower(), uniform(3, 2, 3), ints([1, 1], [2, 1]), mode=mode)
        yield make(
            "MirrorPad",
            mode.lower() + "_vector",
            uniform(3, 4),
            ints([2, 0]).reshape(1, 2),
            mode=mode,
        )
    yield make(
        "MirrorPad", "too_far", uniform(3, 2, 3), ints([2, 0], [0, 0]), mode="REFLECT", fails=True
    )
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
    yield make(
        "GatherV2",
        "batched_axis2",
        uniform(5, 2, 2, 3),
        ints([0, 2], [1, 1]),
        np.array(2, i32),
        batch_dims=1,
    )
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
    yield make(
        "OneHot", "values", longs(1, 0), np.array(2, i32), np.array(5, f32), np.array(-5, f32)
    )
    yield make(
        "OneHot", "scalar", np.array(1, i32), np.array(3, i32), np.array(True), np.array(False)
    )
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
    yield make(
        "DynamicStitch",
        "interleaved",
        [ints(0, 3), ints(1, 2)],
        [uniform(1, 2, 2), uniform(2, 2, 2)],
    )
    yield make("DynamicPartition", "rows", uniform(1, 4, 2), ints(0, 1, 1, 0), num_partitions=2)
    yield make("TopKV2", "ties", floats([1, 5, 5, 2], [4, 3, 2, 1]), np.array(2, i32))
    yield make("InTopKV2", "rows", floats([1, 5, 3], [4, 3, 2]), ints(2, 1), np.array(1, i32))
