import StaticGraph
import Testing

/// A row of `Tests/Fixtures/optimizers/index.json`.
struct OptimizerCase: Decodable, Sendable, CustomTestStringConvertible {
  struct Arguments: Decodable, Sendable {
    var momentum: Double?
    var use_nesterov: Bool?
    var beta1: Double?
    var beta2: Double?
    var epsilon: Double?
  }

  let name: String
  let optimizer: String
  let arguments: Arguments
  let learningRates: [Double]
  let clip: Double?
  let slots: [String]
  let nonSlots: [String]
  let file: String

  var testDescription: String { name }

  /// The optimiser; nil where the library has none of this kind.
  func make(_ rate: Tensor) -> (any Optimizer)? {
    switch optimizer {
    case "GradientDescent": GradientDescentOptimizer(learningRate: rate)
    case "Momentum":
      MomentumOptimizer(
        learningRate: rate, momentum: arguments.momentum ?? 0,
        useNesterov: arguments.use_nesterov ?? false)
    case "Adam":
      AdamOptimizer(
        learningRate: rate, beta1: arguments.beta1 ?? 0.9, beta2: arguments.beta2 ?? 0.999,
        epsilon: arguments.epsilon ?? 1e-8)
    default: nil
    }
  }
}

@Suite("Optimisers against TensorFlow")
struct OptimizerTests {
  static let kinds: Set = ["GradientDescent", "Momentum", "Adam"]
  static let cases = TrainingFixtures.rows("optimizers/index.json", as: OptimizerCase.self)
    .filter { kinds.contains($0.optimizer) }

  @Test("Each optimiser has its cases")
  func caseCount() {
    #expect(Set(Self.cases.map(\.optimizer)) == Self.kinds)
    #expect(Self.cases.count == 8)
  }

  @Test("Five steps on a dense and a gathered variable agree", arguments: cases)
  func fiveSteps(row: OptimizerCase) throws {
    let arrays = try TrainingFixtures.arrays("optimizers/\(row.file)")
    let graph = Graph()
    let table = graph.variable("table", initial: try arrays.array("initial/table"))
    let weights = graph.variable("dense", initial: try arrays.array("initial/dense"))
    let rate = graph.placeholder(.float32, shape: [])
    let ids = graph.placeholder(.int32, shape: [4])
    let goal = graph.placeholder(.float32, shape: [3, 2])
    let rows = graph.placeholder(.float32, shape: [4, 3])
    let loss =
      reduceSum(square(weights - goal)) / 2 + reduceSum(square(gather(table, ids) - rows)) / 2
    let variables = [weights, table].compactMap(\.variable)
    let optimizer = try #require(row.make(rate))
    var pairs = optimizer.computeGradients(loss, variables: variables)
    var norm: Tensor?
    if let clip = row.clip {
      let (clipped, found) = clipByGlobalNorm(pairs.map(\.gradient), norm: clip)
      pairs = zip(clipped, variables).map { (gradient: $0, variable: $1) }
      norm = found
    }
    let slices = try #require(pairs[1].gradient?.indexedSlices, "the gather's gradient is sparse")
    let fetches = [try #require(pairs[0].gradient), slices.values, slices.indices, loss]
    let train = optimizer.applyGradients(pairs)
    #expect(optimizer.slots.names == row.slots)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())

    var state: [String: Tensor] = ["dense": weights, "table": table]
    for slot in row.slots {
      for variable in variables {
        state["slot/\(variable.name)/\(slot)"] = optimizer.slots.slot(slot, of: variable)?.value
      }
    }
    for name in row.nonSlots { state[name] = graph.variablesByName[name]?.value }
    #expect(state.count == 2 + 2 * row.slots.count + row.nonSlots.count)
    for (name, value) in try session.run(state) {
      expectClose(value, try arrays.array("initial/\(name)"), 0, "initial \(name)")
    }
    for step in 0..<5 {
      let feeds: Feeds = [
        rate: row.learningRates[step], ids: try arrays.array("ids")[step],
        goal: try arrays.array("goal")[step], rows: try arrays.array("rows")[step],
      ]
      let (values, found, _) = try session.run(fetches, norm, train, feeding: feeds)
      let names = ["gradient/dense", "gradient/table/values", "gradient/table/indices", "loss"]
      for (name, value) in zip(names, values) {
        expectClose(value, try arrays.array(name)[step], 1e-6, "\(name) of step \(step)")
      }
      if let found { expectClose(found, try arrays.array("global_norm")[step], 1e-6, "norm") }
      for (name, value) in try session.run(state) {
        expectClose(value, try arrays.array(name)[step], 2e-6, "\(name) after step \(step)")
      }
    }
  }

  @Test("Slots and operations have TensorFlow's names")
  func names() {
    let graph = Graph()
    let v = graph.getVariable("v", shape: [2])
    let loss = reduceSum(square(v))
    let first = AdamOptimizer().minimize(loss)
    let second = AdamOptimizer().minimize(loss)
    #expect(graph.error == nil)
    #expect(first.name == "Adam")
    #expect(second.name == "Adam_1")
    #expect(
      graph.collection(.globalVariables).map(\.name) == [
        "v", "beta1_power", "beta2_power", "v/Adam", "v/Adam_1", "beta1_power_1", "beta2_power_1",
        "v/Adam_2", "v/Adam_3",
      ])
    #expect(graph.collection(.trainableVariables).map(\.name) == ["v"])
    #expect(graph.operation(named: "Adam/update_v/ResourceApplyAdam") != nil)
    #expect(graph.operation(named: "Adam/learning_rate") != nil)
    #expect(graph.collection(.trainOperations) == [first, second])
  }

  @Test("An optimiser that is applied twice has one set of slots")
  func sharedSlots() {
    let graph = Graph()
    let v = graph.getVariable("v", shape: [2])
    let optimizer = MomentumOptimizer(learningRate: 0.1, momentum: 0.9)
    _ = optimizer.minimize(reduceSum(square(v)))
    _ = optimizer.minimize(reduceSum(v))
    #expect(graph.collection(.globalVariables).map(\.name) == ["v", "v/Momentum"])
    #expect(optimizer.slots.variables.map(\.name) == ["v/Momentum"])
  }

  @Test("The global step grows by one with each training step")
  func globalStep() throws {
    let graph = Graph()
    let v = graph.getVariable("v", shape: [2])
    let step = graph.createGlobalStep()
    let train = GradientDescentOptimizer(learningRate: 0.1)
      .minimize(reduceSum(square(v)), globalStep: step)
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    try session.run(train)
    try session.run(train)
    #expect(try session.run(step).scalar(as: Int.self) == 2)
    #expect(step.dtype == .int64)
    #expect(graph.globalStep == step)
    #expect(graph.collection(.trainableVariables).map(\.name) == ["v"])
  }

  @Test("A loss that depends on no variable is a mistake that names them")
  func noGradient() {
    let graph = Graph()
    _ = graph.getVariable("v", shape: [2])
    _ = AdamOptimizer().minimize(graph.constant(1.0))
    #expect(graph.error?.message == "\"Const:0\" depends on none of the variables v")
    #expect(graph.error?.location?.file == "OptimizerTests.swift")
  }

  @Test("Variables of other floating types are trained in their own")
  func doubles() throws {
    let graph = Graph()
    let v = graph.variable("v", initial: [1.0, -2.0], dtype: .float64)
    let train = AdamOptimizer(learningRate: 0.5).minimize(reduceSum(square(v)))
    let session = try Session(graph)
    try session.run(graph.globalVariablesInitializer())
    try session.run(train)
    let value = try session.run(v)
    #expect(value.dtype == .float64)
    expectClose(value, NDArray([0.5, -1.5], shape: [2], dtype: .float64), 1e-6)
  }
}
