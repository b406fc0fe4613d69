"""The conversation between the benchmark program and a peer, a line each way.

    setup JSON        builds the workload and warms it up              -> ready
    round N           N executions, each timed by itself               -> {"ms": [...]}
    check FILE OUT    the same model from the weights in FILE.npz      -> checked
    quit

A command that fails is answered by `error` and a line of explanation, and the peer stays up. JSON
names the workload and holds what differs from its `DEFAULTS`. The lines in standard output are
answers only.
"""

import json
import os
import sys
import time

RECURRENT = {
    "cell": "lstm",  # or gru, or peephole: gates that see the memory
    "layers": 1,
    "vocabulary": 65,
    "batch": 50,
    "time": 50,
    "units": 512,
    "keepProb": 0.5,  # of the outputs
    "learningRate": 0.01,
    "threads": 2,
}
IMAGES = {"batch": 128, "learningRate": 0.001, "threads": 2}
DEFAULTS = {
    "recurrent": RECURRENT,  # a training step of a model of characters
    "mlp": IMAGES,  # a training step of two hidden layers
    "cnn": IMAGES,  # a training step of two convolutions, each with a pool
    "generate": {"units": 512, "vocabulary": 65, "characters": 200, "threads": 2},
    "chain": {"operations": 2000, "threads": 2},  # small sums, one after another
    "while": {"turns": 10000, "threads": 2},  # two small operations a turn
    "add-one": {"runs": 1000, "threads": 2},  # to a scalar that is fed
}
WARM_UP = 3


def serve(workloads):
    """Answers commands until `quit` or the end of the input.

    `workloads` has a class for each name. `Workload(**settings)` has `step()`, one execution, and
    may have `units`, the units of work that it does (times are for one), and `check(path, out)`.
    """
    # Libraries that print would break the conversation.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    workload = None
    for line in sys.stdin:
        command, _, rest = line.strip().partition(" ")
        try:
            if command == "quit":
                break
            if command == "setup":
                settings = json.loads(rest or "{}")
                name = settings.pop("workload", "recurrent")
                workload = workloads[name](**{**DEFAULTS[name], **settings})
                for _ in range(WARM_UP):
                    workload.step()
                answers.write("ready\n")
            elif command == "round":
                answers.write(
                    json.dumps({"ms": [timed(workload) for _ in range(int(rest))]}) + "\n"
                )
            elif command == "check":
                workload.check(*rest.split())
                answers.write("checked\n")
            else:
                answers.write(f"error unknown command {command!r}\n")
        except Exception as error:
            answers.write(f"error {type(error).__name__}: {error}".replace("\n", " ")[:500] + "\n")


def timed(workload):
    start = time.perf_counter()
    workload.step()
    return (time.perf_counter() - start) * 1e3 / getattr(workload, "units", 1)
