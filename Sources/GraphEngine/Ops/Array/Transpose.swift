internal import GraphArrays
internal import GraphKernels

/// `x` with its axes in another order. TF: `tf.transpose`.
///
/// - Parameters:
///   - permutation: Which axis of `x` each axis of the result is; nil reverses the axes.
public func transpose(_ x: Tensor, permutation: [Int]? = nil, name: String? = nil) -> Tensor {
  let graph = x.graph
  return graph.declare(name ?? "transpose") { name in
    let order: Tensor
    if let permutation = permutation ?? x.shape.rank.map({ Array((0..<$0).reversed()) }) {
      order = graph.int32(permutation, name: "perm")
    } else {
      let rank = x.dynamicRank
      order = (rank - 1) - graph.range(0, rank, 1)
    }
    return graph.tensor(Transpose(), [x, order], name: name)
  }
}

/// `x` with its axes in the order that an integer vector gives when the graph runs.
public func transpose(_ x: Tensor, permutation: Tensor, name: String? = nil) -> Tensor {
  x.graph.tensor(Transpose(), [x, permutation], name: name, defaultName: "transpose")
}

/// Its first operand with axes in the order of the second. TF: `Transpose`.
package struct Transpose: OpDefinition {
  package init() {}
  package var name: String { "Transpose" }
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    let dtype = context.dtype(0)
    let rank = context.shape(0).rank ?? context.shape(1)[0]
    if let rank, let length = context.shape(1)[0], rank != length {
      throw GraphError(
        .invalidArgument, "transpose expects a vector of size \(rank), got one of size \(length)")
    }
    guard let rank else { return [TensorType(dtype, .unknown)] }
    guard let order = context.allIntegers(1) else { return [TensorType(dtype, Shape(rank: rank))] }
    let axes = try Self.axes(order)
    guard let dimensions = context.shape(0).dimensions else {
      return [TensorType(dtype, Shape(rank: rank))]
    }
    return [TensorType(dtype, Shape(dimensions: axes.map { dimensions[$0] }))]
  }

  /// The permutation with every axis counted from 0.
  static func axes(_ order: [Int]) throws(GraphError) -> [Int] {
    var axes: [Int] = []
    for axis in order {
      guard axis >= -order.count, axis < order.count else {
        throw GraphError(
          .invalidArgument, "\(axis) is out of range [0 .. \(order.count))")
      }
      axes.append(axis < 0 ? axis + order.count : axis)
    }
    if let missing = order.indices.first(where: { !axes.contains($0) }) {
      throw GraphError(
        .invalidArgument,
        "\(missing) is missing from {\(order.map(String.init).joined(separator: ","))}.")
    }
    return axes
  }

  package func knownElements(_ context: InferenceContext) -> [Int?]? { context.integers(0) }

  package func forwardedInput(_ context: () -> InferenceContext, _ output: TensorType) -> Int? {
    let context = context()
    guard let order = context.allIntegers(1), let axes = try? Self.axes(order) else { return nil }
    return axes == Array(axes.indices) ? 0 : nil
  }

  /// A transpose of a transpose is one.
  package func simplify(_ instruction: Instruction, _ rewriter: inout Rewriter) -> Bool {
    guard let (x, inner) = rewriter.transposition(instruction.inputs[0]),
      let order = rewriter.integers(instruction.inputs[1]), let axes = try? Self.axes(order)
    else { return false }
    return rewriter.finish(Transpose(), [x, rewriter.add(integers: axes.map { inner[$0] })])
  }

  package func rowAxes(_ context: RowContext) throws(RowRefusal) -> [Int?] {
    let order = try context.integers(1)
    return [
      context.axes[0].flatMap { axis in
        order.firstIndex { ($0 < 0 ? $0 + order.count : $0) == axis }
      }
    ]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let axes = try Self.axes(try request.integers(1))
    let shape = request.inputShape()
    // Axes of extent 1 may move anywhere: without them it can be a mere change of shape.
    if axes.filter({ shape[$0] != 1 }) == axes.filter({ shape[$0] != 1 }).sorted() {
      return .copy(byteCount: request.outputs[0].byteCount ?? 0)
    }
    let strides = StridedCopy.denseStrides(of: shape)
    return .view(request, strides: axes.map { strides[$0] })
  }

  package var isLinear: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    guard all.isStacked(0), let order = all.integers(1) else { return nil }
    let axes = [0] + (try Self.axes(order)).map { $0 + 1 }
    return [try all.emit(self, [all.operands[0].value, all.vector(axes)])]
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    if let order = context.knownIntegers(1), let axes = try? Self.axes(order) {
      var inverse = axes
      for (i, axis) in axes.enumerated() { inverse[axis] = i }
      return [transpose(context.dy(), permutation: inverse), nil]
    }
    return [transpose(context.dy(), permutation: invertPermutation(context.input(1))), nil]
  }
}

extension Rewriter {
  /// What a transpose permutes, and which axis of it each axis of the value is, where that is known.
  func transposition(_ value: Value) -> (x: Value, axes: [Int])? {
    guard let (_, inputs) = maker(value, as: Transpose.self), let order = integers(inputs[1]),
      let axes = try? Transpose.axes(order)
    else { return nil }
    return (inputs[0], axes)
  }
}
