import GraphArrays
import GraphEngine
import Testing

@Suite("Mistakes in elementwise operations and products are told")
struct OpErrorTests {
  private func error(_ declare: (Graph) -> Void) -> String? {
    let graph = Graph()
    declare(graph)
    return graph.error.map { error in
      error.message + " (" + error.inputTypes.map(\.description).joined(separator: " x ") + ")"
    }
  }

  @Test("inner dimensions that differ")
  func innerDimensions() {
    let message = error { graph in
      let x = graph.placeholder(.float32, shape: [nil, 96])
      _ = matmul(x, graph.placeholder(.float32, shape: [128, 512]))
    }
    #expect(
      message == "inner dimensions 96 and 128 differ (float32[?, 96] x float32[128, 512])")
    let stacked = error { graph in
      let x = graph.placeholder(.float32, shape: [nil, 5, 4])
      _ = matmul(x, graph.placeholder(.float32, shape: [5, 4]))
    }
    #expect(stacked == "inner dimensions 4 and 5 differ (float32[?, 5, 4] x float32[5, 4])")
  }

  @Test("dtypes that differ")
  func dtypes() {
    let message = error { graph in
      _ = graph.placeholder(.float32, shape: []) + graph.placeholder(.int32, shape: [])
    }
    #expect(
      message == "dtypes float32 and int32 differ; cast one of them (float32[] x int32[])")
  }

  @Test("division of integers")
  func integerDivision() {
    let message = error { graph in _ = graph.placeholder(.int32, shape: [2]) / 2 }
    #expect(
      message == "RealDiv does not take int32; use floorDiv, or cast to a floating dtype "
        + "(int32[2] x int32[])")
  }

  @Test("shapes that do not broadcast")
  func broadcasting() {
    let message = error { graph in
      let x = graph.placeholder(.float32, shape: [nil, 3])
      _ = x * graph.placeholder(.float32, shape: [4])
    }
    #expect(message == "shapes [?, 3] and [4] do not broadcast (float32[?, 3] x float32[4])")
  }

  @Test("axes that there are not, or that are named twice")
  func axes() {
    let outside = error { _ = reduceSum($0.placeholder(.float32, shape: [2, 3]), axis: 2) }
    #expect(
      outside?.hasPrefix("Invalid reduction dimension (2 for input with 2 dimension(s)") == true)
    let twice = error { _ = reduceSum($0.placeholder(.float32, shape: [2, 3]), axis: [1, -1]) }
    #expect(
      twice?.hasPrefix("Invalid reduction arguments: Axes contains duplicate dimension: 1") == true)
    let empty = error { _ = argmax($0.placeholder(.float32, shape: [2, 0]), axis: 1) }
    #expect(empty?.hasPrefix("Reduction axis 1 is empty in shape [2,0]") == true)
  }

  @Test("labels of another rank than the logits without classes")
  func ranks() {
    let message = error { graph in
      _ = sparseSoftmaxCrossEntropyWithLogits(
        labels: graph.placeholder(.int32, shape: [2, 3]),
        logits: graph.placeholder(.float32, shape: [2, 3]))
    }
    #expect(message?.hasPrefix("rank mismatch: rank of labels") == true)
  }

  private func failure(_ declare: (Graph) -> Tensor) throws -> String {
    let graph = Graph()
    let y = declare(graph)
    let run = try Evaluation(graph)
    do {
      _ = try run([y], feeding: [])
      return ""
    } catch { return "\(error)" }
  }

  @Test("zero divisors of integers, with the first one's position")
  func zeroDivisors() throws {
    let y: NDArray = [2, 0, 0]
    for divide in [floorDiv, floorMod, truncateDiv, truncateMod] as [Division] {
      let message = try failure { divide($0.constant([5, 6, 7]), $0.constant(y), nil) }
      #expect(message.contains("Integer division by zero (element 1 of operand 1)"), "\(message)")
    }
  }

  private typealias Division = (Tensor, Tensor, String?) -> Tensor

  @Test("negative exponents of integers")
  func negativeExponents() throws {
    let message = try failure { pow($0.constant([5, 6]), $0.constant([2, -1])) }
    #expect(
      message.contains(
        "Integers to negative integer powers are not allowed (element 1 of operand 1)"))
  }

  @Test("labels that are out of range, in TensorFlow's words")
  func labels() throws {
    let message = try failure { graph in
      sparseSoftmaxCrossEntropyWithLogits(
        labels: graph.constant([0, 5]), logits: graph.constant(NDArray.zeros([2, 5])))
    }
    #expect(
      message.contains(
        "Received a label value of 5 which is outside the valid range of [0, 5).  "
          + "Label values: 0 5"))
  }
}
