/// A partly known shape: `[nil, 784]`, `[]` for a scalar, `.unknown` where even the rank is unknown.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral {
  /// The size of each axis, nil where unknown; nil as a whole where the rank is unknown.
  public var dimensions: [Int?]?

  /// The shape of which nothing is known.
  public static let unknown = Shape(dimensions: nil)

  /// The shape of a scalar, `[]`.
  public static let scalar = Shape(dimensions: [])

  /// A shape of these dimensions; nil is the shape of unknown rank.
  public init(dimensions: [Int?]?) { self.dimensions = dimensions }

  /// A fully known shape.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions.map { $0 } }

  /// A shape of known rank: `[nil, 784]`.
  public init(arrayLiteral dimensions: Int?...) { self.init(dimensions: dimensions) }

  /// A shape of `rank` axes of which no size is known.
  public init(rank: Int) { dimensions = Array(repeating: nil, count: rank) }
}

extension Shape {
  /// The number of axes, nil where unknown.
  public var rank: Int? { dimensions?.count }

  /// Whether the size of every axis is known.
  public var isFullyKnown: Bool { dimensions?.allSatisfy { $0 != nil } ?? false }

  /// The size of every axis, nil where one or the rank is unknown.
  public var known: [Int]? {
    guard let dimensions else { return nil }
    var sizes: [Int] = []
    sizes.reserveCapacity(dimensions.count)
    for dimension in dimensions {
      guard let dimension else { return nil }
      sizes.append(dimension)
    }
    return sizes
  }

  /// The product of the dimensions, 1 for a scalar; nil where it is unknown, a dimension is
  /// negative or the product is no `Int`.
  public var elementCount: Int? { known.flatMap(Shape.elementCount) }

  /// The product of `sizes`, 1 for none; nil where one is negative or the product is no `Int`.
  ///
  /// A zero among them does not excuse an overflow of the others: the product of the sizes that are
  /// not zero has to fit too, so that strides can be computed from any accepted shape.
  public static func elementCount(_ sizes: [Int]) -> Int? {
    var product = 1
    var isEmpty = false
    for size in sizes {
      guard size >= 0 else { return nil }
      if size == 0 {
        isEmpty = true
        continue
      }
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      product = next
    }
    return isEmpty ? 0 : product
  }

  /// The size of an axis, counted from the end where negative; nil where it is unknown or there is
  /// no such axis.
  public subscript(axis: Int) -> Int? {
    guard let dimensions else { return nil }
    let position = axis < 0 ? axis + dimensions.count : axis
    return dimensions.indices.contains(position) ? dimensions[position] : nil
  }

  /// What is known from both shapes together, nil where they contradict each other.
  ///
  /// `[nil, 784]` and `[50, nil]` give `[50, 784]`; `.unknown` adds nothing.
  public func merged(with other: Shape) -> Shape? {
    guard let mine = dimensions else { return other }
    guard let theirs = other.dimensions else { return self }
    guard mine.count == theirs.count else { return nil }
    var result: [Int?] = []
    result.reserveCapacity(mine.count)
    for (a, b) in zip(mine, theirs) {
      if let a, let b, a != b { return nil }
      result.append(a ?? b)
    }
    return Shape(dimensions: result)
  }

  /// Whether an array may have both shapes.
  public func isCompatible(with other: Shape) -> Bool { merged(with: other) != nil }

  /// Whether an array of the shape `sizes` has this shape.
  public func accepts(_ sizes: [Int]) -> Bool {
    guard let dimensions else { return true }
    guard dimensions.count == sizes.count else { return false }
    for (dimension, size) in zip(dimensions, sizes) {
      if let dimension, dimension != size { return false }
    }
    return true
  }

  /// This shape with one more axis at the end; `.unknown` stays unknown.
  public func appending(_ dimension: Int?) -> Shape {
    Shape(dimensions: dimensions.map { $0 + [dimension] })
  }

  /// The axes of this shape followed by those of `other`; `.unknown` where one of them is.
  public func appending(contentsOf other: Shape) -> Shape {
    guard let dimensions, let others = other.dimensions else { return .unknown }
    return Shape(dimensions: dimensions + others)
  }
}

extension Shape: CustomStringConvertible {
  /// `[?, 784]`, `[]`, `<unknown>`.
  public var description: String {
    guard let dimensions else { return "<unknown>" }
    let parts = dimensions.map { dimension in dimension.map { "\($0)" } ?? "?" }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}
