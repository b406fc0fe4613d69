internal import GraphArrays

/// The permutation that undoes `x`: `y[x[i]] = i`. TF: `tf.invert_permutation`.
///
/// - Parameters:
///   - x: An integer vector in which each of `0..<n` is once.
public func invertPermutation(_ x: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(InvertPermutation(), [x], name: name)
}

/// The inverse of a permutation. TF: `InvertPermutation`.
package struct InvertPermutation: OpDefinition {
  package init() {}
  package var name: String { "InvertPermutation" }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    try context.expectInteger(0)
    try context.expect(0, rank: 1)
    return [context[0]]
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? {
    guard let elements = context.allIntegers(0) else { return nil }
    var inverse = [Int?](repeating: nil, count: elements.count)
    for (i, element) in elements.enumerated() {
      guard inverse.indices.contains(element), inverse[element] == nil else { return nil }
      inverse[element] = i
    }
    return inverse
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let count = request.inputCount()
    @Sendable func invert<Index: FixedWidthInteger & Sendable>(
      _ source: UnsafePointer<Index>, _ target: UnsafeMutablePointer<Index>
    ) throws(RunFailure) {
      target.update(repeating: -1, count: count)
      for i in 0..<count {
        let place = source[i]
        guard place >= 0, place < count else {
          throw RunFailure(.invalidArgument, "\(place) is not between 0 and \(count)")
        }
        guard target[Int(place)] == -1 else {
          throw RunFailure(.invalidArgument, "\(place) is duplicated in the input.")
        }
        target[Int(place)] = Index(truncatingIfNeeded: i)
      }
    }
    let isInt64 = request.dtype == .int64
    return Kernel { arguments, _ throws(RunFailure) in
      if isInt64 {
        try invert(arguments.input(0, as: Int64.self), arguments.output(0, as: Int64.self))
      } else {
        try invert(arguments.input(0, as: Int32.self), arguments.output(0, as: Int32.self))
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] { [nil] }
}
