import GraphEngine
import StaticGraph
import Testing

/// Models that are written and read: each with a loss, gradients and, where it has variables, a
/// training step.
struct SampleModel: Sendable, CustomTestStringConvertible {
  let name: String
  /// Declares the model on a graph and returns its loss; placeholders are fed by `feeds`.
  let declare: @Sendable (Graph) -> Tensor
  let feeds: [String: NDArray]

  var testDescription: String { name }

  /// A graph with a sample model, or the graph that was read from its file.
  struct Instance {
    let sample: SampleModel
    let graph: Graph
    let fetches: [Tensor]
    /// What the gradients among the fetches are with respect to.
    var sources: [Tensor] = []
    let train: Operation?
    let initializer: Operation?

    /// The same model in a graph that was read.
    func found(in graph: Graph) throws -> Instance {
      func operation(_ operation: Operation) throws -> Operation {
        try #require(graph.operation(named: operation.name))
      }
      return Instance(
        sample: sample, graph: graph,
        fetches: try fetches.map { try #require(graph.tensor(named: $0.name)) },
        train: try train.map(operation), initializer: try initializer.map(operation))
    }

    /// What is fetched in runs one after another.
    func results(steps: Int) throws -> [NDArray] {
      let session = try Session(graph, options: .init(workers: 2))
      if let initializer { try session.run(initializer) }
      var results: [NDArray] = []
      for _ in 0..<steps {
        results += try session.run(fetches, feeding: feeds(in: graph))
        if let train { try session.run(train, feeding: feeds(in: graph)) }
      }
      return results
    }

    /// What the compiler makes of the fetches and the training step.
    func compiled() throws -> Program {
      let feeds = sample.feeds.sorted { $0.key < $1.key }
      let tensors = try feeds.map { try #require(graph.tensor(named: $0.key)) }
      return try Compiler.compile(
        graph: graph, fetches: fetches, targets: [train].compactMap { $0 }, feeds: tensors,
        feedTypes: feeds.map { TensorType($0.value.dtype, exact: $0.value.shape) }
      ).program
    }

    func feeds(in graph: Graph) throws -> Feeds { try sample.feeds(in: graph) }
  }

  func feeds(in graph: Graph) throws -> Feeds {
    var result = Feeds()
    for (name, value) in feeds { result.add(value, for: try #require(graph.tensor(named: name))) }
    return result
  }

  /// Declares the model, its gradients and its training step.
  func make(training: Bool = true) -> Instance {
    let graph = Graph(seed: 7)
    let loss = identity(declare(graph), name: "loss")
    let weights = graph.collection(.trainableVariables)
    let inputs = feeds.keys.sorted().compactMap { graph.tensor(named: $0) }
    guard training else {
      return Instance(sample: self, graph: graph, fetches: [loss], train: nil, initializer: nil)
    }
    let sources = inputs.filter(\.dtype.isFloating) + weights.map(\.value)
    let gradients = StaticGraph.gradients(of: loss, withRespectTo: sources)
    let train = weights.isEmpty ? nil : AdamOptimizer(learningRate: 0.01).minimize(loss)
    let initializer = weights.isEmpty ? nil : graph.globalVariablesInitializer()
    return Instance(
      sample: self, graph: graph, fetches: [loss] + gradients.compactMap { $0 },
      sources: sources, train: train, initializer: initializer)
  }
}

extension SampleModel {
  static let all: [SampleModel] = [
    perceptron, lstm, convergence, branch, nested, embedding, custom,
  ]

  /// Two dense layers with dropout.
  static let perceptron = makePerceptron("perceptron", keepProb: 0.8)
  /// Two dense layers.
  static let plainPerceptron = makePerceptron("plain_perceptron", keepProb: 1)

  private static func makePerceptron(_ name: String, keepProb: Double) -> SampleModel {
    SampleModel(
      name: name,
      declare: { graph in
        let x = graph.placeholder(.float32, shape: [nil, 4], name: "x")
        let labels = graph.placeholder(.int32, shape: [nil], name: "labels")
        let hidden = dropout(tanh(dense(x, units: 5, name: "hidden")), keepProb: keepProb)
        let logits = dense(hidden, units: 3, name: "logits")
        return reduceMean(sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: logits))
      },
      feeds: [
        "x": NDArray.linspace(-1, 1, count: 24).reshaped([6, 4]),
        "labels": [0, 1, 2, 2, 1, 0],
      ])
  }

  /// A recurrent text model: a loop with dropout inside, and its gradient.
  static let lstm = makeLSTM("lstm", keepProb: 0.7)
  /// A recurrent text model without dropout.
  static let plainLSTM = makeLSTM("plain_lstm", keepProb: 1)

  private static func makeLSTM(_ name: String, keepProb: Double) -> SampleModel {
    SampleModel(
      name: name,
      declare: { graph in
        let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
        let targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
        let cell = DropoutWrapper(BasicLSTMCell(units: 6), outputKeepProb: keepProb)
        let outputs = dynamicRNN(cell, inputs: oneHot(inputs, depth: 5)).outputs
        let logits = dense(outputs, units: 5, name: "logits")
        return reduceMean(sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: logits))
      },
      feeds: [
        "inputs": [[0, 1, 2, 3], [4, 3, 2, 1], [1, 1, 0, 4]],
        "targets": [[1, 2, 3, 4], [3, 2, 1, 0], [1, 0, 4, 2]],
      ])
  }

  /// A loop that ends by its own data.
  static let convergence = SampleModel(
    name: "convergence",
    declare: { graph in
      let x = graph.placeholder(.float32, shape: [], name: "x")
      let root = whileLoop(graph.constant(1, dtype: .float32)) { y in
        abs(y * y - x) .> 1e-3
      } body: { y in
        (y + x / y) / 2
      }
      return root * 3
    }, feeds: ["x": NDArray(2, dtype: .float32)])

  /// A branch, with what only one side of it uses.
  static let branch = SampleModel(
    name: "branch",
    declare: { graph in
      let x = graph.placeholder(.float32, shape: [3], name: "x")
      let y = cond(reduceSum(x) .> 0) {
        square(x)
      } else: {
        x * -3
      }
      return reduceSum(y * x)
    }, feeds: ["x": NDArray([0.5, -0.25, 1], dtype: .float32)])

  /// A loop in a loop with a branch inside, second order.
  static let nested = SampleModel(
    name: "nested",
    declare: { graph in
      let x = graph.placeholder(.float32, shape: [2], name: "x")
      let (_, y) = whileLoop(graph.constant(0), x) { i, _ in
        i .< 3
      } body: { i, y in
        let (_, inner) = whileLoop(graph.constant(0), y) { j, _ in
          j .< i
        } body: { j, z in
          (
            j + 1,
            cond(reduceSum(z) .> 1) {
              sin(z)
            } else: {
              z * 1.5
            }
          )
        }
        return (i + 1, inner + y)
      }
      return reduceSum(square(y))
    }, feeds: ["x": NDArray([0.5, 0.25], dtype: .float32)])

  /// Rows of a table: a sparse gradient.
  static let embedding = SampleModel(
    name: "embedding",
    declare: { graph in
      let ids = graph.placeholder(.int32, shape: [nil], name: "ids")
      let table = graph.getVariable("table", shape: [6, 3])
      return reduceSum(square(gather(table, ids)))
    }, feeds: ["ids": [1, 4, 1]])

  /// A value with a gradient of one's own.
  static let custom = SampleModel(
    name: "custom",
    declare: { graph in
      let x = graph.placeholder(.float32, shape: [3], name: "x")
      let y = customGradient(x) { x in (maximum(x, 0), { dy in dy * 2 }) }
      return reduceSum(y * y)
    }, feeds: ["x": NDArray([0.5, -0.25, 1], dtype: .float32)])
}
