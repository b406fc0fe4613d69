internal import GraphArrays
internal import Synchronization

/// `x`, and a line in the session's log each time it is computed: the message and values.
/// TF: `tf.Print`.
///
/// - Parameters:
///   - data: Tensors whose values are shown; nil for `x` itself.
///   - message: What the line begins with.
///   - summarize: How many elements of each tensor are shown; all where negative.
public func printing(
  _ x: Tensor, _ data: [Tensor]? = nil, message: String = "", summarize: Int = 3,
  name: String? = nil
) -> Tensor {
  x.graph.tensor(
    Print(message: message, firstCount: -1, summarize: summarize), [x] + (data ?? [x]), name: name)
}

/// Its first operand, after a message with the values of the others. TF: `Print`.
package struct Print: OpDefinition {
  /// What a line begins with.
  package var message: String
  /// How many lines are written; all where negative.
  package var firstCount: Int
  /// How many elements of each operand are shown.
  package var summarize: Int

  package init(message: String, firstCount: Int, summarize: Int) {
    self.message = message
    self.firstCount = firstCount
    self.summarize = summarize
  }

  package var name: String { "Print" }
  package static let attributes = [
    Attribute("message", \Print.message), Attribute("first_n", \.firstCount),
    Attribute("summarize", \.summarize),
  ]
  package var effects: Effects { .sideEffect }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    guard let first = context.types.first else {
      throw GraphError(.invalidArgument, "wants a tensor to pass on")
    }
    return [first]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let types = request.inputs
    let byteCount = request.outputs[0].byteCount ?? 0
    let (message, summarize, limit) = (message, summarize, firstCount)
    let written = Lines()
    return Kernel(
      inPlace: [0], retains: types.indices.filter { types[$0].dtype == .string }
    ) { arguments, _ throws(RunFailure) in
      if limit < 0 || written.next() < limit {
        let values = types.indices.dropFirst().map {
          ValueText.summary(of: arguments.array($0, types[$0]), limit: summarize)
        }
        arguments.run.log(message + values.joined())
      }
      let target = arguments.output()
      if UnsafeRawPointer(target) != arguments.input(0) {
        target.copyMemory(from: arguments.input(0), byteCount: byteCount)
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.dy()] + context.operation.inputs.dropFirst().map { _ in nil }
  }
}

/// How many lines a plan's operation has written.
private final class Lines: Sendable {
  private let count = Atomic<Int>(0)
  func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
