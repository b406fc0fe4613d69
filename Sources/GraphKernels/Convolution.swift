internal import CKernels

/// A planned 2-D convolution of images `[images, height, width, channels]` with filters
/// `[windowHeight, windowWidth, channels, filters]`, and its gradients.
///
/// The elements that a window sees are laid out as rows, a strip of positions at a time that stays
/// in the second-level cache, and multiplied by the filters as a matrix
/// `[windowHeight * windowWidth * channels, filters]`. Blocks are cut by shape alone and may run in
/// any order; each has an order of its own, so that bits do not depend on the number of threads.
///
/// Source: Chellapilla, Puri, Simard, High Performance Convolutional Neural Networks for Document
/// Processing, 2006.
package struct Convolution<Scalar: WindowScalar>: Sendable, Hashable {
  /// Elements of a strip.
  private static var stripCount: Int { 49_152 }
  /// Blocks of the gradient of the filters, of at least so many columns of patches each.
  private static var filterBlocks: Int { 8 }
  private static var leastColumns: Int { 8 }

  package let window: ImageWindow
  package let filters: Int

  package init(window: ImageWindow, filters: Int) {
    self.window = window
    self.filters = filters
  }

  /// The length of a patch.
  private var depth: Int { window.taps * window.channels }

  /// Floating-point operations of the convolution, and of each of its gradients.
  package var flops: Double { 2 * Double(window.positions) * Double(depth * filters) }

  /// The multiplications of a block: a sixteenth of all, but at least so many as are worth a block,
  /// and at most so many that the packing of the filters, which each block repeats, takes little.
  private var multiplicationsPerBlock: Int {
    min(1 << 26, max(1 << 24, window.positions * depth * filters / 16))
  }

  private static func pieces(_ count: Int, of size: Int) -> Int { (count + size - 1) / size }

  private func positionsPerStrip(columns: Int) -> Int {
    min(256, max(8, Self.stripCount / max(1, columns) / 8 * 8))
  }

  private func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Scalar>) -> Void) {
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Scalar>.stride, alignment: 64)
    defer { memory.deallocate() }
    body(memory.bindMemory(to: Scalar.self, capacity: max(1, count)))
  }

  private func gather(
    _ x: UnsafePointer<Scalar>, positions: Range<Int>, taps: Range<Int>,
    into patches: UnsafeMutablePointer<Scalar>
  ) {
    var value = window.value
    sg_gather_patches(
      patches, x, &value, positions.lowerBound, positions.upperBound, taps.lowerBound,
      taps.upperBound, MemoryLayout<Scalar>.stride)
  }

  private func forEachStrip(
    of positions: Range<Int>, length: Int, _ body: (Range<Int>) -> Void
  ) {
    for start in stride(from: positions.lowerBound, to: positions.upperBound, by: length) {
      body(start..<min(positions.upperBound, start + length))
    }
  }

  // MARK: Forward

  private var positionsPerBlock: Int {
    let strip = positionsPerStrip(columns: depth)
    let wanted = multiplicationsPerBlock / max(1, depth * filters)
    return max(1, wanted / strip) * strip
  }

  /// The blocks of `y`.
  package var forwardBlockCount: Int { Self.pieces(window.positions, of: positionsPerBlock) }

  /// Computes a block of `y`, `[images, outHeight, outWidth, filters]`.
  package func forward(
    block: Int, x: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
    y: UnsafeMutablePointer<Scalar>
  ) {
    let start = block * positionsPerBlock
    let positions = start..<min(window.positions, start + positionsPerBlock)
    let matrix = PackedMatrix<Scalar>(k: depth, n: filters)
    let strip = positionsPerStrip(columns: depth)
    withScratch(matrix.elementCount + strip * depth) { packed in
      let panels = 0..<matrix.panelCount
      let patches = packed + matrix.elementCount
      matrix.pack(panels, of: filter, stride: filters, into: packed)
      forEachStrip(of: positions, length: strip) { some in
        var rows = UnsafePointer(patches)
        if window.isPointwise {
          rows = x + some.lowerBound * depth
        } else {
          gather(x, positions: some, taps: 0..<window.taps, into: patches)
        }
        matrix.multiply(
          rows: 0..<some.count, panels: panels, packed: packed, x: rows, xStride: depth,
          addend: .zero, out: y + some.lowerBound * filters, outStride: filters)
      }
    }
  }

  // MARK: Gradient of the images

  private var imagesPerBlock: Int {
    max(1, multiplicationsPerBlock / max(1, window.positionsPerImage * depth * filters))
  }

  /// The blocks of `dx`.
  package var inputGradientBlockCount: Int { Self.pieces(window.images, of: imagesPerBlock) }

  /// Computes a block of the images' gradient.
  package func inputGradient(
    block: Int, filter: UnsafePointer<Scalar>, dy: UnsafePointer<Scalar>,
    dx: UnsafeMutablePointer<Scalar>
  ) {
    let images = block * imagesPerBlock..<min(window.images, (block + 1) * imagesPerBlock)
    let each = window.positionsPerImage
    (dx + images.lowerBound * window.imageCount).update(
      repeating: 0, count: images.count * window.imageCount)
    let matrix = PackedMatrix<Scalar>(k: filters, n: depth)
    let strip = positionsPerStrip(columns: depth)
    withScratch(matrix.elementCount + strip * depth) { packed in
      let panels = 0..<matrix.panelCount
      let patches = packed + matrix.elementCount
      matrix.pack(panels, of: filter, stride: filters, transposed: true, into: packed)
      forEachStrip(of: images.lowerBound * each..<images.upperBound * each, length: strip) { some in
        matrix.multiply(
          rows: 0..<some.count, panels: panels, packed: packed, x: dy + some.lowerBound * filters,
          xStride: filters, addend: .zero, out: patches, outStride: depth)
        Scalar.scatter(patches, to: dx, window, positions: some)
      }
    }
  }

  // MARK: Gradient of the filters

  private var tapsPerBlock: Int {
    let blocks = max(1, min(Self.filterBlocks, depth / Self.leastColumns))
    return max(1, Self.pieces(window.taps, of: blocks))
  }

  /// The blocks of the filters' gradient.
  package var filterGradientBlockCount: Int { Self.pieces(window.taps, of: tapsPerBlock) }

  /// Computes a block of the filters' gradient, some taps for all channels and filters.
  package func filterGradient(
    block: Int, x: UnsafePointer<Scalar>, dy: UnsafePointer<Scalar>,
    dFilter: UnsafeMutablePointer<Scalar>
  ) {
    let taps = block * tapsPerBlock..<min(window.taps, (block + 1) * tapsPerBlock)
    let columns = taps.count * window.channels
    let out = dFilter + taps.lowerBound * window.channels * filters
    out.update(repeating: 0, count: columns * filters)
    guard columns > 0, filters > 0 else { return }
    let strip = positionsPerStrip(columns: columns)
    withScratch(strip * columns) { patches in
      forEachStrip(of: 0..<window.positions, length: strip) { some in
        gather(x, positions: some, taps: taps, into: patches)
        let product = ProductBlock(
          m: columns, n: filters, k: some.count, transposeA: true, strideA: columns,
          strideB: filters, strideC: filters)
        product.multiply(
          a: patches, b: dy + some.lowerBound * filters, c: out, accumulate: true)
      }
    }
  }
}
