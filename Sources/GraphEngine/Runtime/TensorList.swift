package import GraphArrays
internal import CKernels
internal import GraphKernels

/// The value of a tensor list: items of one dtype, some of them perhaps not written yet.
///
/// Lists have value semantics. A kernel that changes one takes it from its slot, and copies it
/// unless it then holds the only reference (`changing`).
///
/// `@unchecked Sendable` because of that: `items` is written only by the one who holds the only
/// reference.
package final class TensorList: @unchecked Sendable {
  /// An item.
  package enum Item: Sendable {
    /// Not written: it counts as zeros.
    case unwritten
    /// An array, whose memory it shares with whoever else reads it.
    case array(ArrayStorage, shape: [Int])
    /// A list.
    case list(TensorList)

    /// What stands for zeros of the item's shape.
    func zeros(_ dtype: DType) -> Item {
      switch self {
      case .unwritten: .unwritten
      case .array(_, let shape): .array(NDArray.zeros(shape, dtype).storage, shape: shape)
      case .list(let list): .list(list.zeros)
      }
    }
  }

  /// A list as long whose items are zeros.
  var zeros: TensorList {
    TensorList(
      dtype: dtype, elementShape: elementShape, items: items.map { $0.zeros(dtype) },
      isBlank: isBlank)
  }

  /// The dtype of the items; `.variant` for lists of lists.
  package let dtype: DType
  /// What the items' shapes must fit.
  package let elementShape: Shape
  /// The items, in order.
  package private(set) var items: [Item]
  /// The greatest number of items that can be pushed; nil for any.
  private let capacity: Int?
  /// Whether this stands for zeros of any length: the value of an unwritten item of a list of
  /// lists.
  private let isBlank: Bool

  /// A list of `count` items that are not written.
  package convenience init(dtype: DType, elementShape: Shape, count: Int = 0) {
    self.init(
      dtype: dtype, elementShape: elementShape, items: Array(repeating: .unwritten, count: count))
  }

  /// A list of these items.
  package init(
    dtype: DType, elementShape: Shape, items: [Item], isBlank: Bool = false, capacity: Int? = nil
  ) {
    self.dtype = dtype
    self.elementShape = elementShape
    self.items = items
    self.capacity = capacity
    self.isBlank = isBlank
  }

  /// The number of items.
  package var count: Int { items.count }

  /// The list of a slot, to be changed: itself where nobody else refers to it, else a copy.
  ///
  /// - Throws: `RunFailure` where there is none.
  package static func changing(_ object: consuming AnyObject?) throws(RunFailure) -> TensorList {
    guard var list = object.take() as? TensorList else { throw missing }
    if !isKnownUniquelyReferenced(&list) {
      list = TensorList(
        dtype: list.dtype, elementShape: list.elementShape, items: list.items,
        isBlank: list.isBlank, capacity: list.capacity)
    }
    return list
  }

  /// The list of a slot, to be read.
  ///
  /// - Throws: `RunFailure` where there is none.
  package static func reading(_ object: AnyObject?) throws(RunFailure) -> TensorList {
    guard let list = object as? TensorList else { throw missing }
    return list
  }

  private static let missing = RunFailure(.internal, "an operand is not a tensor list")

  // MARK: Reading

  /// The item at `index`; zeros where it is not written.
  ///
  /// - Parameters:
  ///   - shape: What is known of the item's shape besides.
  /// - Throws: `RunFailure` where there is no such item, its shape is another one, or it was not
  ///   written and its shape is not known.
  package func item(at index: Int, shape: Shape) throws(RunFailure) -> Item {
    try read(rawItem(at: index), shape)
  }

  private func read(_ item: Item, _ wanted: Shape) throws(RunFailure) -> Item {
    switch item {
    case .list: return item
    case .array(_, let shape):
      guard wanted.accepts(shape) else {
        throw RunFailure(
          .invalidArgument,
          "a list element has shape \(Shape(shape)), and \(wanted) is asked for")
      }
      return item
    case .unwritten:
      if dtype == .variant {
        return .list(TensorList(dtype: .float32, elementShape: .unknown, items: [], isBlank: true))
      }
      guard let known = elementShape.merged(with: wanted) else {
        throw RunFailure(
          .invalidArgument,
          "a list's elements have shape \(elementShape), and \(wanted) is asked for")
      }
      guard let extents = known.known ?? known.merged(with: commonShape)?.known else {
        throw RunFailure(
          .invalidArgument,
          "Trying to read an uninitialized tensor but element_shape is not fully defined: "
            + "\(known) and no list element is set.")
      }
      return .array(zeros(extents), shape: extents)
    }
  }

  /// The shape that all written items have; unknown where they differ or there is none.
  private var commonShape: Shape {
    var common: [Int]?
    for case .array(_, let shape) in items {
      if let common, common != shape { return .unknown }
      common = shape
    }
    return common.map { Shape($0) } ?? .unknown
  }

  private func zeros(_ extents: [Int]) -> ArrayStorage {
    NDArray.zeros(extents, dtype).storage
  }

  /// The item at `index` as it is, written or not.
  ///
  /// - Throws: `RunFailure` where there is no such item.
  package func rawItem(at index: Int) throws(RunFailure) -> Item {
    guard isBlank || items.indices.contains(index) else {
      throw RunFailure(
        .invalidArgument, "Trying to access element \(index) in a list with \(count) elements.")
    }
    return items.indices.contains(index) ? items[index] : .unwritten
  }

  /// The extents of every item, for stacking them.
  ///
  /// - Parameters:
  ///   - chosen: The items that are stacked; nil for all.
  /// - Throws: `RunFailure` where they differ, or are not known because nothing is written.
  package func stackedShape(_ wanted: Shape, of chosen: [Item]? = nil) throws(RunFailure) -> [Int] {
    guard var shape = elementShape.merged(with: wanted) else {
      throw RunFailure(
        .invalidArgument,
        "a list's elements have shape \(elementShape), and \(wanted) is asked for")
    }
    for case .array(_, let extents) in chosen ?? items {
      guard let merged = shape.merged(with: Shape(extents)) else {
        throw RunFailure(
          .invalidArgument,
          "Tried to stack list elements of different shapes: \(shape) and \(Shape(extents))")
      }
      shape = merged
    }
    guard let extents = shape.known else {
      throw RunFailure(
        .invalidArgument,
        items.isEmpty
          ? "Tried to stack elements of an empty list with non-fully-defined element_shape: "
            + "\(shape)"
          : "Tried to stack list which only contains uninitialized tensors and has a "
            + "non-fully-defined element_shape: \(shape)")
    }
    return extents
  }

  /// The extents of every item but for the first, for putting items behind each other.
  ///
  /// - Throws: `RunFailure` where they differ, or are not known because nothing is written.
  package func rowShape(_ wanted: Shape) throws(RunFailure) -> [Int] {
    func rows(_ shape: Shape) -> Shape {
      Shape(dimensions: shape.dimensions.map { Array($0.dropFirst()) })
    }
    var shape: Shape? = rows(elementShape).merged(with: rows(wanted))
    for case .array(_, let extents) in items where shape != nil {
      guard !extents.isEmpty else {
        throw RunFailure(
          .invalidArgument, "Concat saw a scalar shape at index but requires at least vectors.")
      }
      shape = shape?.merged(with: Shape(Array(extents.dropFirst())))
    }
    guard let shape else {
      throw RunFailure(
        .invalidArgument, "Tried to concat list elements whose shapes differ behind the first axis")
    }
    guard let extents = shape.known else {
      throw RunFailure(
        .invalidArgument,
        "All except the first dimension must be fully defined when concating an empty tensor list.")
    }
    return extents
  }

  /// Copies items behind each other; those that are not written are zeros.
  package static func copy(
    _ items: [Item], to target: UnsafeMutableRawPointer, itemByteCount: Int
  ) {
    var target = target
    for item in items {
      if case .array(let storage, _) = item {
        target.copyMemory(from: storage.pointer, byteCount: itemByteCount)
      } else {
        target.initializeMemory(as: UInt8.self, repeating: 0, count: itemByteCount)
      }
      target += itemByteCount
    }
  }

  // MARK: Changing, by the holder of the only reference

  /// Replaces the item at `index`; where `isResizable`, a list that is too short grows.
  ///
  /// - Throws: `RunFailure` where there is no such item or the shape does not fit.
  package func set(_ item: Item, at index: Int, isResizable: Bool) throws(RunFailure) {
    if index >= count, isResizable || isBlank {
      items += Array(repeating: .unwritten, count: index + 1 - count)
    }
    guard items.indices.contains(index) else {
      throw RunFailure(
        .invalidArgument, "Trying to modify element \(index) in a list with \(count) elements.")
    }
    if case .array(_, let shape) = item, !elementShape.accepts(shape) {
      throw RunFailure(
        .invalidArgument,
        "Tried to set a tensor with incompatible shape at a list index. Item element shape: "
          + "\(Shape(shape)) list shape: \(elementShape)")
    }
    items[index] = item
  }

  /// Makes the list shorter, or longer by items that are not written.
  package func resize(to size: Int) {
    if size < count {
      items.removeLast(count - size)
    } else {
      items += Array(repeating: .unwritten, count: size - count)
    }
  }

  /// Adds an item at the end.
  ///
  /// - Throws: `RunFailure` where the shape does not fit, or the list is full.
  package func push(_ item: Item) throws(RunFailure) {
    if let capacity, count >= capacity {
      throw RunFailure(
        .invalidArgument,
        "Tried to push item into a full list list size: \(count) max_num_elements: \(capacity)")
    }
    if case .array(_, let shape) = item, !elementShape.accepts(shape) {
      throw RunFailure(
        .invalidArgument,
        "Tried to append a tensor with incompatible shape to a list. Op element shape: "
          + "\(Shape(shape)) list shape: \(elementShape)")
    }
    items.append(item)
  }

  /// Takes the last item off; zeros where it is not written.
  ///
  /// - Throws: `RunFailure` where there is none, or it was not written and its shape is not known.
  package func pop(shape: Shape) throws(RunFailure) -> Item {
    if isBlank, items.isEmpty { return try read(.unwritten, shape) }
    guard let last = items.last else {
      throw RunFailure(.invalidArgument, "Trying to pop from an empty list.")
    }
    let item = try read(last, shape)
    items.removeLast()
    return item
  }

  // MARK: Sums

  /// The sum of lists, item by item. An item that is not written, or that a list does not have,
  /// counts as zeros.
  ///
  /// - Throws: `RunFailure` where items of two lists have different shapes.
  package static func sum(_ lists: [TensorList]) throws(RunFailure) -> TensorList {
    guard let first = lists.first(where: { !$0.isBlank }) ?? lists.first else { throw missing }
    var items: [Item] = []
    for index in 0..<(lists.map(\.count).max() ?? 0) {
      var sum = Item.unwritten
      for list in lists where index < list.count {
        sum = try add(sum, list.items[index], first.dtype)
      }
      items.append(sum)
    }
    let shape = lists.reduce(first.elementShape) { $0.merged(with: $1.elementShape) ?? .unknown }
    return TensorList(
      dtype: first.dtype, elementShape: shape, items: items,
      isBlank: lists.allSatisfy(\.isBlank))
  }

  private static func add(_ a: Item, _ b: Item, _ dtype: DType) throws(RunFailure) -> Item {
    switch (a, b) {
    case (.unwritten, let other), (let other, .unwritten): return other
    case (.list(let x), .list(let y)): return .list(try sum([x, y]))
    case (.array(let x, let shape), .array(let y, let other)):
      guard shape == other, let count = Shape.elementCount(shape),
        let type = dtype.kernelType, let add = KernelTable.best.pointee.add[type]
      else {
        throw RunFailure(
          .invalidArgument,
          "Trying to add list elements of shapes \(Shape(shape)) and \(Shape(other)), dtype "
            + "\(dtype)")
      }
      let result = ArrayStorage(byteCount: count * dtype.byteSize)
      add(result.pointer, x.pointer, y.pointer, count, 1, 1)
      return .array(result, shape: shape)
    default: throw missing
    }
  }
}
