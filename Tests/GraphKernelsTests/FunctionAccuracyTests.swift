import CKernels
import Foundation
import GraphKernels
import Testing

@Suite("Vector functions")
struct FunctionAccuracyTests {
  private struct Function: Sendable {
    var name: String
    var path: any KeyPath<sg_kernels, sg_unary> & Sendable
    var reference: @Sendable (Double) -> Double
  }

  private static let functions = [
    Function(name: "exp", path: \.exp) { exp($0) },
    Function(name: "expm1", path: \.expm1) { expm1($0) },
    Function(name: "log", path: \.log) { log($0) },
    Function(name: "log1p", path: \.log1p) { log1p($0) },
    Function(name: "tanh", path: \.tanh) { tanh($0) },
    Function(name: "sigmoid", path: \.sigmoid) {
      $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0))
    },
    Function(name: "softplus", path: \.softplus) { ($0 > 0 ? $0 : 0) + log1p(exp(-abs($0))) },
    Function(name: "erf", path: \.erf) { erf($0) },
  ]

  /// Some 420 values of every exponent and sign, among them denormal ones, infinities and NaN.
  private static let probes: [Float] = {
    let sampled = stride(from: UInt32.min, through: .max, by: 20_011).map { Float(bitPattern: $0) }
    return sampled + [.infinity, -.infinity, .nan, .leastNonzeroMagnitude, -0.0]
  }()

  @Test("lie within 4 units of the last place of a double reference over all exponents")
  func sweep() {
    for function in Self.functions {
      let exact = Self.probes.map { function.reference(Double($0)) }
      for table in KernelTable.all {
        guard let loop = table.pointee[keyPath: function.path].f32 else { continue }
        let values = apply(loop, Self.probes, filler: 0, of: Float.self, zero: 0)
        var worst = (error: 0.0, at: Float(0))
        for (index, value) in values.enumerated() {
          let error = ulps(value, exact[index])
          if !(error <= worst.error) { worst = (error, Self.probes[index]) }
        }
        let set = String(cString: table.pointee.name)
        #expect(worst.error <= 4, "\(set) \(function.name) at \(worst.at)")
      }
    }
  }
}
