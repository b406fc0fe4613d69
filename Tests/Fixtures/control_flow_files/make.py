"""Graphs that TensorFlow writes with its functional control flow, and what it computes with them.

Run as `python Tests/Fixtures/control_flow_files/make.py [CASE ...]` (tensorflow-cpu==2.15.1,
numpy<2) for all cases or some. Each is declared again, on a graph of its own with resource variables:

    NAME.pb             the forward graph
    NAME_training.pb    the same with `tf.gradients` of the loss and a step of an optimizer (`train`)
    NAME_second.pb      the same with gradients of the sum of all squared gradients; of few cases

These are binary GraphDefs. `NAME.npz` holds float32 values unless said otherwise, for the initial
values of the variables that `init` gives them:

    feed/TENSOR         what is fed
    value/TENSOR        what is computed, `loss:0` among them
    variable/NAME       initial values
    gradient/NAME       d loss / d NAME, a fed tensor or a variable
    second/NAME         d (sum over all gradients g of reduce_sum(square(g))) / d NAME
    losses              the losses before each of five runs of `train`

`index.json` is a list of

    {name, init, fed, values, wrt, gradients, second, train, operations}

where `gradients` and `second` are the tensors of the training and second graph that hold the
gradients with respect to `wrt`, in that order, and `init` is of the training graph (that of the
others is `init`); `operations` are the types of all operations of the files, those of their function
libraries included. Tensors that a case lacks are left out.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from reference import np, session, tf, tf1, write_json, write_npz

tf1.enable_control_flow_v2()
tf1.enable_resource_variables()
rnn_cell = tf1.nn.rnn_cell

STEPS = 5
BATCH, TIME, DEPTH, UNITS = 3, 5, 4, 4
LENGTHS = np.array([5, 2, 3], np.int32)


def uniform(seed, *shape):
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype(np.float32)


def placeholder(value, name, shape=None):
    return tf1.placeholder(value.dtype, value.shape if shape is None else shape, name=name)


# Each case is given `fed`, a dictionary to which it adds placeholders with their values, and returns
# the tensors to look at, and the loss.


def recurrent(cell, has_lengths=False, shape=(None, TIME, DEPTH), keep=None):
    def build(fed):
        value = uniform(1, BATCH, TIME, DEPTH)
        x = placeholder(value, "x", shape)
        fed[x] = value
        lengths = None
        if has_lengths:
            lengths = placeholder(LENGTHS, "lengths", [None])
            fed[lengths] = LENGTHS
        made = cell()
        if keep is not None:
            made = rnn_cell.DropoutWrapper(made, output_keep_prob=keep)
        # Draws of one turn at a time, or TensorFlow draws for the turns in any order.
        outputs, state = tf1.nn.dynamic_rnn(
            made,
            x,
            sequence_length=lengths,
            dtype=tf.float32,
            parallel_iterations=1 if keep is not None else None,
        )
        states = tf.nest.flatten(state)
        loss = tf.reduce_mean(tf.square(outputs - 0.3)) + tf.add_n(
            [tf.reduce_mean(tf.sin(value)) for value in states]
        )
        return [outputs] + states, loss

    return build


def text_model(fed):
    """What trains on characters: ids in, ids out, two layers with dropout, clipped gradients."""
    ids = np.random.RandomState(2).randint(0, 7, (BATCH, TIME + 1)).astype(np.int32)
    x, y = (placeholder(value, name, [None, None])
            for value, name in ((ids[:, :-1], "x"), (ids[:, 1:], "y")))
    keep = tf1.placeholder_with_default(np.float32(0.75), [], name="keep_prob")
    fed[x], fed[y] = ids[:, :-1], ids[:, 1:]
    cells = [
        rnn_cell.DropoutWrapper(rnn_cell.BasicLSTMCell(UNITS), output_keep_prob=keep)
        for _ in range(2)
    ]
    cell = rnn_cell.MultiRNNCell(cells)
    start = cell.zero_state(tf.shape(x)[0], tf.float32)
    outputs, _ = tf1.nn.dynamic_rnn(
        cell, tf.one_hot(x, 7), initial_state=start, parallel_iterations=1
    )
    logits = tf1.layers.dense(outputs, 7, name="logits")
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
    return [logits], tf.reduce_mean(losses)


def two_way(fed):
    value = uniform(3, BATCH, TIME, DEPTH)
    x = placeholder(value, "x")
    lengths = placeholder(LENGTHS, "lengths")
    fed[x], fed[lengths] = value, LENGTHS
    outputs, _ = tf1.nn.bidirectional_dynamic_rnn(
        rnn_cell.GRUCell(UNITS), rnn_cell.GRUCell(UNITS), x, lengths, dtype=tf.float32
    )
    return list(outputs), tf.reduce_mean(tf.square(tf.concat(outputs, 2)))


def vector(fed, name="a", seed=4):
    value = uniform(seed, 3)
    a = placeholder(value, name)
    fed[a] = value
    return a


def weight(name, seed=5, shape=(3,)):
    return tf1.get_variable(name, initializer=uniform(seed, *shape))


def cond(fed):
    a, w = vector(fed), weight("w")
    y = tf.cond(
        tf.reduce_sum(a) > 0.0, lambda: (tf.sin(a) * w, a + 1.0), lambda: (a * a - w, a * w)
    )
    z = tf.cond(tf.reduce_sum(w) > 0.0, lambda: tf.exp(y[0]), lambda: y[0] * y[1])
    return [y[0], y[1], z], tf.reduce_sum(y[0] * y[1]) + tf.reduce_sum(tf.square(z))


def case(fed):
    a, w = vector(fed), weight("w")
    branch = placeholder(np.int32(2), "branch")
    fed[branch] = np.int32(2)
    y = tf.switch_case(
        branch, [lambda: tf.sin(a), lambda: a * w, lambda: tf.exp(a * w)], lambda: a - w
    )
    total = tf.reduce_sum(y)
    z = tf1.case(
        [(total > 5.0, lambda: y * 2.0), (total > 0.0, lambda: y * w)], lambda: y * y
    )
    return [y, z], tf.reduce_sum(tf.square(z))


def nested(fed):
    a, w, b = vector(fed), weight("w"), weight("b", 6)

    def outer(i, a):
        turn = lambda j, c: (j + 1, tf.tanh(c * w + b))
        _, a = tf.while_loop(lambda j, c: j <= i, turn, (tf.constant(0), a))
        return i + 1, a * a + b

    _, a = tf.while_loop(lambda i, a: i < 3, outer, (tf.constant(0), a))
    return [a], tf.reduce_sum(a)


def even_nested(fed):
    """An inner loop that turns equally often in each turn of the outer one."""
    value = uniform(7, 3, 4, 2)
    x, w = placeholder(value, "x"), weight("w", shape=(2, 2))
    fed[x] = value
    step = lambda h, e: tf.tanh(tf.matmul(h[tf.newaxis], w)[0] + e)
    rows = tf.map_fn(lambda row: tf.scan(step, row, tf.zeros([2])), x)
    return [rows], tf.reduce_mean(tf.square(rows))


def until(fed):
    a, w = vector(fed), weight("w")
    turn = lambda i, a: (i + 1, a * (1.5 + tf.square(w)) + tf.sin(a))
    i, a = tf.while_loop(
        lambda i, a: tf.reduce_sum(tf.square(a)) < 60.0, turn, (tf.constant(0), a)
    )
    return [i, a], tf.reduce_sum(tf.sin(a))


def bounded(fed):
    """Ends by its data or by a greatest number of turns."""
    a, w = vector(fed), weight("w")
    (a,) = tf.while_loop(
        lambda a: tf.reduce_sum(tf.square(a)) > 1e-3,
        lambda a: (a * w,),
        (a,),
        maximum_iterations=4,
    )
    return [a], tf.reduce_sum(a * a)


def map_fn(fed):
    value = uniform(8, 4, 3)
    x, w = placeholder(value, "x", [None, 3]), weight("w")
    fed[x] = value
    y = tf.map_fn(lambda e: tf.exp(tf.sin(e)) * w, x)
    pairs = tf.map_fn(lambda e: (e[0] * w, tf.reduce_sum(e[1])), (x, y), dtype=(tf.float32,) * 2)
    return [y, *pairs], tf.reduce_sum(tf.square(y)) + tf.reduce_sum(pairs[0] * 0.5) * pairs[1][1]


def scan(fed):
    value = uniform(9, 4, 3)
    x, u, w = placeholder(value, "x"), weight("u"), weight("w", 6)
    fed[x] = value
    states = tf.scan(lambda h, e: tf.tanh(h * u + e * w), x, tf.zeros([3]))
    back = tf.scan(lambda h, e: h * u + e, x, reverse=True)
    return [states, back], tf.reduce_sum(tf.square(states)) + tf.reduce_sum(back)


def fold(fed):
    value = uniform(10, 4, 3)
    x, w = placeholder(value, "x", [None, 3]), weight("w")
    fed[x] = value
    left = tf.foldl(lambda h, e: h * w + e, x)
    right = tf.foldr(lambda h, e: tf.sin(h) * e, x, tf.ones([3]))
    return [left, right], tf.reduce_sum(left * right)


def tensor_array(fed):
    value = uniform(11, 5, 3)
    x, w = placeholder(value, "x"), weight("w")
    fed[x] = value
    rows = tf.TensorArray(tf.float32, 5).unstack(x)
    squares = tf.TensorArray(tf.float32, 5, element_shape=[3])
    grown = tf.TensorArray(tf.float32, 0, dynamic_size=True, clear_after_read=False)
    grown = grown.write(0, w)

    def turn(i, squares, grown):
        row = rows.read(i)
        before = grown.read(i)
        return i + 1, squares.write(4 - i, row * row * w), grown.write(i + 1, before * row)

    _, squares, grown = tf.while_loop(lambda i, *_: i < 5, turn, (tf.constant(0), squares, grown))
    some = squares.gather([3, 0, 4])
    parts = tf.TensorArray(tf.float32, 2, infer_shape=False)
    parts = parts.split(tf.reshape(squares.stack(), [-1]), [6, 9])
    values = [squares.stack(), grown.stack(), some, parts.concat(), parts.read(1)]
    loss = tf.reduce_sum(values[0]) + tf.reduce_sum(tf.square(values[1])) + tf.reduce_sum(
        tf.sin(some)) + tf.reduce_sum(tf.square(values[3])) + tf.reduce_sum(values[4])
    return values + [grown.size()], loss


def cond_in_loop(fed):
    a, w = placeholder(np.array([0.6, -0.4, 0.5], np.float32), "a"), weight("w")
    fed[a] = np.array([0.6, -0.4, 0.5], np.float32)

    def turn(i, a):
        down = lambda: a * a - tf.square(w)
        up = lambda: tf.sin(a) * w
        return i + 1, tf.cond(tf.reduce_sum(a) > 0.0, down, up)

    _, a = tf.while_loop(lambda i, a: i < 5, turn, (tf.constant(0), a))
    return [a], tf.reduce_sum(tf.square(a))


def loop_in_cond(fed):
    a, w = vector(fed), weight("w")

    def looped():
        turn = lambda i, a: (i + 1, tf.tanh(a * w))
        return tf.while_loop(lambda i, a: i < 3, turn, (tf.constant(0), a))[1]

    y = tf.cond(tf.reduce_sum(a) < 9.0, looped, lambda: a)
    return [y], tf.reduce_sum(y)


def calls(fed):
    """Functions that are called, one within the other."""
    a, w = vector(fed), weight("w")
    table = weight("table", 12, (4, 3))
    ids = placeholder(np.array([3, 1, 3], np.int32), "ids")
    fed[ids] = np.array([3, 1, 3], np.int32)

    @tf.function(autograph=False)
    def inner(x):
        return tf.sin(x) * w, x * 2.0

    @tf.function(autograph=False)
    def outer(x, rows):
        y, z = inner(x)
        _, total = tf.while_loop(
            lambda i, h: i < 3, lambda i, h: (i + 1, h + inner(h)[0]), (tf.constant(0), y)
        )
        return total * z + tf.nn.embedding_lookup(rows, ids)

    y = outer(a, table)
    return [y], tf.reduce_sum(tf.square(y))


def truth(fed):
    """Predicates that are no bool scalars: a number that is not zero is true, an array with elements."""
    a = vector(fed)
    spec = tf.TensorSpec([3], tf.float32)
    numbers = [
        np.int32(2), np.int32(-1), np.float32(-0.5), np.float32(-0.0), np.float32("nan"),
        np.int32(0), np.int64(1 << 32), np.float64(1e-300), np.array([0.0, 0.0], np.float32),
        np.zeros([0], np.float32), np.array([False]), np.zeros([2, 0], np.bool_),
    ]

    def function(body, *specs):
        made = tf.function(body, autograph=False).get_concrete_function(*specs)
        made.add_to_graph(tf1.get_default_graph())
        return made

    then, otherwise = function(lambda a: a * 2.0, spec), function(lambda a: a - 1.0, spec)
    values = []
    for index, number in enumerate(numbers):
        predicate = placeholder(number, f"predicate_{index}")
        fed[predicate] = number
        values += tf.raw_ops.If(
            cond=predicate, input=[a], Tout=[tf.float32], then_branch=then, else_branch=otherwise)
    count = tf.TensorSpec([], tf.float32)
    turns, last = tf.raw_ops.While(
        input=[tf.constant(1.5), a],
        cond=function(lambda n, a: n, count, spec),
        body=function(lambda n, a: (n - 0.5, tf.sin(a)), count, spec))
    return values + [tf.identity(turns), tf.identity(last)], None


def generate(fed):
    """Draws characters, each given to the cell as its next input."""
    first = placeholder(np.array([2, 0, 1], np.int32), "first")
    fed[first] = np.array([2, 0, 1], np.int32)
    cell = rnn_cell.GRUCell(UNITS)
    w = tf1.get_variable("w", [UNITS, 6])
    drawn = tf.TensorArray(tf.int32, TIME, element_shape=[BATCH])

    def turn(i, ids, state, drawn):
        output, state = cell(tf.one_hot(ids, 6), state)
        ids = tf.random.categorical(tf.matmul(output, w), 1, dtype=tf.int32)[:, 0]
        ids.set_shape([BATCH])
        return i + 1, ids, state, drawn.write(i, ids)

    start = (tf.constant(0), first, cell.zero_state(BATCH, tf.float32), drawn)
    *_, state, drawn = tf.while_loop(lambda i, *_: i < TIME, turn, start)
    return [drawn.stack(), state], None


LSTM = lambda: rnn_cell.BasicLSTMCell(UNITS)
CASES = [
    ("lstm", recurrent(LSTM), "adam"),
    ("lstm_exact", recurrent(LSTM, shape=(BATCH, TIME, DEPTH)), "adam second"),
    ("lstm_lengths", recurrent(LSTM, True), "adam"),
    ("lstm_dropout", recurrent(LSTM, keep=0.75), "momentum"),
    ("lstm_peepholes", recurrent(lambda: rnn_cell.LSTMCell(UNITS, use_peepholes=True, num_proj=2)),
     "sgd"),
    ("gru", recurrent(lambda: rnn_cell.GRUCell(UNITS)), "adam"),
    ("gru_lengths", recurrent(lambda: rnn_cell.GRUCell(UNITS), True), "sgd"),
    ("two_way", two_way, "sgd"),
    ("text_model", text_model, "adam clipped"),
    ("cond", cond, "sgd second written"),
    ("case", case, "sgd"),
    ("nested", nested, "sgd second"),
    ("even_nested", even_nested, "sgd"),
    ("until", until, "sgd second written"),
    ("bounded", bounded, "sgd"),
    ("map_fn", map_fn, "sgd"),
    ("scan", scan, "sgd second"),
    ("fold", fold, "sgd"),
    ("tensor_array", tensor_array, "sgd"),
    ("cond_in_loop", cond_in_loop, "sgd second"),
    ("loop_in_cond", loop_in_cond, "sgd"),
    ("calls", calls, "sgd"),
    ("truth", truth, ""),
    ("generate", generate, ""),
]
OPTIMIZERS = {
    "adam": lambda: tf1.train.AdamOptimizer(0.01),
    "sgd": lambda: tf1.train.GradientDescentOptimizer(0.01),
    "momentum": lambda: tf1.train.MomentumOptimizer(0.01, 0.9),
}


def write_graph(graph, name):
    """Writes the graph without what tells of the Python that made it."""
    definition = graph.as_graph_def()
    path = os.path.join(HERE, name + ".pb")
    with open(path, "wb") as file:
        file.write(definition.SerializeToString(deterministic=True))
    print(f"{name}.pb: {os.path.getsize(path)} bytes")
    nodes = list(definition.node) + [
        node for function in definition.library.function for node in function.node_def
    ]
    return {node.op for node in nodes}


def declare(build):
    tf1.set_random_seed(1)
    fed = {}
    values, loss = build(fed)
    if loss is not None:
        loss = tf.identity(loss, name="loss")
    tf1.global_variables_initializer()
    return fed, values, loss


def make(name, build, options):
    row = {"name": name, "init": "init"}
    arrays = {}
    with tf.Graph().as_default() as graph:
        fed, values, loss = declare(build)
        names = [tensor.name for tensor in values + [loss] * (loss is not None)]
        variables = {variable.op.name: variable for variable in tf1.global_variables()}
    operations = write_graph(graph, name)
    feed = {tensor.name: value for tensor, value in fed.items()}
    with session(graph) as run:
        run.run("init")
        arrays.update({f"variable/{key}": run.run(v) for key, v in variables.items()})
        arrays.update({f"value/{key}": value for key, value in zip(names, run.run(names, feed))})
    arrays.update({f"feed/{key}": value for key, value in feed.items()})
    row.update(fed=list(feed), values=names)

    if loss is not None:
        with tf.Graph().as_default() as graph:
            fed, values, loss = declare(build)
            weights = tf1.trainable_variables()
            inputs = [tensor for tensor in fed if tensor.dtype.is_floating]
            row["wrt"] = [x.name for x in inputs] + [v.op.name for v in weights]
            given = tf.gradients(loss, inputs + weights)
            gradients = [tf.convert_to_tensor(g) for g in given]
            row["gradients"] = [g.name for g in gradients]
            updates = given[len(inputs) :]
            if "clipped" in options:
                updates, _ = tf.clip_by_global_norm(updates, 0.2)
            OPTIMIZERS[options.split()[0]]().apply_gradients(zip(updates, weights), name="train")
            initial = tf1.global_variables_initializer()
            row.update(init=initial.name, train="train")
        operations |= write_graph(graph, name + "_training")
        with session(graph) as run:
            run.run(initial)
            found = run.run(gradients, feed)
            arrays.update({f"gradient/{x}": value for x, value in zip(row["wrt"], found)})
        with session(graph) as run:
            run.run(initial)
            losses = [run.run([loss, "train"], feed)[0] for _ in range(STEPS)]
        arrays["losses"] = np.array(losses, np.float32)
        assert np.isfinite(losses).all() and len(set(losses)) == STEPS, (name, losses)

    if "second" in options:
        with tf.Graph().as_default() as graph:
            fed, values, loss = declare(build)
            inputs = [tensor for tensor in fed if tensor.dtype.is_floating]
            inputs += tf1.trainable_variables()
            squares = [tf.reduce_sum(tf.square(g)) for g in tf.gradients(loss, inputs)]
            second = tf.gradients(tf.add_n(squares), inputs)
        if "written" in options:
            row["second"] = [g.name for g in second]
            operations |= write_graph(graph, name + "_second")
        with session(graph) as run:
            run.run("init")
            found = run.run(second, feed)
            arrays.update({f"second/{x}": value for x, value in zip(row["wrt"], found)})
    row["operations"] = sorted(operations)
    write_npz(os.path.join(HERE, name + ".npz"), arrays)
    return row


if __name__ == "__main__":
    chosen = sys.argv[1:] or [name for name, *_ in CASES]
    index = os.path.join(HERE, "index.json")
    known = {}
    if sys.argv[1:]:
        with open(index) as file:
            known = {row["name"]: row for row in json.load(file)}
    rows = [make(*case) if case[0] in chosen else known[case[0]] for case in CASES]
    write_json(index, rows)
