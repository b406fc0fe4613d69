import StaticGraph

/// Shapes that contradict each other where operations are declared.
let shapeMistakes: [Mistake] = [
  .declaring(
    "matrices that do not fit together",
    #"""
    HERE: MatMul "MatMul": inner dimensions 96 and 128 differ \#
    (float32[?, 96] x float32[128, 512])
    """#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil, 96])
    here(matmul(x, graph.zeros([128, 512])))
  },
  .declaring(
    "a vector in a product of matrices",
    #"HERE: MatMul "MatMul": operand 0 has rank 1, wants 2 (float32[3] x float32[3, 2])"#
  ) { graph, here in
    here(matmul(graph.zeros([3]), graph.zeros([3, 2])))
  },
  .declaring(
    "a sum of shapes that do not broadcast",
    #"""
    HERE: AddV2 "layer/add": shapes [2, 3] and [4] do not broadcast (float32[2, 3] x float32[4])
    """#
  ) { graph, here in
    _ = graph.nameScope("layer") {
      here(graph.zeros([2, 3]) + graph.zeros([4]))
    }
  },
  .declaring(
    "an array literal that does not broadcast",
    #"HERE: Mul "mul": shapes [?, 3] and [2] do not broadcast (float32[?, 3] x float32[2])"#
  ) { graph, here in
    let x = graph.placeholder(.float32, shape: [nil, 3])
    here(x * [1, 2])
  },
  .declaring(
    "a reshape to another number of elements",
    #"""
    HERE: Reshape "Reshape": Input to reshape is a tensor with 6 values, but the requested \#
    shape has 8 (float32[2, 3] x int32[2])
    """#
  ) { graph, here in
    here(reshape(graph.zeros([2, 3]), [4, 2]))
  },
  .declaring(
    "a reshape with two unknown extents",
    #"""
    HERE: Reshape "Reshape": Only one input size may be -1, not both 0 and 1 \#
    (float32[2, 3] x int32[2])
    """#
  ) { graph, here in
    here(reshape(graph.zeros([2, 3]), [-1, -1]))
  },
  .declaring(
    "a concatenation of other extents",
    #"""
    HERE: ConcatV2 "concat": ConcatOp : Dimension 1 in both shapes must be equal: \#
    shape[0] = [2, 3] vs. shape[1] = [2, 4] (float32[2, 3] x float32[2, 4] x int32[])
    """#
  ) { graph, here in
    here(concat([graph.zeros([2, 3]), graph.zeros([2, 4])], axis: 0))
  },
  .declaring(
    "a stack of other shapes",
    #"""
    HERE: Pack "stack": Shapes of all inputs must match: values[0].shape = [2] != \#
    values[1].shape = [3] (float32[2] x float32[3])
    """#
  ) { graph, here in
    here(stack([graph.zeros([2]), graph.zeros([3])], axis: 0))
  },
  .declaring(
    "a split into parts that are not equal",
    #"""
    HERE: Split "split": Number of ways to split should evenly divide the split dimension, \#
    but got split_dim 1 (size = 7) and num_split 3 (int32[] x float32[2, 7])
    """#
  ) { graph, here in
    here(split(graph.zeros([2, 7]), into: 3, axis: 1))
  },
  .declaring(
    "a permutation that names an axis twice",
    #"""
    HERE: Transpose "transpose": 1 is missing from {0,0}. (float32[2, 3] x int32[2])
    """#
  ) { graph, here in
    here(transpose(graph.zeros([2, 3]), permutation: [0, 0]))
  },
  .declaring(
    "an axis that is not there",
    #"""
    HERE: Sum "Sum": Invalid reduction dimension (2 for input with 2 dimension(s)) \#
    (float32[2, 3] x int32[1])
    """#
  ) { graph, here in
    here(reduceSum(graph.zeros([2, 3]), axis: 2))
  },
  .declaring(
    "a slice beyond the end",
    #"""
    HERE: Slice "Slice": Expected size[1] in [0, 2], but got 3 \#
    (float32[2, 3] x int32[2] x int32[2])
    """#
  ) { graph, here in
    here(slice(graph.zeros([2, 3]), begin: [0, 1], size: [2, 3]))
  },
  .declaring(
    "an index beyond the end",
    #"""
    HERE: StridedSlice "strided_slice": slice index 5 of dimension 0 out of bounds. \#
    (float32[3] x int32[1] x int32[1] x int32[1])
    """#
  ) { graph, here in
    here(graph.zeros([3])[5])
  },
  .declaring(
    "a squeeze of an axis that is longer",
    #"""
    HERE: Squeeze "Squeeze": Can not squeeze dim[1], expected a dimension of 1, got 3 \#
    (float32[1, 3])
    """#
  ) { graph, here in
    here(squeeze(graph.zeros([1, 3]), axes: [1]))
  },
  .declaring(
    "a broadcast to a shape that does not fit",
    #"""
    HERE: BroadcastTo "BroadcastTo": Incompatible shapes: [3] vs. [2,4] \#
    (float32[3] x int32[2])
    """#
  ) { graph, here in
    here(broadcast(graph.zeros([3]), to: [2, 4]))
  },
  .declaring(
    "a bias of another width",
    #"HERE: BiasAdd "BiasAdd": 5 biases for 4 channels (float32[2, 4] x float32[5])"#
  ) { graph, here in
    here(biasAdd(graph.zeros([2, 4]), graph.zeros([5])))
  },
  .declaring(
    "paddings for another rank",
    #"""
    HERE: Pad "Pad": The first dimension of paddings must be the rank of inputs: 1 rows for rank 2 \#
    (float32[2, 3] x int32[1, 2])
    """#
  ) { graph, here in
    here(pad(graph.zeros([2, 3]), [[1, 1]]))
  },
  .declaring(
    "labels of another shape than the logits",
    #"""
    HERE: SparseSoftmaxCrossEntropyWithLogits \#
    "SparseSoftmaxCrossEntropyWithLogits/SparseSoftmaxCrossEntropyWithLogits": \#
    logits and labels must have the same first dimension, got logits shape [4, 3] and labels \#
    shape [5] (float32[4, 3] x int32[5])
    """#
  ) { graph, here in
    let labels = graph.placeholder(.int32, shape: [5])
    here(sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: graph.zeros([4, 3])))
  },
  .declaring(
    "a default of another shape than the placeholder",
    #"""
    HERE: PlaceholderWithDefault "PlaceholderWithDefault": the default has shape [2], wants [3] \#
    (float32[2])
    """#
  ) { graph, here in
    here(graph.placeholder(withDefault: [1.0, 2.0], shape: [3]))
  },
  .declaring(
    "a ragged constant",
    #"HERE: Const "Const": ragged array: shape [1] beside [2] at [1]"#
  ) { graph, here in
    here(graph.constant([[1.0, 2.0], [3.0]]))
  },
]
