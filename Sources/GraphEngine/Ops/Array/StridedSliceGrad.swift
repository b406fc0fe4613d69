internal import GraphArrays
internal import GraphKernels

/// The gradient of a strided slice: `dy` where the slice was taken, zeros elsewhere.
func stridedSliceGradient(
  _ dy: Tensor, shape: Tensor, begin: Tensor, end: Tensor, strides: Tensor, masks: SliceMasks
) -> Tensor {
  dy.graph.tensor(StridedSliceGrad(masks: masks), [shape, begin, end, strides, dy])
}

/// Its last operand, as a strided slice of zeros in the shape that the first gives.
/// TF: `StridedSliceGrad`.
package struct StridedSliceGrad: OpDefinition {
  /// Which entries are more than ranges.
  package var masks: SliceMasks

  package init(masks: SliceMasks) { self.masks = masks }

  package var name: String { "StridedSliceGrad" }
  package static let attributes = [
    Attribute("begin_mask", \StridedSliceGrad.masks.begin), Attribute("end_mask", \.masks.end),
    Attribute("ellipsis_mask", \.masks.ellipsis), Attribute("new_axis_mask", \.masks.newAxis),
    Attribute("shrink_axis_mask", \.masks.shrinkAxis),
  ]
  /// Begin and end are read when the kernel runs: the extents of `dy` tell how much was taken.
  package var specializedInputs: [Int] { [0, 3] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 5)
    for operand in 0...3 {
      try context.expectInteger(operand)
      try context.expect(operand, rank: 1)
    }
    try context.expectSameDType([1, 2, 3])
    return [TensorType(context.dtype(4), try context.extents(from: 0))]
  }

  /// A padded value, once all bounds are known and there are no steps.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let extents = rewriter.extents(instruction.outputs[0]) else { return false }
    let operands = (1...3).map { rewriter.integers(instruction.inputs[$0]) }
    guard let begin = operands[0], let end = operands[1], let strides = operands[2],
      let specification = try? SliceSpecification(
        dimensions: extents, begin: begin, end: end, strides: strides, masks: masks),
      let (first, size) = specification.block
    else { return false }
    let paddings = extents.indices.flatMap { [first[$0], extents[$0] - first[$0] - size[$0]] }
    return rewriter.finish(
      Pad(),
      [
        rewriter.reshape(instruction.inputs[4], size),
        rewriter.add(NDArray.integers(paddings, dtype: .int32, shape: [extents.count, 2])),
      ])
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let extents = request.outputShape()
    let unknown = [Int?](repeating: nil, count: request.inputCount(1))
    func integers(_ operand: Int) -> [Int?] {
      request.values[operand]?.integerElements ?? unknown
    }
    let specification = try SliceSpecification(
      dimensions: extents, begin: integers(1), end: integers(2), strides: integers(3), masks: masks)
    let shape = request.inputShape(4)
    guard specification.shape.accepts(shape) else {
      throw GraphError(
        .invalidArgument,
        "shape of dy was \(extentsText(shape)) instead of \(specification.shape)")
    }
    let dense = StridedCopy.denseStrides(of: extents)
    let axes = specification.axes
    let strides = specification.results.map { result in
      if case .axis(let axis) = result { dense[axis] * (axes[axis].stride ?? 1) } else { 0 }
    }
    let place = SlicePlace(axes: axes, extents: extents, begin: IntegerOperand(1, request))
    let counts = place.counts(results: specification.results, shape: shape)
    let size = request.outputs[0].dtype.byteSize
    let copy = StridedCopy(
      shape: shape, outputStrides: strides, inputStrides: StridedCopy.denseStrides(of: shape),
      elementSize: size)
    let byteCount = request.outputCount() * size
    return Kernel { arguments, _ throws(RunFailure) in
      let offset = try place.offset(arguments, counts)
      let target = arguments.output()
      target.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
      copy.run(units: 0..<copy.unitCount, out: target + offset * size, x: arguments.input(4))
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let slice = context.graph.tensor(
      StridedSlice(masks: masks),
      [context.dy(), context.input(1), context.input(2), context.input(3)])
    return [nil, nil, nil, nil, slice]
  }
}
