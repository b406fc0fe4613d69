internal import GraphArrays

/// `x` with the first elements of each sequence in reverse order. TF: `tf.reverse_sequence`.
///
/// - Parameters:
///   - lengths: How many elements of each sequence are reversed; an integer vector `[batch]`.
///   - sequenceAxis: The axis along which sequences run.
///   - batchAxis: The axis along which they stand beside each other.
public func reverseSequence(
  _ x: Tensor, lengths: Tensor, sequenceAxis: Int, batchAxis: Int = 0, name: String? = nil
) -> Tensor {
  x.graph.tensor(
    ReverseSequence(sequenceAxis: sequenceAxis, batchAxis: batchAxis), [x, lengths], name: name)
}

/// The first elements of each sequence in reverse order. TF: `ReverseSequence`.
package struct ReverseSequence: OpDefinition {
  /// The axis along which sequences run.
  package var sequenceAxis: Int
  /// The axis along which they stand beside each other.
  package var batchAxis: Int

  package init(sequenceAxis: Int, batchAxis: Int) {
    self.sequenceAxis = sequenceAxis
    self.batchAxis = batchAxis
  }

  package var name: String { "ReverseSequence" }
  package static let attributes = [
    Attribute("seq_dim", \ReverseSequence.sequenceAxis), Attribute("batch_dim", \.batchAxis),
  ]
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(1)
    try context.expect(1, rank: 1)
    guard var dimensions = context.shape(0).dimensions else { return [context[0]] }
    let rank = dimensions.count
    guard sequenceAxis >= 0, sequenceAxis < rank, batchAxis >= 0, batchAxis < rank else {
      throw GraphError(
        .invalidArgument,
        "axes \(sequenceAxis) and \(batchAxis) must be in [0, \(rank)) for rank \(rank)")
    }
    guard sequenceAxis != batchAxis else {
      throw GraphError(.invalidArgument, "batch_dim == seq_dim == \(sequenceAxis)")
    }
    let lengths = context.shape(1)[0]
    if let batch = dimensions[batchAxis], let lengths, batch != lengths {
      throw GraphError(
        .invalidArgument,
        "Length of seq_lengths != input.dims(\(batchAxis)), (\(lengths) vs. \(batch))")
    }
    dimensions[batchAxis] = dimensions[batchAxis] ?? lengths
    return [TensorType(context.dtype(0), Shape(dimensions: dimensions))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let shape = request.inputShape()
    let lengths = IntegerOperand(1, request)
    let (low, high) = (min(sequenceAxis, batchAxis), max(sequenceAxis, batchAxis))
    let middle = shape[(low + 1)..<high].reduce(1, *)
    let outer = shape[..<low].reduce(1, *)
    let rowBytes = shape[(high + 1)...].reduce(1, *) * request.dtype.byteSize
    let (time, batch) = (shape[sequenceAxis], shape[batchAxis])
    let isTimeFirst = sequenceAxis < batchAxis
    // Rows are walked as [outer, low, middle, high].
    return Kernel { arguments, _ throws(RunFailure) in
      for sequence in 0..<batch {
        let length = lengths.value(arguments, at: sequence)
        guard length >= 0, length <= time else {
          throw RunFailure(
            .invalidArgument,
            length < 0
              ? "seq_lens(\(sequence)) < 0" : "seq_lens(\(sequence)) > input.dims(\(time))")
        }
        for o in 0..<outer {
          for m in 0..<middle {
            for t in 0..<time {
              let from = t < length ? length - 1 - t : t
              let (p, q, source) =
                isTimeFirst ? (t, sequence, from) : (sequence, t, from)
              let (lowExtent, highExtent) = isTimeFirst ? (time, batch) : (batch, time)
              let target = ((o * lowExtent + p) * middle + m) * highExtent + q
              let origin =
                isTimeFirst
                ? ((o * lowExtent + source) * middle + m) * highExtent + q
                : ((o * lowExtent + p) * middle + m) * highExtent + source
              (arguments.output() + target * rowBytes).copyMemory(
                from: arguments.input(0) + origin * rowBytes, byteCount: rowBytes)
            }
          }
        }
      }
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.graph.tensor(self, [context.dy(), context.input(1)]), nil]
  }
}
