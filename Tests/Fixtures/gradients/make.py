"""The operations for which TensorFlow registers a gradient, and those it registers as having none.

Run as `python Tests/Fixtures/gradients/make.py` (tensorflow-cpu==2.15.1). `registry.json` has the
keys "differentiable" and "none", sorted lists of operation types.
"""

import json
import os

import tensorflow as tf  # noqa: F401, registers the gradients
from tensorflow.python.framework import ops

registry = ops.gradient_registry._registry
rows = {"differentiable": [], "none": []}
for name in sorted(registry):
    function = registry[name]["type"]
    rows["none" if function is None else "differentiable"].append(name)

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "registry.json"), "w") as file:
    json.dump(rows, file, indent=1)
    file.write("\n")
