"""TensorFlow 2.15 (`tf.compat.v1`, control flow of TensorFlow 1) as a peer of the benchmarks.

Speaks the protocol of `peer_protocol.py`; needs `tensorflow-cpu==2.15.1` and `numpy<2`.

`check FILE OUT` reads from FILE.npz the initial weights by TensorFlow's names without ":0" (such as
`rnn/basic_lstm_cell/kernel`, `logits/bias`) and four batches, int32 `inputs_0` and `targets_0` to
`inputs_3` and `targets_3`, each [batch, time]. With the sizes of `setup`, keep probability 1 and
learning rate 0.001 it writes to OUT.npz `gradient/NAME` of batch 0 before any step, for each
weight, and `losses`, float32 [100]: of each Adam step, before its update, step n on batch n % 4.
"""

import os
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")  # every function of TensorFlow 1 is called deprecated

import numpy as np
import tensorflow as tf

from peer_protocol import serve

tf1 = tf.compat.v1
tf1.disable_eager_execution()
tf1.disable_control_flow_v2()
tf1.logging.set_verbosity(tf1.logging.ERROR)

CHECK_STEPS, CHECK_BATCHES, CHECK_LEARNING_RATE = 100, 4, 0.001
CELLS = {
    "lstm": tf1.nn.rnn_cell.BasicLSTMCell,
    "gru": tf1.nn.rnn_cell.GRUCell,
    "peephole": lambda units: tf1.nn.rnn_cell.LSTMCell(units, use_peepholes=True),
}


class Model:
    """one_hot -> dynamic_rnn with dropout -> dense -> mean sparse cross-entropy -> Adam."""

    def __init__(self, settings, learning_rate):
        self.graph = tf.Graph()
        with self.graph.as_default():
            tf1.set_random_seed(1)
            self.inputs = tf1.placeholder(tf.int32, [None, None])
            self.targets = tf1.placeholder(tf.int32, [None, None])
            self.keep_prob = tf1.placeholder(tf.float32, [])
            cells = [CELLS[settings["cell"]](settings["units"]) for _ in range(settings["layers"])]
            cell = tf1.nn.rnn_cell.MultiRNNCell(cells) if len(cells) > 1 else cells[0]
            cell = tf1.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=self.keep_prob)
            vocabulary = settings["vocabulary"]
            outputs, _ = tf1.nn.dynamic_rnn(
                cell, tf.one_hot(self.inputs, vocabulary), dtype=tf.float32
            )
            logits = tf1.layers.dense(outputs, vocabulary, name="logits")
            self.loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.targets, logits=logits)
            )
            optimizer = tf1.train.AdamOptimizer(learning_rate)
            gradients = optimizer.compute_gradients(self.loss)
            self.gradients = {variable.op.name: gradient for gradient, variable in gradients}
            self.variables = {variable.op.name: variable for _, variable in gradients}
            self.train = optimizer.apply_gradients(gradients)
            initialize = tf1.global_variables_initializer()
        options = tf1.ConfigProto(
            intra_op_parallelism_threads=settings["threads"],
            inter_op_parallelism_threads=settings["threads"],
        )
        self.session = tf1.Session(graph=self.graph, config=options)
        self.session.run(initialize)

    def feed(self, inputs, targets, keep_prob):
        return {self.inputs: inputs, self.targets: targets, self.keep_prob: keep_prob}

    def step(self, feed):
        return self.session.run([self.loss, self.train], feed)[0]


class Workload:
    def __init__(self, **settings):
        self.settings = settings
        random = np.random.RandomState(0)
        shape = (2, settings["batch"], settings["time"])
        inputs, targets = random.randint(0, settings["vocabulary"], shape)
        self.model = Model(settings, settings["learningRate"])
        self.batch = self.model.feed(inputs, targets, settings["keepProb"])

    def step(self):
        return self.model.step(self.batch)

    def check(self, path, out):
        model = Model(self.settings, CHECK_LEARNING_RATE)
        with np.load(path) as file:
            batches = [
                model.feed(file[f"inputs_{index}"], file[f"targets_{index}"], 1.0)
                for index in range(CHECK_BATCHES)
            ]
            for name, variable in model.variables.items():
                variable.load(file[name], model.session)
        gradients = model.session.run(model.gradients, batches[0])
        losses = [model.step(batches[step % CHECK_BATCHES]) for step in range(CHECK_STEPS)]
        model.session.close()
        arrays = {f"gradient/{name}": value for name, value in gradients.items()}
        with open(out, "wb") as file:  # np.savez would add .npz to a name without it
            np.savez(file, losses=np.array(losses, np.float32), **arrays)


if __name__ == "__main__":
    serve(Workload)
