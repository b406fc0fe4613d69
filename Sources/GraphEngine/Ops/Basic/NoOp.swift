extension Graph {
  /// An operation that does nothing; with control dependencies, a point they meet at.
  public func noOp(name: String? = nil) -> Operation { add(NoOp(), [], name: name) }

  /// An operation that is done when all of `operations` are. TF: `tf.group`.
  public func group(_ operations: [Operation], name: String? = nil) -> Operation {
    controlDependencies(operations) { add(NoOp(), [], name: name, defaultName: "group_deps") }
  }
}

/// Nothing. TF: `NoOp`.
package struct NoOp: OpDefinition {
  package init() {}
  package var name: String { "NoOp" }
  package var outputCount: Int { 0 }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] { [] }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    Kernel { _, _ throws(RunFailure) in }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [] }
}
