internal import GraphArrays
internal import GraphKernels

/// What windows do at the edges of images.
public enum Padding: Sendable, Hashable {
  /// As many zeros at both sides, the odd one at the end, that a stride of 1 keeps the extents.
  case same
  /// None: windows stay inside.
  case valid
  /// So many rows and columns at each side.
  case explicit(top: Int, bottom: Int, left: Int, right: Int)

  /// TensorFlow's name.
  var attribute: String {
    switch self {
    case .same: "SAME"
    case .valid: "VALID"
    case .explicit: "EXPLICIT"
    }
  }

  /// TensorFlow's list of paddings of the four axes, before and behind.
  var list: [Int] {
    guard case .explicit(let top, let bottom, let left, let right) = self else { return [] }
    return [0, 0, top, bottom, left, right, 0, 0]
  }
}

/// How a window moves over `[images, height, width, channels]`: TensorFlow's attributes of
/// convolutions and pools.
package struct WindowAttributes: Sendable, Hashable {
  package var strides: [Int]
  package var padding: String
  package var explicitPaddings: [Int]
  package var dilations: [Int]
  package var dataFormat: String

  package init(
    strides: [Int] = [1, 1, 1, 1], padding: String = "VALID", explicitPaddings: [Int] = [],
    dilations: [Int] = [1, 1, 1, 1], dataFormat: String = "NHWC"
  ) {
    self.strides = strides
    self.padding = padding
    self.explicitPaddings = explicitPaddings
    self.dilations = dilations
    self.dataFormat = dataFormat
  }

  /// Steps along the height and the width.
  init(strides: (Int, Int), padding: Padding, dilations: (Int, Int) = (1, 1)) {
    self.init(
      strides: [1, strides.0, strides.1, 1], padding: padding.attribute,
      explicitPaddings: padding.list, dilations: [1, dilations.0, dilations.1, 1])
  }

  /// - Throws: `GraphError` where the attributes are not those of a window over NHWC images.
  func check() throws(GraphError) {
    guard dataFormat == "NHWC" else {
      throw GraphError(.unimplemented, "data_format is \"\(dataFormat)\", only NHWC is offered")
    }
    for (name, steps) in [("strides", strides), ("dilations", dilations)] {
      guard steps.count == 4, steps[0] == 1, steps[3] == 1, steps[1] > 0, steps[2] > 0 else {
        throw GraphError(
          .invalidArgument, "\(name) are \(steps), want four positive numbers, 1 at both ends")
      }
    }
    switch padding {
    case "SAME", "VALID":
      guard explicitPaddings.isEmpty else {
        throw GraphError(.invalidArgument, "explicit_paddings want the padding EXPLICIT")
      }
    case "EXPLICIT":
      guard explicitPaddings.count == 8, explicitPaddings.allSatisfy({ $0 >= 0 }),
        [0, 1, 6, 7].allSatisfy({ explicitPaddings[$0] == 0 })
      else {
        throw GraphError(
          .invalidArgument,
          "explicit_paddings are \(explicitPaddings), want eight numbers, 0 for images and channels"
        )
      }
    default:
      throw GraphError(.invalidArgument, "padding is \"\(padding)\", wants SAME, VALID or EXPLICIT")
    }
  }

  /// The extents along axis 1 or 2 of a window of extent `window` over an image of extent `input`.
  ///
  /// - Throws: `GraphError` where the window has no place.
  func axis(_ axis: Int, input: Int, window: Int) throws(GraphError) -> ImageWindow.Axis {
    let (stride, dilation) = (strides[axis], dilations[axis])
    guard window > 0 else {
      throw GraphError(.invalidArgument, "a window of extent \(window) sees nothing")
    }
    let reach = (window - 1) * dilation + 1
    if padding == "SAME" {
      let output = (input + stride - 1) / stride
      return ImageWindow.Axis(
        input: input, output: output, window: window, stride: stride, dilation: dilation,
        before: max(0, (output - 1) * stride + reach - input) / 2)
    }
    let explicit = padding == "EXPLICIT" ? explicitPaddings : Array(repeating: 0, count: 8)
    let before = explicit[2 * axis]
    let rest = input + before + explicit[2 * axis + 1] - reach
    guard rest >= 0 else {
      throw GraphError(
        .invalidArgument,
        "a window that reaches over \(reach) elements has no place on an axis of extent \(input)")
    }
    return ImageWindow.Axis(
      input: input, output: rest / stride + 1, window: window, stride: stride,
      dilation: dilation, before: before)
  }

  /// The extent of the result along axis 1 or 2, where it is known.
  func output(_ axis: Int, input: Int?, window: Int?) throws(GraphError) -> Int? {
    guard let input, let window else { return nil }
    return try self.axis(axis, input: input, window: window).output
  }

  /// A window of `[height, width]` over images of a known shape.
  func window(over images: [Int], _ extents: (Int, Int)) throws(GraphError) -> ImageWindow {
    ImageWindow(
      images: images[0], vertical: try axis(1, input: images[1], window: extents.0),
      horizontal: try axis(2, input: images[2], window: extents.1), channels: images[3])
  }
}
