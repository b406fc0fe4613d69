"""JAX (`lax.scan` under `jit`) as a peer of the benchmarks.

Speaks the protocol of `peer_protocol.py`, without `check`; needs `jax[cpu]==0.6.2`.
"""

import os

import jax
import jax.numpy as jnp
from jax import lax

from peer_protocol import serve

B1, B2, EPSILON = 0.9, 0.999, 1e-8


def lstm(parameters, state, x):
    h, c = state
    i, j, f, o = jnp.split(x + h @ parameters["recurrent"], 4, axis=1)
    c = c * jax.nn.sigmoid(f + 1) + jax.nn.sigmoid(i) * jnp.tanh(j)
    h = jnp.tanh(c) * jax.nn.sigmoid(o)
    return (h, c), h


def gru(parameters, state, x):
    (h,) = state
    units = h.shape[1]
    gates = jax.nn.sigmoid(x[:, : 2 * units] + h @ parameters["recurrent"][:, : 2 * units])
    r, u = jnp.split(gates, 2, axis=1)
    candidate = jnp.tanh(x[:, 2 * units :] + (r * h) @ parameters["recurrent"][:, 2 * units :])
    h = u * h + (1 - u) * candidate
    return (h,), h


def peephole(parameters, state, x):
    h, c = state
    of_i, of_f, of_o = parameters["diagonals"]
    i, j, f, o = jnp.split(x + h @ parameters["recurrent"], 4, axis=1)
    c = c * jax.nn.sigmoid(f + 1 + of_f * c) + jax.nn.sigmoid(i + of_i * c) * jnp.tanh(j)
    h = jnp.tanh(c) * jax.nn.sigmoid(o + of_o * c)
    return (h, c), h


# The step, its gates, the parts of its state, its diagonal weights.
CELLS = {"lstm": (lstm, 4, 2, 0), "peephole": (peephole, 4, 2, 3), "gru": (gru, 3, 1, 0)}


class Workload:
    def __init__(self, **settings):
        # XLA takes as many threads as there are cores that it may use; it asks at the first use.
        cores = sorted(os.sched_getaffinity(0))[: settings["threads"]]
        os.sched_setaffinity(0, cores)
        self.settings = settings
        step, gates, self.parts, diagonals = CELLS[settings["cell"]]
        self.cell = step
        units, vocabulary, layers = settings["units"], settings["vocabulary"], settings["layers"]
        keys = iter(jax.random.split(jax.random.PRNGKey(0), 3 * layers + 4))

        def weight(rows, columns):
            limit = (6 / (rows + columns)) ** 0.5
            return jax.random.uniform(next(keys), (rows, columns), minval=-limit, maxval=limit)

        self.parameters = {
            "layers": [
                {
                    "input": weight(units if layer else vocabulary, gates * units),
                    "recurrent": weight(units, gates * units),
                    "diagonals": weight(diagonals, units),
                    "bias": jnp.zeros(gates * units),
                }
                for layer in range(layers)
            ],
            "kernel": weight(units, vocabulary),
            "bias": jnp.zeros(vocabulary),
        }
        # Two trees: a buffer can be given away once only.
        m, v = (jax.tree.map(jnp.zeros_like, self.parameters) for _ in range(2))
        self.optimizer = (jnp.float32(0), m, v)
        shape = (2, settings["batch"], settings["time"])
        self.inputs, self.targets = jax.random.randint(next(keys), shape, 0, vocabulary)
        self.key = next(keys)
        self.train = jax.jit(self.update, donate_argnums=(0, 1))

    def loss(self, parameters, key):
        settings = self.settings
        # One-hot inputs: the product of the first layer is a choice of rows.
        x = None
        for layer in parameters["layers"]:
            if x is None:
                x = layer["input"][self.inputs.T]
            else:
                x = x @ layer["input"]
            zeros = jnp.zeros((settings["batch"], settings["units"]))
            x = x + layer["bias"]
            _, x = lax.scan(
                lambda state, part: self.cell(layer, state, part), (zeros,) * self.parts, x
            )
        keep = settings["keepProb"]
        x = jnp.where(jax.random.bernoulli(key, keep, x.shape), x / keep, 0)
        logits = x @ parameters["kernel"] + parameters["bias"]
        scores = jax.nn.log_softmax(logits)
        return -jnp.take_along_axis(scores, self.targets.T[..., None], axis=-1).mean()

    def update(self, parameters, optimizer, key):
        count, m, v = optimizer
        key, drop = jax.random.split(key)
        loss, gradients = jax.value_and_grad(self.loss)(parameters, drop)
        count = count + 1
        rate = self.settings["learningRate"] * jnp.sqrt(1 - B2**count) / (1 - B1**count)
        m = jax.tree.map(lambda m, g: B1 * m + (1 - B1) * g, m, gradients)
        v = jax.tree.map(lambda v, g: B2 * v + (1 - B2) * g * g, v, gradients)
        parameters = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), parameters, m, v
        )
        return loss, parameters, (count, m, v), key

    def step(self):
        loss, self.parameters, self.optimizer, self.key = self.train(
            self.parameters, self.optimizer, self.key
        )
        return float(loss)


if __name__ == "__main__":
    serve({"recurrent": Workload})
