package import GraphArrays

// Values that may be missing. TensorFlow's gradients of branches pass what the branch that was taken
// computed as optionals, and none for the other. Here an optional is a list: of its components, or
// without items where there is no value. So it is summed, carried and differentiated as lists are.

/// An optional with a value. TF: `OptionalFromValue`.
///
/// Operands: the components of the value.
package struct OptionalFromValue: OpDefinition {
  /// The dtypes of the components.
  package var dtypes: [DType]

  package init(dtypes: [DType]) { self.dtypes = dtypes }

  package var name: String { "OptionalFromValue" }
  package static let attributes = [Attribute("Toutput_types", \OptionalFromValue.dtypes)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: dtypes.count)
    for (index, dtype) in dtypes.enumerated() { try context.expect(index, isOneOf: [dtype]) }
    // Items of one list have one type; of a value with more components none is told.
    guard dtypes.count == 1 else { return [TensorType(.variant, [])] }
    return [.list(of: context[0])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let types = request.inputs
    return Kernel(retains: Array(types.indices), bindsOutputs: true) {
      arguments, _ throws(RunFailure) in
      var items: [TensorList.Item] = []
      for (index, type) in types.enumerated() { items.append(try arguments.item(index, type)) }
      arguments.setObject(
        TensorList(dtype: types[0].dtype, elementShape: .unknown, items: items))
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard let d = context.outputGradients[0] else { return dtypes.map { _ in nil } }
    let types = dtypes.indices.map { context.inputType($0).cotangent }
    return d.graph.tensors(OptionalGetValue(types: types), [d], name: "OptionalGetValue")
  }
}

/// An optional without a value. TF: `OptionalNone`.
package struct OptionalNone: EmptyListDefinition {
  package init() {}
  package var name: String { "OptionalNone" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 0)
    return [TensorType(.variant, [])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      arguments.setObject(TensorList(dtype: .float32, elementShape: .unknown))
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [] }
}

/// The components of an optional's value. TF: `OptionalGetValue`.
package struct OptionalGetValue: OpDefinition {
  /// The types of the components, as far as they are known.
  package var types: [TensorType]

  package init(types: [TensorType]) { self.types = types }

  package var name: String { "OptionalGetValue" }
  package static let attributes = [
    Attribute("output_types", \OptionalGetValue.dtypes), Attribute("output_shapes", \.shapes),
  ]
  private var dtypes: [DType] {
    get { types.map(\.dtype) }
    set { types = newValue.map { TensorType($0, .unknown) } }
  }
  private var shapes: [Shape] {
    get { types.map(\.shape) }
    set { types = zip(types, newValue).map { TensorType($0.dtype, $1) } }
  }
  package var outputCount: Int { types.count }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expectList(0)
    guard types.count == 1, let element = context[0].element else { return types }
    guard let type = element.merged(with: types[0]) else {
      throw GraphError(
        .invalidArgument, "the optional has a value of type \(element), wants \(types[0])")
    }
    return [type]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let types = request.outputs
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let list = try arguments.list(0)
      guard list.count > 0 else {
        throw RunFailure(.invalidArgument, "The given optional does not have a value.")
      }
      guard list.count == types.count else {
        throw RunFailure(
          .invalidArgument,
          "the optional has \(list.count) components, and \(types.count) are asked for")
      }
      for (index, type) in types.enumerated() {
        try arguments.give(
          try list.item(at: index, shape: type.shape), output: index, as: type)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.outputGradients.contains(where: { $0 != nil }) else { return [nil] }
    let components = types.indices.map { context.dy($0) }
    return [
      context.graph.tensor(
        OptionalFromValue(dtypes: components.map(\.dtype)), components,
        name: "OptionalFromValue")
    ]
  }
}

/// Whether an optional has a value. TF: `OptionalHasValue`.
package struct OptionalHasValue: OpDefinition {
  package init() {}
  package var name: String { "OptionalHasValue" }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expectList(0)
    return [TensorType(.bool, [])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    Kernel { arguments, _ throws(RunFailure) in
      let isThere = try arguments.list(0).count > 0
      arguments.output(0, as: UInt8.self).pointee = isThere ? 1 : 0
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
