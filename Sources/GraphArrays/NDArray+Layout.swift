extension NDArray {
  /// The same elements in another shape of as many elements; one size may be -1, which stands for
  /// what is left. No elements are copied.
  ///
  /// Where the shape does not fit, using the array tells why.
  public func reshaped(_ newShape: [Int]) -> NDArray {
    if storage.failure != nil { return self }
    var sizes = newShape
    if let free = sizes.firstIndex(of: -1) {
      sizes[free] = 1
      if let rest = Shape.elementCount(sizes), rest > 0, count % rest == 0 {
        sizes[free] = count / rest
      } else {
        sizes[free] = -1
      }
    }
    guard Shape.elementCount(sizes) == count else {
      return NDArray(
        failure: ArrayError(description: "\(dtype)\(shape) cannot be reshaped to \(newShape)"))
    }
    return NDArray(dtype: dtype, shape: sizes, storage: storage)
  }

  /// A copy whose axis `i` is this array's axis `axes[i]`; without `axes` their order is reversed.
  ///
  /// Where `axes` does not name every axis once, using the array tells why.
  public func transposed(_ axes: [Int]? = nil) -> NDArray {
    if storage.failure != nil { return self }
    let order = axes ?? shape.indices.reversed()
    guard order.sorted() == Array(shape.indices) else {
      return NDArray(
        failure: ArrayError(description: "\(order) is no order of the axes of \(dtype)\(shape)"))
    }
    let strides = NDArray.strides(shape)
    return copied(
      StridedPart(offset: 0, shape: order.map { shape[$0] }, strides: order.map { strides[$0] }))
  }
}
