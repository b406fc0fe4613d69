import GraphKernels
import Testing

@Suite("Convolutions and pools")
struct ConvolutionTests {
  private struct Images {
    let window: ImageWindow
    let filters: Int

    /// Calls `body` for each tap inside of an image: position, tap, and the element's pixel.
    func forEachTap(_ body: (_ position: Int, _ tap: Int, _ pixel: Int) -> Void) {
      let (v, h) = (window.vertical, window.horizontal)
      for position in 0..<window.positions {
        let (image, place) = position.quotientAndRemainder(dividingBy: window.positionsPerImage)
        for tap in 0..<window.taps {
          let y = place / h.output * v.stride - v.before + tap / h.window * v.dilation
          let x = place % h.output * h.stride - h.before + tap % h.window * h.dilation
          guard y >= 0, y < v.input, x >= 0, x < h.input else { continue }
          body(position, tap, (image * v.input + y) * h.input + x)
        }
      }
    }
  }

  /// Extents of an axis: input, output, window, stride, dilation, padding before.
  private static func axis(_ extents: [Int]) -> ImageWindow.Axis {
    ImageWindow.Axis(
      input: extents[0], output: extents[1], window: extents[2], stride: extents[3],
      dilation: extents[4], before: extents[5])
  }

  private static func images(
    _ count: Int, _ vertical: [Int], _ horizontal: [Int], channels: Int, filters: Int
  ) -> Images {
    let window = ImageWindow(
      images: count, vertical: axis(vertical), horizontal: axis(horizontal), channels: channels)
    return Images(window: window, filters: filters)
  }

  /// Windows with strides, dilations, paddings on one side, and several blocks and strips.
  private static let cases: [Images] = [
    images(2, [5, 3, 2, 2, 1, 0], [4, 4, 3, 1, 1, 1], channels: 3, filters: 2),
    images(1, [7, 3, 3, 2, 2, 1], [6, 5, 2, 1, 1, 0], channels: 1, filters: 5),
    images(3, [4, 4, 1, 1, 1, 0], [4, 4, 1, 1, 1, 0], channels: 6, filters: 33),
    images(1, [1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, 0], channels: 1, filters: 1),
    images(5, [12, 12, 5, 1, 1, 2], [12, 12, 5, 1, 1, 2], channels: 8, filters: 16),
    images(0, [4, 3, 2, 1, 1, 0], [4, 3, 2, 1, 1, 0], channels: 2, filters: 3),
  ]

  /// Windows of convolutions only: more strips and sums, and positions that see only padding.
  private static let convolved: [Images] =
    cases + [
      // Strips that are parts of rows; rows of an image; several images.
      images(2, [2, 1, 2, 1, 1, 0], [700, 700, 3, 1, 1, 1], channels: 2, filters: 8),
      images(2, [40, 40, 3, 1, 1, 1], [40, 40, 3, 1, 2, 2], channels: 3, filters: 16),
      images(90, [3, 2, 2, 1, 1, 0], [3, 2, 2, 1, 1, 0], channels: 2, filters: 8),
      // Several sums for each element.
      images(2, [4, 2, 3, 1, 1, 0], [4, 2, 3, 1, 1, 0], channels: 400, filters: 3),
      // More padding than a window covers; windows that leave elements out; no channels.
      images(1, [4, 8, 2, 1, 1, 3], [4, 9, 2, 1, 1, 3], channels: 2, filters: 8),
      images(2, [9, 3, 2, 4, 1, 1], [9, 2, 3, 4, 1, 0], channels: 3, filters: 4),
      images(1, [3, 2, 2, 1, 1, 0], [3, 2, 2, 1, 1, 0], channels: 0, filters: 2),
    ]

  /// Runs all blocks, the last first, over copies of the arrays, and gives the result.
  private func run(
    _ operands: [[Double]], result count: Int, blocks: Int,
    _ body: (_ block: Int, _ operands: [UnsafePointer<Double>], UnsafeMutablePointer<Double>) ->
      Void
  ) -> [Double] {
    let memory = operands.map { values in
      let pointer = UnsafeMutablePointer<Double>.allocate(capacity: max(1, values.count))
      pointer.initialize(from: values, count: values.count)
      return pointer
    }
    defer { memory.forEach { $0.deallocate() } }
    let result = UnsafeMutablePointer<Double>.allocate(capacity: max(1, count))
    result.initialize(repeating: .nan, count: max(1, count))
    defer { result.deallocate() }
    for block in (0..<blocks).reversed() { body(block, memory.map { UnsafePointer($0) }, result) }
    return (0..<count).map { result[$0] }
  }

  private func close(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-10 }
  }

  @Test("agree with plain loops, and so do their gradients")
  func convolutions() {
    for images in Self.convolved {
      let (window, filters) = (images.window, images.filters)
      let plan = Convolution<Double>(window: window, filters: filters)
      let channels = window.channels
      var values = TestValues()
      let x = values.array(window.images * window.imageCount)
      let w = values.array(window.taps * channels * filters)
      let dy = values.array(window.positions * filters)
      var y = Array(repeating: 0.0, count: dy.count)
      var dx = Array(repeating: 0.0, count: x.count), dw = Array(repeating: 0.0, count: w.count)
      images.forEachTap { position, tap, pixel in
        for c in 0..<channels {
          for f in 0..<filters {
            let i = position * filters + f
            let j = pixel * channels + c
            let k = (tap * channels + c) * filters + f
            y[i] += x[j] * w[k]
            dx[j] += dy[i] * w[k]
            dw[k] += dy[i] * x[j]
          }
        }
      }
      let forward = run([x, w], result: y.count, blocks: plan.forwardBlockCount) {
        plan.forward(block: $0, x: $1[0], filter: $1[1], y: $2)
      }
      #expect(close(forward, y), "\(window)")
      let input = run([w, dy], result: dx.count, blocks: plan.inputGradientBlockCount) {
        plan.inputGradient(block: $0, filter: $1[0], dy: $1[1], dx: $2)
      }
      #expect(close(input, dx), "\(window)")
      let filter = run([x, dy], result: dw.count, blocks: plan.filterGradientBlockCount) {
        plan.filterGradient(block: $0, x: $1[0], dy: $1[1], dFilter: $2)
      }
      #expect(close(filter, dw), "\(window)")
    }
  }

  @Test("pool what is inside of the images, and give gradients to the first of equal maxima")
  func pools() {
    for images in Self.cases {
      let window = images.window
      let channels = window.channels
      var values = TestValues()
      let x = values.array(window.images * window.imageCount, scale: 2).map { $0.rounded() }
      let dy = values.array(window.positions * channels)
      let ddx = values.array(x.count)
      var greatest = Array(repeating: -Double.infinity, count: dy.count)
      var place = Array(repeating: 0, count: dy.count)
      var mean = Array(repeating: 0.0, count: dy.count), taps = mean
      images.forEachTap { position, _, pixel in
        for c in 0..<channels {
          let (i, j) = (position * channels + c, pixel * channels + c)
          if x[j] > greatest[i] { (greatest[i], place[i]) = (x[j], j) }
          mean[i] += x[j]
          taps[i] += 1
        }
      }
      for i in mean.indices { mean[i] /= taps[i] }
      var maxGradient = Array(repeating: 0.0, count: x.count), meanGradient = maxGradient
      for i in place.indices { maxGradient[place[i]] += dy[i] }
      images.forEachTap { position, _, pixel in
        for c in 0..<channels {
          let i = position * channels + c
          meanGradient[pixel * channels + c] += dy[i] / taps[i]
        }
      }
      let pools = Double.pools
      let all = 0..<window.positions
      #expect(
        run([x], result: dy.count, blocks: 1) {
          pools.max(window, positions: all, x: $1[0], out: $2)
        } == greatest)
      #expect(
        close(
          run([x], result: dy.count, blocks: 1) {
            pools.mean(window, positions: all, x: $1[0], out: $2)
          }, mean))
      #expect(
        close(
          run([x, greatest, dy], result: x.count, blocks: window.images) {
            pools.maxGradient(
              window, images: $0..<$0 + 1, x: $1[0], y: $1[1], dy: $1[2], dx: $2)
          }, maxGradient))
      #expect(
        run([x, greatest, ddx], result: dy.count, blocks: 1) {
          pools.maxGradientGradient(
            window, positions: all, x: $1[0], y: $1[1], ddx: $1[2], ddy: $2)
        } == place.map { ddx.isEmpty ? 0 : ddx[$0] })
      #expect(
        close(
          run([dy], result: x.count, blocks: window.images) {
            pools.meanGradient(window, images: $0..<$0 + 1, dy: $1[0], dx: $2)
          }, meanGradient))
    }
  }
}
