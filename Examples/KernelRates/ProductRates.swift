internal import GraphKernels

/// Products, on their own kernels and on OpenBLAS's.
enum ProductRates {
  private static let shapes = [
    (50, 512, 2048), (50, 2048, 512), (25, 512, 2048), (50, 128, 512), (2500, 512, 65),
    (4, 512, 2048),
  ]

  static var all: [Rate] {
    shapes.flatMap { m, k, n in [packed(m, k, n), library(m, k, n)] } + [
      vector(512, 2048), vector(128, 512), packing(transposed: false), packing(transposed: true),
    ]
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

  /// The blocks of `MatrixProduct`, one after another.
  private static func library(_ m: Int, _ k: Int, _ n: Int) -> Rate {
    let product = MatrixProduct(m: m, n: n, k: k)
    let (x, w, out) = (memory(m * k), memory(k * n), memory(m * n))
    return Rate(name: "OpenBLAS, the same", unit: .flops, work: flops(m, k, n)) { _ in
      { for block in 0..<product.blockCount { product.run(block: block, a: x, b: w, c: out) } }
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
