"""Golden values of second-order derivatives through loops and conditionals, in float64.

Run as `python Tests/Fixtures/second_order/make.py` (tensorflow-cpu==2.15.1, numpy<2). Control flow
is TensorFlow's functional one, which alone differentiates loops twice. The script checks each
second derivative against central differences of the first.

With g_x = d loss / d x for each differentiable input x of a case:

    penalty   = sum over x of reduce_sum(square(g_x))
    second_x  = d penalty / d x
    product_x = d (sum over y of reduce_sum(g_y * v_y)) / d x       # Hessian-vector product

`index.json` is a list of {name, formula, inputs, file}; `formula` is the loss in pseudo-code over
the names in `inputs` (constants are written out in it; `lengths` is int32 and not differentiated).

Keys of each `.npz`, float64 unless said otherwise:

    input/NAME, loss, first/NAME, penalty, second/NAME, vector/NAME, product/NAME

NAME of a cell's weight is TensorFlow's, as in `rnn/basic_lstm_cell/kernel`.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from reference import np, session, tf, tf1, write_json, write_npz

tf1.enable_control_flow_v2()
tf1.enable_resource_variables()
rnn_cell = tf1.nn.rnn_cell
STEP, TOLERANCE = 1e-5, 1e-6


def recurrent(cell, lengths=None):
    def build(x):
        outputs, state = tf1.nn.dynamic_rnn(
            cell(), x["x"], sequence_length=lengths, dtype=tf.float64
        )
        states = tf.nest.flatten(state)
        return tf.reduce_sum(outputs * outputs * outputs) + tf.add_n(
            [tf.reduce_sum(tf.sin(value)) for value in states]
        )

    return build


def while_until(x):
    turn = lambda a: a * x["w"] + tf.sin(a)
    (a,) = tf.while_loop(lambda a: tf.reduce_sum(a) < 6.0, lambda a: (turn(a),), (x["a"],))
    return tf.reduce_sum(tf.square(a))


def while_no_turn(x):
    (a,) = tf.while_loop(lambda a: tf.reduce_sum(a) < 0.0, lambda a: (a * x["w"],), (x["a"],))
    return tf.reduce_sum(a * a * a) + tf.reduce_sum(tf.exp(x["w"]))


def nested(x):
    def outer(i, a):
        def inner(j, b):
            return j + 1, tf.tanh(b * x["w"] + x["b"])

        _, a = tf.while_loop(lambda j, b: j <= i, inner, (tf.constant(0), a))
        return i + 1, a * a + x["b"]

    _, a = tf.while_loop(lambda i, a: i < 3, outer, (tf.constant(0), x["a"]))
    return tf.reduce_sum(a)


def cond_in_loop(x):
    def turn(i, a):
        up = lambda: tf.sin(a) * x["w"]
        down = lambda: a * a - x["w"]
        return i + 1, tf.cond(tf.reduce_sum(a) > 0.0, down, up)

    _, a = tf.while_loop(lambda i, a: i < 5, turn, (tf.constant(0), x["a"]))
    return tf.reduce_sum(tf.square(a))


def loop_in_cond(x):
    def looped():
        turn = lambda i, a: (i + 1, tf.tanh(a * x["w"]))
        return tf.while_loop(lambda i, a: i < 3, turn, (tf.constant(0), x["a"]))[1]

    return tf.reduce_sum(tf.cond(tf.reduce_sum(x["a"]) > 0.0, looped, lambda: x["a"]))


def scan(x):
    states = tf.scan(lambda h, e: tf.tanh(h * x["u"] + e * x["w"]), x["x"], x["h"])
    return tf.reduce_sum(tf.square(states))


def map_fn(x):
    return tf.reduce_sum(tf.square(tf.map_fn(lambda e: tf.exp(tf.sin(e)) * x["w"], x["x"])))


CELL_FORMULA = (
    "outputs, state = dynamic_rnn({}, x{}); "
    "reduce_sum(outputs * outputs * outputs) + sum over state parts s of reduce_sum(sin(s))"
)
LENGTHS = np.array([4, 2], np.int32)
CASES = [
    (
        "basic_rnn",
        CELL_FORMULA.format("BasicRNNCell(3)", ""),
        {"x": (2, 4, 2)},
        recurrent(lambda: rnn_cell.BasicRNNCell(3)),
    ),
    (
        "lstm",
        CELL_FORMULA.format("BasicLSTMCell(3)", ""),
        {"x": (2, 4, 2)},
        recurrent(lambda: rnn_cell.BasicLSTMCell(3)),
    ),
    (
        "gru",
        CELL_FORMULA.format("GRUCell(3)", ""),
        {"x": (2, 4, 2)},
        recurrent(lambda: rnn_cell.GRUCell(3)),
    ),
    (
        "lstm_lengths",
        CELL_FORMULA.format("BasicLSTMCell(3)", ", sequence_length=lengths"),
        {"x": (2, 4, 2)},
        recurrent(lambda: rnn_cell.BasicLSTMCell(3), LENGTHS),
    ),
    (
        "while_until",
        "while reduce_sum(a) < 6: a = a * w + sin(a); reduce_sum(square(a))",
        {"a": np.array([0.5, 0.7, 0.9]), "w": np.array([1.1, 1.3, 0.8])},
        while_until,
    ),
    (
        "while_no_turn",
        "while reduce_sum(a) < 0: a = a * w; reduce_sum(a * a * a) + reduce_sum(exp(w))",
        {"a": np.array([0.5, 0.7, 0.9]), "w": np.array([1.1, 1.3, 0.8])},
        while_no_turn,
    ),
    (
        "nested",
        "for i in 0..<3: { for j in 0...i: a = tanh(a * w + b) }, a = a * a + b; reduce_sum(a)",
        {"a": (3,), "w": (3,), "b": (3,)},
        nested,
    ),
    (
        "cond_in_loop",
        "5 times: a = reduce_sum(a) > 0 ? a * a - w : sin(a) * w; reduce_sum(square(a))",
        {"a": np.array([0.6, -0.4, 0.5]), "w": np.array([0.9, 0.7, 0.8])},
        cond_in_loop,
    ),
    (
        "loop_in_cond",
        "reduce_sum(a) > 0 ? { 3 times: a = tanh(a * w) } : a; reduce_sum(a)",
        {"a": np.array([0.6, -0.4, 0.5]), "w": np.array([0.9, 0.7, 0.8])},
        loop_in_cond,
    ),
    (
        "scan",
        "h = tanh(h * u + e * w) for each row e of x; reduce_sum(square(all h))",
        {"x": (4, 3), "h": (3,), "u": (3,), "w": (3,)},
        scan,
    ),
    (
        "map_fn",
        "y = exp(sin(e)) * w for each row e of x; reduce_sum(square(all y))",
        {"x": (4, 3), "w": (3,)},
        map_fn,
    ),
]


def make(name, formula, shapes, build, seed):
    random = np.random.RandomState(seed)
    value = lambda s: s if isinstance(s, np.ndarray) else random.uniform(-0.9, 0.9, s)
    graph = tf.Graph()
    with graph.as_default():
        given = {key: tf1.placeholder(tf.float64, np.shape(value(s))) for key, s in shapes.items()}
        loss = build(given)
        weights = {variable.op.name: variable for variable in tf1.trainable_variables()}
        names = list(given) + list(weights)
        inputs = list(given.values()) + list(weights.values())
        vectors = [tf1.placeholder(tf.float64, x.shape) for x in inputs]
        zero = tf.UnconnectedGradients.ZERO
        first = tf.gradients(loss, inputs, unconnected_gradients=zero)
        penalty = tf.add_n([tf.reduce_sum(tf.square(g)) for g in first])
        second = tf.gradients(penalty, inputs, unconnected_gradients=zero)
        along = tf.add_n([tf.reduce_sum(g * v) for g, v in zip(first, vectors)])
        product = tf.gradients(along, inputs, unconnected_gradients=zero)
        settings = [tf1.placeholder(tf.float64, w.shape) for w in weights.values()]
        assign = [tf1.assign(w, p) for w, p in zip(weights.values(), settings)]

    point = [value(shapes[key]) if key in shapes else value(weights[key].shape) for key in names]
    directions = [random.uniform(-1, 1, np.shape(p)) for p in point]
    fetches = {"loss": loss, "penalty": penalty, "along": along}
    fetches.update(first=first, second=second, product=product)
    with session(graph) as run:

        def at(point, fetches):
            if assign:
                run.run(assign, dict(zip(settings, point[len(given) :])))
            feed = dict(zip(given.values(), point))
            return run.run(fetches, {**feed, **dict(zip(vectors, directions))})

        values = at(point, fetches)
        scalars = {key: fetches[key] for key in ("penalty", "along", "loss")}
        derivatives = {"loss": "first", "penalty": "second", "along": "product"}
        for position in range(len(point)):
            for index in np.ndindex(*np.shape(point[position])):
                moved = [[np.array(p) for p in point] for _ in range(2)]
                moved[0][position][index] += STEP
                moved[1][position][index] -= STEP
                above, below = (at(m, scalars) for m in moved)
                for scalar, derivative in derivatives.items():
                    difference = (above[scalar] - below[scalar]) / (2 * STEP)
                    exact = values[derivative][position][index]
                    error = abs(difference - exact) / max(1, abs(exact), abs(values[scalar]))
                    assert error < TOLERANCE, (name, names[position], derivative, exact, difference)

    arrays = {"loss": values["loss"], "penalty": values["penalty"]}
    for position, key in enumerate(names):
        arrays[f"input/{key}"] = point[position]
        arrays[f"vector/{key}"] = directions[position]
        for derivative in ("first", "second", "product"):
            arrays[f"{derivative}/{key}"] = values[derivative][position]
    if "lengths" in formula:
        arrays["input/lengths"] = LENGTHS
        names = names + ["lengths"]
    write_npz(os.path.join(HERE, name + ".npz"), arrays)
    return {"name": name, "formula": formula, "inputs": names, "file": name + ".npz"}


if __name__ == "__main__":
    rows = [make(*case, seed) for seed, case in enumerate(CASES)]
    write_json(os.path.join(HERE, "index.json"), rows)
