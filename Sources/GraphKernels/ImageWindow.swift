internal import CKernels

/// A window that moves over images, `[images, height, width, channels]`.
///
/// Each position of the window, `[images, outHeight, outWidth]`, sees `windowHeight * windowWidth`
/// elements of an image, its taps, which may lie in the padding.
package struct ImageWindow: Sendable, Hashable {
  /// Extents and steps along one axis of an image.
  package struct Axis: Sendable, Hashable {
    package var input: Int, output: Int, window: Int
    package var stride: Int, dilation: Int
    /// The padding before the first element; that behind the last follows from the extents.
    package var before: Int

    package init(
      input: Int, output: Int, window: Int, stride: Int, dilation: Int = 1, before: Int
    ) {
      (self.input, self.output, self.window) = (input, output, window)
      (self.stride, self.dilation, self.before) = (stride, dilation, before)
    }
  }

  package let images: Int
  package let vertical: Axis, horizontal: Axis
  package let channels: Int

  package init(images: Int, vertical: Axis, horizontal: Axis, channels: Int) {
    self.images = images
    self.vertical = vertical
    self.horizontal = horizontal
    self.channels = channels
  }

  /// The elements of the window.
  package var taps: Int { vertical.window * horizontal.window }
  /// The positions of the window on all images.
  package var positions: Int { images * positionsPerImage }
  /// The positions on one image.
  package var positionsPerImage: Int { vertical.output * horizontal.output }
  /// The elements of one image.
  package var imageCount: Int { vertical.input * horizontal.input * channels }

  /// Whether each position sees just the element at its own place.
  var isPointwise: Bool {
    taps == 1 && vertical.stride == 1 && horizontal.stride == 1 && vertical.before == 0
      && horizontal.before == 0 && vertical.input == vertical.output
      && horizontal.input == horizontal.output
  }

  var value: sg_window {
    sg_window(
      height: vertical.input, width: horizontal.input, channels: channels,
      out_height: vertical.output, out_width: horizontal.output, window_height: vertical.window,
      window_width: horizontal.window, stride_y: vertical.stride, stride_x: horizontal.stride,
      dilation_y: vertical.dilation, dilation_x: horizontal.dilation, pad_top: vertical.before,
      pad_left: horizontal.before)
  }
}

/// Element types that windows work on.
package protocol WindowScalar: ProductScalar {
  /// Adds rows of patches to the images that they came from.
  static func scatter(
    _ patches: UnsafePointer<Self>, to images: UnsafeMutablePointer<Self>, _ window: ImageWindow,
    positions: Range<Int>)
  /// The pools of the type.
  static var pools: Pools { get }
}

/// Pools and their gradients; positions count those of all images. See `sg_pools`.
package struct Pools: @unchecked Sendable {
  // Unchecked because of its C functions, which are constants of the program.
  private let loops: sg_pools

  init(_ loops: sg_pools) { self.loops = loops }

  /// The greatest of each window's elements, NaN where one is.
  package func max(
    _ window: ImageWindow, positions: Range<Int>, x: UnsafeRawPointer,
    out: UnsafeMutableRawPointer
  ) {
    var value = window.value
    loops.max(out, x, &value, positions.lowerBound, positions.upperBound)
  }

  /// The mean of each window's elements, without the padding.
  package func mean(
    _ window: ImageWindow, positions: Range<Int>, x: UnsafeRawPointer,
    out: UnsafeMutableRawPointer
  ) {
    var value = window.value
    loops.mean(out, x, &value, positions.lowerBound, positions.upperBound)
  }

  /// The gradient of `max` for some images: the first of the greatest elements takes all.
  package func maxGradient(
    _ window: ImageWindow, images: Range<Int>, x: UnsafeRawPointer, y: UnsafeRawPointer,
    dy: UnsafeRawPointer, dx: UnsafeMutableRawPointer
  ) {
    var value = window.value
    loops.max_grad(dx, x, y, dy, &value, images.lowerBound, images.upperBound)
  }

  /// The gradient of `maxGradient` by `dy`: what `ddx` has where the greatest element is.
  package func maxGradientGradient(
    _ window: ImageWindow, positions: Range<Int>, x: UnsafeRawPointer, y: UnsafeRawPointer,
    ddx: UnsafeRawPointer, ddy: UnsafeMutableRawPointer
  ) {
    var value = window.value
    loops.max_grad_grad(ddy, x, y, ddx, &value, positions.lowerBound, positions.upperBound)
  }

  /// The gradient of `mean` for some images.
  package func meanGradient(
    _ window: ImageWindow, images: Range<Int>, dy: UnsafeRawPointer, dx: UnsafeMutableRawPointer
  ) {
    var value = window.value
    loops.mean_grad(dx, dy, &value, images.lowerBound, images.upperBound)
  }
}

extension Float: WindowScalar {
  package static func scatter(
    _ patches: UnsafePointer<Float>, to images: UnsafeMutablePointer<Float>,
    _ window: ImageWindow, positions: Range<Int>
  ) {
    var value = window.value
    sg_scatter_patches_f32(
      images, patches, &value, positions.lowerBound, positions.upperBound)
  }

  package static var pools: Pools { Pools(sg_pools_f32) }
}

extension Double: WindowScalar {
  package static func scatter(
    _ patches: UnsafePointer<Double>, to images: UnsafeMutablePointer<Double>,
    _ window: ImageWindow, positions: Range<Int>
  ) {
    var value = window.value
    sg_scatter_patches_f64(
      images, patches, &value, positions.lowerBound, positions.upperBound)
  }

  package static var pools: Pools { Pools(sg_pools_f64) }
}
