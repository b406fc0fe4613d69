internal import GraphArrays
internal import CKernels
internal import GraphKernels

/// x where it is above 0, else `alpha x`; the derivative at 0 is `alpha`. TF: `tf.nn.leaky_relu`.
public func leakyRelu(_ x: Tensor, alpha: Float = 0.2, name: String? = nil) -> Tensor {
  x.graph.tensor(LeakyRelu(alpha: alpha), [x], name: name)
}

/// A rectifier with a slope below 0. TF: `LeakyRelu`.
package struct LeakyRelu: OpDefinition {
  package let alpha: Float

  package init(alpha: Float = 0.2) { self.alpha = alpha }

  package var name: String { "LeakyRelu" }
  package static let attributes = [Attribute("alpha", \LeakyRelu.alpha)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(0, isOneOf: [.float32, .float64])
    return [context[0]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.leaky_relu
    let (count, alpha) = (request.inputCount(), alpha)
    if request.dtype == .float32 {
      return .elementwise(count: count, inPlace: [0]) { arguments, range throws(RunFailure) in
        loops.f32(
          arguments.output(0, as: Float.self) + range.lowerBound,
          arguments.input(0, as: Float.self) + range.lowerBound, range.count, alpha)
      }
    }
    return .elementwise(count: count, inPlace: [0]) { arguments, range throws(RunFailure) in
      loops.f64(
        arguments.output(0, as: Double.self) + range.lowerBound,
        arguments.input(0, as: Double.self) + range.lowerBound, range.count, Double(alpha))
    }
  }

  package var isElementwise: Bool { true }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let definition = LeakyReluGrad(alpha: alpha)
    return [context.operation.graph.tensor(definition, [context.dy(), context.input()])]
  }
}

/// The gradient of `LeakyRelu` by its gradient and operand. TF: `LeakyReluGrad`.
package struct LeakyReluGrad: OpDefinition {
  package let alpha: Float

  package init(alpha: Float = 0.2) { self.alpha = alpha }

  package var name: String { "LeakyReluGrad" }
  package static let attributes = [Attribute("alpha", \LeakyReluGrad.alpha)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    try context.expect(0, isOneOf: [.float32, .float64])
    guard let type = context[0].merged(with: context[1]) else {
      throw GraphError(
        .invalidArgument, "shapes \(context.shape(0)) and \(context.shape(1)) differ")
    }
    return [type]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let loops = KernelTable.best.pointee.leaky_relu_grad
    let (count, alpha) = (request.inputCount(), alpha)
    if request.dtype == .float32 {
      return .elementwise(count: count, inPlace: [0, 1]) { arguments, range throws(RunFailure) in
        loops.f32(
          arguments.output(0, as: Float.self) + range.lowerBound,
          arguments.input(0, as: Float.self) + range.lowerBound,
          arguments.input(1, as: Float.self) + range.lowerBound, range.count, alpha)
      }
    }
    return .elementwise(count: count, inPlace: [0, 1]) { arguments, range throws(RunFailure) in
      loops.f64(
        arguments.output(0, as: Double.self) + range.lowerBound,
        arguments.input(0, as: Double.self) + range.lowerBound,
        arguments.input(1, as: Double.self) + range.lowerBound, range.count, Double(alpha))
    }
  }

  package var isElementwise: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    try all.elementwise(self)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let graph = context.operation.graph
    let zeros = context.values.zeros(of: context.operation.inputs[1])
    let definition = LeakyReluGrad(alpha: alpha)
    return [graph.tensor(definition, [context.dy(), context.input(1)]), zeros]
  }
}
