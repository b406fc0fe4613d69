"""Golden values of optimisers: five steps on a dense and on a gathered variable; clipping.

Run as `python Tests/Fixtures/optimizers/make.py` (tensorflow-cpu==2.15.1, numpy<2).

The model, float32:

    dense     variable [3, 2];  table  variable [5, 3]
    loss      = reduce_sum(square(dense - goal)) / 2
              + reduce_sum(square(gather(table, ids) - rows)) / 2

The gradient of `table` is IndexedSlices; `ids` repeats rows within a step and never names row 4.

`index.json` is a list of {name, optimizer, arguments, learningRates, clip, slots, nonSlots, file}:
`arguments` are those of `tf.train.<optimizer>Optimizer` other than the learning rate;
`learningRates` has five entries, one fed each step (0.1 each, or an exponential decay);
`clip` is null or the norm given to clip_by_global_norm over both gradients before they are
applied; `slots` are the slot names of the optimiser, `nonSlots` its other variables.

Keys of the optimisers' `.npz`; the first axis of all but the initial values is the step:

    initial/dense [3, 2], initial/table [5, 3]
    initial/slot/VARIABLE/NAME, initial/NAME             slots and other variables before step 1
    ids [5, 4] int32, goal [5, 3, 2], rows [5, 4, 3]     what each step is fed
    loss [5]                                             before the update
    gradient/dense [5, 3, 2]                             as applied: after clipping
    gradient/table/values [5, 4, 3], .../indices [5, 4] int32
    global_norm [5]                                      only with clip: before clipping
    dense [5, 3, 2], table [5, 5, 3]                     after each step
    slot/VARIABLE/NAME, NAME                             slots and other variables after each step

`clipping.npz` holds inputs and results of the clipping functions: for CASE in

    value (clip_by_value -1 ... 1.5), norm (clip_by_norm 2), norm_large (100), norm_axis (1.5,
    axes [1]), norm_zero (2, of zeros), global (clip_by_global_norm 2 of `a`, nothing, `b`),
    global_large (100), global_infinite (2; `a` holds an infinity)

keys CASE/a, CASE/b (global only), CASE/result/a, CASE/result/b, CASE/norm (global only), and
CASE/gradient/a, .../b: d sum(result * weight) / d input with CASE/weight/a, .../b.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from reference import np, session, tf, tf1, write_json, write_npz

STEPS = 5
CONSTANT = [0.1] * STEPS
DECAYED = [float(np.float32(0.1 * 0.5 ** (step / 2))) for step in range(STEPS)]
IDS = np.array([[1, 3, 1, 0], [2, 2, 2, 2], [0, 1, 2, 3], [3, 0, 3, 0], [1, 1, 0, 1]], np.int32)
train = tf1.train
# name, class, arguments, learning rates, norm to clip to
CASES = [
    ("gradient_descent", "GradientDescent", {}, CONSTANT, None),
    ("gradient_descent_decay", "GradientDescent", {}, DECAYED, None),
    ("gradient_descent_clipped", "GradientDescent", {}, CONSTANT, 1.5),
    ("momentum", "Momentum", {"momentum": 0.9}, CONSTANT, None),
    ("momentum_nesterov", "Momentum", {"momentum": 0.9, "use_nesterov": True}, CONSTANT, None),
    ("adam", "Adam", {}, CONSTANT, None),
    ("adam_decay", "Adam", {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-4}, DECAYED, None),
    ("adam_clipped", "Adam", {}, CONSTANT, 1.5),
    ("rms_prop", "RMSProp", {}, CONSTANT, None),
    ("rms_prop_centered", "RMSProp", {"centered": True, "momentum": 0.5}, CONSTANT, None),
    ("adagrad", "Adagrad", {}, CONSTANT, None),
    ("adadelta", "Adadelta", {}, CONSTANT, None),
    (
        "ftrl",
        "Ftrl",
        {"l1_regularization_strength": 0.01, "l2_regularization_strength": 0.02},
        CONSTANT,
        None,
    ),
]


def make(name, kind, arguments, learning_rates, clip):
    random = np.random.RandomState(5)
    draw = lambda *shape: random.uniform(-1, 1, shape).astype(np.float32)
    arrays = {"initial/dense": draw(3, 2), "initial/table": draw(5, 3)}
    arrays.update(ids=IDS, goal=draw(STEPS, 3, 2), rows=draw(STEPS, 4, 3))
    graph = tf.Graph()
    with graph.as_default():
        dense = tf1.get_variable("dense", initializer=arrays["initial/dense"])
        table = tf1.get_variable("table", initializer=arrays["initial/table"])
        rate = tf1.placeholder(tf.float32, [])
        ids = tf1.placeholder(tf.int32, [4])
        goal = tf1.placeholder(tf.float32, [3, 2])
        rows = tf1.placeholder(tf.float32, [4, 3])
        loss = (
            tf.reduce_sum(tf.square(dense - goal)) / 2
            + tf.reduce_sum(tf.square(tf.gather(table, ids) - rows)) / 2
        )
        optimizer = getattr(train, kind + "Optimizer")(rate, **arguments)
        gradients, variables = zip(*optimizer.compute_gradients(loss, [dense, table]))
        fetches = {"loss": loss}
        if clip is not None:
            gradients, fetches["global_norm"] = tf.clip_by_global_norm(gradients, clip)
        assert isinstance(gradients[1], tf.IndexedSlices)
        fetches["gradient/dense"] = gradients[0]
        fetches["gradient/table/values"] = gradients[1].values
        fetches["gradient/table/indices"] = gradients[1].indices
        apply = optimizer.apply_gradients(zip(gradients, variables))
        state = {"dense": dense, "table": table}
        slots = optimizer.get_slot_names()
        for slot in slots:
            for variable in (dense, table):
                state[f"slot/{variable.op.name}/{slot}"] = optimizer.get_slot(variable, slot)
        others = [v for v in optimizer.variables() if all(v is not s for s in state.values())]
        state.update({variable.op.name: variable for variable in others})
        initialize = tf1.global_variables_initializer()

    history = {key: [] for key in (*fetches, *state)}
    with session(graph) as run:
        run.run(initialize)
        for key, value in run.run(state).items():
            arrays[f"initial/{key}"] = value
        for step in range(STEPS):
            feed = {rate: learning_rates[step], ids: IDS[step]}
            feed.update({goal: arrays["goal"][step], rows: arrays["rows"][step]})
            # The gradients alone first: with reference variables a fetch may alias what it updates.
            values = run.run(fetches, feed)
            run.run(apply, feed)
            for key, value in {**values, **run.run(state)}.items():
                history[key].append(value)
    arrays.update({key: np.array(values) for key, values in history.items()})
    write_npz(os.path.join(HERE, name + ".npz"), arrays)
    return {
        "name": name,
        "optimizer": kind,
        "arguments": arguments,
        "learningRates": learning_rates,
        "clip": clip,
        "slots": slots,
        "nonSlots": [variable.op.name for variable in others],
        "file": name + ".npz",
    }


def make_clipping():
    random = np.random.RandomState(6)
    draw = lambda *shape: random.uniform(-3, 3, shape).astype(np.float32)
    bounds = np.array([[-1.0, 1.5, 0.5], [-1.5, 2.0, np.nan]], np.float32)
    infinite = np.array([[1.0, np.inf, 0.5], [-1.5, 2.0, 3.0]], np.float32)
    one = lambda clip: lambda a, b: ((clip(a), None), None)

    def together(norm):
        def clip(a, b):
            (x, none, y), global_norm = tf.clip_by_global_norm([a, None, b], norm)
            assert none is None
            return (x, y), global_norm

        return clip

    cases = {
        "value": (bounds, None, one(lambda a: tf.clip_by_value(a, -1.0, 1.5))),
        "norm": (draw(2, 3), None, one(lambda a: tf.clip_by_norm(a, 2.0))),
        "norm_large": (draw(2, 3), None, one(lambda a: tf.clip_by_norm(a, 100.0))),
        "norm_axis": (draw(2, 3), None, one(lambda a: tf.clip_by_norm(a, 1.5, axes=[1]))),
        "norm_zero": (np.zeros((2, 3), np.float32), None, one(lambda a: tf.clip_by_norm(a, 2.0))),
        "global": (draw(2, 3), draw(4), together(2.0)),
        "global_large": (draw(2, 3), draw(4), together(100.0)),
        "global_infinite": (infinite, draw(4), together(2.0)),
    }
    arrays = {}
    for name, (a_value, b_value, clip) in cases.items():
        graph = tf.Graph()
        with graph.as_default():
            inputs = {"a": tf.constant(a_value)}
            if b_value is not None:
                inputs["b"] = tf.constant(b_value)
            results, norm = clip(inputs["a"], inputs.get("b"))
            fetches = {f"{name}/{key}": tensor for key, tensor in inputs.items()}
            weights = {key: draw(*tensor.shape) for key, tensor in inputs.items()}
            results = {key: result for key, result in zip("ab", results) if result is not None}
            total = tf.add_n([tf.reduce_sum(results[key] * weights[key]) for key in results])
            for key, gradient in zip(inputs, tf.gradients(total, list(inputs.values()))):
                arrays[f"{name}/weight/{key}"] = weights[key]
                fetches[f"{name}/result/{key}"] = results[key]
                fetches[f"{name}/gradient/{key}"] = gradient
            if norm is not None:
                fetches[f"{name}/norm"] = norm
        with session(graph) as run:
            arrays.update(run.run(fetches))
    write_npz(os.path.join(HERE, "clipping.npz"), arrays)


if __name__ == "__main__":
    write_json(os.path.join(HERE, "index.json"), [make(*case) for case in CASES])
    make_clipping()
