import Foundation
import GraphKernels
import Testing

@Suite("Random streams")
struct PhiloxStreamTests {
  private struct Row: Decodable {
    var distribution: String
    var dtype: String
    var seed: Int64
    var seed2: Int64
    var count: Int
    var indices: [Int]
    var results: [[Double]]
    var low: Int64?
    var high: Int64?
    var classes: Int?
    var samples: Int?
    var logits: [Float?]?
  }

  /// The rows as JSON, whose 64-bit integers a Double cannot hold, apart.
  private func rows() throws -> [(row: Row, integers: [[Int64]])] {
    struct Exact: Decodable {
      var results: [[Int64]]
    }
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("Fixtures/random/random.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    return try text.split(separator: "\n").filter { $0.hasPrefix("{") }.map { line in
      let data = Data((line.hasSuffix(",") ? line.dropLast() : line).utf8)
      let row = try JSONDecoder().decode(Row.self, from: data)
      let isInteger = row.distribution == "uniform_int" || row.distribution == "multinomial"
      let integers = isInteger ? try JSONDecoder().decode(Exact.self, from: data).results : []
      return (row, integers)
    }
  }

  /// Makes `count` outputs in parts that begin anywhere, the last first.
  private func fill<Scalar: Numeric>(
    _ count: Int, _ make: (Range<Int>, UnsafeMutablePointer<Scalar>) -> Void
  ) -> [Scalar] {
    var out = [Scalar](repeating: 0, count: count)
    let step = max(1, count / 3 + 1)
    for begin in stride(from: 0, to: count, by: step).reversed() {
      make(begin..<min(begin + step, count), &out)
    }
    return out
  }

  @Test("Uniform and normal values are TensorFlow's")
  func floats() throws {
    for (row, _) in try rows() where row.dtype.hasPrefix("float") {
      var stream = PhiloxStream(seed: row.seed, seed2: row.seed2)
      for expected in row.results {
        let kept = row.indices.isEmpty ? Array(0..<row.count) : row.indices
        // The logarithms, sines and cosines of two C libraries may differ by a unit or two.
        let bound = row.distribution == "uniform" ? 0.0 : 2.0
        if row.dtype == "float32" {
          let out: [Float] = fill(row.count) {
            switch row.distribution {
            case "uniform": stream.uniform($0, out: $1)
            case "normal": stream.normal($0, out: $1)
            default: stream.truncatedNormal($0, out: $1)
            }
          }
          for (index, value) in zip(kept, expected) {
            #expect(ulps(out[index], value) <= bound, "\(row.distribution) \(row.seed) [\(index)]")
          }
        } else {
          let out: [Double] = fill(row.count) {
            switch row.distribution {
            case "uniform": stream.uniform($0, out: $1)
            case "normal": stream.normal($0, out: $1)
            default: stream.truncatedNormal($0, out: $1)
            }
          }
          for (index, value) in zip(kept, expected) {
            #expect(ulps(out[index], value) <= bound, "\(row.distribution) \(row.seed) [\(index)]")
          }
        }
        stream.advance(by: PhiloxStream.reserved(row.count))
      }
    }
  }

  @Test("Uniform integers are TensorFlow's")
  func integers() throws {
    for (row, results) in try rows() where row.distribution == "uniform_int" {
      var stream = PhiloxStream(seed: row.seed, seed2: row.seed2)
      let low = try #require(row.low), high = try #require(row.high)
      for expected in results {
        let kept = row.indices.isEmpty ? Array(0..<row.count) : row.indices
        var out: [Int64]
        if row.dtype == "int32" {
          let narrow: [Int32] = fill(row.count) {
            stream.uniform($0, out: $1, low: Int32(low), high: Int32(high))
          }
          out = narrow.map { Int64($0) }
        } else {
          out = fill(row.count) { stream.uniform($0, out: $1, low: low, high: high) }
        }
        #expect(kept.map { out[$0] } == expected)
        stream.advance(by: PhiloxStream.reserved(row.count))
      }
    }
  }

  @Test("Draws of classes are TensorFlow's")
  func multinomial() throws {
    for (row, results) in try rows() where row.distribution == "multinomial" {
      var stream = PhiloxStream(seed: row.seed, seed2: row.seed2)
      let classes = try #require(row.classes), samples = try #require(row.samples)
      let logits = try #require(row.logits).map { $0 ?? -.infinity }
      let batch = row.count / samples
      for expected in results {
        var out = [Int64](repeating: -1, count: row.count)
        var cumulative = [Double](repeating: 0, count: classes)
        for r in (0..<batch).reversed() {
          stream.multinomial(
            rows: r..<r + 1, out: &out, logits: logits, cumulative: &cumulative, classes: classes,
            samples: samples)
        }
        #expect(out == expected)
        stream.advance(by: PhiloxStream.reservedByMultinomial(rows: batch, samples: samples))
      }
    }
  }

  @Test("The 128-bit position carries")
  func carry() {
    var far = PhiloxStream(seed: 1, seed2: 0)
    far.advance(by: .max)
    far.advance(by: 1)
    #expect(far == PhiloxStream(seed: 1, seed2: 1))
  }
}
