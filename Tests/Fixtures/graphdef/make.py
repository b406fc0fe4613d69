"""Graphs that TensorFlow 2.15 writes, with what they compute there.

    python3 make.py

NAME.pb and NAME.pbtxt hold the same graph; NAME.npz what is fed (`feed/x`) and what TensorFlow
gives (`fetch/y:0`).
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from google.protobuf import text_format

tf1 = tf.compat.v1
tf1.disable_v2_behavior()
tf1.enable_resource_variables()
HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, definition, feeds, fetches, prepare=None):
    """Runs `definition`, read again by TensorFlow, and writes it with its results."""
    with open(os.path.join(HERE, name + ".pb"), "wb") as file:
        file.write(definition.SerializeToString(deterministic=True))
    with open(os.path.join(HERE, name + ".pbtxt"), "w") as file:
        file.write(text_format.MessageToString(definition))
    arrays = {"feed/" + key: value for key, value in feeds.items()}
    with tf1.Graph().as_default() as graph:
        tf1.import_graph_def(definition, name="")
        with tf1.Session(graph=graph) as session:
            if prepare:
                session.run(prepare)
            results = session.run(fetches, {key + ":0": value for key, value in feeds.items()})
    for key, value in zip(fetches, results):
        arrays["fetch/" + key] = value.astype("S") if value.dtype == object else value
    np.savez(os.path.join(HERE, name + ".npz"), **arrays)


def encodings():
    """Every way in which elements of an array can be written."""
    definition = tf1.GraphDef()
    definition.versions.producer = 1645
    fetches = []

    def constant(name, dtype, shape, **fields):
        node = definition.node.add(name=name, op="Const")
        node.attr["dtype"].type = dtype
        tensor = node.attr["value"].tensor
        tensor.dtype = dtype
        for extent in shape:
            tensor.tensor_shape.dim.add(size=extent)
        for field, value in fields.items():
            if field == "tensor_content":
                tensor.tensor_content = value
            else:
                getattr(tensor, field).extend(value)
        fetches.append(name + ":0")

    constant("content", tf.float32.as_datatype_enum, [2, 2],
             tensor_content=np.array([1, -2, 0.5, np.inf], "<f4").tobytes())
    constant("content_int64", tf.int64.as_datatype_enum, [2],
             tensor_content=np.array([1 << 40, -1], "<i8").tobytes())
    constant("content_bool", tf.bool.as_datatype_enum, [3], tensor_content=b"\1\0\1")
    constant("floats", tf.float32.as_datatype_enum, [3], float_val=[1.5, -0.0, 3e-40])
    constant("doubles", tf.float64.as_datatype_enum, [2], double_val=[0.1, -1e300])
    constant("ints", tf.int32.as_datatype_enum, [2], int_val=[-7, 2147483647])
    constant("bytes", tf.uint8.as_datatype_enum, [2], int_val=[0, 255])
    constant("longs", tf.int64.as_datatype_enum, [2], int64_val=[-(1 << 62), 3])
    constant("bools", tf.bool.as_datatype_enum, [2], bool_val=[True, False])
    constant("strings", tf.string.as_datatype_enum, [2], string_val=[b"a\0b", b"\xff"])
    constant("splat", tf.float32.as_datatype_enum, [2, 3], float_val=[2.5])
    constant("tail", tf.int32.as_datatype_enum, [5], int_val=[1, 2])
    constant("same_string", tf.string.as_datatype_enum, [3], string_val=[b"x"])
    constant("zeros", tf.float64.as_datatype_enum, [2])
    constant("scalar", tf.float32.as_datatype_enum, [], float_val=[7])
    constant("empty", tf.float32.as_datatype_enum, [0, 3])
    write("encodings", definition, {}, fetches)


def operations():
    """Operations of many kinds, with attributes that are not the defaults."""
    with tf1.Graph().as_default() as graph:
        x = tf1.placeholder(tf.float32, [None, 3], name="x")
        ids = tf1.placeholder(tf.int32, [None], name="ids")
        w = tf1.get_variable("w", initializer=np.arange(12, dtype=np.float32).reshape(3, 4) / 10)
        with tf1.device("/device:CPU:0"):
            product = tf.matmul(x, w, name="product")
        with tf1.control_dependencies([product]):
            biased = tf.nn.bias_add(product, tf.constant([1.0, -1.0, 0.0, 2.0]), name="biased")
        with tf1.colocate_with(w.op):
            scaled = tf.multiply(biased, 0.5, name="scaled")
        parts = tf.split(scaled, 2, axis=1, name="parts")
        fetches = [
            tf.nn.softmax(scaled, name="softmax"),
            tf.reduce_sum(scaled, axis=[0], keepdims=True, name="sum"),
            tf.reduce_mean(scaled, name="mean"),
            tf.concat([parts[1], parts[0]], axis=1, name="concat"),
            tf.transpose(scaled, name="transpose"),
            tf.matmul(x, x, transpose_b=True, name="gram"),
            tf.gather(tf.identity(w), ids, name="gather"),
            tf.one_hot(ids, 4, on_value=2.0, off_value=-1.0, axis=0, name="one_hot"),
            tf.stack([ids, ids * 2], axis=1, name="stack"),
            scaled[1:, ::2] + 1,
            tf.argmax(scaled, axis=1, output_type=tf.int32, name="argmax"),
            tf.cumsum(scaled, axis=1, exclusive=True, reverse=True, name="cumsum"),
            tf.where(scaled > 0, scaled, tf.zeros_like(scaled), name="where"),
            tf.cast(scaled, tf.int64, name="cast"),
            tf.shape(scaled, out_type=tf.int64, name="shape"),
            tf.nn.leaky_relu(scaled, alpha=0.3, name="leaky"),
            tf.squeeze(tf.expand_dims(scaled, 1), axis=[1], name="squeeze"),
            tf.pad(x, [[0, 1], [1, 0]], constant_values=9.0, name="pad"),
            tf.unique(ids, name="unique")[1],
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=ids, logits=scaled, name="loss"),
            tf1.random_uniform([4], seed=5, name="uniform"),
            tf.range(2, 11, 3, name="range"),
            tf.linalg.band_part(tf.matmul(x, x, transpose_a=True), 0, -1, name="band"),
            tf.clip_by_value(scaled, -0.2, 0.3, name="clip"),
        ]
        names = [tensor.name for tensor in fetches]
        definition = graph.as_graph_def()
    feeds = {
        "x": np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3),
        "ids": np.array([0, 2, 1, 2], np.int32),
    }
    write("operations", definition, feeds, names, prepare=["w/Assign"])


encodings()
operations()
