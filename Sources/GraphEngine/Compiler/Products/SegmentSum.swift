internal import GraphArrays

/// Sums of rows by their numbers: what a product of transposed one-hot vectors with the rows is.
/// The compiler's own operation, which no graph contains.
///
///     SegmentSum(rows [count, n], ids [count])  ->  [depth, n]
///
/// Each sum is taken in the order of the rows; a row whose id is out of range is in none of them.
package struct SegmentSum: OpDefinition {
  /// The number of sums.
  package let depth: Int

  package init(depth: Int) { self.depth = depth }

  package var name: String { "SegmentSum" }
  package static let attributes = [Attribute(derived: "depth", \SegmentSum.depth)]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expect(0, rank: 2)
    try context.expect(1, rank: 1)
    try context.expect(1, isOneOf: [.int32, .int64])
    return [TensorType(context.dtype(0), [depth, context.shape(0)[1]])]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try .segmentSum(request, rows: depth, ignoring: .outOfRange) { _, _ in "" }
  }
}
