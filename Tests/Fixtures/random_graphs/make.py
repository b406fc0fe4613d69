"""Golden values of random operations in whole graphs: seeds, names and stream positions.

Writes `graphs.json`: for each pair of a graph's seed and the operations' own seed, the names and
seeds of the random operations, and the values of three runs of one session, those of normal
distributions also as they are drawn.
"""

import os
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), ".."))

from reference import np, session, tf, tf1, write_json

HERE = os.path.dirname(os.path.abspath(__file__))
LOGITS = np.log(np.array([[0.1, 0.2, 0.3, 0.4], [0.7, 0.1, 0.1, 0.1]], np.float32))
RUNS = 3


def declare(seed):
    """One operation of each kind, in the order in which the tests declare them."""
    return {
        "uniform": tf1.random_uniform([5], seed=seed),
        "uniform_range": tf1.random_uniform([2, 3], -2.0, 3.0, seed=seed),
        "uniform_double": tf1.random_uniform([3], dtype=tf.float64, seed=seed),
        "normal": tf1.random_normal([2, 3], 1.0, 2.0, seed=seed),
        "truncated": tf1.truncated_normal([6], 0.5, 0.25, seed=seed),
        "int32": tf1.random_uniform([7], -5, 10, dtype=tf.int32, seed=seed),
        "int64": tf1.random_uniform([3], 0, 10**12, dtype=tf.int64, seed=seed),
        "multinomial": tf1.multinomial(LOGITS, 6, seed=seed),
    }


def tensor(value):
    return {"dtype": value.dtype.name, "shape": list(value.shape), "values": value.ravel().tolist()}


def row(graph_seed, seed):
    with tf1.Graph().as_default() as graph:
        if graph_seed is not None:
            tf1.set_random_seed(graph_seed)
        tensors = declare(seed)
        stateful = [
            {"name": op.name, "op": op.type, "seed": op.get_attr("seed"), "seed2": op.get_attr("seed2")}
            for op in graph.get_operations()
            if op.op_def.is_stateful
        ]
        names = {key: value.op.name for key, value in tensors.items()}
        # What is drawn, before it is scaled and shifted: draw * stddev + mean.
        for key in ("normal", "truncated"):
            tensors[key + "_draw"] = tensors[key].op.inputs[0].op.inputs[0]
        with session(graph) as run:
            runs = [run.run(tensors) for _ in range(RUNS)]
    return {
        "graphSeed": graph_seed,
        "seed": seed,
        "names": names,
        "operations": stateful,
        "runs": [{key: tensor(value) for key, value in values.items()} for values in runs],
    }


pairs = [(1, None), (None, 7), (1, 7), (0, 0), (-3, 2**31), (2**40 + 5, None)]
write_json(os.path.join(HERE, "graphs.json"), [row(*pair) for pair in pairs])
