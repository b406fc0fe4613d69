internal import CKernels

/// A planned 2-D convolution of images `[images, height, width, channels]` with filters
/// `[windowHeight, windowWidth, channels, filters]`, and its gradients.
///
/// Each is a product with what the window sees at each position as one operand, which is read where
/// the images are; see `ImageStrip`. The gradient of the images is a convolution of `dy` with the
/// filters turned around; where the window moves by more than one element, a product and a sum of
/// what overlaps. Blocks are cut by shape alone and may run in any order; each element has an order
/// of its own, so that bits do not depend on the number of threads.
package struct Convolution<Scalar: WindowScalar>: Sendable, Hashable {
  /// Elements of a strip of patches.
  private static var stripCount: Int { 49_152 }
  /// Blocks of the gradient of the filters, whose rows are multiples of what is computed at a time.
  private static var filterBlocks: Int { 8 }
  private static var rowUnit: Int { 6 }
  /// The terms that a product sums before they are added to what others have summed.
  private static var mostTerms: Int { 1024 }

  package let window: ImageWindow
  package let filters: Int
  private let strips: ImageStrip.Grid

  package init(window: ImageWindow, filters: Int) {
    self.window = window
    self.filters = filters
    strips = ImageStrip.Grid(window)
  }

  /// The length of a patch, what a position sees.
  private var depth: Int { window.taps * window.channels }

  /// Floating-point operations of the convolution, and of each of its gradients.
  package var flops: Double { 2 * Double(window.positions) * Double(depth * filters) }

  /// The multiplications of a block: a sixteenth of all, but at least so many as are worth a block,
  /// and at most so many that the packing of the filters, which each block repeats, takes little.
  private var multiplicationsPerBlock: Int {
    min(1 << 26, max(1 << 24, window.positions * depth * filters / 16))
  }

  /// Memory of a thread for elements, and for offsets of others.
  private struct Scratch {
    var elements: Int, offsets: Int

    private var offsetBytes: Int { pieceCount(offsets * MemoryLayout<Int>.stride, of: 64) * 64 }
    var byteCount: Int { max(64, offsetBytes + elements * MemoryLayout<Scalar>.stride) }

    func with(_ body: (UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Int>) -> Void) {
      ThreadScratch.with(byteCount) { memory in
        body(
          (memory + offsetBytes).bindMemory(to: Scalar.self, capacity: elements),
          memory.bindMemory(to: Int.self, capacity: offsets))
      }
    }
  }

  /// Bytes of a thread's memory that a block of the convolution or of a gradient needs at most.
  package var scratchByteCount: Int {
    let images = mirrored?.correlationScratch ?? scatterScratch
    return [correlationScratch, images, filterScratch].reduce(0) { max($0, $1.byteCount) }
  }

  // MARK: Forward

  private var stripsPerBlock: Int {
    let wanted = pieceCount(window.positions * depth * filters, of: multiplicationsPerBlock)
    return max(1, strips.count / max(1, wanted))
  }

  /// The blocks of `y`.
  package var forwardBlockCount: Int { pieceCount(strips.count, of: stripsPerBlock) }

  /// Computes a block of `y`, `[images, outHeight, outWidth, filters]`.
  package func forward(
    block: Int, x: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
    y: UnsafeMutablePointer<Scalar>
  ) {
    correlate(block: block, x: x, y: y) { group, first, packed in
      group.pack(
        0..<group.panelCount, of: filter + first * window.channels * filters, stride: filters,
        into: packed)
    }
  }

  /// Neighboring taps of a row are one piece of a patch where nothing lies between them.
  private var tapsPerPiece: Int {
    let row = window.horizontal.window
    let isWhole = window.horizontal.dilation == 1 && row * window.channels <= Self.mostTerms
    return isWhole ? row : 1
  }

  private var correlationScratch: Scratch {
    let strip = strips.largest
    return Scratch(
      elements: PackedMatrix<Scalar>(k: depth, n: filters).elementCount + strip.elementCount,
      offsets: strip.positions.count + window.taps / tapsPerPiece)
  }

  /// A block of `y`, with filters that `pack` packs: those of the taps from `first` on.
  private func correlate(
    block: Int, x: UnsafePointer<Scalar>, y: UnsafeMutablePointer<Scalar>,
    pack: (_ group: PackedMatrix<Scalar>, _ first: Int, _ packed: UnsafeMutablePointer<Scalar>) ->
      Void
  ) {
    let some = (block * stripsPerBlock..<(block + 1) * stripsPerBlock).clamped(to: 0..<strips.count)
    guard depth > 0, filters > 0, !some.isEmpty else {
      let positions = some.isEmpty ? 0..<0 : positions(of: some)
      return (y + positions.lowerBound * filters).update(
        repeating: 0, count: positions.count * filters)
    }
    let (tapsPerPiece, pieceLength) = (tapsPerPiece, tapsPerPiece * window.channels)
    let tapsPerGroup = max(1, Self.mostTerms / pieceLength) * tapsPerPiece
    let positionCount = strips.largest.positions.count
    correlationScratch.with { memory, offsets in
      let groups = stride(from: 0, to: window.taps, by: tapsPerGroup)
      func matrix(_ first: Int) -> PackedMatrix<Scalar> {
        PackedMatrix(k: min(tapsPerGroup, window.taps - first) * window.channels, n: filters)
      }
      var packed = memory
      for first in groups {
        pack(matrix(first), first, packed)
        packed += matrix(first).elementCount
      }
      let pieces = offsets + positionCount
      for index in some {
        let strip = strips[index]
        let source = strip.elements(of: x, memory: packed)
        let width = strip.columns.count
        strip.forEachRow { row, offset in
          for column in 0..<width {
            offsets[row * width + column] = offset + column * strip.positionStride
          }
        }
        for piece in 0..<window.taps / tapsPerPiece {
          pieces[piece] = strip.offset(ofTap: piece * tapsPerPiece)
        }
        let out = y + strip.positions.lowerBound * filters
        var right = UnsafePointer(memory)
        for first in groups {
          let matrix = matrix(first)
          let places = PackedMatrix<Scalar>.Places(
            rows: offsets, pieces: pieces + first / tapsPerPiece, pieceLength: pieceLength)
          matrix.multiply(
            rows: 0..<strip.positions.count, panels: 0..<matrix.panelCount, packed: right,
            x: source, xStride: 0, places: places,
            addend: first == 0 ? .zero : .matrix(out, stride: filters), out: out,
            outStride: filters)
          right += matrix.elementCount
        }
      }
    }
  }

  /// The positions of some strips.
  private func positions(of some: Range<Int>) -> Range<Int> {
    strips[some.lowerBound].positions.lowerBound..<strips[some.upperBound - 1].positions.upperBound
  }

  // MARK: Gradient of the images

  /// The convolution of `dy` that gives the gradient of the images; nil where the window moves by
  /// more than one element.
  private var mirrored: Convolution? {
    guard window.vertical.stride == 1, window.horizontal.stride == 1 else { return nil }
    func mirrored(_ axis: ImageWindow.Axis) -> ImageWindow.Axis {
      ImageWindow.Axis(
        input: axis.output, output: axis.input, window: axis.window, stride: 1,
        dilation: axis.dilation, before: (axis.window - 1) * axis.dilation - axis.before)
    }
    return Convolution(
      window: ImageWindow(
        images: window.images, vertical: mirrored(window.vertical),
        horizontal: mirrored(window.horizontal), channels: filters),
      filters: window.channels)
  }

  private var imagesPerBlock: Int {
    max(1, multiplicationsPerBlock / max(1, window.positionsPerImage * depth * filters))
  }

  /// The blocks of `dx`.
  package var inputGradientBlockCount: Int {
    mirrored?.forwardBlockCount ?? pieceCount(window.images, of: imagesPerBlock)
  }

  /// Computes a block of the images' gradient.
  package func inputGradient(
    block: Int, filter: UnsafePointer<Scalar>, dy: UnsafePointer<Scalar>,
    dx: UnsafeMutablePointer<Scalar>
  ) {
    guard let mirrored else {
      return scatter(block: block, filter: filter, dy: dy, dx: dx)
    }
    mirrored.correlate(block: block, x: dy, y: dx) { group, first, packed in
      for index in 0..<group.k / filters {
        let tap = window.taps - 1 - (first + index)
        group.pack(
          rows: index * filters..<(index + 1) * filters,
          of: filter + tap * window.channels * filters, stride: filters, transposed: true,
          into: packed)
      }
    }
  }

  private var patchesPerStrip: Int { min(256, max(8, Self.stripCount / max(1, depth) / 8 * 8)) }

  private var scatterScratch: Scratch {
    let packed = PackedMatrix<Scalar>(k: filters, n: depth).elementCount
    return Scratch(elements: packed + patchesPerStrip * depth, offsets: 0)
  }

  private func scatter(
    block: Int, filter: UnsafePointer<Scalar>, dy: UnsafePointer<Scalar>,
    dx: UnsafeMutablePointer<Scalar>
  ) {
    let images = block * imagesPerBlock..<min(window.images, (block + 1) * imagesPerBlock)
    let each = window.positionsPerImage
    (dx + images.lowerBound * window.imageCount).update(
      repeating: 0, count: images.count * window.imageCount)
    let matrix = PackedMatrix<Scalar>(k: filters, n: depth)
    let length = patchesPerStrip
    scatterScratch.with { packed, _ in
      let panels = 0..<matrix.panelCount
      let patches = packed + matrix.elementCount
      matrix.pack(panels, of: filter, stride: filters, transposed: true, into: packed)
      let positions = images.lowerBound * each..<images.upperBound * each
      for start in stride(from: positions.lowerBound, to: positions.upperBound, by: length) {
        let some = start..<min(positions.upperBound, start + length)
        matrix.multiply(
          rows: 0..<some.count, panels: panels, packed: packed, x: dy + some.lowerBound * filters,
          xStride: filters, addend: .zero, out: patches, outStride: depth)
        Scalar.scatter(patches, to: dx, window, positions: some)
      }
    }
  }

  // MARK: Gradient of the filters

  private var rowsPerBlock: Int {
    pieceCount(pieceCount(depth, of: Self.filterBlocks), of: Self.rowUnit) * Self.rowUnit
  }

  /// The blocks of the filters' gradient.
  package var filterGradientBlockCount: Int { pieceCount(depth, of: max(1, rowsPerBlock)) }

  /// How a strip of `dy` is an operand, and the elements of its packed form; 0 where it is read
  /// where it is.
  private func packedGradients(
    _ strip: ImageStrip
  ) -> (matrix: PackedMatrix<Scalar>, packedCount: Int) {
    let k = strip.positions.count
    if let matrix = PackedMatrix<Scalar>(inPlace: k, n: filters, stride: filters) {
      return (matrix, 0)
    }
    let matrix = PackedMatrix<Scalar>(k: k, n: filters)
    return (matrix, matrix.elementCount)
  }

  private var filterScratch: Scratch {
    let strip = strips.largest
    return Scratch(
      elements: packedGradients(strip).packedCount + strip.elementCount,
      offsets: rowsPerBlock + strip.rowCount)
  }

  /// Computes a block of the filters' gradient: some rows of it as a matrix `[depth, filters]`.
  package func filterGradient(
    block: Int, x: UnsafePointer<Scalar>, dy: UnsafePointer<Scalar>,
    dFilter: UnsafeMutablePointer<Scalar>
  ) {
    let rows = block * rowsPerBlock..<min(depth, (block + 1) * rowsPerBlock)
    let out = dFilter + rows.lowerBound * filters
    guard strips.count > 0, filters > 0 else {
      return out.update(repeating: 0, count: rows.count * filters)
    }
    let packedCount = packedGradients(strips.largest).packedCount
    filterScratch.with { memory, offsets in
      let starts = offsets + rows.count
      for index in 0..<strips.count {
        let strip = strips[index]
        let (matrix, count) = packedGradients(strip)
        var right = dy + strip.positions.lowerBound * filters
        if count > 0 {
          matrix.pack(0..<matrix.panelCount, of: right, stride: filters, into: memory)
          right = UnsafePointer(memory)
        }
        let source = strip.elements(of: x, memory: memory + packedCount)
        for (i, row) in rows.enumerated() {
          let (tap, channel) = row.quotientAndRemainder(dividingBy: window.channels)
          offsets[i] = strip.offset(ofTap: tap) + channel
        }
        strip.forEachRow { row, offset in starts[row] = offset }
        let places = PackedMatrix<Scalar>.Places(
          rows: offsets, pieces: starts, pieceLength: strip.columns.count)
        matrix.multiply(
          rows: 0..<rows.count, panels: 0..<matrix.panelCount, packed: right, x: source,
          xStride: 0, xStep: strip.positionStride, places: places,
          addend: index == 0 ? .zero : .matrix(out, stride: filters), out: out,
          outStride: filters)
      }
    }
  }
}
