public import GraphArrays

/// Which elements of sequences lie within their lengths: `mask[..., t] = t < lengths[...]`.
/// TF: `tf.sequence_mask`.
///
/// - Parameters:
///   - lengths: An integer tensor.
///   - maxLength: The last extent of the result; nil for the greatest length.
public func sequenceMask(
  _ lengths: Tensor, maxLength: Int? = nil, dtype: DType = .bool, name: String? = nil
) -> Tensor {
  lengths.graph.nameScope(name ?? "SequenceMask") {
    let limit =
      maxLength.map { lengths.graph.constant($0, dtype: lengths.dtype) }
      ?? maximum(reduceMax(lengths), 0)
    return mask(lengths, limit, dtype)
  }
}

/// Which elements of sequences lie within their lengths, up to a length that a scalar tensor gives.
public func sequenceMask(
  _ lengths: Tensor, maxLength: Tensor, dtype: DType = .bool, name: String? = nil
) -> Tensor {
  lengths.graph.nameScope(name ?? "SequenceMask") {
    mask(
      lengths,
      maxLength.dtype == lengths.dtype ? maxLength : cast(maxLength, to: lengths.dtype), dtype)
  }
}

private func mask(_ lengths: Tensor, _ limit: Tensor, _ dtype: DType) -> Tensor {
  let positions = lengths.graph.range(0, limit, 1)
  let mask = positions .< expandDims(lengths, axis: -1)
  return dtype == .bool ? mask : cast(mask, to: dtype)
}
