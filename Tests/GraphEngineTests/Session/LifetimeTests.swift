import StaticGraph
import Testing

@Suite("Graphs are freed")
struct LifetimeTests {
  /// Declares on a new graph, drops everything that `declare` does not keep elsewhere, and tells
  /// whether the graph is gone.
  private func isFreed(_ declare: (Graph) throws -> Void) rethrows -> Bool {
    func use() throws -> Weak {
      let graph = Graph(seed: 1)
      try declare(graph)
      return Weak(graph)
    }
    do { return try use().graph == nil } catch { throw error }
  }

  private struct Weak {
    weak var graph: Graph?
    init(_ graph: Graph) { self.graph = graph }
  }

  @Test("with variables, collections and control dependencies")
  func variables() throws {
    let gone = try isFreed { graph in
      let w = graph.getVariable("w", shape: [2, 3])
      let b = graph.variable("b", initial: graph.zeros([3]))
      let update = assignAdd(b, graph.ones([3]))
      let fresh = graph.controlDependencies([update]) { b * 2 }
      graph.addToCollection(.losses, reduceSum(w))
      graph.addToCollection(.updateOperations, update)
      #expect(graph.collection(.losses).map(\.shape) == [[]])
      #expect(graph.collection(.updateOperations) == [update])
      #expect(graph.collection(.globalVariables).map(\.name) == ["w", "b"])
      let session = try Session(graph)
      try session.run(graph.globalVariablesInitializer())
      #expect(try session.run(fresh).scalars(as: Float.self) == [2, 2, 2])
    }
    #expect(gone)
  }

  @Test("with loops, branches, their gradients of both orders and custom gradients")
  func controlFlow() throws {
    let gone = try isFreed { graph in
      let x = graph.placeholder(.float32, shape: [])
      let w = graph.variable("w", initial: 0.5)
      let (_, y) = whileLoop(graph.constant(0), x) { i, _ in
        i .< 3
      } body: { i, y in
        let (_, inner) = whileLoop(graph.constant(0), y) { j, _ in
          j .< 2
        } body: { j, z in
          (j + 1, tanh(z * w))
        }
        return (i + 1, cond(inner .> 0, then: { inner * x }, else: { inner - w }))
      }
      let z = customGradient(y) { y in (y * y, { dy in dy * w * y }) }
      let first = gradients(of: z, withRespectTo: [x, w])
      let second = gradients(of: first.compactMap { $0 }, withRespectTo: [w])
      let session = try Session(graph)
      try session.run(graph.globalVariablesInitializer())
      let (_, found) = try session.run(first, second, feeding: [x: 0.3])
      #expect(found.count == 1 && found[0] != nil)
    }
    #expect(gone)
  }

  @Test("with a recurrent network, an optimiser and a session")
  func training() throws {
    let gone = try isFreed { graph in
      let x = graph.placeholder(.float32, shape: [2, 3, 4])
      let cell = MultiRNNCell([GRUCell(units: 4), GRUCell(units: 4)])
      let (outputs, _) = dynamicRNN(cell, inputs: x)
      let rows = scan(outputs, initial: graph.zeros([3, 4])) { x, sum in sum + x }
      let loss = reduceMean(square(rows))
      let train = AdamOptimizer(learningRate: 0.1).minimize(loss)
      let session = try Session(graph)
      try session.run(graph.globalVariablesInitializer())
      let step = try session.makeCallable(feeds: x, fetches: (loss, train))
      _ = try step(NDArray.ones([2, 3, 4]))
      _ = try session.run(loss, feeding: [x: NDArray.ones([2, 3, 4])])
    }
    #expect(gone)
  }

  @Test("with a mistake")
  func mistakes() {
    let gone = isFreed { graph in
      let w = graph.getVariable("w", shape: [2])
      _ = whileLoop(w) { _ in
        graph.constant(true)
      } body: {
        $0 + graph.zeros([3])
      }
      #expect(graph.error != nil)
    }
    #expect(gone)
  }

  @Test("while a tensor of a body outlives them")
  func bodies() {
    var kept: Tensor?
    let gone = isFreed { graph in
      let start = graph.zeros([2])
      _ = whileLoop(start) {
        reduceSum($0) .< 1
      } body: { x in
        let y = x + start
        kept = y
        return y
      }
    }
    #expect(gone)
    #expect(kept?.name == "add:0")
    #expect(kept?.shape == [2])
    #expect(kept?.graph.error == nil)
  }
}
