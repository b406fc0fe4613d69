internal import GraphArrays
internal import GraphKernels

/// Products of the matrices in the last two axes; the other axes are broadcast. TF:
/// `BatchMatMulV2`, and `BatchMatMul`, where they must be equal.
package struct BatchMatMul: OpDefinition {
  package let adjX: Bool
  package let adjY: Bool
  /// Whether the leading axes are broadcast.
  package let broadcasts: Bool

  package init(adjX: Bool = false, adjY: Bool = false, broadcasts: Bool = true) {
    self.adjX = adjX
    self.adjY = adjY
    self.broadcasts = broadcasts
  }

  package var name: String { broadcasts ? "BatchMatMulV2" : "BatchMatMul" }
  package static let attributes = [
    Attribute("adj_x", \BatchMatMul.adjX), Attribute("adj_y", \.adjY),
  ]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    try context.expect(0, isOneOf: MatrixKernel.dtypes)
    for shape in [context.shape(0), context.shape(1)] {
      if let rank = shape.rank, rank < 2 {
        throw GraphError(.invalidArgument, "an operand of rank \(rank) holds no matrices")
      }
    }
    let (x, y) = (context.shape(0), context.shape(1))
    try MatrixKernel.expectEqual(x[adjX ? -2 : -1], y[adjY ? -1 : -2])
    let batch = try batchShape(x, y)
    let matrix: Shape = [x[adjX ? -1 : -2], y[adjY ? -2 : -1]]
    return [TensorType(context.dtype(), batch.appending(contentsOf: matrix))]
  }

  private func batchShape(_ x: Shape, _ y: Shape) throws(GraphError) -> Shape {
    let a = Shape(dimensions: x.dimensions?.dropLast(2))
    let b = Shape(dimensions: y.dimensions?.dropLast(2))
    if broadcasts { return try InferenceContext.broadcast(a, b) }
    guard let merged = a.merged(with: b) else {
      throw GraphError(.invalidArgument, "batch dimensions \(a) and \(b) differ")
    }
    return merged
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let (x, y) = (request.inputShape(0), request.inputShape(1))
    let (rows, columns) = (x.count - 2, y.count - 2)
    let product = MatrixProduct(
      m: x[rows + (adjX ? 1 : 0)], n: y[columns + (adjY ? 0 : 1)], k: x[rows + (adjX ? 0 : 1)],
      transposeA: adjX, transposeB: adjY)
    guard
      let plan = BatchedMatrixProduct(
        batch: Array(request.outputShape().dropLast(2)), batchA: Array(x.dropLast(2)),
        batchB: Array(y.dropLast(2)), product: product)
    else { throw request.unsupported(name) }
    return try MatrixKernel.make(plan, request, name)
  }

  package var isContraction: Bool { true }

  package func overTime(_ all: inout AllTurns) throws(GraphError) -> [Value]? {
    broadcasts ? try all.broadcast(self) : try all.elementwise(self)
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    guard context.inputType().dtype.isFloating else { return [nil, nil] }
    let graph = context.operation.graph
    let broadcasts = broadcasts
    let gradients = MatrixKernel.gradients(adjX, adjY, context) { a, b, ta, tb in
      graph.tensor(BatchMatMul(adjX: ta, adjY: tb, broadcasts: broadcasts), [a, b])
    }
    guard broadcasts else { return gradients }
    return gradients.enumerated().map { index, gradient -> Tensor? in
      guard let gradient else { return nil }
      // The last two axes are the operand's own, so only leading axes can differ.
      return Gradients.unbroadcast(
        gradient, to: context.inputType(index).shape, of: gradient.shape,
        operandShape: { context.inputShape(index) }, resultShape: { gradient.dynamicShape })
    }
  }
}
