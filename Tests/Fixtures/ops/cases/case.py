"""What the families of cases are written with."""

import dataclasses

import numpy as np

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


def make(op, label, *inputs, weighted=(), elementwise=False, fails=False, gradient=True, **attrs):
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
