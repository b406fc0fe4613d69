"""Golden values of moving averages: five updates of a matrix and of a scalar.

Run as `python Tests/Fixtures/moving_averages/make.py` (tensorflow-cpu==2.15.1, numpy<2).

Keys of `averages.npz`; CASE is `plain` (decay 0.9), `counted` (decay 0.3, with num_updates) or
`float64` (decay 0.9); the first axis of all but the first values is the step:

    CASE/first/matrix [2, 3], CASE/first/scalar []      of the variables, and so of the averages
    CASE/matrix [5, 2, 3], CASE/scalar [5]              what the variables are assigned
    CASE/average/matrix [5, 2, 3], CASE/average/scalar [5]      after each update
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from reference import np, session, tf, tf1, write_npz

arrays = {}
for case, decay, counted, dtype in [
    ("plain", 0.9, False, np.float32),
    ("counted", 0.3, True, np.float32),
    ("float64", 0.9, False, np.float64),
]:
    random = np.random.RandomState(3)
    first = {"matrix": random.randn(2, 3).astype(dtype), "scalar": np.array(random.randn(), dtype)}
    steps = {
        "matrix": random.randn(5, 2, 3).astype(dtype),
        "scalar": random.randn(5).astype(dtype),
    }
    with tf.Graph().as_default() as graph:
        variables = {
            name: tf1.get_variable(name, initializer=value, use_resource=True)
            for name, value in first.items()
        }
        feeds = {name: tf1.placeholder(dtype, value.shape) for name, value in first.items()}
        count = tf1.placeholder(tf.int64, [])
        assigned = [variables[name].assign(feeds[name]) for name in variables]
        averages = tf1.train.ExponentialMovingAverage(decay, count if counted else None)
        with tf1.control_dependencies(assigned):
            update = averages.apply(list(variables.values()))
        shadows = {name: averages.average(variable) for name, variable in variables.items()}
        with session(graph) as run:
            run.run(tf1.global_variables_initializer())
            rows = {name: [] for name in variables}
            for step in range(5):
                given = {feeds[name]: steps[name][step] for name in variables}
                run.run(update, {**given, count: step})
                for name, value in run.run(shadows).items():
                    rows[name].append(value)
    for name in variables:
        arrays[f"{case}/first/{name}"] = first[name]
        arrays[f"{case}/{name}"] = steps[name]
        arrays[f"{case}/average/{name}"] = np.stack(rows[name])
write_npz(os.path.join(HERE, "averages.npz"), arrays)
