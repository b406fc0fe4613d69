"""Golden values of small recurrent models: outputs, gradients of step 1, losses of 100 Adam steps.

Run as `python Tests/Fixtures/recurrent/make.py` (tensorflow-cpu==2.15.1, numpy<2).

The model, batch 4, time 7, vocabulary 11, units 8, float32:

    x       = one_hot(inputs, 11)
    outputs, state = dynamic_rnn(cell, x, sequence_length=lengths or None)
    logits  = dense(outputs, 11, name="logits")
    loss    = reduce_mean(sparse_softmax_cross_entropy_with_logits(targets, logits))   # no mask
    train   = AdamOptimizer(0.001).minimize(loss)

`index.json` is a list of {name, cell, layers, sequenceLength, units, projection, cellClip, file}
(projection and cellClip are null where a cell has none; `lstm` is BasicLSTMCell, `lstm_peephole`
and `lstm_projection` are LSTMCell(use_peepholes=True)). More than one layer is a MultiRNNCell.

Keys of each `.npz`:

    inputs, targets       int32 [4, 4, 7]   [batch of the cycle, row, time]; step n: batch n % 4
    lengths               int32 [4, 4]      [batch of the cycle, row]; only with sequenceLength
    variable/NAME         weights before step 1, by TensorFlow's name without ":0"
    outputs               [4, 7, depth]     dynamic_rnn's outputs of batch 0 with those weights
    state/LAYER           [4, depth]        final state of a layer (basic_rnn, gru)
    state/LAYER/c, .../h  [4, depth]        final state of a layer (LSTM cells)
    loss                  []                of batch 0 with the weights before step 1
    gradient/NAME         d loss / d NAME, batch 0, weights before step 1
    losses                [100]             of each Adam step, fetched together with the step
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from reference import np, session, tf, tf1, write_json, write_npz

BATCH, TIME, VOCABULARY, UNITS, CYCLE, STEPS = 4, 7, 11, 8, 4, 100
PROJECTION, CELL_CLIP = 5, 0.2
# Row by row: a full row, an empty row, and a batch that ends before the last time step.
LENGTHS = np.array([[7, 3, 0, 5], [4, 5, 2, 1], [7, 7, 7, 7], [1, 6, 3, 2]], np.int32)

rnn_cell = tf1.nn.rnn_cell
CELLS = {
    "basic_rnn": lambda: rnn_cell.BasicRNNCell(UNITS),
    "gru": lambda: rnn_cell.GRUCell(UNITS),
    "lstm": lambda: rnn_cell.BasicLSTMCell(UNITS),
    "lstm_peephole": lambda: rnn_cell.LSTMCell(UNITS, use_peepholes=True),
    "lstm_projection": lambda: rnn_cell.LSTMCell(
        UNITS, use_peepholes=True, num_proj=PROJECTION, cell_clip=CELL_CLIP
    ),
}


def state_arrays(state, layers):
    states = state if layers > 1 else (state,)
    arrays = {}
    for layer, value in enumerate(states):
        if isinstance(value, rnn_cell.LSTMStateTuple):
            arrays[f"state/{layer}/c"], arrays[f"state/{layer}/h"] = value.c, value.h
        else:
            arrays[f"state/{layer}"] = value
    return arrays


def make(cell_name, layers, with_lengths):
    random = np.random.RandomState(20 + layers)
    inputs_value = random.randint(0, VOCABULARY, (CYCLE, BATCH, TIME)).astype(np.int32)
    targets_value = random.randint(0, VOCABULARY, (CYCLE, BATCH, TIME)).astype(np.int32)
    graph = tf.Graph()
    with graph.as_default():
        inputs = tf1.placeholder(tf.int32, [None, None])
        targets = tf1.placeholder(tf.int32, [None, None])
        lengths = tf1.placeholder(tf.int32, [None]) if with_lengths else None
        cells = [CELLS[cell_name]() for _ in range(layers)]
        cell = rnn_cell.MultiRNNCell(cells) if layers > 1 else cells[0]
        outputs, state = tf1.nn.dynamic_rnn(
            cell, tf.one_hot(inputs, VOCABULARY), sequence_length=lengths, dtype=tf.float32
        )
        logits = tf1.layers.dense(outputs, VOCABULARY, name="logits")
        loss = tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
        )
        variables = tf1.trainable_variables()
        names = [variable.op.name for variable in variables]
        gradients = tf.gradients(loss, variables)
        states = state_arrays(state, layers)
        train = tf1.train.AdamOptimizer(0.001).minimize(loss)
        placeholders = [tf1.placeholder(v.dtype.base_dtype, v.shape) for v in variables]
        assign = [tf1.assign(v, p) for v, p in zip(variables, placeholders)]
        initialize = tf1.global_variables_initializer()

    weights = [random.uniform(-0.5, 0.5, v.shape).astype(np.float32) for v in variables]
    arrays = {"inputs": inputs_value, "targets": targets_value}
    if with_lengths:
        arrays["lengths"] = LENGTHS

    def feed(batch):
        values = {inputs: inputs_value[batch], targets: targets_value[batch]}
        return {**values, lengths: LENGTHS[batch]} if with_lengths else values

    with session(graph) as run:
        run.run(initialize)
        run.run(assign, dict(zip(placeholders, weights)))
        arrays.update({f"variable/{name}": value for name, value in zip(names, weights)})
        arrays["outputs"], state_values, arrays["loss"], gradient_values = run.run(
            [outputs, states, loss, gradients], feed(0)
        )
        arrays.update(state_values)
        arrays.update({f"gradient/{name}": value for name, value in zip(names, gradient_values)})
        arrays["losses"] = np.array(
            [run.run([loss, train], feed(step % CYCLE))[0] for step in range(STEPS)], np.float32
        )
    assert arrays["losses"][0] == arrays["loss"]
    assert arrays["losses"][-4:].mean() < arrays["losses"][:4].mean()
    if cell_name == "lstm_projection":
        assert any(
            np.any(np.abs(value) == np.float32(CELL_CLIP)) for value in state_values.values()
        )

    projected = cell_name == "lstm_projection"
    name = f"{cell_name}_{layers}" + ("_lengths" if with_lengths else "")
    write_npz(os.path.join(HERE, name + ".npz"), arrays)
    return {
        "name": name,
        "cell": cell_name,
        "layers": layers,
        "sequenceLength": with_lengths,
        "units": UNITS,
        "projection": PROJECTION if projected else None,
        "cellClip": CELL_CLIP if projected else None,
        "file": name + ".npz",
    }


if __name__ == "__main__":
    rows = [
        make(cell, layers, lengths)
        for cell in CELLS
        for layers in (1, 2)
        for lengths in (False, True)
    ]
    write_json(os.path.join(HERE, "index.json"), rows)
