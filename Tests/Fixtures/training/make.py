"""Golden values of initialisers, dropout and wrapped, bidirectional and unrolled recurrent cells.

Run as `python Tests/Fixtures/training/make.py` (tensorflow-cpu==2.15.1, numpy<2).

`initializers.npz`: key NAME/SHAPE, the first value of a variable made by initialiser NAME with seed 7
in a graph with seed 3, for the shapes 6x5, 3x4x2 and 7.

`dropout.npz`: x [5, 6]; number and tensor, its results for keep probability 0.6 given as a number
and as a tensor, with seed 5 in a graph with seed 3, two runs each: [2, 5, 6].

`cells.npz`: for CASE in

    dropout       DropoutWrapper(BasicRNNCell(5), 0.7 of inputs, 0.6 of outputs, 0.8 of states, seed 11)
    variational   the same with BasicLSTMCell and variational_recurrent, inputs whole
    residual      ResidualWrapper(GRUCell(4)), inputs 4 wide
    bidirectional BasicLSTMCell(3) forwards, GRUCell(2) backwards, with lengths
    unrolled      static_rnn of BasicLSTMCell(3), with lengths

keys CASE/inputs [batch, time, depth], CASE/lengths, CASE/variable/NAME, CASE/output (bidirectional:
/fw, /bw), CASE/state/0, CASE/state/1 ... The graphs have seed 3. dynamic_rnn runs the first two.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from reference import np, session, tf, tf1, write_npz

SHAPES = {"6x5": [6, 5], "3x4x2": [3, 4, 2], "7": [7]}
k1 = tf1.keras.initializers
INITIALIZERS = {
    "randomUniform": lambda: tf1.random_uniform_initializer(-0.3, 0.9, seed=7),
    "randomNormal": lambda: tf1.random_normal_initializer(0.5, 2.0, seed=7),
    "truncatedNormal": lambda: tf1.truncated_normal_initializer(0.5, 2.0, seed=7),
    "uniformUnitScaling": lambda: tf1.uniform_unit_scaling_initializer(1.5, seed=7),
    "glorotUniform": lambda: tf1.glorot_uniform_initializer(seed=7),
    "glorotNormal": lambda: tf1.glorot_normal_initializer(seed=7),
    "heUniform": lambda: k1.he_uniform(seed=7),
    "heNormal": lambda: k1.he_normal(seed=7),
    "lecunUniform": lambda: k1.lecun_uniform(seed=7),
    "lecunNormal": lambda: k1.lecun_normal(seed=7),
    "untruncated": lambda: tf1.variance_scaling_initializer(
        2.0, "fan_out", "untruncated_normal", seed=7
    ),
}


def initializers():
    arrays = {}
    for name, make in INITIALIZERS.items():
        for label, shape in SHAPES.items():
            graph = tf.Graph()
            with graph.as_default():
                tf1.set_random_seed(3)
                variable = tf1.get_variable("v", shape, initializer=make())
                initialize = tf1.global_variables_initializer()
            with session(graph) as run:
                run.run(initialize)
                arrays[f"{name}/{label}"] = run.run(variable)
    write_npz(os.path.join(HERE, "initializers.npz"), arrays)


def dropout():
    x = np.random.RandomState(1).uniform(-2, 2, (5, 6)).astype(np.float32)
    arrays = {"x": x}
    for kind in ("number", "tensor"):
        graph = tf.Graph()
        with graph.as_default():
            tf1.set_random_seed(3)
            keep = tf1.placeholder(tf.float32, []) if kind == "tensor" else 0.6
            result = tf1.nn.dropout(tf.constant(x), keep_prob=keep, seed=5)
        with session(graph) as run:
            feed = {keep: 0.6} if kind == "tensor" else {}
            arrays[kind] = np.stack([run.run(result, feed) for _ in range(2)])
    write_npz(os.path.join(HERE, "dropout.npz"), arrays)


rnn_cell = tf1.nn.rnn_cell


def cells():
    random = np.random.RandomState(2)
    arrays = {}

    def case(name, depth, lengths, build):
        inputs_value = random.uniform(-1, 1, (3, 4, depth)).astype(np.float32)
        graph = tf.Graph()
        with graph.as_default():
            tf1.set_random_seed(3)
            inputs = tf.constant(inputs_value)
            outputs, state = build(inputs, None if lengths is None else tf.constant(lengths))
            variables = tf1.global_variables()
            initialize = tf1.global_variables_initializer()
            weights = {
                v: random.uniform(-0.7, 0.7, v.shape).astype(np.float32) for v in variables
            }
            assign = [tf1.assign(v, value) for v, value in weights.items()]
        fetches = {f"{name}/{key}": value for key, value in outputs.items()}
        for index, part in enumerate(tf.nest.flatten(state)):
            fetches[f"{name}/state/{index}"] = part
        with session(graph) as run:
            run.run(initialize)
            run.run(assign)
            arrays.update(run.run(fetches))
        arrays[f"{name}/inputs"] = inputs_value
        if lengths is not None:
            arrays[f"{name}/lengths"] = lengths
        arrays.update({f"{name}/variable/{v.op.name}": value for v, value in weights.items()})

    def dynamic(cell):
        def build(inputs, lengths):
            outputs, state = tf1.nn.dynamic_rnn(cell(), inputs, lengths, dtype=tf.float32)
            return {"output": outputs}, state

        return build

    def both(inputs, lengths):
        outputs, states = tf1.nn.bidirectional_dynamic_rnn(
            rnn_cell.BasicLSTMCell(3), rnn_cell.GRUCell(2), inputs, lengths, dtype=tf.float32
        )
        return {"output/fw": outputs[0], "output/bw": outputs[1]}, states

    def unrolled(inputs, lengths):
        outputs, state = tf1.nn.static_rnn(
            rnn_cell.BasicLSTMCell(3), tf.unstack(inputs, axis=1), sequence_length=lengths,
            dtype=tf.float32,
        )
        return {"output": tf.stack(outputs, axis=1)}, state

    wrapper = rnn_cell.DropoutWrapper
    lengths = np.array([4, 1, 3], np.int32)
    case("dropout", 6, None,
         dynamic(lambda: wrapper(rnn_cell.BasicRNNCell(5), 0.7, 0.6, 0.8, seed=11)))
    case("variational", 6, None,
         dynamic(lambda: wrapper(rnn_cell.BasicLSTMCell(5), 1.0, 0.6, 0.8, seed=11,
                                 variational_recurrent=True, dtype=tf.float32)))
    case("residual", 4, None, dynamic(lambda: rnn_cell.ResidualWrapper(rnn_cell.GRUCell(4))))
    case("bidirectional", 5, lengths, both)
    case("unrolled", 5, lengths, unrolled)
    write_npz(os.path.join(HERE, "cells.npz"), arrays)


if __name__ == "__main__":
    initializers()
    dropout()
    cells()
