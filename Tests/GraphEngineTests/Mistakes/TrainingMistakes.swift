import StaticGraph

/// Layers, cells and optimisers: the place is the user's line, not the library's.
let trainingMistakes: [Mistake] = [
  .declaring(
    "a dense layer over an unknown depth",
    #"""
    HERE: dense "logits": a dense layer wants an operand of rank 2 or more whose last extent is \#
    known, not float32[?, ?]
    """#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil, nil])
    here(dense(x, units: 10, name: "logits"))
  },
  .declaring(
    "a second dense layer of the same name",
    #"""
    HERE: VarHandleOp "logits/kernel": variable "logits/kernel" exists already, declared at THERE; \#
    open its scope with reuse to share it
    """#
  ) { graph, here in
    let x = graph.zeros([2, 3])
    here.there(dense(x, units: 10, name: "logits"))
    here(dense(x, units: 10, name: "logits"))
  },
  .declaring(
    "a recurrent network over a matrix",
    #"""
    HERE: RNN "rnn/dynamic_rnn": inputs of a recurrent network are [batch, time, depth] with a \#
    known depth, not float32[2, 3]
    """#
  ) { graph, here in
    here(dynamicRNN(BasicLSTMCell(units: 4), inputs: graph.zeros([2, 3])))
  },
  .declaring(
    "a keep probability above 1",
    #"HERE: dropout "dropout": a keep probability must be above 0 and at most 1, not 1.5"#
  ) { graph, here in
    here(dropout(graph.zeros([2, 3]), keepProb: 1.5))
  },
  .declaring(
    "a loss that no variable has a part in",
    #"""
    HERE: GradientDescentOptimizer "GradientDescent": "Sum:0" depends on none of the variables w
    """#
  ) { graph, here in
    _ = graph.getVariable("w", shape: [2])
    let loss = reduceSum(graph.zeros([2]))
    here(GradientDescentOptimizer(learningRate: 0.1).minimize(loss))
  },
  .declaring(
    "a graph without variables to train",
    #"HERE: AdamOptimizer "Adam": there are no variables to train"#
  ) { graph, here in
    let loss = reduceSum(graph.zeros([2]))
    here(AdamOptimizer(learningRate: 0.1).minimize(loss))
  },
  .declaring(
    "a sum of no tensors",
    #"HERE: AddN "AddN": wants at least one operand"#
  ) { graph, here in
    _ = graph.zeros([2]) + here(addN([]))
  },
  .declaring(
    "tensors of nothing one behind another",
    #"HERE: ConcatV2 "all": wants at least one operand"#
  ) { graph, here in
    _ = reduceSum(here(concat([], axis: 0, name: "all"))) + graph.zeros([])
  },
  .declaring(
    "a stack of nothing, carried by a loop",
    #"HERE: Pack "stack": wants at least one operand"#
  ) { graph, here in
    let nothing = here(stack([]))
    _ = whileLoop(graph.constant(0), nothing) { i, _ in
      i .< 3
    } body: { i, x in
      (i + 1, x)
    }
    _ = graph.zeros([2]) + nothing
  },
  .declaring(
    "gradients of nothing, applied",
    #"HERE: AdamOptimizer "Adam": there are no gradients to apply"#
  ) { graph, here in
    let train = here(AdamOptimizer(learningRate: 0.1).applyGradients([]))
    _ = graph.group([train])
  },
  .declaring(
    "a norm of nothing",
    #"HERE: global_norm "global_norm": a norm is that of one tensor at least"#
  ) { graph, here in
    _ = graph.zeros([]) + here(globalNorm([nil, nil]))
  },
  .declaring(
    "a recurrent network over no steps",
    #"HERE: RNN "rnn": there must be one input at least"#
  ) { graph, here in
    let (_, state) = here(staticRNN(GRUCell(units: 4), inputs: []))
    _ = graph.zeros([1, 4]) + state
  },
  .declaring(
    "a stack of no layers",
    #"""
    HERE: MultiRNNCell "multi_rnn_cell": 0 layers and 0 states; there must be as many, and one at \#
    least
    """#
  ) { graph, here in
    here(dynamicRNN(MultiRNNCell<GRUCell>([]), inputs: graph.zeros([2, 3, 4])))
  },
]
