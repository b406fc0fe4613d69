import GraphArrays
import GraphEngine

extension GoldenDefinitions {
  /// Operations on shapes that have attributes.
  static let arrays: [String: Maker] = [
    "ConcatOffset": { ConcatOffset(count: $0.int("N")) },
    "ConcatV2": { ConcatV2(count: $0.int("N")) },
    "DynamicStitch": { DynamicStitch(count: $0.int("N")) },
    "Gather": { _ in Gather() },
    "GatherV2": { GatherV2(batchDims: $0.int("batch_dims")) },
    "MirrorPad": { MirrorPad(mode: $0.string("mode")) },
    "MirrorPadGrad": { MirrorPadGrad(mode: $0.string("mode")) },
    "OneHot": { OneHot(axis: $0.int("axis")) },
    "Pack": { Pack(count: $0.int("N"), axis: $0.int("axis")) },
    "ReverseSequence": {
      ReverseSequence(sequenceAxis: $0.int("seq_dim"), batchAxis: $0.int("batch_dim"))
    },
    "Shape": { ShapeOf(outputType: $0.type("out_type")) },
    "ShapeN": { ShapesOf(outputType: $0.type("out_type"), count: $0.int("N")) },
    "Size": { SizeOf(outputType: $0.type("out_type")) },
    "Split": { Split(count: $0.int("num_split")) },
    "SplitV": { SplitV(count: $0.int("num_split")) },
    "Squeeze": { Squeeze(axes: $0.ints("squeeze_dims")) },
    "StridedSlice": { StridedSlice(masks: masks($0)) },
    "StridedSliceGrad": { StridedSliceGrad(masks: masks($0)) },
    "Unique": { Unique(indexType: $0.type("out_idx")) },
    "Unpack": { Unpack(count: $0.int("num"), axis: $0.int("axis")) },
  ]

  private static func masks(_ attributes: GoldenAttributes) -> SliceMasks {
    SliceMasks(
      begin: attributes.int("begin_mask"), end: attributes.int("end_mask"),
      ellipsis: attributes.int("ellipsis_mask"), newAxis: attributes.int("new_axis_mask"),
      shrinkAxis: attributes.int("shrink_axis_mask"))
  }
}
