internal import GraphArrays
internal import GraphKernels

/// The convolution of images `[images, height, width, channels]` with filters
/// `[windowHeight, windowWidth, channels, filters]`: `[images, outHeight, outWidth, filters]`.
/// TF: `tf.nn.conv2d`.
///
/// `y[i, p, q, f] = sum over r, s, c of x[i, p strides + r dilations - padding, ..., c] w[r, s, c, f]`
/// (not mirrored, as everywhere in neural networks), with zeros outside of the images.
///
/// - Parameters:
///   - strides: How far windows are apart, along the height and the width.
///   - dilations: How far the elements of a window are apart.
public func conv2d(
  _ x: Tensor, _ filters: Tensor, strides: (Int, Int) = (1, 1), padding: Padding,
  dilations: (Int, Int) = (1, 1), name: String? = nil
) -> Tensor {
  let window = WindowAttributes(strides: strides, padding: padding, dilations: dilations)
  return x.graph.tensor(Conv2D(window), [x, filters], name: name)
}

/// A convolution or one of its gradients.
package protocol ConvolutionDefinition: OpDefinition {
  var window: WindowAttributes { get set }
}

extension ConvolutionDefinition {
  /// The attributes that all of them have.
  fileprivate static var convolutionAttributes: [Attribute<Self>] {
    [
      Attribute("strides", \Self.window.strides), Attribute("padding", \.window.padding),
      Attribute("explicit_paddings", \.window.explicitPaddings),
      Attribute("dilations", \.window.dilations), Attribute("data_format", \.window.dataFormat),
    ]
  }
}

/// A 2-D convolution. TF: `Conv2D`.
package struct Conv2D: ConvolutionDefinition {
  package var window: WindowAttributes

  package init(_ window: WindowAttributes = WindowAttributes()) { self.window = window }

  package var name: String { "Conv2D" }
  package static let attributes = convolutionAttributes

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 2)
    try context.expectSameDType()
    return [
      TensorType(
        context.dtype(), try window.convolved(context, images: context.shape(), filters: 1))
    ]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try window.kernel(
      .forward, request.dtype, images: request.inputShape(0), filters: request.inputShape(1))
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let graph = context.operation.graph
    let dy = context.dy()
    return [
      context.isNeeded[0]
        ? graph.tensor(
          Conv2DBackpropInput(window), [context.inputShape(0), context.input(1), dy]) : nil,
      context.isNeeded[1]
        ? graph.tensor(
          Conv2DBackpropFilter(window), [context.input(0), context.inputShape(1), dy]) : nil,
    ]
  }
}

/// The gradient of a convolution's images, whose shape is operand 0. TF: `Conv2DBackpropInput`.
package struct Conv2DBackpropInput: ConvolutionDefinition {
  package var window: WindowAttributes

  package init(_ window: WindowAttributes = WindowAttributes()) { self.window = window }

  package var name: String { "Conv2DBackpropInput" }
  package static let attributes = convolutionAttributes
  package var specializedInputs: [Int] { [0] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(0)
    try context.expectSameDType([1, 2])
    let images = try context.extents(from: 0)
    let y = try window.convolved(context, images: images, filters: 1)
    try WindowAttributes.expect(context.shape(2), toBe: y)
    return [TensorType(context.dtype(1), images)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try window.kernel(
      .imageGradient, request.outputs[0].dtype, images: request.outputShape(),
      filters: request.inputShape(1))
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let graph = context.operation.graph
    let ddx = context.dy()
    return [
      nil,
      context.isNeeded[1]
        ? graph.tensor(
          Conv2DBackpropFilter(window), [ddx, context.inputShape(1), context.input(2)]) : nil,
      context.isNeeded[2] ? graph.tensor(Conv2D(window), [ddx, context.input(1)]) : nil,
    ]
  }
}

/// The gradient of a convolution's filters, whose shape is operand 1. TF: `Conv2DBackpropFilter`.
package struct Conv2DBackpropFilter: ConvolutionDefinition {
  package var window: WindowAttributes

  package init(_ window: WindowAttributes = WindowAttributes()) { self.window = window }

  package var name: String { "Conv2DBackpropFilter" }
  package static let attributes = convolutionAttributes
  package var specializedInputs: [Int] { [1] }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectInteger(1)
    try context.expectSameDType([0, 2])
    let filters = try context.extents(from: 1)
    let y = try window.convolved(context.dtype(), images: context.shape(0), filters: filters)
    try WindowAttributes.expect(context.shape(2), toBe: y)
    return [TensorType(context.dtype(), filters)]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try window.kernel(
      .filterGradient, request.dtype, images: request.inputShape(0),
      filters: request.outputShape())
  }

  package func gradient(_ context: GradientContext) throws(GraphError) -> [Tensor?] {
    let graph = context.operation.graph
    let ddw = context.dy()
    return [
      context.isNeeded[0]
        ? graph.tensor(
          Conv2DBackpropInput(window), [context.inputShape(0), ddw, context.input(2)]) : nil,
      nil,
      context.isNeeded[2] ? graph.tensor(Conv2D(window), [context.input(0), ddw]) : nil,
    ]
  }
}

extension WindowAttributes {
  /// The shape of a convolution's result, as far as it is known.
  fileprivate func convolved(
    _ context: InferenceContext, images: Shape, filters operand: Int
  ) throws(GraphError) -> Shape {
    try convolved(context.dtype(operand), images: images, filters: context.shape(operand))
  }

  fileprivate func convolved(
    _ dtype: DType, images: Shape, filters: Shape
  ) throws(GraphError) -> Shape {
    try check()
    guard dtype == .float32 || dtype == .float64 else {
      throw GraphError(.invalidArgument, "images are \(dtype), want float32 or float64")
    }
    try Self.expectRank4(images, "images")
    try Self.expectRank4(filters, "filters")
    let x = images.dimensions ?? [nil, nil, nil, nil]
    let w = filters.dimensions ?? [nil, nil, nil, nil]
    if let channels = x[3], let wanted = w[2], channels != wanted {
      throw GraphError(.invalidArgument, "\(channels) channels, and filters for \(wanted)")
    }
    return Shape(dimensions: [
      x[0], try output(1, input: x[1], window: w[0]), try output(2, input: x[2], window: w[1]),
      w[3],
    ])
  }

  static func expectRank4(_ shape: Shape, _ what: String) throws(GraphError) {
    if let rank = shape.rank, rank != 4 {
      throw GraphError(.invalidArgument, "\(what) have rank \(rank), want 4")
    }
  }

  /// - Throws: `GraphError` where the shape of a gradient is not that of what it is a gradient of.
  static func expect(_ gradient: Shape, toBe shape: Shape) throws(GraphError) {
    guard let given = gradient.dimensions, let wanted = shape.dimensions else { return }
    let differs = zip(given, wanted).contains { a, b in
      if let a, let b { a != b } else { false }
    }
    if given.count != wanted.count || differs {
      throw GraphError(.invalidArgument, "a gradient is \(gradient), and what it is of \(shape)")
    }
  }

  /// What is computed of a convolution.
  fileprivate enum Part { case forward, imageGradient, filterGradient }

  /// The code of a convolution or gradient for known shapes.
  fileprivate func kernel(
    _ part: Part, _ dtype: DType, images: [Int], filters: [Int]
  ) throws(GraphError) -> Kernel {
    let window = try window(over: images, (filters[0], filters[1]))
    return dtype == .float32
      ? Self.kernel(part, Convolution<Float>(window: window, filters: filters[3]))
      : Self.kernel(part, Convolution<Double>(window: window, filters: filters[3]))
  }

  private static func kernel<Scalar: WindowScalar>(
    _ part: Part, _ plan: Convolution<Scalar>
  ) -> Kernel {
    let blocks: Int
    let run: @Sendable (_ arguments: Arguments, _ block: Int) -> Void
    switch part {
    case .forward:
      blocks = plan.forwardBlockCount
      run = { arguments, block in
        plan.forward(
          block: block, x: arguments.input(0, as: Scalar.self),
          filter: arguments.input(1, as: Scalar.self), y: arguments.output(0, as: Scalar.self))
      }
    case .imageGradient:
      blocks = plan.inputGradientBlockCount
      run = { arguments, block in
        plan.inputGradient(
          block: block, filter: arguments.input(1, as: Scalar.self),
          dy: arguments.input(2, as: Scalar.self), dx: arguments.output(0, as: Scalar.self))
      }
    case .filterGradient:
      blocks = plan.filterGradientBlockCount
      run = { arguments, block in
        plan.filterGradient(
          block: block, x: arguments.input(0, as: Scalar.self),
          dy: arguments.input(2, as: Scalar.self), dFilter: arguments.output(0, as: Scalar.self))
      }
    }
    // What is empty has no block, a kernel has at least one.
    return Kernel(blocks: blocks, flops: plan.flops, scratch: plan.scratchByteCount) {
      arguments, block throws(RunFailure) in
      if block < blocks { run(arguments, block) }
    }
  }
}
