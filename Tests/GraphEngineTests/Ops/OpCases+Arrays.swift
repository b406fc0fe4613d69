import GraphArrays
import GraphEngine

extension OpCases {
  static let arrays: [OpCase] = shapes + joints + repetitions + sources

  /// Operations that change the shape, or tell it.
  private static let shapes: [OpCase] = [
    OpCase("Reshape/flat", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [reshape($1[0], [-1])]
    },
    OpCase("Reshape/inferred", [samples([2, 6])], gradient: .second) {
      [reshape($1[0], [3, -1])]
    },
    OpCase("ExpandDims", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [expandDims($1[0], axis: -2)]
    },
    OpCase("Squeeze", [samples([1, 3, 1])], empty: [samples([1, 0, 1])], gradient: .second) {
      [squeeze($1[0], axes: [0, -1])]
    },
    OpCase(
      "Transpose", [samples([2, 3, 4])], empty: [samples([2, 0, 4])], gradient: .second
    ) { [transpose($1[0], permutation: [2, 0, 1])] },
    OpCase(
      "Shape", [samples([2, 3])], empty: [samples([0, 3])], gradient: .none,
      ShapeOf(outputType: .int64)),
    OpCase(
      "ShapeN", [samples([2, 3]), samples([4])], gradient: .none,
      ShapesOf(outputType: .int32, count: 2)),
    OpCase(
      "Size", [samples([2, 3])], empty: [samples([0, 3])], gradient: .none,
      SizeOf(outputType: .int32)),
    OpCase("Rank", [samples([2, 3])], empty: [samples([0, 3])], gradient: .none, RankOf()),
    OpCase(
      "ReverseV2", [samples([2, 3, 2])], empty: [samples([2, 0, 2])], gradient: .second
    ) { [reverse($1[0], axes: [0, -1])] },
    OpCase(
      "ReverseSequence", [samples([3, 2, 4]), [3, 0]],
      empty: [samples([3, 0, 4]), NDArray.zeros([0], .int32)],
      gradient: .second
    ) { [reverseSequence($1[0], lengths: $1[1], sequenceAxis: 0, batchAxis: 1)] },
    OpCase(
      "InvertPermutation", [[2, 0, 1]], empty: [NDArray.zeros([0], .int32)], gradient: .none,
      InvertPermutation()),
    OpCase(
      "MatrixBandPart", [samples([2, 3, 4])], empty: [samples([2, 0, 4])], gradient: .second
    ) { [matrixBandPart($1[0], lower: 1, upper: 0)] },
  ]

  /// Operations that put tensors together and take them apart.
  private static let joints: [OpCase] = [
    OpCase(
      "ConcatV2", [samples([2, 1]), samples([2, 3], seed: 1)],
      empty: [samples([0, 1]), samples([0, 3])], gradient: .second
    ) { [concat($1, axis: -1)] },
    OpCase(
      "ConcatOffset", [1, [2, 3], [2, 5]], gradient: .none, ConcatOffset(count: 2)),
    OpCase("Split", [samples([2, 6])], empty: [samples([0, 6])], gradient: .second) {
      split($1[0], into: 3, axis: 1)
    },
    OpCase("SplitV", [samples([2, 6])], empty: [samples([0, 6])], gradient: .second) {
      split($1[0], sizes: [1, -1, 3], axis: -1)
    },
    OpCase(
      "Pack", [samples([2, 3]), samples([2, 3], seed: 1)],
      empty: [samples([2, 0]), samples([2, 0])], gradient: .second
    ) { [stack($1, axis: 1)] },
    OpCase("Unpack", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      unstack($1[0], count: 3, axis: 1)
    },
    OpCase("Slice", [samples([3, 4])], empty: [samples([3, 4])], gradient: .second) {
      [slice($1[0], begin: [1, 0], size: [-1, 2])]
    },
    OpCase("Slice/begin of the run", [samples([3, 4]), [1, 2]], gradient: .second) {
      [slice($1[0], begin: $1[1], size: [2, 1])]
    },
    OpCase("StridedSlice", [samples([4, 3, 2])], empty: [samples([4, 3, 0])], gradient: .second) {
      [$1[0][SliceEntry(from: 3, by: -2), newAxis, 1]]
    },
    OpCase("StridedSlice/index of the run", [samples([4, 3, 2]), -3], gradient: .second) {
      [$1[0][..., $1[1], 0..<1]]
    },
    OpCase(
      "StridedSliceGrad", [[4, 3], [1, 0], [3, 2], [1, 2], samples([2, 1])], constants: [0, 3],
      gradient: .second, StridedSliceGrad(masks: SliceMasks())),
    OpCase(
      "GatherV2/rows", [samples([3, 2]), [2, 0, 2]], empty: [samples([3, 0]), [1]],
      gradient: .second
    ) { [gather($1[0], $1[1])] },
    OpCase(
      "GatherV2/columns", [samples([2, 3, 2]), [[2, 0], [2, 1]]],
      empty: [samples([2, 3, 2]), NDArray.zeros([0, 2], .int32)], gradient: .second
    ) { [gather($1[0], $1[1], axis: 1)] },
    OpCase(
      "GatherV2/of a batch", [samples([2, 2, 3, 2]), [[2, 0], [1, 1]]], gradient: .second
    ) { [gather($1[0], $1[1], axis: 2, batchDims: 1)] },
    OpCase(
      "Gather", [samples([3, 2]), [2, 0, 2]], empty: [samples([3, 0]), [1]], gradient: .second,
      Gather()),
    OpCase(
      "DynamicStitch", [[2, 0], [3, 1], samples([2, 2]), samples([2, 2], seed: 1)],
      constants: [0, 1], gradient: .second, DynamicStitch(count: 2)),
    OpCase(
      "ParallelDynamicStitch", [[2, 0], samples([2, 2])], constants: [0], gradient: .second,
      expected: .reference { inputs in
        let x = inputs[1].scalars(as: Double.self)
        return [float64([x[2], x[3], 0, 0, x[0], x[1]], [3, 2])]
      }, DynamicStitch(count: 1, isParallel: true)),
    OpCase(
      "GatherNd", [samples([3, 4, 2]), [[2, 1], [0, 3], [2, 1]]],
      empty: [samples([3, 4, 0]), [[2, 1]]], gradient: .second
    ) { [gatherND($1[0], $1[1])] },
    OpCase(
      "ScatterNd", [[[1], [3], [1]], samples([3, 2])],
      empty: [NDArray.zeros([0, 1], .int32), samples([0, 2])], gradient: .second
    ) { [scatterND($1[0], $1[1], shape: [4, 2])] },
    OpCase(
      "UnsortedSegmentSum", [samples([4, 2]), [1, 0, -1, 1]],
      empty: [samples([0, 2]), NDArray.zeros([0], .int32)], gradient: .second,
      expected: .reference { inputs in
        let x = inputs[0].scalars(as: Double.self)
        return [float64([x[2], x[3], x[0] + x[6], x[1] + x[7], 0, 0], [3, 2])]
      }
    ) { [unsortedSegmentSum($1[0], $1[1], segments: 3)] },
    OpCase(
      "IndexedSlices", [samples([3, 2]), [1, 0, 1], [3, 2]], constants: [2],
      empty: [samples([0, 2]), NDArray.zeros([0], .int32), [3, 2]], gradient: .second,
      expected: .reference { inputs in
        let x = inputs[0].scalars(as: Double.self)
        return [float64([x[2], x[3], x[0] + x[4], x[1] + x[5], 0, 0], [3, 2])]
      }
    ) { [indexedSlices(values: $1[0], indices: $1[1], denseShape: $1[2])] },
    OpCase(
      "Where", [NDArray([true, false, true, true], shape: [2, 2])], constants: [0], gradient: .none,
      Where()),
    OpCase("Unique", [[3, 1, 3, 2]], constants: [0], gradient: .none, Unique(indexType: .int64)),
  ]

  /// Operations that repeat elements, or put others around them.
  private static let repetitions: [OpCase] = [
    OpCase("BroadcastTo", [samples([2, 1])], empty: [samples([2, 1])], gradient: .second) {
      [broadcast($1[0], to: [3, 2, 2])]
    },
    OpCase(
      "BroadcastGradientArgs", [[2, 1, 3], [4, 3]], constants: [0, 1], gradient: .none,
      BroadcastGradientArgs()),
    OpCase("Tile", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [tile($1[0], [2, 3])]
    },
    OpCase("Pad", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [pad($1[0], [[1, 0], [2, 1]])]
    },
    // As in TensorFlow, the constant around the tensor has no gradient.
    OpCase("PadV2", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [pad($1[0], [[1, 0], [2, 1]], constant: 7)]
    },
    OpCase("MirrorPad/reflect", [samples([2, 3])], gradient: .second) {
      [pad($1[0], [[1, 0], [2, 1]], mode: .reflect)]
    },
    OpCase(
      "MirrorPad/symmetric", [samples([2, 3])], empty: [samples([2, 3])], gradient: .second
    ) {
      [pad($1[0], [[1, 0], [2, 3]], mode: .symmetric)]
    },
    OpCase(
      "MirrorPadGrad", [samples([3, 6]), [[1, 0], [2, 1]]], constants: [1], gradient: .second,
      expected: .elsewhere("the gradient of MirrorPad"), MirrorPadGrad(mode: MirrorPad.reflect)),
  ]

  /// Operations that make tensors of numbers.
  private static let sources: [OpCase] = [
    OpCase("Fill", [float64([0.5], [])], gradient: .second) { [$0.fill([2, 3], $1[0])] },
    OpCase(
      "ZerosLike", [samples([2, 3])], empty: [samples([0, 3])], gradient: .none, ZerosLike()),
    OpCase("OnesLike", [samples([2, 3])], empty: [samples([0, 3])], gradient: .none, OnesLike()),
    OpCase("Range", [3, 12, 4], constants: [0, 1, 2], gradient: .none, RangeOf()),
    OpCase("LinSpace", [float64([1], []), float64([2], [])], gradient: .none) {
      [$0.linspace($1[0], $1[1], count: 5)]
    },
    OpCase(
      "OneHot", [[2, 0, 5, -1]], empty: [NDArray.zeros([0], .int32)], gradient: .none
    ) { [oneHot($1[0], depth: 3, on: 2, off: -1, axis: 0, dtype: .float64)] },
  ]
}
