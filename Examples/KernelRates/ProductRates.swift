internal import GraphKernels

/// Products, on their own kernels and on OpenBLAS's.
enum ProductRates {
  private static let packedShapes = [
    (50, 512, 2048), (50, 2048, 512), (25, 512, 2048), (50, 128, 512), (2500, 512, 65),
    (4, 512, 2048),
  ]

  /// A product forward, and those of its gradients.
  private static let shapes =
    [(2500, 512, 2048), (2500, 128, 512), (2500, 512, 65), (128, 784, 512)].flatMap { m, k, n in
      [
        MatrixProduct(m: m, n: n, k: k),
        MatrixProduct(m: m, n: k, k: n, transposeB: true),
        MatrixProduct(m: k, n: n, k: m, transposeA: true),
      ]
    } + [
      MatrixProduct(m: 16, n: 512, k: 512), MatrixProduct(m: 8, n: 512, k: 512),
      MatrixProduct(m: 64, n: 64, k: 64),
    ]

  static var all: [Rate] {
    packedShapes.map(packed) + [
      vector(512, 2048), vector(128, 512), packing(transposed: false), packing(transposed: true),
    ] + shapes.flatMap { [whole($0), library($0)] }
  }

  private static func flops(_ m: Int, _ k: Int, _ n: Int) -> Double { 2 * Double(m * k * n) }

  private static func product(_ m: Int, _ k: Int, _ n: Int) -> (KernelTable) -> () -> Void {
    let layout = PackedMatrix<Float>(k: k, n: n)
    let (x, out, packed) = (memory(m * k), memory(m * n), memory(layout.elementCount))
    return { kernels in
      {
        layout.multiply(
          rows: 0..<m, panels: 0..<layout.panelCount, packed: packed, x: x, xStride: k,
          addend: .zero, out: out, outStride: n, kernels: kernels)
      }
    }
  }

  private static func packed(_ m: Int, _ k: Int, _ n: Int) -> Rate {
    Rate(
      name: "packed [\(m), \(k)] x [\(k), \(n)]", unit: .flops, work: flops(m, k, n),
      kernel: product(m, k, n))
  }

  /// One row is bound by the memory that holds the matrix.
  private static func vector(_ k: Int, _ n: Int) -> Rate {
    Rate(
      name: "packed [1, \(k)] x [\(k), \(n)]", unit: .bytes, work: 4 * Double(k * n),
      kernel: product(1, k, n))
  }

  private static func name(_ product: MatrixProduct) -> String {
    let (m, n, k) = (product.m, product.n, product.k)
    let left = product.transposeA ? "[\(k), \(m)]'" : "[\(m), \(k)]"
    return "\(left) x " + (product.transposeB ? "[\(n), \(k)]'" : "[\(k), \(n)]")
  }

  /// The blocks of a product, one after another.
  private static func whole(_ product: MatrixProduct) -> Rate {
    let (m, n, k) = (product.m, product.n, product.k)
    let (x, w, out) = (memory(m * k), memory(k * n), memory(m * n))
    return Rate(name: name(product), unit: .flops, work: flops(m, k, n)) { _ in
      { for block in 0..<product.blockCount { product.run(block: block, a: x, b: w, c: out) } }
    }
  }

  private static func library(_ product: MatrixProduct) -> Rate {
    let (m, n, k) = (product.m, product.n, product.k)
    let (x, w, out) = (memory(m * k), memory(k * n), memory(m * n))
    let block = ProductBlock(
      m: m, n: n, k: k, transposeA: product.transposeA, transposeB: product.transposeB,
      strideA: product.transposeA ? m : k, strideB: product.transposeB ? k : n, strideC: n)
    return Rate(name: "OpenBLAS, the same", unit: .flops, work: flops(m, k, n)) { _ in
      { Float.multiplyWithOpenBLAS(block, a: x, b: w, c: out, beta: 0) }
    }
  }

  private static func packing(transposed: Bool) -> Rate {
    let layout = PackedMatrix<Float>(k: 512, n: 2048)
    let (w, packed) = (memory(512 * 2048), memory(layout.elementCount))
    let name = transposed ? "pack [2048, 512] transposed" : "pack [512, 2048]"
    return Rate(name: name, unit: .bytes, work: 8 * 512 * 2048) { _ in
      {
        layout.pack(
          0..<layout.panelCount, of: w, stride: transposed ? 512 : 2048, transposed: transposed,
          into: packed)
      }
    }
  }
}
