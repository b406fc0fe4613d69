internal import GraphArrays

/// What is known of the items of a list that is made outside of loops: rows of an array or zeros,
/// but for items that were put in at constant indices.
struct ListContents {
  /// The number of items.
  var length: Int
  /// The exact type of an item.
  let element: TensorType
  /// The rows that are items where none was put in, `[length, ...]`; nil for zeros.
  var base: Value?
  /// The items that were put in.
  var items: [Int: Value]

  /// The type of the items behind each other.
  var type: TensorType { element.stacked(length) }
}

extension Rewriter {
  /// What is known of a list; nil where that is not all of it.
  func contents(of list: Value) -> ListContents? {
    guard let element = type(list).element, let extents = element.extents, element.isExact else {
      return nil
    }
    var items: [Int: Value] = [:]
    var list = list
    while let maker = maker(list) {
      var base: Value?
      var length: Int?
      switch maker.definition {
      case is TensorListSetItem:
        guard let index = integer(maker.inputs[1]), index >= 0, type(maker.inputs[2]) == element
        else { return nil }
        if items[index] == nil { items[index] = maker.inputs[2] }
        list = maker.inputs[0]
        continue
      case is TensorListFromTensor:
        guard let shape = self.extents(maker.inputs[0]), Array(shape.dropFirst()) == extents
        else { return nil }
        base = maker.inputs[0]
        length = shape.first
      case is TensorListReserve: length = integer(maker.inputs[1])
      default: break
      }
      guard let length, items.keys.allSatisfy({ $0 < length }) else { return nil }
      return ListContents(length: length, element: element, base: base, items: items)
    }
    return nil
  }

  /// The sum of lists, item by item; nil where they differ in length or in the type of items.
  mutating func sum(of lists: [ListContents]) -> ListContents? {
    guard var sum = lists.first,
      lists.allSatisfy({ $0.length == sum.length && $0.element == sum.element })
    else { return nil }
    for index in Set(lists.flatMap(\.items.keys)).sorted() {
      let terms = lists.compactMap { item(at: index, of: $0) }
      sum.items[index] = add(terms, sum.element)
    }
    let bases = lists.compactMap(\.base)
    sum.base = bases.isEmpty ? nil : add(bases, sum.type)
    return sum
  }

  /// An item; nil where it is known to be zeros.
  mutating func item(at index: Int, of contents: ListContents) -> Value? {
    if let item = contents.items[index] { return item }
    return contents.base.map { item(at: index, of: $0, contents.element) }
  }

  /// A row of an array.
  private mutating func item(at index: Int, of array: Value, _ element: TensorType) -> Value {
    let extents = element.extents ?? []
    let row = slice(
      array, begin: [index] + extents.map { _ in 0 }, size: [1] + extents)
    return reshape(row, extents)
  }

  /// The items of a list behind each other.
  mutating func array(of contents: ListContents) -> Value {
    var parts: [Value] = []
    var end = 0
    for index in contents.items.keys.sorted() {
      if index > end { parts.append(rows(end..<index, of: contents)) }
      if let item = contents.items[index] {
        parts.append(reshape(item, [1] + (contents.element.extents ?? [])))
      }
      end = index + 1
    }
    if end < contents.length || parts.isEmpty {
      parts.append(rows(end..<contents.length, of: contents))
    }
    return join(parts, axis: 0)
  }

  /// Items between which none was put in.
  private mutating func rows(_ range: Range<Int>, of contents: ListContents) -> Value {
    let extents = contents.element.extents ?? []
    guard let base = contents.base else {
      return zeros(TensorType(contents.element.dtype, exact: [range.count] + extents))
    }
    return slice(
      base, begin: [range.lowerBound] + extents.map { _ in 0 }, size: [range.count] + extents)
  }

  /// Zeros of an exact type.
  mutating func zeros(_ type: TensorType) -> Value {
    add(Fill(), [add(integers: type.extents ?? []), add(NDArray.zeros([], type.dtype))], type)
  }

  private mutating func add(_ terms: [Value], _ type: TensorType) -> Value {
    terms.count == 1 ? terms[0] : add(AddN(), terms, type)
  }

  /// The value of an integer constant with one element.
  func integer(_ value: Value) -> Int? {
    guard let elements = integers(value), elements.count == 1 else { return nil }
    return elements[0]
  }
}
