package import GraphArrays

/// An operation that reads a variable by its handle, operand 0, and computes something of the value.
///
/// The compiler replaces it by its functional form, whose operand 0 is the value: that at the start
/// of the run, or what an assignment gave that comes before by data or control dependencies.
package protocol VariableReader: OpDefinition {
  /// The same computation on the value.
  var functional: any OpDefinition { get }
}

extension VariableReader {
  package var effects: Effects { [.state] }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "the read of a variable is executed in its functional form")
  }

  /// The types of the results of the functional form; nil where nothing is known of the variable.
  func functionalTypes(_ context: InferenceContext) throws(GraphError) -> [TensorType]? {
    guard let value = context[0].element else { return nil }
    return try functional.infer(
      InferenceContext(
        types: [value] + context.types.dropFirst(), known: [nil] + context.known.dropFirst()))
  }
}

/// The shape of a variable's value. TF: `VariableShape`.
package struct VariableShape: VariableReader {
  /// `.int32` or `.int64`.
  package var outputType: DType

  package init(outputType: DType) { self.outputType = outputType }

  package var name: String { "VariableShape" }
  package static let attributes = [Attribute("out_type", \VariableShape.outputType)]
  package var functional: any OpDefinition { ShapeOf(outputType: outputType) }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return try functionalTypes(context) ?? [TensorType(outputType, [nil])]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    context[0].element?.shape.dimensions
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}

/// Slices of a variable's value along its first axis. TF: `ResourceGather`.
///
/// Operands: the handle, and indices of any shape.
package struct ResourceGather: VariableReader {
  /// The dtype of the value.
  package var dtype: DType

  package init(dtype: DType) { self.dtype = dtype }

  package var name: String { "ResourceGather" }
  package static let attributes = [Attribute("dtype", \ResourceGather.dtype)]
  package var effects: Effects { [.state, .canFail] }
  package var functional: any OpDefinition { Gather() }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    return try functionalTypes(context) ?? [TensorType(dtype, .unknown)]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.gatheredRows(of: context.variableShape()), nil]
  }
}

/// Slices of a variable's value, by the indices of their first axes. TF: `ResourceGatherNd`.
package struct ResourceGatherNd: VariableReader {
  /// The dtype of the value.
  package var dtype: DType

  package init(dtype: DType) { self.dtype = dtype }

  package var name: String { "ResourceGatherNd" }
  package static let attributes = [Attribute("dtype", \ResourceGatherNd.dtype)]
  package var effects: Effects { [.state, .canFail] }
  package var functional: any OpDefinition { GatherNd() }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    return try functionalTypes(context) ?? [TensorType(dtype, .unknown)]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let shape = context.variableShape()
    let isInt64 = context.inputType(1).dtype == .int64
    return [
      scatterND(
        context.input(1), context.dy(), shape: isInt64 ? cast(shape, to: .int64) : shape), nil,
    ]
  }
}

extension GradientContext {
  /// The shape of the variable whose handle operand 0 is, an int32 vector.
  fileprivate func variableShape() -> Tensor {
    if let extents = inputType(0).element?.extents { return graph.int32(extents) }
    return graph.tensor(VariableShape(outputType: .int32), [input(0)], name: "VariableShape")
  }
}
