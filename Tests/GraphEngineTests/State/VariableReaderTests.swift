import GraphArrays
import GraphEngine
import Testing

@Suite("Operations that read variables by their handles")
struct VariableReaderTests {
  private struct Table {
    let graph = Graph()
    let table: Tensor
    let handle: Tensor

    init() throws {
      table = graph.variable("table", initial: graph.constant(samples([4, 3])))
      handle = try #require(table.handle(for: "test"))
    }

    func session() throws -> Session {
      let session = try Session(graph)
      try session.run(graph.globalVariablesInitializer())
      return session
    }
  }

  @Test("read what a plain read and an operation on it give")
  func values() throws {
    let model = try Table()
    let graph = model.graph
    let ids = graph.constant([[3, 1], [0, 3]], dtype: .int32)
    let pairs = graph.constant([[3, 1], [0, 2]], dtype: .int32)
    let rows = graph.tensor(ResourceGather(dtype: .float64), [model.handle, ids])
    let cells = graph.tensor(ResourceGatherNd(dtype: .float64), [model.handle, pairs])
    let shape = graph.tensor(VariableShape(outputType: .int64), [model.handle])
    let results = try model.session().run([
      rows, gather(model.table, ids), cells, gatherND(model.table, pairs), shape,
    ])
    #expect(results[0] == results[1])
    #expect(results[2] == results[3])
    #expect(results[4] == NDArray([Int64(4), 3], shape: [2]))
  }

  @Test("read what an assignment gave that they wait for")
  func order() throws {
    let model = try Table()
    let graph = model.graph
    let update = assignAdd(model.table, graph.ones([4, 3], .float64))
    let row = graph.controlDependencies([update]) {
      graph.tensor(ResourceGather(dtype: .float64), [model.handle, graph.constant(2)])
    }
    let before = try model.session().run(gather(model.table, 2))
    let after = try model.session().run(row)
    for (a, b) in zip(before.scalars(as: Double.self), after.scalars(as: Double.self)) {
      #expect(b == a + 1)
    }
  }

  @Test("have the gradients of plain reads")
  func gradients() throws {
    let model = try Table()
    let graph = model.graph
    let ids = graph.constant([[3, 1], [0, 3]], dtype: .int32)
    let pairs = graph.constant([[3, 1], [0, 2]], dtype: .int64)
    func loss(_ rows: Tensor, _ cells: Tensor) -> Tensor {
      reduceSum(square(rows) * rows) + reduceSum(exp(cells))
    }
    let direct = loss(
      graph.tensor(ResourceGather(dtype: .float64), [model.handle, ids]),
      graph.tensor(ResourceGatherNd(dtype: .float64), [model.handle, pairs]))
    let plain = loss(gather(model.table, ids), gatherND(model.table, pairs))
    let found = GraphEngine.gradients(of: direct, withRespectTo: [model.table])
    let wanted = GraphEngine.gradients(of: plain, withRespectTo: [model.table])
    let results = try model.session().run([try #require(found[0]), try #require(wanted[0])])
    #expect(results[0].isClose(to: results[1], rtol: 1e-12, atol: 1e-14))
  }
}
