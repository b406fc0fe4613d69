"""TensorFlow 2.15 (`tf.compat.v1`, control flow of TensorFlow 1) as a peer of the benchmarks.

Speaks the protocol of `peer_protocol.py`; needs `tensorflow-cpu==2.15.1` and `numpy<2`.

`check FILE OUT` is for workloads that train. It reads from FILE.npz the initial weights by
TensorFlow's names without ":0" (such as `rnn/basic_lstm_cell/kernel`, `logits/bias`) and four
batches, `inputs_0` and `targets_0` to `inputs_3` and `targets_3`. With the sizes of `setup`, keep
probability 1 and learning rate 0.001 it writes to OUT.npz `gradient/NAME` of batch 0 before any
step, for each weight, and `losses`, float32 [100]: of each Adam step, before its update, step n on
batch n % 4.
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


def make_session(graph, settings):
    options = tf1.ConfigProto(
        intra_op_parallelism_threads=settings["threads"],
        inter_op_parallelism_threads=settings["threads"],
    )
    return tf1.Session(graph=graph, config=options)


class Recurrent:
    """one_hot -> dynamic_rnn with dropout -> dense."""

    def __init__(self, settings):
        self.settings = settings

    def declare(self):
        settings = self.settings
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
        return tf1.layers.dense(outputs, vocabulary, name="logits")

    def batch(self, random):
        shape = (2, self.settings["batch"], self.settings["time"])
        return random.randint(0, self.settings["vocabulary"], shape)

    def feed(self, inputs, targets, is_checked):
        keep_prob = 1.0 if is_checked else self.settings["keepProb"]
        return {self.inputs: inputs, self.targets: targets, self.keep_prob: keep_prob}


class Images:
    """What models of images have in common: what they are fed."""

    def __init__(self, settings):
        self.settings = settings

    def declare(self):
        self.inputs = tf1.placeholder(tf.float32, [None, 784])
        self.targets = tf1.placeholder(tf.int32, [None])
        return self.logits(self.inputs)

    def batch(self, random):
        count = self.settings["batch"]
        return random.rand(count, 784).astype(np.float32), random.randint(0, 10, count)

    def feed(self, inputs, targets, is_checked):
        return {self.inputs: inputs, self.targets: targets}


class Perceptron(Images):
    def logits(self, x):
        for index in (1, 2):
            x = tf1.layers.dense(x, 512, tf.nn.relu, name=f"hidden_{index}")
        return tf1.layers.dense(x, 10, name="logits")


class Convolutional(Images):
    def logits(self, x):
        x = tf.reshape(x, [-1, 28, 28, 1])
        for index, filters in ((1, 32), (2, 64)):
            x = tf1.layers.conv2d(
                x, filters, 5, padding="same", activation=tf.nn.relu, name=f"convolution_{index}"
            )
            x = tf1.layers.max_pooling2d(x, 2, 2)
        x = tf.reshape(x, [-1, 7 * 7 * 64])
        x = tf1.layers.dense(x, 1024, tf.nn.relu, name="hidden")
        return tf1.layers.dense(x, 10, name="logits")


class Trainer:
    """A model with its mean sparse cross-entropy and Adam, in a session."""

    def __init__(self, model, learning_rate):
        self.model = model
        graph = tf.Graph()
        with graph.as_default():
            tf1.set_random_seed(1)
            logits = model.declare()
            self.loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(
                    labels=model.targets, logits=logits
                )
            )
            optimizer = tf1.train.AdamOptimizer(learning_rate)
            gradients = optimizer.compute_gradients(self.loss)
            self.gradients = {variable.op.name: gradient for gradient, variable in gradients}
            self.variables = {variable.op.name: variable for _, variable in gradients}
            self.train = optimizer.apply_gradients(gradients)
            initialize = tf1.global_variables_initializer()
        self.session = make_session(graph, model.settings)
        self.session.run(initialize)

    def step(self, feed):
        return self.session.run([self.loss, self.train], feed)[0]


def training(Model):
    """The workload of training a model."""

    class Training:
        def __init__(self, **settings):
            self.settings = settings
            model = Model(settings)
            self.trainer = Trainer(model, settings["learningRate"])
            self.feed = model.feed(*model.batch(np.random.RandomState(0)), is_checked=False)

        def step(self):
            return self.trainer.step(self.feed)

        def check(self, path, out):
            model = Model(self.settings)
            trainer = Trainer(model, CHECK_LEARNING_RATE)
            with np.load(path) as file:
                feeds = [
                    model.feed(file[f"inputs_{index}"], file[f"targets_{index}"], is_checked=True)
                    for index in range(CHECK_BATCHES)
                ]
                for name, variable in trainer.variables.items():
                    variable.load(file[name], trainer.session)
            gradients = trainer.session.run(trainer.gradients, feeds[0])
            losses = [trainer.step(feeds[step % CHECK_BATCHES]) for step in range(CHECK_STEPS)]
            trainer.session.close()
            arrays = {f"gradient/{name}": value for name, value in gradients.items()}
            with open(out, "wb") as file:  # np.savez would add .npz to a name without it
                np.savez(file, losses=np.array(losses, np.float32), **arrays)

    return Training


class Overhead:
    """Small operations in one graph, which `declare` makes from the settings."""

    def __init__(self, **settings):
        graph = tf.Graph()
        with graph.as_default():
            self.fetch, self.feed, self.units = self.declare(**settings)
        self.session = make_session(graph, settings)

    def step(self):
        self.session.run(self.fetch, self.feed)


class Chain(Overhead):
    def declare(self, operations, **_):
        x, one = (tf1.placeholder(tf.float32, [8]) for _ in range(2))
        total = x
        for _ in range(operations):
            total = total + one
        return total, {x: np.zeros(8), one: np.ones(8)}, operations


class While(Overhead):
    def declare(self, turns, **_):
        limit = tf1.placeholder(tf.int32, [])
        start = tf1.placeholder(tf.float32, [])
        _, end = tf.while_loop(
            lambda i, x: i < limit, lambda i, x: (i + 1, x * 0.999), (tf.constant(0), start)
        )
        return end, {limit: turns, start: 1.0}, turns


class AddOne(Overhead):
    def declare(self, runs, **_):
        x = tf1.placeholder(tf.float32, [])
        return x + 1, {x: 2.0}, runs

    def step(self):
        for _ in range(self.units):
            self.session.run(self.fetch, self.feed)


WORKLOADS = {
    "recurrent": training(Recurrent),
    "mlp": training(Perceptron),
    "cnn": training(Convolutional),
    "chain": Chain,
    "while": While,
    "add-one": AddOne,
}

if __name__ == "__main__":
    serve(WORKLOADS)
