internal import GraphArrays
internal import GraphKernels

/// The greatest element of each window, for each channel: `[images, height, width, channels]` to
/// `[images, outHeight, outWidth, channels]`. TF: `tf.nn.max_pool2d`.
///
/// Padding does not count. Of equal greatest elements the first takes the whole gradient.
///
/// - Parameters:
///   - window: The extents of a window, height and width.
///   - strides: How far windows are apart; by default they touch.
public func maxPool(
  _ x: Tensor, window: (Int, Int), strides: (Int, Int)? = nil, padding: Padding,
  name: String? = nil
) -> Tensor {
  let attributes = PoolAttributes(window: window, strides: strides ?? window, padding: padding)
  return x.graph.tensor(MaxPool(attributes), [x], name: name)
}

/// The mean of the elements of each window, for each channel; padding does not count.
/// TF: `tf.nn.avg_pool2d`.
///
/// - Parameters:
///   - window: The extents of a window, height and width.
///   - strides: How far windows are apart; by default they touch.
///   - padding: `.same` or `.valid`.
public func averagePool(
  _ x: Tensor, window: (Int, Int), strides: (Int, Int)? = nil, padding: Padding,
  name: String? = nil
) -> Tensor {
  let attributes = PoolAttributes(window: window, strides: strides ?? window, padding: padding)
  return x.graph.tensor(AvgPool(attributes), [x], name: name)
}

/// The attributes of pools: a window's extents and how it moves.
package struct PoolAttributes: Sendable, Hashable {
  package var extents: [Int]
  package var window: WindowAttributes

  /// - Parameter extents: TensorFlow's `ksize`, for all four axes.
  package init(extents: [Int] = [1, 2, 2, 1], _ window: WindowAttributes = WindowAttributes()) {
    self.extents = extents
    self.window = window
  }

  init(window: (Int, Int), strides: (Int, Int), padding: Padding) {
    self.init(
      extents: [1, window.0, window.1, 1], WindowAttributes(strides: strides, padding: padding))
  }

  /// The shape of a pool's result, as far as it is known.
  func pooled(_ images: Shape, _ dtype: DType, mayBeExplicit: Bool) throws(GraphError) -> Shape {
    try window.check()
    guard extents.count == 4, extents[0] == 1, extents[3] == 1, extents[1] > 0, extents[2] > 0
    else {
      throw GraphError(
        .invalidArgument, "ksize is \(extents), wants four positive numbers, 1 at both ends")
    }
    guard mayBeExplicit || window.padding != "EXPLICIT" else {
      throw GraphError(.invalidArgument, "padding is \"EXPLICIT\", wants SAME or VALID")
    }
    guard dtype == .float32 || dtype == .float64 else {
      throw GraphError(.invalidArgument, "images are \(dtype), want float32 or float64")
    }
    try WindowAttributes.expectRank4(images, "images")
    let x = images.dimensions ?? [nil, nil, nil, nil]
    return Shape(dimensions: [
      x[0], try window.output(1, input: x[1], window: extents[1]),
      try window.output(2, input: x[2], window: extents[2]), x[3],
    ])
  }

  /// The types of (images, pool, gradient of one of them), which must agree.
  func expectPool(
    _ context: InferenceContext, gradientOfPool: Bool
  ) throws(GraphError) {
    try context.expect(count: 3)
    try context.expectSameDType()
    let y = try pooled(context.shape(), context.dtype(), mayBeExplicit: true)
    try WindowAttributes.expect(context.shape(1), toBe: y)
    try WindowAttributes.expect(context.shape(2), toBe: gradientOfPool ? y : context.shape())
  }

  func plan(_ images: [Int]) throws(GraphError) -> ImageWindow {
    try window.window(over: images, (extents[1], extents[2]))
  }
}

/// A pool or one of its gradients.
package protocol PoolDefinition: OpDefinition {
  var pool: PoolAttributes { get set }
}

extension PoolDefinition {
  /// The attributes that all of them have.
  fileprivate static var poolAttributes: [Attribute<Self>] {
    [
      Attribute("ksize", \Self.pool.extents), Attribute("strides", \.pool.window.strides),
      Attribute("padding", \.pool.window.padding),
      Attribute("data_format", \.pool.window.dataFormat),
    ]
  }
  /// That of the pools which may have paddings of their own.
  fileprivate static var explicitPaddings: Attribute<Self> {
    Attribute("explicit_paddings", \Self.pool.window.explicitPaddings)
  }
}

extension Kernel {
  /// A kernel over the positions of windows, cut into blocks of whole positions.
  fileprivate static func positions(
    of window: ImageWindow,
    _ body: @escaping @Sendable (_ arguments: Arguments, _ positions: Range<Int>) -> Void
  ) -> Kernel {
    blocks(window.positions, cost: window.taps * window.channels, body)
  }

  /// A kernel over images, cut into blocks of whole images.
  fileprivate static func images(
    of window: ImageWindow,
    _ body: @escaping @Sendable (_ arguments: Arguments, _ images: Range<Int>) -> Void
  ) -> Kernel {
    blocks(
      window.images, cost: window.positionsPerImage * window.taps * window.channels, body)
  }

  private static func blocks(
    _ count: Int, cost: Int,
    _ body: @escaping @Sendable (_ arguments: Arguments, _ range: Range<Int>) -> Void
  ) -> Kernel {
    let perBlock = max(1, Kernel.blockSize / max(1, cost))
    return Kernel(
      blocks: (count + perBlock - 1) / perBlock, flops: Double(count) * Double(cost)
    ) { arguments, block throws(RunFailure) in
      let range = block * perBlock..<max(block * perBlock, min(count, (block + 1) * perBlock))
      if !range.isEmpty { body(arguments, range) }
    }
  }
}

/// The pools of a dtype.
private func pools(_ dtype: DType) -> Pools { dtype == .float32 ? Float.pools : Double.pools }

/// The greatest element of each window. TF: `MaxPool`.
package struct MaxPool: PoolDefinition {
  package var pool: PoolAttributes

  package init(_ pool: PoolAttributes = PoolAttributes()) { self.pool = pool }

  package var name: String { "MaxPool" }
  package static let attributes = poolAttributes + [explicitPaddings]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    let y = try pool.pooled(context.shape(), context.dtype(), mayBeExplicit: true)
    return [TensorType(context.dtype(), y)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let window = try pool.plan(request.inputShape())
    let pools = pools(request.dtype)
    return .positions(of: window) { arguments, positions in
      pools.max(window, positions: positions, x: arguments.input(0), out: arguments.output())
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let operands = [context.input(), context.output(), context.dy()]
    return [context.operation.graph.tensor(MaxPoolGrad(pool), operands)]
  }
}

/// The gradient of `MaxPool` of (images, pool, gradient of the pool). TF: `MaxPoolGrad`.
package struct MaxPoolGrad: PoolDefinition {
  package var pool: PoolAttributes

  package init(_ pool: PoolAttributes = PoolAttributes()) { self.pool = pool }

  package var name: String { "MaxPoolGrad" }
  package static let attributes = poolAttributes + [explicitPaddings]

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try pool.expectPool(context, gradientOfPool: true)
    return [context[0]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let window = try pool.plan(request.inputShape())
    let pools = pools(request.dtype)
    return .images(of: window) { arguments, images in
      pools.maxGradient(
        window, images: images, x: arguments.input(0), y: arguments.input(1),
        dy: arguments.input(2), dx: arguments.output())
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let operands = [context.input(0), context.input(1), context.dy()]
    return [nil, nil, context.operation.graph.tensor(MaxPoolGradGrad(pool), operands)]
  }
}

/// The gradient of `MaxPoolGrad` by its last operand. TF: `MaxPoolGradGrad`, which has no explicit
/// paddings.
package struct MaxPoolGradGrad: PoolDefinition {
  package var pool: PoolAttributes

  package init(_ pool: PoolAttributes = PoolAttributes()) { self.pool = pool }

  package var name: String { "MaxPoolGradGrad" }
  package static let attributes = poolAttributes

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try pool.expectPool(context, gradientOfPool: false)
    guard pool.window.padding != "EXPLICIT" else {
      throw GraphError(.invalidArgument, "padding is \"EXPLICIT\", wants SAME or VALID")
    }
    return [context[1]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let window = try pool.plan(request.inputShape())
    let pools = pools(request.dtype)
    return .positions(of: window) { arguments, positions in
      pools.maxGradientGradient(
        window, positions: positions, x: arguments.input(0), y: arguments.input(1),
        ddx: arguments.input(2), ddy: arguments.output())
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let operands = [context.input(0), context.input(1), context.dy()]
    return [nil, nil, context.operation.graph.tensor(MaxPoolGrad(pool), operands)]
  }
}

/// The mean of each window's elements. TF: `AvgPool`.
package struct AvgPool: PoolDefinition {
  package var pool: PoolAttributes

  package init(_ pool: PoolAttributes = PoolAttributes()) { self.pool = pool }

  package var name: String { "AvgPool" }
  package static let attributes = poolAttributes

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 1)
    let y = try pool.pooled(context.shape(), context.dtype(), mayBeExplicit: false)
    return [TensorType(context.dtype(), y)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let window = try pool.plan(request.inputShape())
    let pools = pools(request.dtype)
    return .positions(of: window) { arguments, positions in
      pools.mean(window, positions: positions, x: arguments.input(0), out: arguments.output())
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let operands = [context.inputShape(), context.dy()]
    return [context.operation.graph.tensor(AvgPoolGrad(pool), operands)]
  }
}

/// The gradient of `AvgPool` of (the images' shape, gradient of the pool). TF: `AvgPoolGrad`.
package struct AvgPoolGrad: PoolDefinition {
  package var pool: PoolAttributes

  package init(_ pool: PoolAttributes = PoolAttributes()) { self.pool = pool }

  package var name: String { "AvgPoolGrad" }
  package static let attributes = poolAttributes
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectInteger(0)
    let images = try context.extents(from: 0)
    let y = try pool.pooled(images, context.dtype(1), mayBeExplicit: false)
    try WindowAttributes.expect(context.shape(1), toBe: y)
    return [TensorType(context.dtype(1), images)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let window = try pool.plan(request.outputShape())
    let pools = pools(request.outputs[0].dtype)
    return .images(of: window) { arguments, images in
      pools.meanGradient(
        window, images: images, dy: arguments.input(1), dx: arguments.output())
    }
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    [nil, context.operation.graph.tensor(AvgPool(pool), [context.dy()])]
  }
}
