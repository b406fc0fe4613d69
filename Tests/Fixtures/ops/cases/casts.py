"""Casts."""

import numpy as np
import tensorflow as tf

from .case import INF, NAN, f32, f64, floats, ints, longs, make


def cases():
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
