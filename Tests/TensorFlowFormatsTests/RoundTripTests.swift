import FoundationEssentials
import GraphEngine
import StaticGraph
import SwiftProtobuf
import TensorFlowProtos
import Testing

@Suite("A graph that was written and read again")
struct RoundTripTests {
  @Test(
    "gives the same bytes in both forms, and computes the same bits", arguments: SampleModel.all)
  func roundTrip(_ sample: SampleModel) throws {
    let model = sample.make()
    let binary = try model.graph.graphDef(.binary, locations: false)
    #expect(try sample.make().graph.graphDef(locations: false) == binary)
    let text = try model.graph.graphDef(.text, locations: false)
    for (data, encoding) in [(binary, GraphEncoding.binary), (text, .text)] {
      let read = try Graph(graphDef: data, encoding)
      #expect(try read.graphDef(.binary, locations: false) == binary)
      #expect(try read.graphDef(.text, locations: false) == text)
      let reread = try model.found(in: read)
      #expect(try model.results(steps: 3) == reread.results(steps: 3))
    }
  }

  @Test("compiles to the same program", arguments: SampleModel.all)
  func program(_ sample: SampleModel) throws {
    let model = sample.make()
    let read = try model.found(in: Graph(graphDef: model.graph.graphDef(locations: false)))
    let (before, after) = (try model.compiled(), try read.compiled())
    // Variables are numbered by their nodes.
    let number = /(variable|update) \d+/
    #expect(
      before.description.replacing(number) { $0.1 }
        == after.description.replacing(number) { $0.1 })
  }

  @Test("has every element of a list on a line of its own in text form, as TensorFlow writes it")
  func lists() throws {
    let graph = Graph()
    _ = graph.constant("brackets: [1, 2]", name: "text")
    _ = graph.constant([1, 2] as [Float], name: "pair")
    _ = whileLoop(graph.constant(0), graph.constant(1 as Float)) { i, _ in
      i .< 3
    } body: { i, x in
      (i + 1, x * 2)
    }
    let text = String(decoding: try graph.graphDef(.text, locations: false), as: UTF8.self)
    #expect(text.contains("type: DT_INT32\n        type: DT_INT32\n        type: DT_INT32\n"))
    #expect(text.contains("string_val: \"brackets: [1, 2]\""))
    #expect(text.matches(of: /: \[/).count == 1)
    let binary = try graph.graphDef(.binary, locations: false)
    #expect(
      try Graph(graphDef: Data(text.utf8), .text).operations.map(\.name)
        == Graph(graphDef: binary).operations.map(\.name))
  }

  @Test("has the same variables", arguments: SampleModel.all)
  func variables(_ sample: SampleModel) throws {
    let graph = sample.make().graph
    let read = try Graph(graphDef: graph.graphDef(locations: false))
    for key in [CollectionKey<Variable>.globalVariables, .trainableVariables] {
      #expect(graph.collection(key).map(\.name) == read.collection(key).map(\.name))
      #expect(graph.collection(key).map(\.value.name) == read.collection(key).map(\.value.name))
      #expect(
        graph.collection(key).map(\.initializer.name)
          == read.collection(key).map(\.initializer.name))
    }
  }

  @Test("has the same names, in the same order, and tells the same places")
  func places() throws {
    let graph = Graph()
    let x = graph.placeholder(.float32, shape: [nil], name: "x")
    let line = #line + 1
    let y = tanh(x, name: "y")
    let read = try Graph(graphDef: graph.graphDef())
    #expect(read.operations.map(\.name) == graph.operations.map(\.name))
    #expect(y.operation.location?.line == line)
    let place = try #require(read.operation(named: "y")?.location)
    #expect(place.description == "RoundTripTests.swift:\(line)")
    let silent = try Graph(graphDef: graph.graphDef(locations: false))
    #expect(silent.operation(named: "y")?.location == nil)
    #expect(try read.graphDef() == graph.graphDef())
  }

  @Test("does not tell the file that it was read from as the place where it was declared")
  func fileAsPlace() throws {
    let graph = Graph()
    _ = tanh(graph.placeholder(.float32, shape: [nil], name: "x"), name: "y")
    let file = FileManager.default.temporaryDirectory
      .appending(path: "\(UUID().uuidString).pb")
    defer { try? FileManager.default.removeItem(at: file) }
    try graph.write(to: file, locations: false)
    let read = try Graph(contentsOf: file)
    #expect(read.operation(named: "y")?.location?.description == file.lastPathComponent)
    #expect(try read.graphDef() == Data(contentsOf: file))
  }

  @Test("goes on training with the same bits, by the optimiser that it is given")
  func trainingGoesOn() throws {
    let sample = SampleModel.perceptron
    let model = sample.make(training: false)
    let read = try Graph(graphDef: model.graph.graphDef(locations: false))
    var losses: [[Float]] = []
    for graph in [model.graph, read] {
      let loss = try #require(graph.tensor(named: "loss"))
      let train = AdamOptimizer(learningRate: 0.01).minimize(loss)
      let session = try Session(graph, options: .init(workers: 2))
      try session.run(graph.globalVariablesInitializer())
      losses.append([])
      for _ in 0..<30 {
        let (value, _) = try session.run(loss, train, feeding: model.feeds(in: graph))
        losses[losses.count - 1].append(value.scalar())
      }
    }
    #expect(losses[0] == losses[1])
    #expect(losses[0][29] < losses[0][0])
  }
}
