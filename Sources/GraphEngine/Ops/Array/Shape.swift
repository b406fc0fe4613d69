package import GraphArrays

extension Tensor {
  /// The shape in a run, as an int32 vector; a constant where it is known already. TF: `tf.shape`.
  public var dynamicShape: Tensor { shapeTensor() }

  /// As `dynamicShape`, under a name of its own.
  package func shapeTensor(name: String? = nil) -> Tensor {
    guard isValid else { return self }
    if let extents = shape.known, fitsInt32(extents) {
      return graph.int32(extents, name: name ?? "Shape")
    }
    return graph.tensor(ShapeOf(outputType: .int32), [self], name: name)
  }
}

/// Whether extents can be told as int32.
private func fitsInt32(_ extents: [Int]) -> Bool { extents.allSatisfy { $0 <= Int(Int32.max) } }

/// The shape of its operand. TF: `Shape`.
package struct ShapeOf: OpDefinition {
  /// `.int32` or `.int64`.
  package var outputType: DType

  package init(outputType: DType) { self.outputType = outputType }

  package var name: String { "Shape" }
  package static let attributes = [Attribute("out_type", \ShapeOf.outputType)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    return [TensorType(outputType, [context.shape().rank])]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.shape().dimensions }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .integers([request.inputShape()], outputType)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}

/// The shapes of its operands, one result each. TF: `ShapeN`.
package struct ShapesOf: OpDefinition {
  /// `.int32` or `.int64`.
  package var outputType: DType
  /// The number of operands.
  package var count: Int

  package init(outputType: DType, count: Int) {
    self.outputType = outputType
    self.count = count
  }

  package var name: String { "ShapeN" }
  package static let attributes = [
    Attribute("N", \ShapesOf.count), Attribute("out_type", \.outputType),
  ]
  package var outputCount: Int { count }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: count)
    return context.types.map { TensorType(outputType, [$0.shape.rank]) }
  }

  package func knownResults(_ context: InferenceContext) -> [[Int?]?] {
    context.types.map(\.shape.dimensions)
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    .integers(request.inputs.indices.map(request.inputShape), outputType)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    context.operation.inputs.map { _ in nil }
  }
}

extension Kernel {
  /// A kernel that writes these integers, one list for each result.
  static func integers(_ lists: [[Int]], _ dtype: DType) -> Kernel {
    Kernel { arguments, _ throws(RunFailure) in
      for (i, list) in lists.enumerated() {
        if dtype == .int64 {
          let target = arguments.output(i, as: Int64.self)
          for (j, value) in list.enumerated() { target[j] = Int64(value) }
        } else {
          let target = arguments.output(i, as: Int32.self)
          for (j, value) in list.enumerated() { target[j] = Int32(truncatingIfNeeded: value) }
        }
      }
    }
  }
}
