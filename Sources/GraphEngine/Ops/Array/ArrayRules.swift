internal import GraphArrays

extension InferenceContext {
  /// The axis that an integer operand names, counted from 0; nil where it or the rank is not known.
  ///
  /// - Throws: `GraphError` where there is no such axis.
  func axis(from operand: Int, rank: Int?) throws(GraphError) -> Int? {
    guard let value = integer(operand), let rank else { return nil }
    return try Self.axis(value, rank: rank)
  }

  /// The shape of a result whose extents an integer vector gives, none of them left open.
  ///
  /// - Throws: `GraphError` where an extent is negative, or the operand is no vector.
  func extents(from operand: Int) throws(GraphError) -> Shape {
    for case let element? in integers(operand) ?? [] where element < 0 {
      throw GraphError(.invalidArgument, "Dimension \(element) must be >= 0")
    }
    return try shape(from: operand)
  }

  /// - Throws: `GraphError` where the operand is not an int32 or int64.
  func expectInteger(_ operand: Int) throws(GraphError) {
    try expect(operand, isOneOf: [.int32, .int64])
  }
}

extension GradientContext {
  /// The elements of an integer operand whose value is known at declaration; else nil.
  func knownIntegers(_ operand: Int) -> [Int]? { operation.inputs[operand].knownIntegers }

  /// Where a gradient's operations are declared.
  var graph: Graph { operation.graph }
}

extension Tensor {
  /// The elements of an integer tensor, flattened, where all are known at declaration; else nil.
  package var knownIntegers: [Int]? {
    guard isValid else { return nil }
    return graph.node(node).known[Int(index)]?.array?.integerElements
  }
}

extension Graph {
  /// An int32 vector, or a scalar, as operations take shapes and axes.
  func int32(_ values: [Int], name: String? = nil) -> Tensor {
    constant(values, dtype: .int32, name: name)
  }

  /// An int32 scalar.
  func int32(_ value: Int, name: String? = nil) -> Tensor {
    constant(value, dtype: .int32, name: name)
  }
}

/// Extents as TensorFlow's messages have them: `[2,3]`.
func extentsText(_ extents: [Int]) -> String {
  "[\(extents.map(String.init).joined(separator: ","))]"
}

/// The position `index` of a row-major array of this shape as TensorFlow's messages have it:
/// `[1,0]`; nothing for a scalar.
func positionText(_ index: Int, in extents: [Int]) -> String {
  var rest = index
  var parts: [String] = []
  for extent in extents.reversed() {
    parts.append("\(extent == 0 ? 0 : rest % extent)")
    rest = extent == 0 ? 0 : rest / extent
  }
  return parts.isEmpty ? "" : "[\(parts.reversed().joined(separator: ","))]"
}
