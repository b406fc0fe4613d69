internal import GraphArrays

/// `x`, after a check that no element is NaN or infinite: a run fails otherwise.
/// TF: `tf.check_numerics`.
///
/// - Parameters:
///   - message: What the failure begins with.
public func checkNumerics(_ x: Tensor, message: String, name: String? = nil) -> Tensor {
  x.graph.tensor(CheckNumerics(message: message), [x], name: name)
}

/// Its operand, which must be finite. TF: `CheckNumerics`.
package struct CheckNumerics: OpDefinition {
  /// What the failure begins with.
  package var message: String

  package init(message: String) { self.message = message }

  package var name: String { "CheckNumerics" }
  package static let attributes = [Attribute("message", \CheckNumerics.message)]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expect(0, isOneOf: [.float32, .float64])
    return [context[0]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let count = request.inputCount()
    let byteCount = request.outputs[0].byteCount ?? 0
    let message = message
    func check<Scalar: BinaryFloatingPoint & Sendable>(_ type: Scalar.Type) -> Kernel {
      Kernel(inPlace: [0], flops: Double(count)) { arguments, _ throws(RunFailure) in
        let source = arguments.input(0, as: type)
        // x - x is 0 for finite x and NaN else: a sum that vectorises tells whether to look closer.
        var sum: Scalar = 0
        for i in 0..<count { sum += source[i] - source[i] }
        if !sum.isFinite {
          throw Self.failure(message, UnsafeBufferPointer(start: source, count: count))
        }
        let target = arguments.output()
        if UnsafeRawPointer(target) != arguments.input(0) {
          target.copyMemory(from: arguments.input(0), byteCount: byteCount)
        }
      }
    }
    return request.dtype == .float64 ? check(Double.self) : check(Float.self)
  }

  private static func failure<Scalar: BinaryFloatingPoint>(
    _ message: String, _ elements: UnsafeBufferPointer<Scalar>
  ) -> RunFailure {
    let hasInfinite = elements.contains { $0.isInfinite }
    let hasNaN = elements.contains { $0.isNaN }
    let found = [hasInfinite ? "Inf" : nil, hasNaN ? "NaN" : nil].compactMap { $0 }
    return RunFailure(
      .invalidArgument, "\(message) : Tensor had \(found.joined(separator: " and ")) values")
  }

  /// The gradient is checked as well.
  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [
      checkNumerics(
        context.dy(),
        message:
          "Not a number (NaN) or infinity (Inf) values detected in gradient. \(message)")
    ]
  }
}
