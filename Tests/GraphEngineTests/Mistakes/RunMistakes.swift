import StaticGraph

/// What only a run can know: values, and extents that feeds bring.
let runMistakes: [Mistake] = [
  .running(
    "a variable without a value in the branch that is taken",
    #"""
    HERE: RequireVariable "cond": variable "w" (THERE) has no value: run its initializer first
    """#
  ) { graph, here in
    let w = here.there(graph.getVariable("w", shape: [2]))
    let isWanted = graph.placeholder(.bool, shape: [])
    let x = here(cond(isWanted, then: { w * 2 }, else: { graph.ones([2]) }))
    return Attempt(x, wrong: [isWanted: true], right: [isWanted: false])
  },
  .running(
    "a fetch of a sum of no tensors",
    #"HERE: AddN "AddN": wants at least one operand"#
  ) { _, here in
    Attempt(here(addN([])))
  },
  .running(
    "a training step without gradients",
    #"HERE: AdamOptimizer "Adam": there are no gradients to apply"#
  ) { _, here in
    Attempt(here(AdamOptimizer(learningRate: 0.1).applyGradients([])))
  },
  .running(
    "a value larger than any memory",
    #"""
    HERE: Fill "ones": a float32[1073741824, 1048576] takes 4503599627370496 bytes, more than this \#
    machine has
    """#
  ) { graph, here in
    Attempt(here(graph.ones([1 << 30, 1 << 20])))
  },
  .running(
    "a variable without a value",
    #"session: variable "w" (HERE) has no value: run its initializer first"#
  ) { graph, here in
    let w = here(graph.getVariable("w", shape: [2]))
    let initialize = graph.globalVariablesInitializer()
    return Attempt { session in
      _ = try session.run(w + 1)
    } succeeds: { session in
      let other = try Session(session.graph)
      try other.run(initialize)
      _ = try other.run(w + 1)
    }
  },
  .running(
    "batches of different sizes",
    #"HERE: AddV2 "add": shapes [2] and [3] do not broadcast (float32[2] x float32[3])"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil])
    let y = graph.placeholder(.float32, shape: [nil])
    let sum = here(x + y)
    return Attempt(
      sum, wrong: [x: [1.0, 2.0], y: [1.0, 2.0, 3.0]], right: [x: [1.0, 2.0], y: [3.0]])
  },
  .running(
    "a batch that does not fill the rows it is reshaped to",
    #"""
    HERE: Reshape "Reshape": Input to reshape is a tensor with 7 values, but the requested \#
    shape requires a multiple of 3 (float32[7] x int32[2])
    """#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil])
    let rows = here(reshape(x, [-1, 3]))
    return Attempt(rows, wrong: [x: NDArray.zeros([7])], right: [x: NDArray.zeros([6])])
  },
  .running(
    "a label out of range",
    #"""
    HERE: SparseSoftmaxCrossEntropyWithLogits \#
    "SparseSoftmaxCrossEntropyWithLogits/SparseSoftmaxCrossEntropyWithLogits": \#
    Received a label value of 5 which is outside the valid range of [0, 5).  Label values: 0 5
    """#
  ) { graph, here in
    let labels = graph.placeholder(.int32, shape: [2])
    let logits = graph.zeros([2, 5])
    let loss = here(sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: logits))
    return Attempt(loss, wrong: [labels: [0, 5]], right: [labels: [0, 4]])
  },
  .running(
    "an index out of range",
    #"HERE: GatherV2 "embed": indices[1] = 5 is not in [0, 3)"#
  ) { graph, here in
    let indices = graph.placeholder(.int32, shape: [nil])
    let rows = here(gather(graph.zeros([3, 2]), indices, name: "embed"))
    return Attempt(rows, wrong: [indices: [0, 5]], right: [indices: [0, 2]])
  },
  .running(
    "an index out of range inside of a loop",
    #"HERE: GatherV2 "GatherV2": indices = 3 is not in [0, 3)"#
  ) { graph, here in
    let turns = graph.placeholder(.int32, shape: [])
    let table = graph.variable("table", initial: [1.0, 2.0, 3.0])
    let (_, sum) = whileLoop(graph.constant(0), graph.constant(0.0)) { i, _ in
      i .< turns
    } body: { i, sum in
      let value = here(gather(table, i))
      return (i + 1, sum + value)
    }
    let initialize = graph.globalVariablesInitializer()
    return Attempt { session in
      try session.run(initialize)
      _ = try session.run(sum, feeding: [turns: 4])
    } succeeds: { session in
      _ = try session.run(sum, feeding: [turns: 3])
    }
  },
  .running(
    "an integer division by zero",
    #"HERE: FloorDiv "FloorDiv": Integer division by zero (element 1 of operand 1)"#
  ) { graph, here in
    let i = graph.placeholder(.int32, shape: [2])
    let quotient = here(floorDiv(graph.constant(7), i))
    return Attempt(quotient, wrong: [i: [1, 0]], right: [i: [1, 2]])
  },
  .running(
    "a remainder of a division by zero",
    #"HERE: FloorMod "floormod": Integer division by zero (element 1 of operand 1)"#
  ) { graph, here in
    let i = graph.placeholder(.int32, shape: [2])
    let remainder = here(7 % i)
    return Attempt(remainder, wrong: [i: [1, 0]], right: [i: [1, 2]])
  },
  .running(
    "a negative power of integers",
    #"""
    HERE: Pow "Pow": Integers to negative integer powers are not allowed (element 0 of operand 1)
    """#
  ) { graph, here in
    let i = graph.placeholder(.int32, shape: [])
    let power = here(pow(graph.constant(2), i))
    return Attempt(power, wrong: [i: -1], right: [i: 3])
  },
  .running(
    "a failed assertion",
    #"HERE: Assert "Assert/Assert": assertion failed: [x must be positive] [-1]"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [])
    let check = here(assert(x .> 0, [x], message: "x must be positive"))
    let y = graph.controlDependencies([check]) { identity(x) }
    return Attempt(y, wrong: [x: -1.0], right: [x: 1.0])
  },
  .running(
    "a value that is not a number",
    #"HERE: CheckNumerics "CheckNumerics": the logarithm : Tensor had NaN values"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [2])
    let y = here(checkNumerics(log(x), message: "the logarithm"))
    return Attempt(y, wrong: [x: [1.0, -1.0]], right: [x: [1.0, 2.0]])
  },
  .running(
    "an infinite value",
    #"HERE: CheckNumerics "CheckNumerics": the quotient : Tensor had Inf values"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [2])
    let y = here(checkNumerics(1 / x, message: "the quotient"))
    return Attempt(y, wrong: [x: [1.0, 0.0]], right: [x: [1.0, 2.0]])
  },
  .running(
    "an element beyond the end of a batch",
    #"""
    HERE: StridedSlice "strided_slice": slice index 2 of dimension 0 out of bounds. \#
    (float32[2] x int32[1] x int32[1] x int32[1])
    """#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil])
    let third = here(x[2])
    return Attempt(third, wrong: [x: [1.0, 2.0]], right: [x: [1.0, 2.0, 3.0]])
  },
  .running(
    "a concatenation of batches that do not fit",
    #"""
    HERE: ConcatV2 "concat": ConcatOp : Dimension 0 in both shapes must be equal: \#
    shape[0] = [2, 1] vs. shape[1] = [3, 1] (float32[2, 1] x float32[3, 1] x int32[])
    """#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil, 1])
    let y = graph.placeholder(.float32, shape: [nil, 1])
    let both = here(concat([x, y], axis: 1))
    return Attempt(
      both, wrong: [x: NDArray.zeros([2, 1]), y: NDArray.zeros([3, 1])],
      right: [x: NDArray.zeros([2, 1]), y: NDArray.zeros([2, 1])])
  },
  .running(
    "a range that never ends",
    #"HERE: Range "range": Requires delta != 0: 0 (int32[] x int32[] x int32[])"#
  ) { graph, here in
    let step = graph.placeholder(.int32, shape: [])
    let numbers = here(graph.range(0, 10, step))
    return Attempt(numbers, wrong: [step: 0], right: [step: 2])
  },
  .running(
    "a shape with a negative extent",
    #"HERE: Fill "Fill": Dimension -2 must be >= 0 (int32[2] x float32[])"#
  ) { graph, here in
    let shape = graph.placeholder(.int32, shape: [2])
    let filled = here(graph.fill(shape, 1.0))
    return Attempt(filled, wrong: [shape: [3, -2]], right: [shape: [3, 2]])
  },
  .running(
    "an empty range of random integers",
    #"HERE: RandomUniformInt "random_uniform": Need minval < maxval, got 3 >= 3"#
  ) { graph, here in
    let limit = graph.placeholder(.int32, shape: [])
    let numbers = here(graph.randomInt([4], min: 3, max: limit))
    return Attempt(numbers, wrong: [limit: 3], right: [limit: 4])
  },
  .running(
    "an inverse of what is no permutation",
    #"HERE: InvertPermutation "InvertPermutation": 1 is duplicated in the input."#
  ) { graph, here in
    let order = graph.placeholder(.int32, shape: [nil])
    let inverse = here(invertPermutation(order))
    return Attempt(inverse, wrong: [order: [1, 1]], right: [order: [1, 0]])
  },
  .running(
    "the index of the greatest of nothing",
    #"""
    HERE: ArgMax "ArgMax": Reduction axis 0 is empty in shape [0] (float32[0] x int32[])
    """#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil])
    let index = here(argmax(x, axis: 0))
    return Attempt(index, wrong: [x: NDArray.zeros([0])], right: [x: [1.0]])
  },
  .running(
    "a loop that does not end in time",
    #"session: the run did not end within its timeout"#
  ) { graph, here in
    let start = graph.placeholder(.float32, shape: [])
    let end = whileLoop(start) { x in
      x .< 1
    } body: { x in
      x * 0.5 + 0.1
    }
    return Attempt { session in
      let options = RunOptions(timeout: .milliseconds(50))
      _ = try session.run(end, feeding: [start: 0.0], options: options)
    } succeeds: { session in
      _ = try session.run(end, feeding: [start: 2.0])
    }
  },
]
