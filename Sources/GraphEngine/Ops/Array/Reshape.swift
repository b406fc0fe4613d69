internal import GraphArrays

/// The elements of `x` in another shape, in the same order. TF: `tf.reshape`.
///
/// - Parameters:
///   - shape: The extents; one of them may be -1, which stands for what is left over.
public func reshape(_ x: Tensor, _ shape: [Int], name: String? = nil) -> Tensor {
  x.graph.declare(name ?? "Reshape") { name in
    x.graph.tensor(Reshape(), [x, x.graph.int32(shape, name: "shape")], name: name)
  }
}

/// The elements of `x` in the shape that an integer vector gives when the graph runs.
public func reshape(_ x: Tensor, _ shape: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(Reshape(), [x, shape], name: name)
}

/// Its first operand in the shape that the second one gives. TF: `Reshape`.
package struct Reshape: OpDefinition {
  package init() {}
  package var name: String { "Reshape" }
  package var specializedInputs: [Int] { [1] }
  package var kernelInputs: [Int] { [] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    let dtype = context.dtype(0)
    guard let wanted = context.integers(1) else {
      return [TensorType(dtype, try context.shape(from: 1))]
    }
    return [TensorType(dtype, try Self.resolve(wanted, count: context[0].count))]
  }

  /// The shape that `wanted` stands for where `count` elements are at hand.
  private static func resolve(_ wanted: [Int?], count: Int?) throws(GraphError) -> Shape {
    var rest: Int?
    var known: [Int] = []
    for (i, extent) in wanted.enumerated() {
      guard let extent else { continue }
      if extent == -1 {
        if let rest {
          throw GraphError(
            .invalidArgument, "Only one input size may be -1, not both \(rest) and \(i)")
        }
        rest = i
      } else if extent < 0 {
        throw GraphError(.invalidArgument, "Size \(i) must be non-negative, not \(extent)")
      } else {
        known.append(extent)
      }
    }
    var shape = wanted.map { $0 == -1 ? nil : $0 }
    guard let product = Shape.elementCount(known) else {
      throw GraphError(.invalidArgument, "a shape with the extents \(known) has too many elements")
    }
    guard let count else { return Shape(dimensions: shape) }
    let found = "Input to reshape is a tensor with \(count) values, but the requested shape "
    let open = shape.indices.filter { shape[$0] == nil }
    if open.isEmpty, count != product {
      throw GraphError(.invalidArgument, found + "has \(product)")
    }
    guard open.count == 1 else { return Shape(dimensions: shape) }
    if product == 0 {
      guard rest == nil else {
        throw GraphError(
          .invalidArgument,
          "reshape cannot infer the missing input size for an empty tensor unless all specified "
            + "input sizes are non-zero")
      }
    } else {
      guard count % product == 0 else {
        throw GraphError(.invalidArgument, found + "requires a multiple of \(product)")
      }
      shape[open[0]] = count / product
    }
    return Shape(dimensions: shape)
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.integers(0) }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    output.isExact && context()[0] == output ? 0 : nil
  }

  /// A reshape of a reshape is one.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let (_, inputs) = rewriter.maker(instruction.inputs[0], as: Reshape.self),
      let extents = rewriter.extents(instruction.outputs[0])
    else { return false }
    return rewriter.finish(Reshape(), [inputs[0], rewriter.add(integers: extents)])
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    [try context.reshaped()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    return .copy(byteCount: request.outputs[0].byteCount ?? 0)
  }

  package var isLinear: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    try all.reshape()
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [reshape(context.dy(), context.inputShape(0)), nil]
  }
}
