"""Neural networks."""

import numpy as np

from .case import INF, NAN, f32, f64, floats, i32, ints, longs, make, uniform


def cases():
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
    yield make(
        op,
        "large",
        floats([1000, 0, -1000]).reshape(1, 3),
        floats([0, 0, 1]).reshape(1, 3),
        weighted=(0,),
    )
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
    yield make(
        "ClipByValue", "scalars", floats(-3, -1, 0, 2, 5), np.array(-1, f32), np.array(2, f32)
    )
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
            yield make(
                "MaxPool", label, image, ksize=[1, 2, 2, 1], strides=strides, padding=padding
            )
            yield make(
                "AvgPool", label, image, ksize=[1, 3, 3, 1], strides=strides, padding=padding
            )
    yield make(
        "Conv2D",
        "dilated",
        image,
        kernel,
        strides=[1, 1, 1, 1],
        padding="VALID",
        dilations=[1, 2, 2, 1],
        gradient=False,
    )
    yield make(
        "Conv2D",
        "channels",
        uniform(4, 1, 3, 3, 2),
        uniform(5, 3, 3, 2, 2),
        strides=[1, 1, 1, 1],
        padding="SAME",
    )
    yield make(
        "Conv2D",
        "explicit",
        image,
        kernel,
        strides=[1, 1, 1, 1],
        padding="EXPLICIT",
        explicit_paddings=[0, 0, 1, 0, 0, 2, 0, 0],
    )
    yield make(
        "DepthwiseConv2dNative",
        "same",
        uniform(4, 1, 3, 3, 2),
        uniform(5, 2, 2, 2, 1),
        strides=[1, 1, 1, 1],
        padding="SAME",
    )
    yield make("LRN", "default", uniform(4, 1, 2, 2, 4), depth_radius=1)
    yield from images()


def images():
    """Windows of several channels, strides and dilations, and the gradients as operations."""
    x = uniform(6, 2, 5, 4, 3)
    kernel = uniform(7, 2, 3, 3, 2)
    sizes = np.array(x.shape, i32)
    for label, attrs, height, width in (
        ("same", {"padding": "SAME", "strides": [1, 2, 1, 1]}, 3, 4),
        ("valid", {"padding": "VALID", "strides": [1, 1, 1, 1]}, 4, 2),
        (
            "explicit",
            {
                "padding": "EXPLICIT",
                "explicit_paddings": [0, 0, 2, 1, 0, 1, 0, 0],
                "strides": [1, 2, 2, 1],
            },
            4,
            2,
        ),
    ):
        yield make("Conv2D", f"images_{label}", x, kernel, **attrs)
        dy = uniform(8, 2, height, width, 2)
        yield make("Conv2DBackpropInput", label, sizes, kernel, dy, **attrs)
        filters = np.array(kernel.shape, i32)
        yield make("Conv2DBackpropFilter", label, x, filters, dy, **attrs)
    yield make(
        "Conv2D", "float64", x.astype(f64), kernel.astype(f64), padding="SAME", strides=[1, 1, 1, 1]
    )
    one = uniform(9, 1, 1, 3, 2)
    yield make("Conv2D", "pointwise", x, one, padding="VALID", strides=[1, 1, 1, 1])
    attrs = {"padding": "VALID", "strides": [1, 1, 1, 1]}
    yield make("Conv2D", "window_too_large", x, uniform(7, 7, 1, 3, 1), fails=True, **attrs)
    yield make("Conv2D", "channels_differ", x, uniform(7, 2, 2, 2, 1), fails=True, **attrs)
    # Ties, of which the first takes the gradient.
    tied = np.round(uniform(10, 2, 5, 4, 2) * 3).astype(f32)
    for padding, height, width in (("SAME", 3, 4), ("VALID", 2, 2)):
        attrs = {"ksize": [1, 2, 3, 1], "strides": [1, 2, 1, 1], "padding": padding}
        label = padding.lower()
        y = pooled(np.max, tied, padding, height, width)
        dy = uniform(11, 2, height, width, 2)
        yield make("MaxPool", f"ties_{label}", tied, **attrs)
        yield make("MaxPoolGrad", label, tied, y, dy, **attrs)
        yield make("MaxPoolGradGrad", label, tied, y, uniform(12, *tied.shape), **attrs)
        yield make("AvgPool", f"images_{label}", tied, **attrs)
        # TensorFlow returns the shape itself as the gradient of a shape.
        shape = np.array(tied.shape, i32)
        yield make("AvgPoolGrad", label, shape, dy, gradient=False, **attrs)
    yield make(
        "MaxPool",
        "explicit",
        tied,
        ksize=[1, 2, 2, 1],
        strides=[1, 2, 2, 1],
        padding="EXPLICIT",
        explicit_paddings=[0, 0, 1, 0, 0, 1, 0, 0],
        gradient=False,
    )
    attrs = {"ksize": [1, 2, 2, 1], "strides": [1, 1, 1, 1], "padding": "VALID"}
    yield make("MaxPool", "float64", tied.astype(f64), **attrs)


def pooled(reduce, x, padding, height, width):
    """Pools of windows of two by three that are two by one apart."""
    left = {"SAME": 1, "VALID": 0}[padding]
    y = np.zeros((x.shape[0], height, width, x.shape[3]), x.dtype)
    for p in range(height):
        for q in range(width):
            columns = slice(max(0, q - left), q - left + 3)
            y[:, p, q] = reduce(x[:, 2 * p : 2 * p + 2, columns], axis=(1, 2))
    return y
