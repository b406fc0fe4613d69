internal import Glibc
public import GraphArrays

/// What is known of a tensor before anything runs: its dtype and its partly known shape.
///
/// Tensors of dtype `.variant` are tensor lists and those of dtype `.resource` are variable
/// handles; for both, `element` is the type of what they hold.
public struct TensorType: Sendable, Hashable, CustomStringConvertible {
  /// The dtype of the elements.
  public var dtype: DType
  /// The shape, as far as it is known.
  public var shape: Shape
  private var held = Held.nothing

  /// What `element` is stored as: a struct cannot contain itself.
  private indirect enum Held: Sendable, Hashable {
    case nothing
    case items(TensorType)
  }

  /// The type of tensors with this dtype and shape.
  public init(_ dtype: DType, _ shape: Shape) {
    self.dtype = dtype
    self.shape = shape
  }

  /// The type of tensors with this dtype and exactly this shape.
  package init(_ dtype: DType, exact shape: [Int]) {
    self.init(dtype, Shape(shape))
  }

  /// What a list or a variable handle holds; nil for other dtypes and where it is not known.
  package var element: TensorType? {
    get { if case .items(let type) = held { type } else { nil } }
    set { held = newValue.map { .items($0) } ?? .nothing }
  }

  /// The type of a tensor list whose items have type `element`.
  package static func list(of element: TensorType) -> TensorType {
    var type = TensorType(.variant, [])
    type.element = element
    return type
  }

  /// The type of the handle of a variable whose value has type `element`.
  package static func handle(of element: TensorType) -> TensorType {
    var type = TensorType(.resource, [])
    type.element = element
    return type
  }

  /// Whether dtype and every extent are known and values are plain bytes.
  package var isExact: Bool { shape.isFullyKnown && dtype.byteSize > 0 }

  /// The extents, where all are known.
  package var extents: [Int]? { shape.known }

  /// The number of elements, where it is known.
  package var count: Int? { shape.elementCount }

  /// The number of bytes of a value, where it is known and values are plain bytes.
  package var byteCount: Int? {
    guard isExact, let count else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: dtype.byteSize)
    return overflow ? nil : bytes
  }

  /// - Throws: `GraphError` where all extents are known and no array can have them.
  package func checkExtents() throws(GraphError) {
    guard let extents = shape.known, NDArray.byteCount(dtype, extents) == nil else { return }
    throw GraphError(.invalidArgument, "no array has the shape \(shape)")
  }

  /// - Throws: `GraphError` where a value takes more memory than this machine has.
  package func checkMemory() throws(GraphError) {
    guard let byteCount, byteCount > Self.machineMemory else { return }
    throw GraphError(
      .resourceExhausted, "a \(self) takes \(byteCount) bytes, more than this machine has")
  }

  private static let machineMemory: Int = {
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && size > 0 ? pages * size : .max
  }()

  /// Whether a value of type `other` may stand where this type is wanted.
  package func accepts(_ other: TensorType) -> Bool {
    dtype == other.dtype && shape.isCompatible(with: other.shape)
  }

  /// The most that is known of a value which has both types; nil where they contradict.
  package func merged(with other: TensorType) -> TensorType? {
    guard dtype == other.dtype, let shape = shape.merged(with: other.shape) else { return nil }
    var result = TensorType(dtype, shape)
    switch (element, other.element) {
    case (let a?, let b?):
      guard let element = a.merged(with: b) else { return nil }
      result.element = element
    case (let a, let b): result.element = a ?? b
    }
    return result
  }

  /// The type that both this one and `other` are instances of: unknown where extents differ.
  package func widened(with other: TensorType) -> TensorType? {
    guard dtype == other.dtype else { return nil }
    var result = TensorType(dtype, .unknown)
    if let a = shape.dimensions, let b = other.shape.dimensions, a.count == b.count {
      result.shape = Shape(dimensions: zip(a, b).map { $0 == $1 ? $0 : nil })
    }
    if let a = element, let b = other.element { result.element = a.widened(with: b) }
    return result
  }

  /// `float32[?, 512]`.
  public var description: String {
    if let element { return "\(dtype)<\(element)>" }
    return "\(dtype)\(shape)"
  }
}
