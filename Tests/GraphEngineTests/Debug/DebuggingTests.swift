import GraphArrays
import GraphEngine
import Synchronization
import Testing

@Suite("Checks and messages")
struct DebuggingTests {
  /// Collects the lines of a session's log.
  private final class Log: Sendable {
    let lines = Mutex<[String]>([])
  }

  // What TensorFlow 2.15 writes for these values.
  static let shown: [(NDArray, Int, String)] = [
    (1.5, 3, "[1.5]"),
    (NDArray.arange(5), 3, "[0 1 2...]"),
    (
      NDArray([0, 1 / 3.0, 2 / 3.0, 1, 4 / 3.0, 5 / 3.0], shape: [2, 3]), 3,
      "[[0 0.333333343 0.666666687]...]"
    ),
    (
      NDArray([0, 1 / 3.0, 2 / 3.0, 1, 4 / 3.0, 5 / 3.0], shape: [2, 3]), 4,
      "[[0 0.333333343 0.666666687][1...]...]"
    ),
    (NDArray([true, false], shape: [2]), 3, "[1 0]"),
    (NDArray.zeros([0], .int32), 3, "[]"),
    (NDArray(["a", "b\n"], shape: [2]), 3, "[a b\\n]"),
    (
      NDArray([.nan, .infinity, -.infinity, 1e10, 1e-10, 123_456_789, 0.1], shape: [7]), 10,
      "[nan inf -inf 1e+10 1e-10 123456792 0.1]"
    ),
    (
      NDArray([1e10, 1e-10, 0.1, 1 / 3.0], shape: [4], dtype: .float64), -1,
      "[10000000000 1e-10 0.1 0.33333333333333331]"
    ),
    (NDArray.arange(8).reshaped([2, 2, 2]), 3, "[[[0 1][2...]]...]"),
    (NDArray.arange(8).reshaped([2, 2, 2]), 10, "[[[0 1][2 3]][[4 5][6 7]]]"),
  ]

  @Test("A failed assertion shows its message and values as TensorFlow does", arguments: shown)
  func assertion(_ value: NDArray, _ summarize: Int, _ text: String) throws {
    let graph = Graph()
    let condition = graph.placeholder(.bool, shape: [])
    let check = assert(condition, [graph.constant(value)], message: "x =", summarize: summarize)
    let session = try Session(graph)
    try session.run(check, feeding: [condition: true])
    let error = #expect(throws: SessionError.self) {
      try session.run(check, feeding: [condition: false])
    }
    #expect(error?.message == "assertion failed: [x =] \(text)")
    #expect(check.name == "Assert/Assert")
  }

  @Test("A message is written each time the tensor is computed")
  func printed() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil])
    let y = printing(x * 2, message: "y: ") + 1
    let log = Log()
    let session = try Session(
      graph, options: .init(log: { line in log.lines.withLock { $0.append(line) } }))
    let value: NDArray = try session.run(y, feeding: [x: [1, 2, 3, 4]])
    #expect(value.scalars(as: Float.self) == [3, 5, 7, 9])
    _ = try session.run(y, feeding: [x: [0.5]])
    #expect(log.lines.withLock { $0 } == ["y: [2 4 6...]", "y: [1]"])
  }

  @Test(
    "Numbers that are not finite are found",
    arguments: [
      ([1, 2], nil), ([1, .nan], "NaN"), ([.infinity, 1], "Inf"),
      ([.nan, -.infinity], "Inf and NaN"),
    ] as [([Float], String?)])
  func numerics(_ values: [Float], _ found: String?) throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [2])
    let y = checkNumerics(x, message: "here")
    let session = try Session(graph)
    guard let found else {
      #expect(try session.run(y, feeding: [x: values]).scalars(as: Float.self) == values)
      return
    }
    let error = #expect(throws: SessionError.self) { try session.run(y, feeding: [x: values]) }
    #expect(error?.message == "here : Tensor had \(found) values")
  }
}
