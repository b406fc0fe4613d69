/// Some neighboring positions of a window, and what they see of the images.
///
/// What a window sees of an image with padding around it is a matrix without being laid out as one:
/// the element of a tap and a channel lies as far from that of the first tap at every position.
/// Products take such operands as they are, by the offsets of rows and of pieces of rows. So an
/// image is copied once, with its padding, and not once for each tap; without padding not at all.
///
/// The positions of a strip follow each other in the order of `[images, outHeight, outWidth]`: they
/// are whole images, whole rows of one, or a part of one row.
///
/// Source: Dukhan, The Indirect Convolution Algorithm, 2019.
struct ImageStrip {
  /// The positions of a strip that is not made of small pieces by the extents of the images.
  private static let wantedPositions = 256

  let window: ImageWindow
  let images: Range<Int>
  /// Of the window's positions on each image.
  let rows: Range<Int>, columns: Range<Int>

  /// How images are cut into strips; by shapes alone.
  struct Grid: Sendable, Hashable {
    private let window: ImageWindow
    private let imagesPerStrip: Int, rowPieces: Int, columnPieces: Int

    init(_ window: ImageWindow) {
      self.window = window
      let (height, width) = (window.vertical.output, window.horizontal.output)
      let wanted = ImageStrip.wantedPositions
      imagesPerStrip = max(1, wanted / max(1, height * width))
      rowPieces = height * width < 2 * wanted ? 1 : pieceCount(height, of: max(1, wanted / width))
      columnPieces = width < 2 * wanted ? 1 : pieceCount(width, of: wanted)
    }

    /// The number of strips.
    var count: Int {
      window.positions == 0
        ? 0 : pieceCount(window.images, of: imagesPerStrip) * rowPieces * columnPieces
    }

    /// A strip, in the order of its positions.
    subscript(index: Int) -> ImageStrip {
      let (rowIndex, column) = index.quotientAndRemainder(dividingBy: columnPieces)
      let (image, row) = rowIndex.quotientAndRemainder(dividingBy: rowPieces)
      let first = image * imagesPerStrip
      return ImageStrip(
        window: window, images: first..<min(window.images, first + imagesPerStrip),
        rows: part(row, of: rowPieces, window.vertical.output),
        columns: part(column, of: columnPieces, window.horizontal.output))
    }

    /// A strip that is as large as any, for the memory that strips need.
    var largest: ImageStrip {
      ImageStrip(
        window: window, images: 0..<min(window.images, imagesPerStrip),
        rows: 0..<pieceCount(window.vertical.output, of: rowPieces),
        columns: 0..<pieceCount(window.horizontal.output, of: columnPieces))
    }

    private func part(_ index: Int, of count: Int, _ length: Int) -> Range<Int> {
      index * length / count..<(index + 1) * length / count
    }
  }

  /// The positions, among those of all images.
  var positions: Range<Int> {
    let width = window.horizontal.output
    let first = (images.lowerBound * window.vertical.output + rows.lowerBound) * width
    let start = first + columns.lowerBound
    return start..<start + images.count * rows.count * columns.count
  }

  /// The rows of positions.
  var rowCount: Int { images.count * rows.count }

  // MARK: Where elements lie

  /// Elements that the positions along an axis see, those between included.
  private static func extent(_ axis: ImageWindow.Axis, _ outputs: Range<Int>) -> Int {
    (outputs.count - 1) * axis.stride + (axis.window - 1) * axis.dilation + 1
  }

  /// Whether no position sees padding, so that images are read where they are.
  private var isInside: Bool {
    func isInside(_ axis: ImageWindow.Axis) -> Bool {
      axis.before == 0 && Self.extent(axis, 0..<axis.output) <= axis.input
    }
    return isInside(window.vertical) && isInside(window.horizontal)
  }

  /// Extents of the copy of each image, with padding.
  private var copyHeight: Int { Self.extent(window.vertical, rows) }
  private var copyWidth: Int { Self.extent(window.horizontal, columns) }

  /// Elements of memory that `elements` needs.
  var elementCount: Int {
    isInside ? 0 : images.count * copyHeight * copyWidth * window.channels
  }

  /// From one row of an image, or of its copy, to the next.
  private var rowStride: Int {
    (isInside ? window.horizontal.input : copyWidth) * window.channels
  }

  /// From what one position of a row sees to what the next sees.
  var positionStride: Int { window.horizontal.stride * window.channels }

  /// The offset of what the first position of each row of positions sees.
  func forEachRow(_ body: (_ row: Int, _ offset: Int) -> Void) {
    let height = isInside ? window.vertical.input : copyHeight
    let first = isInside ? rows.lowerBound * window.vertical.stride : 0
    let column = isInside ? columns.lowerBound * positionStride : 0
    for image in 0..<images.count {
      for row in 0..<rows.count {
        let y = image * height + first + row * window.vertical.stride
        body(image * rows.count + row, y * rowStride + column)
      }
    }
  }

  /// The offset of a tap from the first one.
  func offset(ofTap tap: Int) -> Int {
    let (y, x) = tap.quotientAndRemainder(dividingBy: window.horizontal.window)
    return y * window.vertical.dilation * rowStride
      + x * window.horizontal.dilation * window.channels
  }

  /// What offsets count from: the images, or their copy with padding in `memory`.
  func elements<Scalar>(
    of x: UnsafePointer<Scalar>, memory: UnsafeMutablePointer<Scalar>
  ) -> UnsafePointer<Scalar> {
    if isInside { return x + images.lowerBound * window.imageCount }
    let (height, width) = (window.vertical.input, window.horizontal.input)
    let top = rows.lowerBound * window.vertical.stride - window.vertical.before
    let left = columns.lowerBound * window.horizontal.stride - window.horizontal.before
    let start = max(0, min(copyWidth, -left))
    let inside = start..<max(start, min(copyWidth, width - left))
    let channels = window.channels
    for image in 0..<images.count {
      for row in 0..<copyHeight {
        let out = memory + (image * copyHeight + row) * rowStride
        let y = top + row
        guard y >= 0, y < height, !inside.isEmpty else {
          clear(out, rowStride)
          continue
        }
        let source = ((images.lowerBound + image) * height + y) * width + left
        clear(out, inside.lowerBound * channels)
        UnsafeMutableRawPointer(out + inside.lowerBound * channels).copyMemory(
          from: x + (source + inside.lowerBound) * channels,
          byteCount: inside.count * channels * MemoryLayout<Scalar>.stride)
        clear(out + inside.upperBound * channels, (copyWidth - inside.upperBound) * channels)
      }
    }
    return UnsafePointer(memory)
  }

  private func clear<Scalar>(_ start: UnsafeMutablePointer<Scalar>, _ count: Int) {
    UnsafeMutableRawPointer(start).initializeMemory(
      as: UInt8.self, repeating: 0, count: count * MemoryLayout<Scalar>.stride)
  }
}

/// How many pieces of a size something has, the last of which may be smaller.
func pieceCount(_ count: Int, of size: Int) -> Int { (count + size - 1) / size }
