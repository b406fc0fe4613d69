internal import GraphArrays

extension OpCatalog {
  /// Shapes, slices, sequences and movement of elements.
  package static let arrays: [any OpDefinition] = [
    BroadcastGradientArgs(), BroadcastTo(), ConcatOffset(count: 2), ConcatV2(count: 2),
    DynamicStitch(count: 1), DynamicStitch(count: 1, isParallel: true), ExpandDims(), Fill(),
    Gather(), GatherNd(), GatherV2(batchDims: 0), IndexedSlices(),
    InvertPermutation(), LinSpace(), MatrixBandPart(), MirrorPad(mode: MirrorPad.reflect),
    MirrorPadGrad(mode: MirrorPad.reflect), OneHot(axis: -1), OnesLike(), Pack(count: 1, axis: 0),
    Pad(), PadV2(), RangeOf(), RankOf(), Reshape(),
    ReverseSequence(sequenceAxis: 1, batchAxis: 0), ReverseV2(), ScatterNd(),
    ShapeOf(outputType: .int32), ShapesOf(outputType: .int32, count: 1),
    SizeOf(outputType: .int32), Slice(), Split(count: 1), SplitV(count: 1), Squeeze(axes: []),
    StridedSlice(masks: SliceMasks()), StridedSliceGrad(masks: SliceMasks()), Tile(), Transpose(),
    Unique(indexType: .int32), Unpack(count: 1, axis: 0), UnsortedSegmentSum(), Where(),
    ZerosLike(),
  ]
}
