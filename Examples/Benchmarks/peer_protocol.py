"""The conversation between the benchmark program and a peer, a line each way.

    setup JSON        builds the workload and warms it up              -> ready
    round N           N training steps, each timed by itself           -> {"ms": [...]}
    check FILE OUT    the same model from the weights in FILE.npz      -> checked
    quit

A command that fails is answered by `error` and a line of explanation, and the peer stays up. JSON
holds what differs from `DEFAULTS`. The lines in standard output are answers only.
"""

import json
import os
import sys
import time

DEFAULTS = {
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
WARM_UP = 3


def serve(Workload):
    """Answers commands until `quit` or the end of the input.

    `Workload(**settings)` has `step()`, one training step that returns the loss as a number, and
    may have `check(path, out)`.
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
                workload = Workload(**{**DEFAULTS, **json.loads(rest or "{}")})
                for _ in range(WARM_UP):
                    workload.step()
                answers.write("ready\n")
            elif command == "round":
                answers.write(
                    json.dumps({"ms": [timed(workload.step) for _ in range(int(rest))]}) + "\n"
                )
            elif command == "check":
                workload.check(*rest.split())
                answers.write("checked\n")
            else:
                answers.write(f"error unknown command {command!r}\n")
        except Exception as error:
            answers.write(f"error {type(error).__name__}: {error}".replace("\n", " ")[:500] + "\n")


def timed(step):
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1e3
