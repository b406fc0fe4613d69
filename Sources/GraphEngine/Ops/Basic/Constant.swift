public import GraphArrays

extension Graph {
  /// A constant: a number, a string, nested arrays of them, or an `NDArray`.
  ///
  /// Without a dtype, real numbers are float32 and integers int32. A value that does not fit the
  /// dtype, or a ragged array, is a mistake. TF: `tf.constant`.
  public func constant(
    _ value: some NDArrayConvertible, dtype: DType? = nil, name: String? = nil
  ) -> Tensor {
    do throws(ArrayError) {
      return tensor(Const(try value.ndarray(dtype)), [], name: name)
    } catch {
      let graph = innermost
      graph.record(GraphError(.invalidArgument, error.description), "Const", name ?? "Const")
      return .invalid(in: graph)
    }
  }
}

/// A value that is part of the graph. TF: `Const`.
package struct Const: OpDefinition {
  private var identity: NDArrayIdentity
  package var value: NDArray { identity.array }

  package init(_ value: NDArray) { identity = NDArrayIdentity(value) }

  package var name: String { "Const" }
  package static let attributes = [
    Attribute("value", \Const.identity), Attribute(derived: "dtype", \.dtype),
  ]
  private var dtype: DType { value.dtype }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [TensorType(value.dtype, exact: value.shape)]
  }

  /// Plans keep constants in memory of their own, so nothing is executed for one.
  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    throw GraphError(.unimplemented, "a constant is not executed")
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [] }
}
