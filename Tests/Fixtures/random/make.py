"""Writes random.json: what TensorFlow's random operations give for given seeds.

Each row has two executions of one operation. Of large results the positions in `indices` are kept.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from reference import np, session, tf, tf1, write_json

HERE = os.path.dirname(os.path.abspath(__file__))
rows = []


def executions(build, seed, seed2):
    """The seeds of the operation that `build` makes, and its results in two runs."""
    graph = tf.Graph()
    with graph.as_default():
        if seed is not None:
            tf1.set_random_seed(seed)
        tensor = build(seed2)
        (node,) = [n for n in graph.as_graph_def().node if "seed2" in n.attr]
        with session(graph) as run:
            return node.attr["seed"].i, node.attr["seed2"].i, [run.run(tensor) for _ in range(2)]


def record(distribution, dtype, build, seed, seed2, count, **extra):
    seed, seed2, results = executions(build, seed, seed2)
    indices = list(range(count)) if count < 300 else [0, 1, 2, 3, 1023, 1024, 1025, 4095, 65537]
    indices += [] if count < 300 else [count // 2, count - 3, count - 2, count - 1]
    rows.append(
        {
            "distribution": distribution,
            "dtype": dtype.name,
            "seed": seed,
            "seed2": seed2,
            "count": count,
            "indices": [] if count < 300 else indices,
            "results": [[value.item() for value in r.reshape(-1)[indices]] for r in results],
            **extra,
        }
    )


SEEDS = [(1234, 5), (None, 9), (7, None), (0, 0), (2**31 - 1, -3)]
FLOATS = {
    "uniform": tf1.random_uniform,
    "normal": tf1.random_normal,
    "truncated_normal": tf1.truncated_normal,
}
for name, function in FLOATS.items():
    for dtype in (tf.float32, tf.float64):
        for index, (seed, seed2) in enumerate(SEEDS):
            for count in (1, 3, 8, 37) if index else (2, 203, 100003):
                build = lambda s: function([count], dtype=dtype, seed=s)
                record(name, dtype, build, seed, seed2, count)
for dtype, low, high in (
    (tf.int32, 0, 10),
    (tf.int32, -(2**31), 2**31 - 1),
    (tf.int64, -5, 1000003),
    (tf.int64, -(2**62), 2**62),
):
    for count in (1, 9, 100003):
        build = lambda s: tf1.random_uniform([count], low, high, dtype, seed=s)
        record("uniform_int", dtype, build, 7, 5, count, low=low, high=high)

generator = np.random.RandomState(1)
for classes, batch, samples in ((4, 3, 7), (65, 5, 1), (41, 2, 33)):
    logits = generator.randn(batch, classes).astype(np.float32)
    if classes == 4:
        logits[1, 2] = -np.inf
    shown = [x if np.isfinite(x) else None for x in logits.reshape(-1).tolist()]
    build = lambda s: tf1.multinomial(tf.constant(logits), samples, seed=s)
    record(
        "multinomial", tf.int64, build, 42, 3, batch * samples,
        classes=classes, samples=samples, logits=shown,
    )

write_json(os.path.join(HERE, "random.json"), rows)
