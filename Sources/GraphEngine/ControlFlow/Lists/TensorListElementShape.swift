package import GraphArrays

/// The shape of a list's items as the list was made, -1 where an extent is not known and the scalar
/// -1 where not even the rank is. TF: `TensorListElementShape`.
package struct TensorListElementShape: OpDefinition {
  /// `.int32` or `.int64`.
  package var shapeType: DType

  package init(shapeType: DType) { self.shapeType = shapeType }

  package var name: String { "TensorListElementShape" }
  package static let attributes = [Attribute("shape_type", \TensorListElementShape.shapeType)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expectList(0)
    return [TensorType(shapeType, .unknown)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let dtype = shapeType
    return Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let dimensions = try arguments.list(0).elementShape.dimensions
      let values = dimensions.map { $0.map { $0 ?? -1 } } ?? [-1]
      let shape = dimensions.map { [$0.count] } ?? []
      let array = NDArray.integers(values, dtype: dtype, shape: shape)
      arguments.bind(storage: array.storage, shape: shape)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
