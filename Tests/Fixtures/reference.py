"""What the scripts of this directory share: TensorFlow 1 semantics, one thread, small files.

Each `<directory>/make.py` writes the golden values beside it and is run as

    python Tests/Fixtures/<directory>/make.py

in an environment with `tensorflow-cpu==2.15.1` and `numpy<2`. The same script writes the same bytes
each time on one machine; between machines the last bits of a float may differ.
"""

import json
import os
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
warnings.filterwarnings("ignore")

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
tf1.disable_v2_behavior()
tf1.logging.set_verbosity("ERROR")

DTYPES = {np.dtype(name) for name in ("float32", "float64", "int32", "int64", "bool")}
LARGEST_FILE = 200_000


def session(graph):
    """A session that runs the operations of `graph` as they stand, one after another."""
    options = tf1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
    options.graph_options.rewrite_options.disable_meta_optimizer = True
    options.graph_options.optimizer_options.opt_level = -1
    return tf1.Session(graph=graph, config=options)


def write_npz(path, arrays):
    """Writes a stored (not deflated) `.npz` of float32, float64, int32, int64 and bool arrays."""
    arrays = {key: np.asarray(value) for key, value in arrays.items()}
    for key, value in arrays.items():
        assert value.dtype in DTYPES, (path, key, value.dtype)
    np.savez(path, **arrays)
    _check_size(path)


def write_json(path, rows):
    """Writes a list with one row a line, so that a change of one case changes one line."""
    with open(path, "w", encoding="utf-8") as file:
        lines = (json.dumps(row, allow_nan=False, ensure_ascii=False) for row in rows)
        file.write("[\n" + ",\n".join(lines) + "\n]\n")
    _check_size(path)


def _check_size(path):
    size = os.path.getsize(path)
    assert size <= LARGEST_FILE, (path, size)
    print(f"{os.path.relpath(path)}: {size} bytes")
