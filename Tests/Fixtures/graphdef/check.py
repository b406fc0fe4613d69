"""Has TensorFlow 2.15 run the files that this package writes.

    STATICGRAPH_WRITE_FIXTURES=1 swift test --filter WrittenFileTests
    python3 check.py

For each row of written/index.json: the graph is imported with `tf.compat.v1.import_graph_def`,
fetched three times with a training step after each (`fetch/STEP/NAME` of the .npz), and its loss
is differentiated by TensorFlow itself (`gradient/NAME`, under the name of the package's own
gradient). WrittenFileTests compares the package's results with these.

Each file is run by a process of its own: TensorFlow knows functions by their names alone, and those
that it makes of two files' loops when it differentiates them have the same.
"""

import json
import os
import subprocess
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
from google.protobuf import text_format

tf1 = tf.compat.v1
tf1.disable_v2_behavior()
tf1.enable_control_flow_v2()
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "written")

with open(os.path.join(HERE, "index.json")) as file:
    rows = json.load(file)
if len(sys.argv) == 1:
    for row in rows:
        subprocess.run([sys.executable, __file__, row["name"]], check=True)
for row in rows:
    if row["name"] not in sys.argv[1:]:
        continue
    path = os.path.join(HERE, row["name"])
    definition = tf1.GraphDef()
    with open(path + ".pbtxt") as file:
        text_format.Parse(file.read(), definition)
    with np.load(path + ".npz") as arrays:
        arrays = {key: arrays[key] for key in arrays if key.startswith("feed/")}
    with tf1.Graph().as_default() as graph:
        tf1.import_graph_def(definition, name="")
        tensor = graph.get_tensor_by_name
        feeds = {tensor(key[5:] + ":0"): value for key, value in arrays.items()}
        loss = tensor(row["fetches"][0])
        gradients = tf1.gradients(loss, [tensor(name) for name in row["sources"]])
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        with tf1.Session(graph=graph) as session:
            if row.get("initializer"):
                session.run(graph.get_operation_by_name(row["initializer"]))
            own = session.run(gradients, feeds)
            for name, value in zip(row["fetches"][1:], own):
                arrays["gradient/" + name] = value
            for step in range(3):
                results = session.run(row["fetches"], feeds)
                for name, value in zip(row["fetches"], results):
                    arrays[f"fetch/{step}/{name}"] = np.asarray(value)
                if step == 0:
                    for name, mine, value in zip(row["fetches"][1:], results[1:], own):
                        print(row["name"], name, np.abs(mine - value).max())
                if row.get("train"):
                    session.run(graph.get_operation_by_name(row["train"]), feeds)
    np.savez(path + ".npz", **arrays)
