import GraphArrays
import GraphEngine
import Testing

/// The program of a graph after FuseElementwise, shapes being those that placeholders were declared
/// with.
private func fused(_ fetches: [Tensor], feeding feeds: [Tensor]) throws -> Program {
  let graph = fetches[0].graph
  if let error = graph.error { throw error }
  var program = try Program(
    importing: graph, fetches: fetches, targets: [], feeds: feeds,
    feedTypes: feeds.map {
      TensorType($0.dtype, exact: $0.shape.dimensions?.map { $0 ?? 1 } ?? [])
    })
  for pass in [Prune.self, InferTypes.self, FuseElementwise.self] as [any Pass.Type] {
    try pass.run(&program)
    try program.verify(after: pass.name)
  }
  return program
}

extension Program {
  fileprivate var names: [String] { instructions.map(\.definition.name) }
  fileprivate var fusedBodies: [[String]] {
    instructions.compactMap { ($0.definition as? Fused)?.body.instructions.map(\.definition.name) }
  }
}

@Suite("Fused elementwise operations")
struct FuseElementwiseTests {
  private let graph = Graph()

  private func input(_ shape: [Int], _ dtype: DType = .float32, name: String = "x") -> Tensor {
    graph.placeholder(dtype, shape: Shape(dimensions: shape.map(Optional.some)), name: name)
  }

  @Test("Operations that follow each other become one")
  func chain() throws {
    let x = input([4, 8])
    let program = try fused([tanh(x) * x + 1], feeding: [x])
    #expect(
      program.description == """
        %0 = feed 0 float32[4, 8]
        %1 = Fused(%0) float32[4, 8]
          {
            %2 = argument 0 float32[4, 8]
            %3 = Tanh(%2) float32[4, 8]
            %4 = Mul(%3, %2) float32[4, 8]
            %5 = Const() {value: 1.0, dtype: float32} float32[]
            %6 = AddV2(%4, %5) float32[4, 8]
            return %6
          }
        return %1
        """)
  }

  @Test("Parts of columns are read, and joined columns written, in place")
  func columns() throws {
    let x = input([4, 16])
    let parts = split(x, into: 2, axis: 1)
    let c = sigmoid(parts[0]) * tanh(parts[1])
    let program = try fused([concat([c, parts[1] + c], axis: 1), c], feeding: [x])
    #expect(program.names == ["Fused"])
    #expect(program.instructions[0].inputs == [program.parameters[0].value])
    #expect(
      program.fusedBodies == [
        ["Const", "Split", "Sigmoid", "Tanh", "Mul", "AddV2", "Const", "ConcatV2"]
      ] || program.fusedBodies[0].contains("ConcatV2"))
  }

  @Test("There is one group between two products")
  func betweenProducts() throws {
    let x = input([4, 8])
    let w = input([8, 8], name: "w")
    let y = matmul(tanh(x) + 1, w)
    let program = try fused([matmul(sigmoid(y) * tanh(x), w)], feeding: [x, w])
    #expect(program.names.filter { $0 == "Fused" }.count == 2)
    #expect(program.names.filter { $0 == "MatMul" }.count == 2)
  }

  @Test("A way out of a group and back divides it")
  func wayBack() throws {
    let x = input([4, 8])
    let y = tanh(x)
    let row = reduceSum(y, axis: 0)
    let program = try fused([(y + row) * 2], feeding: [x])
    #expect(program.names == ["Tanh", "Const", "Sum", "Fused"])
  }

  @Test("What can fail, waits, or has too few elements is left alone")
  func refused() throws {
    let x = input([4, 8], .int32)
    let division = try fused([floorDiv(x + 1, x)], feeding: [x])
    #expect(!division.names.contains("Fused"))
    let few = input([3], name: "few")
    let small = try fused([tanh(few) + 1], feeding: [few])
    #expect(!small.names.contains("Fused"))
  }

  @Test("An operand that is broadcast along other axes than rows or columns is left alone")
  func broadcast() throws {
    let x = input([4, 3, 8])
    let y = input([4, 1, 8], name: "y")
    let program = try fused([tanh(x + y)], feeding: [x, y])
    #expect(program.names == ["AddV2", "Tanh"])
  }

  /// Results of the same fetches with and without the pass.
  private func expectSameBits(_ fetches: [Tensor], workers: Int = 2) throws {
    var options = Session.Options(workers: workers, seed: 7)
    let fused = try Session(fetches[0].graph, options: options).run(fetches)
    options.disabledPasses = [FuseElementwise.name]
    let plain = try Session(fetches[0].graph, options: options).run(fetches)
    #expect(fused == plain)
  }

  @Test(
    "Bits are those of the operations one by one, for any shape",
    arguments: [[7], [16], [5, 3], [3000], [70, 33], [2, 3, 40], [300, 700], [200_001]])
  func bits(shape: [Int]) throws {
    let x = graph.randomUniform(shape, min: -3, max: 3, seed: 1)
    let y = graph.randomUniform(shape, min: -3, max: 3, seed: 2)
    let row = graph.randomUniform([shape[shape.count - 1]], seed: 3)
    let column = graph.randomUniform(shape.dropLast() + [1], seed: 4)
    let scalar = graph.randomUniform([], seed: 5)
    let a = tanh(x) * sigmoid(y) + row
    let b = select(a .> scalar, exp(a) - column, square(y) / 3)
    let c = cast(b .<= y, to: .float32) * addN([a, b, y])
    try expectSameBits([a, b, c, clipByValue(c, min: -1, max: 1)])
  }

  @Test("Bits of parts and wholes are those of copies", arguments: [3, 64, 500])
  func partBits(width: Int) throws {
    let z = graph.randomUniform([37, 4 * width], min: -3, max: 3, seed: 1)
    let c = graph.randomUniform([37, width], min: -3, max: 3, seed: 2)
    let parts = split(z, into: 4, axis: 1)
    let gates = [sigmoid(parts[0]), tanh(parts[1]), sigmoid(parts[2] + 1), sigmoid(parts[3])]
    let next = c * gates[2] + gates[0] * gates[1]
    let whole = concat([gates[3], gates[1], gates[0], gates[2]], axis: 1)
    try expectSameBits([next, whole, tanh(next) * gates[3], z[..., width..<2 * width] * c])
  }

  @Test("Other element types", arguments: [DType.float64, .int32, .int64, .uint8])
  func types(dtype: DType) throws {
    let x = cast(graph.randomUniform([50, 20], min: 0, max: 100, seed: 1), to: dtype)
    let y = cast(graph.randomUniform([50, 20], min: 0, max: 100, seed: 2), to: dtype)
    try expectSameBits([maximum(x + y, x * 3) - y, select(x .< y, x, y * y)])
  }
}
