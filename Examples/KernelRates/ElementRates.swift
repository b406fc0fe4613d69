internal import CKernels
internal import GraphKernels

/// Elementwise functions, groups of them, rows and updates.
enum ElementRates {
  static var all: [Rate] {
    functions.map { function($0.0, $0.1) } + [group] + rows + updates
  }

  private static var functions: [(String, KeyPath<sg_kernels, sg_unary>)] {
    [
      ("exp", \.exp), ("expm1", \.expm1), ("log", \.log), ("log1p", \.log1p), ("tanh", \.tanh),
      ("sigmoid", \.sigmoid), ("softplus", \.softplus), ("erf", \.erf), ("sin", \.sin),
      ("square", \.square),
    ]
  }

  private static func function(_ name: String, _ path: KeyPath<sg_kernels, sg_unary>) -> Rate {
    let (x, out) = (memory(1024), memory(1024))
    return Rate(name: name, unit: .elements, work: 1024) { kernels in
      let loop = kernels.pointee[keyPath: path].f32
      return { loop?(out, x, 1024) }
    }
  }

  /// The gates of a recurrent cell: three sigmoids, two hyperbolic tangents and five cheap
  /// functions for each element of the state, six arrays read and six written.
  private static var group: Rate {
    let (rows, columns) = (50, 512)
    let arrays = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: 4)
    for index in 0..<4 {
      arrays[index] = UnsafeMutableRawPointer(memory(rows * columns * (index == 0 ? 4 : 1)))
    }
    let programs = Dictionary(
      uniqueKeysWithValues: KernelTable.all.map { ($0, gates(columns, $0)) })
    let bytes = programs.values.map(\.scratchByteCount).max() ?? 0
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    return Rate(
      name: "group of 10 functions [50, 512]", unit: .elements, work: Double(rows * columns)
    ) { kernels in
      let program = programs[kernels]
      return { program?.run(arrays: UnsafePointer(arrays), rows: 0..<rows, scratch: scratch) }
    }
  }

  private static func gates(_ columns: Int, _ kernels: KernelTable) -> ElementwiseProgram {
    var builder = ElementwiseBuilder(columns: columns, kernels: kernels)
    let z = (0..<4).map {
      builder.operand(SG_F32, array: 0, offset: $0 * columns, rowStride: 4 * columns)
    }
    let state = builder.operand(SG_F32, array: 1, rowStride: columns)
    let one = builder.constant(1 as Float)
    guard let input = builder.unary(\.sigmoid, z[0]), let candidate = builder.unary(\.tanh, z[1]),
      let biased = builder.binary(\.add, z[2], one), let forget = builder.unary(\.sigmoid, biased),
      let output = builder.unary(\.sigmoid, z[3]), let kept = builder.binary(\.mul, forget, state),
      let added = builder.binary(\.mul, input, candidate),
      let next = builder.binary(\.add, kept, added), let squashed = builder.unary(\.tanh, next),
      let hidden = builder.binary(\.mul, squashed, output)
    else { return builder.program() }
    for (gate, value) in [input, candidate, forget, output].enumerated() {
      builder.store(value, array: 0, offset: gate * columns, rowStride: 4 * columns)
    }
    builder.store(next, array: 2, rowStride: columns)
    builder.store(hidden, array: 3, rowStride: columns)
    return builder.program()
  }

  private static var rows: [Rate] {
    let (rows, columns) = (2500, 65)
    let (x, out, loss) = (memory(rows * columns), memory(rows * columns), memory(rows))
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: rows)
    for row in 0..<rows { labels[row] = Int32(row % columns) }
    let work = Double(rows * columns)
    return [
      Rate(name: "softmax [2500, 65]", unit: .elements, work: work) { kernels in
        { kernels.pointee.softmax.f32(out, x, rows, columns) }
      },
      Rate(name: "sparse cross-entropy and gradient", unit: .elements, work: work) { kernels in
        {
          _ = kernels.pointee.sparse_cross_entropy.f32_labels_i32(
            loss, out, x, labels, rows, columns)
        }
      },
      Rate(name: "sum of columns [2500, 65]", unit: .bytes, work: 4 * work) { kernels in
        { kernels.pointee.sum_columns.f32?(loss, x, rows, columns, columns) }
      },
      Rate(name: "sum of rows [2500, 65]", unit: .bytes, work: 4 * work) { kernels in
        { kernels.pointee.sum.f32?(loss, x, 0, rows, columns, 1) }
      },
    ]
  }

  /// Bytes are those that one pass over the arrays reads and writes.
  private static var updates: [Rate] {
    let count = 1 << 20
    let (value, m, v, gradient) = (memory(count), memory(count), memory(count), memory(count))
    for index in 0..<count { v[index] = 1 }
    let elements = Double(count)
    return [
      Rate(name: "Adam, 1 Mi parameters", unit: .bytes, work: 28 * elements) { kernels in
        {
          kernels.pointee.apply_adam.f32(
            value, m, v, value, m, v, gradient, count, 1e-4, 0.9, 0.999, 1e-8, 0)
        }
      },
      Rate(name: "momentum, 1 Mi parameters", unit: .bytes, work: 20 * elements) { kernels in
        {
          kernels.pointee.apply_momentum.f32(
            value, m, value, m, gradient, count, 1e-4, 0.9, 0)
        }
      },
      Rate(name: "gradient descent, 1 Mi parameters", unit: .bytes, work: 12 * elements) {
        kernels in
        { kernels.pointee.apply_gradient_descent.f32(value, value, gradient, count, 1e-4) }
      },
    ]
  }
}
