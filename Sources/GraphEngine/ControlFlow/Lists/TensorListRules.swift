internal import GraphArrays

/// What the operations on tensor lists share.
extension InferenceContext {
  /// The shape that an element_shape operand stands for: a scalar -1 for any rank, -1 for any
  /// extent.
  func elementShape(_ index: Int) throws(GraphError) -> Shape {
    try expect(index, isOneOf: [.int32, .int64])
    guard types[index].shape.rank != 0 else { return .unknown }
    return try shape(from: index)
  }

  /// - Throws: `GraphError` where an operand is no list, or a list of another dtype.
  func expectList(_ index: Int, of dtype: DType? = nil) throws(GraphError) {
    try expect(index, isOneOf: [.variant])
    guard let element = types[index].element, let dtype, element.dtype != dtype else { return }
    throw GraphError(
      .invalidArgument, "the list has elements of dtype \(element.dtype), wants \(dtype)")
  }

  /// The type of an item that is read from a list.
  func item(of index: Int, _ element: TensorType, _ shape: Shape) throws(GraphError) -> TensorType {
    try expectList(index, of: element.dtype)
    var wanted = element
    if element.dtype != .variant { wanted.shape = shape }
    guard let known = types[index].element else { return wanted }
    guard let item = known.merged(with: wanted) else {
      throw GraphError(
        .invalidArgument, "the list has elements of type \(known), wants \(wanted)")
    }
    return item
  }

  /// The type of a list after an item was put in: of the item's type where nothing was in the list,
  /// else of what that has in common with what the list holds.
  func list(_ index: Int, putting item: Int) throws(GraphError) -> TensorType {
    try expectList(index, of: types[item].dtype)
    guard let element = types[index].element else { return .list(of: types[item]) }
    return .list(of: element.widened(with: types[item]) ?? element)
  }

  /// - Throws: `GraphError` where an operand is no int32 scalar.
  func expectIndex(_ index: Int) throws(GraphError) {
    try expect(index, isOneOf: [.int32])
    try expect(index, rank: 0)
  }
}

extension TensorType {
  /// The type of the sum of two lists; a list of which no element type is known adds nothing.
  func listSum(with other: TensorType) -> TensorType? {
    guard var sum = widened(with: other) else { return nil }
    if element == nil || other.element == nil { sum.element = element ?? other.element }
    return sum
  }
}

/// An operand of a kernel that tells a shape when it runs: element_shape.
struct ShapeOperand: Sendable {
  private let index: Int
  private let rank: Int?
  private let dtype: DType

  init(_ request: KernelRequest, _ index: Int) {
    self.index = index
    rank = request.inputShape(index).isEmpty ? nil : request.inputCount(index)
    dtype = request.inputs[index].dtype
  }

  /// The shape, with unknown extents for -1.
  func shape(_ arguments: Arguments) -> Shape {
    guard let rank else { return .unknown }
    return Shape(
      dimensions: (0..<rank).map { axis in
        let extent =
          dtype == .int64
          ? Int(arguments.input(index, as: Int64.self)[axis])
          : Int(arguments.input(index, as: Int32.self)[axis])
        return extent < 0 ? nil : extent
      })
  }
}

extension Arguments {
  /// The list in an operand's slot, to be read.
  func list(_ index: Int) throws(RunFailure) -> TensorList {
    try TensorList.reading(object(index))
  }

  /// An int32 scalar.
  func integer(_ index: Int) -> Int { Int(input(index, as: Int32.self).pointee) }

  /// An operand of this type as an item of a list, sharing its memory.
  func item(_ index: Int, _ type: TensorType) throws(RunFailure) -> TensorList.Item {
    if type.dtype == .variant { return .list(try list(index)) }
    guard let storage = storage(index) else {
      throw RunFailure(.internal, "an operand has no memory of its own")
    }
    return .array(storage, shape: type.extents ?? [])
  }

  /// Makes an item of a list a result, without a copy.
  ///
  /// - Throws: `RunFailure` where the plan was made for another shape.
  func give(
    _ item: TensorList.Item, output index: Int = 0, as type: TensorType
  ) throws(RunFailure) {
    switch item {
    case .list(let list): setObject(list, output: index)
    case .array(let storage, let shape):
      guard type.shape.accepts(shape) else {
        throw RunFailure(
          .invalidArgument,
          "a list element has shape \(Shape(shape)), and \(type.shape) is asked for")
      }
      bind(output: index, storage: storage, shape: shape)
    case .unwritten: throw RunFailure(.internal, "a list element has no value")
    }
  }
}

extension Graph {
  /// An element_shape operand: -1 for what is not known.
  func elementShape(_ type: TensorType) -> Tensor {
    constant(type.elementShapeArray, name: "element_shape")
  }

  /// A list of `length` items of a type, none of them written.
  package func reservedList(of element: TensorType, length: Tensor) -> Tensor {
    tensor(
      TensorListReserve(element: element), [elementShape(element), length],
      name: "TensorListReserve")
  }
}
