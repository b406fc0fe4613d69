import StaticGraph

/// Dtypes that differ, and values that do not fit one.
let dtypeMistakes: [Mistake] = [
  .declaring(
    "a sum of two dtypes",
    #"""
    HERE: AddV2 "add": dtypes float32 and int32 differ; cast one of them (float32[2] x int32[2])
    """#
  ) { graph, here in
    let i = graph.placeholder(.int32, shape: [2])
    here(graph.zeros([2]) + i)
  },
  .declaring(
    "an NDArray of another dtype",
    #"HERE: Const "Const": got int32[2], wants float32"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [2])
    here(x + NDArray([1, 2] as [Int32], shape: [2]))
  },
  .declaring(
    "a fraction beside integers",
    #"HERE: Const "Const": 0.5 does not fit int32"#
  ) { graph, here in
    let i = graph.placeholder(.int32, shape: [2])
    here(i * 0.5)
  },
  .declaring(
    "a number that is too large for uint8",
    #"HERE: Const "Const": 300 does not fit uint8"#
  ) { graph, here in
    let i = graph.placeholder(.uint8, shape: [2])
    here(i + 300)
  },
  .declaring(
    "a constant that is no integer",
    #"HERE: Const "steps": 2.5 does not fit int32 at [1]"#
  ) { graph, here in
    here(graph.constant([2.0, 2.5], dtype: .int32, name: "steps"))
  },
  .declaring(
    "a division of integers",
    #"""
    HERE: RealDiv "truediv": RealDiv does not take int32; use floorDiv, or cast to a floating dtype \#
    (int32[2] x int32[])
    """#
  ) { graph, here in
    let i = graph.placeholder(.int32, shape: [2])
    here(i / 2)
  },
  .declaring(
    "a square root of integers",
    #"HERE: Sqrt "Sqrt": Sqrt does not take int32 (int32[2])"#
  ) { graph, here in
    here(sqrt(graph.placeholder(.int32, shape: [2])))
  },
  .declaring(
    "a logical operation on numbers",
    #"HERE: LogicalAnd "LogicalAnd": LogicalAnd does not take float32 (float32[2] x float32[2])"#
  ) { graph, here in
    here(logicalAnd(graph.zeros([2]), graph.zeros([2])))
  },
  .declaring(
    "a choice by numbers",
    #"""
    HERE: SelectV2 "SelectV2": operand 0 is float32, wants bool \#
    (float32[2] x float32[2] x float32[2])
    """#
  ) { graph, here in
    let x = graph.zeros([2])
    here(select(x, x, x))
  },
  .declaring(
    "a product of two dtypes",
    #"""
    HERE: MatMul "MatMul": dtypes float32 and float64 differ; cast one of them \#
    (float32[2, 2] x float64[2, 2])
    """#
  ) { graph, here in
    here(matmul(graph.zeros([2, 2]), graph.zeros([2, 2], .float64)))
  },
  .declaring(
    "a text that is cast to numbers",
    #"HERE: Cast "Cast": string cannot be cast to float32 (string[])"#
  ) { graph, here in
    here(cast(graph.constant("12"), to: .float32))
  },
  .declaring(
    "one-hot vectors of fractions",
    #"""
    HERE: OneHot "one_hot": operand 0 is float32, wants one of int32, int64, uint8 \#
    (float32[2] x int32[] x float32[] x float32[])
    """#
  ) { graph, here in
    here(oneHot(graph.zeros([2]), depth: 3))
  },
  .declaring(
    "indices that are no integers",
    #"""
    HERE: GatherV2 "GatherV2": operand 1 is float32, wants one of int32, int64 \#
    (float32[4] x float32[2] x int32[])
    """#
  ) { graph, here in
    here(gather(graph.zeros([4]), graph.zeros([2])))
  },
  .declaring(
    "labels that are no integers",
    #"""
    HERE: SparseSoftmaxCrossEntropyWithLogits \#
    "SparseSoftmaxCrossEntropyWithLogits/SparseSoftmaxCrossEntropyWithLogits": \#
    operand 1 is float32, wants one of int32, int64 (float32[4, 3] x float32[4])
    """#
  ) { graph, here in
    let (labels, logits) = (graph.zeros([4]), graph.zeros([4, 3]))
    here(sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: logits))
  },
  .declaring(
    "an output gradient of another shape",
    #"""
    HERE: gradients: the output gradient of Sum:0 float32[] is float32[2], \#
    wants float32[]
    """#
  ) { graph, here in
    let x = graph.zeros([2])
    let y = reduceSum(x)
    here(gradients(of: y, withRespectTo: [x], outputGradients: x))
  },
  .declaring(
    "a gradient through an operation that has none",
    #"HERE: Unique "Unique": Unique has no gradient"#
  ) { graph, here in
    let x = graph.zeros([2])
    let values = here(unique(x)).values
    _ = gradients(of: values, withRespectTo: [x])
  },
]
