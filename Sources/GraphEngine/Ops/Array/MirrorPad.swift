internal import GraphArrays

/// Its first operand with mirror images around it. TF: `MirrorPad`.
package struct MirrorPad: OpDefinition {
  /// The edge is not repeated.
  package static let reflect = "REFLECT"
  /// The edge is repeated.
  package static let symmetric = "SYMMETRIC"

  /// `reflect` or `symmetric`.
  package var mode: String

  package init(mode: String) { self.mode = mode }

  package var name: String { "MirrorPad" }
  package static let attributes = [Attribute("mode", \MirrorPad.mode)]
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    let edge = mode == Self.reflect ? 1 : 0
    if let paddings = try context.paddings(), let dimensions = context.shape(0).dimensions {
      for (extent, padding) in zip(dimensions, paddings) {
        guard let extent, max(padding.before, padding.after) > extent - edge,
          padding.before + padding.after > 0
        else { continue }
        throw GraphError(
          .invalidArgument,
          "paddings must be \(edge == 1 ? "less than" : "no greater than") the dimension size: "
            + "\(padding.before), \(padding.after) "
            + "\(edge == 1 ? "not less than" : "greater than") \(extent)")
      }
    }
    return [try context.paddedType()]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let map = MirrorMap(
      extents: request.inputShape(), paddings: try request.integers(1),
      edge: mode == Self.reflect ? 1 : 0)
    let count = request.outputCount()
    func copy<Bits: BitwiseCopyable & Sendable>(as type: Bits.Type) -> Kernel {
      .elementwise(count: count) { arguments, range throws(RunFailure) in
        let source = arguments.input(0, as: type)
        let target = arguments.output(0, as: type)
        for i in range { target[i] = source[map.source(of: i)] }
      }
    }
    switch request.dtype.byteSize {
    case 1: return copy(as: UInt8.self)
    case 4: return copy(as: UInt32.self)
    default: return copy(as: UInt64.self)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.graph.tensor(MirrorPadGrad(mode: mode), [context.dy(), context.input(1)]), nil]
  }
}

/// The gradient of `MirrorPad`: each element is the sum over its images. TF: `MirrorPadGrad`.
package struct MirrorPadGrad: OpDefinition {
  /// As in `MirrorPad`.
  package var mode: String

  package init(mode: String) { self.mode = mode }

  package var name: String { "MirrorPadGrad" }
  package static let attributes = [Attribute("mode", \MirrorPadGrad.mode)]
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    let paddings = try context.paddings()
    guard let dimensions = context.shape(0).dimensions, let paddings else {
      return [
        TensorType(context.dtype(0), context.shape(0).rank.map(Shape.init(rank:)) ?? .unknown)
      ]
    }
    let result = zip(dimensions, paddings).map { extent, padding in
      extent.map { $0 - padding.before - padding.after }
    }
    guard result.allSatisfy({ $0.map { $0 >= 0 } ?? true }) else {
      throw GraphError(.invalidArgument, "the paddings are more than there is")
    }
    return [TensorType(context.dtype(0), Shape(dimensions: result))]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let map = MirrorMap(
      extents: request.outputShape(), paddings: try request.integers(1),
      edge: mode == MirrorPad.reflect ? 1 : 0)
    let (images, count) = (request.inputCount(), request.outputCount())
    func sum<Scalar: BitwiseCopyable & Numeric & Sendable>(
      _ type: Scalar.Type, _ add: @escaping @Sendable (Scalar, Scalar) -> Scalar
    ) -> Kernel {
      // One block: every image adds to some element, in ascending order of the images.
      Kernel(flops: Double(images)) { arguments, _ throws(RunFailure) in
        let source = arguments.input(0, as: type)
        let target = arguments.output(0, as: type)
        target.update(repeating: 0, count: count)
        for i in 0..<images {
          let place = map.source(of: i)
          target[place] = add(target[place], source[i])
        }
      }
    }
    switch request.dtype {
    case .float32: return sum(Float.self) { $0 + $1 }
    case .float64: return sum(Double.self) { $0 + $1 }
    case .int32: return sum(Int32.self) { $0 &+ $1 }
    case .int64: return sum(Int64.self) { $0 &+ $1 }
    default: throw request.unsupported(name)
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [context.graph.tensor(MirrorPad(mode: mode), [context.dy(), context.input(1)]), nil]
  }
}

/// Which element of a tensor each element of its mirror padding shows.
private struct MirrorMap: Sendable {
  /// For each axis of the padded tensor: how far the source moves for each index.
  private let tables: [[Int]]

  /// - Parameters:
  ///   - extents: The shape without padding.
  ///   - paddings: Elements before and after each axis, in pairs.
  ///   - edge: 1 where the edge is not repeated, else 0.
  init(extents: [Int], paddings: [Int], edge: Int) {
    var tables: [[Int]] = []
    var step = 1
    for axis in extents.indices.reversed() {
      let (extent, before, after) = (extents[axis], paddings[2 * axis], paddings[2 * axis + 1])
      let table = (-before..<extent + after).map { index in
        let mirrored =
          index < 0
          ? edge - 1 - index : index >= extent ? 2 * extent - 1 - edge - index : index
        return mirrored * step
      }
      tables.append(table)
      step *= extent
    }
    self.tables = tables
  }

  /// The element that element `index` of the padded tensor shows.
  func source(of index: Int) -> Int {
    var rest = index
    var place = 0
    for table in tables {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: table.count)
      place += table[remainder]
      rest = quotient
    }
    return place
  }
}
