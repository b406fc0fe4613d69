#!/usr/bin/env python3
"""Compares the files of graphs/ with TensorFlow 2.15, in both directions.

    check.py STATICGRAPH [--keep DIR]

STATICGRAPH is the command line program, as the build made it. Every file, and the `.pb` that
`staticgraph convert` makes of it, is imported and initialised by TensorFlow and run there on the
same feeds; TensorFlow's file of the imported graph is run here. For hamlet-lstm also `tf.gradients`
of the imported loss and five training steps are compared. Differences are max |a-b| / max |b|.
Ends with status 1 where one is too large.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1
GRAPHS = pathlib.Path(__file__).resolve().parents[3] / "graphs"
TRAINED = ["rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/bias", "logits/kernel", "logits/bias"]

rng = np.random.default_rng(7)


def characters(*shape):
    return rng.integers(0, 41, shape).astype(np.int32)


# For each file: what is fed, what is fetched, and what is run besides the fetches before them.
CASES = {
    "linear-regression": (
        {"x": np.linspace(-1, 1, 20, dtype=np.float32),
         "y": rng.normal(size=20).astype(np.float32)},
        ["prediction", "loss"], "train"),
    "mlp": (
        {"inputs": rng.normal(size=(30, 2)).astype(np.float32),
         "labels": rng.integers(0, 2, 30).astype(np.int32)},
        ["logits/BiasAdd", "loss", "evaluation/accuracy"], "train"),
    "custom-cell": (
        {"inputs": rng.integers(0, 2, (16, 11)).astype(np.int32),
         "labels": rng.integers(0, 2, 16).astype(np.int32)},
        ["loss", "right", "comparison/difference"], "train"),
    "hamlet-lstm": (
        {"inputs": characters(50, 50), "targets": characters(50, 50),
         "keep_prob": np.float32(1), "learning_rate": np.float32(0.001)},
        ["loss", "predictions", "final_state/0", "final_state/1", "clipping/norm"], "train"),
    "hamlet-generate": (
        {"inputs": characters(1, 49), "last": characters(1), "count": np.int32(40),
         "temperature": np.float32(0.8)},
        ["predictions", "greedy/text", "sampled/text"], None),
}

failures = 0


def distance(ours, theirs):
    ours, theirs = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if ours.shape != theirs.shape:
        return float("inf")
    scale = np.abs(theirs).max(initial=0)
    return float(np.abs(ours - theirs).max(initial=0) / (scale if scale > 0 else 1))


def report(what, value, limit):
    global failures
    failures += not value <= limit
    print(f"{'ok' if value <= limit else 'WRONG':6}{what:58}{value:9.1e} <= {limit:.0e}", flush=True)


class Program:
    """The command line program in a directory of its own."""

    def __init__(self, path, directory):
        self.path, self.directory = path, directory

    def __call__(self, *arguments):
        subprocess.run([self.path, *arguments], cwd=self.directory, check=True)

    def results(self, command, model, feeds, *arguments):
        np.savez(self.directory / "feeds.npz", **feeds)
        self(command, str(model), "--init", "--feeds", "feeds.npz", "--out", "out.npz", *arguments)
        with np.load(self.directory / "out.npz") as file:
            return {name: file[name] for name in file.files}


def load(path):
    definition = tf1.GraphDef()
    if path.suffix == ".pb":
        definition.ParseFromString(path.read_bytes())
    else:
        from google.protobuf import text_format
        text_format.Parse(path.read_text(), definition)
    graph = tf1.Graph()
    with graph.as_default():
        tf1.import_graph_def(definition, name="")
    return graph


def tensors(feeds):
    return {f"{name}:0": value for name, value in feeds.items()}


def check(program, path, feeds, fetches, train):
    graph = load(path)
    handles = [op for op in graph.get_operations() if op.type == "VarHandleOp"]
    names = [op.name for op in handles]
    flags = [flag for name in names + fetches for flag in ("--fetch", name)]
    ours = program.results("run", path, feeds, *flags)
    with tf1.Session(graph=graph) as session:
        session.run("init")
        with graph.as_default():
            reads = [tf.raw_ops.ReadVariableOp(resource=op.outputs[0], dtype=op.get_attr("dtype"))
                     for op in handles]
        values = session.run(reads)
        report(f"{path.name}: {len(names)} initial values",
               max(distance(ours[n], v) for n, v in zip(names, values)), 1e-5)
        for name, value in zip(fetches, session.run([f"{f}:0" for f in fetches], tensors(feeds))):
            report(f"{path.name}: {name} {list(value.shape)}", distance(ours[name], value), 1e-5)
        if train:
            losses = [session.run(["loss:0", train], tensors(feeds))[0] for _ in range(5)]
            mine = program.results(
                "run", path, feeds, "--fetch", "loss", "--target", train, "--steps", "5")["loss"]
            report(f"{path.name}: losses of 5 training steps", distance(mine, losses), 1e-4)
    if path.stem == "hamlet-lstm":
        check_gradients(program, path, feeds)
    again = program.directory / f"{path.stem}.tensorflow.pb"
    again.write_bytes(load(path).as_graph_def().SerializeToString())
    back = program.results("run", again, feeds, *flags)
    report(f"{path.name}: TensorFlow's file of it, run here",
           max(distance(back[name], ours[name]) for name in ours), 0)


def check_gradients(program, path, feeds):
    """In a graph of its own: TensorFlow changes a loop that it differentiates."""
    graph = load(path)
    trained = [graph.get_operation_by_name(name) for name in TRAINED]
    with graph.as_default():
        found = tf1.gradients(graph.get_tensor_by_name("loss:0"), [op.outputs[0] for op in trained])
    with tf1.Session(graph=graph) as session:
        session.run("init")
        theirs = session.run(found, tensors(feeds))
    flags = [flag for op in trained for flag in ("--wrt", op.name)]
    ours = program.results("grad", path, feeds, "--of", "loss", *flags)
    for op, value in zip(trained, theirs):
        report(f"{path.name}: tf.gradients of loss for {op.name}", distance(ours[op.name], value), 1e-5)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("staticgraph", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="a directory for what is written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.keep or pathlib.Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        program = Program(options.staticgraph.resolve(), directory.resolve())
        for name, case in CASES.items():
            path = GRAPHS / f"{name}.pbtxt"
            program("convert", str(path), f"{name}.pb")
            for form in (path, program.directory / f"{name}.pb"):
                check(program, form, *case)
    print(f"{failures} differences are too large" if failures else "all agree")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
