"""Golden values of single operations: outputs, and gradients where TensorFlow registers one.

Run as `python Tests/Fixtures/ops/make.py` (tensorflow-cpu==2.15.1, numpy<2). The cases stand in
`cases/`, one file a family, and each family is written to `FAMILY.json`: a list of

    name       unique; begins with the operation's type
    op         NodeDef op type
    attrs      {NAME: {KIND: VALUE}}, every attribute of the node; KIND is the type that OpDef
               gives it: "type" (a dtype's name), "bool", "int", "float", "string", "shape" (a
               list), or "list(int)" and so on
    inputs     TENSORs, list inputs spread out
    outputs    TENSORs
    weights    TENSOR for each output that takes part in the gradient, null for the others
    gradients  d (sum over weighted outputs of reduce_sum(output * weight)) / d input: TENSOR or
               null for each input; gathered gradients are dense. The whole list is null where no
               output is floating, TensorFlow has no gradient or its gradient fails; absent, with
               outputs and weights, where the operation fails
    error      TensorFlow's message, only where the operation fails

A TENSOR is {"dtype": NAME, "shape": [...], "values": [...]} in row-major order. Booleans are 0 and
1. Values that JSON has no number for are the strings "nan", "inf", "-inf"; integers beyond 2^53 are
strings too. Floats are the shortest decimals that give the same float32 or float64 again.

For elementwise operations the script evaluates every element by itself too, and refuses a case in
which TensorFlow's vector code and its scalar code disagree on what is NaN or infinite.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from reference import np, session, tf, tf1, write_json

from cases import FAMILIES
from tensorflow.python.framework import op_def_library, op_def_registry

LARGEST_CASE = 200  # numbers in one tensor


def number(value):
    """A NumPy scalar as what JSON can hold."""
    if isinstance(value, np.bool_):
        return int(value)
    if isinstance(value, np.integer):
        return int(value) if abs(int(value)) <= 2**53 else str(value)
    if np.isnan(value):
        return "nan"
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    shortest = float(str(value))
    assert value.dtype.type(shortest) == value
    return int(shortest) if shortest.is_integer() and 0 < abs(shortest) < 1e6 else shortest


def tensor(value):
    value = np.asarray(value)
    assert value.size <= LARGEST_CASE
    values = [number(element) for element in value.reshape(-1)]
    return {"dtype": value.dtype.name, "shape": list(value.shape), "values": values}


def attribute(kind, value):
    def single(kind, value):
        if kind == "type":
            return tf.as_dtype(value).name
        if kind == "float":
            return number(np.float32(value))
        if kind == "string":
            return value.decode()
        if kind == "shape":
            return None if value.unknown_rank else [dimension.size for dimension in value.dim]
        return value

    fields = {
        "type": "type",
        "float": "f",
        "string": "s",
        "shape": "shape",
        "int": "i",
        "bool": "b",
    }
    if kind.startswith("list("):
        element = kind[5:-1]
        return {kind: [single(element, v) for v in getattr(value.list, fields[element])]}
    return {kind: single(kind, getattr(value, fields[kind]))}


def attributes(node, definition):
    return {a.name: attribute(a.type, node.attr[a.name]) for a in definition.attr}


def settings(case, definition):
    """The attributes of a case, with OpDef's defaults for those that its inputs do not settle."""
    fields = {"type": "type", "float": "f", "string": "s", "int": "i", "bool": "b"}
    settled = {
        name
        for a in definition.input_arg
        for name in (a.type_attr, a.number_attr, a.type_list_attr)
    }
    defaults = {}
    for a in definition.attr:
        if a.HasField("default_value") and a.name not in settled:
            value, kind = a.default_value, a.type
            if kind.startswith("list("):
                defaults[a.name] = list(getattr(value.list, fields[kind[5:-1]]))
            else:
                defaults[a.name] = getattr(value, fields[kind])
    return {**defaults, **case.attrs}


def evaluate(case):
    """The row of a case."""
    definition = op_def_registry.get(case.op)
    random = np.random.RandomState(len(case.name) + 17 * len(case.op))
    row = {"name": case.name, "op": case.op}
    graph = tf.Graph()
    with graph.as_default():
        # What fails is fed, so that it fails when it runs and not when its shapes are inferred.
        if case.fails:
            given = tf.nest.map_structure(lambda v: tf1.placeholder(v.dtype), case.inputs)
        else:
            given = tf.nest.map_structure(lambda v: tf.constant(v, v.dtype, v.shape), case.inputs)
        flat, flat_values = tf.nest.flatten(given), tf.nest.flatten(case.inputs)
        row["inputs"] = [tensor(v) for v in flat_values]
        arguments = {a.name: value for a, value in zip(definition.input_arg, given)}
        attrs = settings(case, definition)
        op_def_library.apply_op(case.op, name="case", **arguments, **attrs)
        operation = graph.get_operation_by_name("case")
        outputs = list(operation.outputs)
        row["attrs"] = attributes(operation.node_def, definition)
        if case.fails:
            row["error"] = message_of_failure(outputs, dict(zip(flat, flat_values)))
            return row
        with session(graph) as run:
            values = run.run(outputs)
        row["outputs"] = [tensor(value) for value in values]
        weights = [
            (
                (np.round(random.uniform(-1, 1, value.shape) * 64) / 64).astype(value.dtype)
                if output.dtype.is_floating and index in (case.weighted or range(len(outputs)))
                else None
            )
            for index, (output, value) in enumerate(zip(outputs, values))
        ]
        row["weights"] = [None if w is None else tensor(w) for w in weights]
        row["gradients"] = None
        terms = [tf.reduce_sum(o * w) for o, w in zip(outputs, weights) if w is not None]
        if terms and case.gradient:
            total = tf.add_n([tf.cast(term, tf.float64) for term in terms])
            try:
                gradients = tf.gradients(total, flat)
            except LookupError:
                return row
            gradients = [None if g is None else tf.convert_to_tensor(g) for g in gradients]
            with session(graph) as run:
                present = iter(run.run([g for g in gradients if g is not None]))
            row["gradients"] = [None if g is None else tensor(next(present)) for g in gradients]
    if case.elementwise:
        check_elements(case, definition, values)
    return row


def message_of_failure(outputs, feed):
    with session(outputs[0].graph) as run:
        try:
            values = run.run(outputs, feed)
        except tf.errors.OpError as error:
            lines = error.message.split("\n")
            # "Graph execution error:", where it was declared, "Node: ...", the message
            after = [i for i, line in enumerate(lines) if line.startswith("Node: ")]
            return lines[after[0] + 1 if after else 0].split(" [[")[0].strip()
    raise AssertionError((outputs, values))


def check_elements(case, definition, whole):
    """Vector code and scalar code agree on which elements are NaN and infinite."""
    broadcast = np.broadcast_arrays(*case.inputs)
    graph = tf.Graph()
    attrs = settings(case, definition)
    with graph.as_default():
        results = []
        for elements in zip(*(value.reshape(-1) for value in broadcast)):
            names = [a.name for a in definition.input_arg]
            arguments = {name: tf.constant(e) for name, e in zip(names, elements)}
            results.append(op_def_library.apply_op(case.op, **arguments, **attrs))
        with session(graph) as run:
            scalars = np.array(run.run(results), whole[0].dtype).reshape(whole[0].shape)
    if whole[0].dtype.kind == "f":
        for test in (np.isnan, np.isposinf, np.isneginf):
            differ = test(scalars) != test(whole[0])
            assert not differ.any(), (case.name, [v[differ] for v in broadcast], scalars[differ])
        if not np.allclose(scalars, whole[0], rtol=1e-5, atol=1e-7, equal_nan=True):
            raise AssertionError((case.name, scalars, whole[0]))
    else:
        assert np.array_equal(scalars, whole[0]), case.name


if __name__ == "__main__":
    seen = set()
    for family, cases in FAMILIES.items():
        rows = []
        for case in cases():
            assert case.name not in seen, case.name
            seen.add(case.name)
            rows.append(evaluate(case))
        write_json(os.path.join(HERE, family + ".json"), rows)
    print(f"{len(seen)} cases of {len({name.split('/')[0] for name in seen})} operations")
