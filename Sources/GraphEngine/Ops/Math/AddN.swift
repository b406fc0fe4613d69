package import GraphArrays
internal import CKernels
package import GraphKernels

/// The sum of tensors of one shape, added in the given order. TF: `tf.add_n`.
///
/// Nothing is broadcast. One tensor is its own sum; none is a mistake.
public func addN(_ tensors: [Tensor], name: String? = nil) -> Tensor {
  guard let first = tensors.first else {
    return Graph.refuse("wants at least one operand", "AddN", name ?? "AddN")
  }
  if tensors.count == 1 { return identity(first, name: name) }
  return first.graph.tensor(AddN(), tensors, name: name)
}

/// The sum of all operands, from the first to the last. TF: `AddN`.
///
/// Lists are summed item by item.
package struct AddN: ElementwiseDefinition {
  package init() {}
  package var name: String { "AddN" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    guard var sum = context.types.first else {
      throw GraphError(.invalidArgument, "wants at least one operand")
    }
    try context.expectSameDType()
    guard sum.dtype.isNumeric || sum.dtype == .variant else {
      throw GraphError(.invalidArgument, "AddN does not take \(sum.dtype)")
    }
    for (index, type) in context.types.enumerated().dropFirst() {
      guard
        let merged = sum.dtype == .variant ? sum.listSum(with: type) : sum.merged(with: type)
      else {
        throw GraphError(
          .invalidArgument,
          "Inputs to AddN must have the same size and shape.  Input 0: \(context.shape(0)) != "
            + "input \(index): \(type.shape)")
      }
      sum = merged
    }
    return [sum]
  }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    context().types.count == 1 ? 0 : nil
  }

  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    addBroadcast(instruction, &rewriter) || rewriter.simplifySum(instruction)
  }

  /// What is broadcast to the shape of the others need not be where it is added to one of them.
  /// Terms are added in their order.
  private func addBroadcast(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    let inputs = instruction.inputs
    let type = rewriter.type(instruction.outputs[0])
    guard inputs.count > 1, type.isExact,
      let position = inputs.indices.first(where: {
        rewriter.maker(inputs[$0], as: BroadcastTo.self) != nil
      }), let (_, operands) = rewriter.maker(inputs[position], as: BroadcastTo.self)
    else { return false }
    var pair = [operands[0], inputs[1]]
    if position > 0 {
      let before = Array(inputs[..<position])
      pair = [before.count == 1 ? before[0] : rewriter.add(self, before, type), operands[0]]
    }
    let behind = inputs[(max(position, 1) + 1)...]
    guard !behind.isEmpty else { return rewriter.finish(Binary.add, pair) }
    return rewriter.finishSum([rewriter.add(Binary.add, pair, type)] + behind)
  }

  package func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value? {
    var sum = operands.first
    for operand in operands.dropFirst() {
      sum = sum.flatMap { builder.binary(\.add, $0, operand) }
    }
    return sum
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let operands = request.inputs.count
    if request.dtype == .variant {
      return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
        var lists: [TensorList] = []
        for operand in 0..<operands { lists.append(try arguments.list(operand)) }
        arguments.setObject(try TensorList.sum(lists))
      }
    }
    guard let type = request.dtype.kernelType, let add = KernelTable.best.pointee.add[type]
    else { throw request.unsupported(name) }
    let size = request.dtype.byteSize
    if operands == 1 { return .copy(byteCount: request.outputs[0].byteCount ?? 0) }
    return .elementwise(
      count: request.outputCount(), inPlace: [0, 1], flopsPerElement: Double(operands - 1)
    ) { arguments, range throws(RunFailure) in
      let start = range.lowerBound * size
      let result = arguments.output() + start
      add(result, arguments.input(0) + start, arguments.input(1) + start, range.count, 1, 1)
      for operand in 2..<max(2, operands) {
        add(result, result, arguments.input(operand) + start, range.count, 1, 1)
      }
    }
  }

  package var isElementwise: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    try all.elementwise(self)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let dy = context.dy()
    return context.operation.inputs.map { _ in dy }
  }
}
