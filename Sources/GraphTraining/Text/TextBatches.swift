public import GraphArrays

/// One batch of a text: what the model reads, and what it should say next.
public struct TextBatch: Sendable {
  /// Ids `[batch, time]`, int32.
  public let inputs: NDArray
  /// The ids that follow, `[batch, time]`, int32.
  public let targets: NDArray
}

extension TextCorpus {
  /// The text cut into batches of contiguous streams.
  ///
  /// The text is cut to `count * size * sequenceLength` characters with
  /// `count = ids.count / (size * sequenceLength)`, and these into `size` streams. Row r of batch b
  /// holds the `sequenceLength` characters of stream r that follow those of batch b - 1, so that
  /// state can be carried from batch to batch. Targets are the characters one further; that of the
  /// last character is the first one of the text.
  ///
  /// - Parameters:
  ///   - size: The number of rows, 1 or more.
  ///   - sequenceLength: The number of characters in a row, 1 or more.
  /// - Returns: No batches where the text is too short.
  public func batches(size: Int, sequenceLength: Int) -> [TextBatch] {
    precondition(size > 0 && sequenceLength > 0, "a batch has one row and one character at least")
    let count = ids.count / (size * sequenceLength)
    let length = count * size * sequenceLength
    let stream = count * sequenceLength
    return (0..<count).map { batch in
      var inputs: [Int32] = []
      var targets: [Int32] = []
      inputs.reserveCapacity(size * sequenceLength)
      targets.reserveCapacity(size * sequenceLength)
      for row in 0..<size {
        let start = row * stream + batch * sequenceLength
        let end = start + sequenceLength
        inputs += ids[start..<end]
        targets += ids[(start + 1)..<min(end + 1, length)]
        if end == length { targets.append(ids[0]) }
      }
      let shape = [size, sequenceLength]
      return TextBatch(
        inputs: NDArray(inputs, shape: shape), targets: NDArray(targets, shape: shape))
    }
  }
}
