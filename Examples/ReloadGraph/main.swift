// Trains a recurrent network, writes its graph to a file, loads it and goes on training: with the
// bits of a training that was never interrupted.

import Foundation
import StaticGraph

/// Everything that a session keeps between runs.
struct Checkpoint {
  let values: NPZ
  /// How far the random numbers of dropout are drawn.
  let randomState: [String: UInt64]

  init(_ session: Session) throws {
    var values = NPZ()
    for variable in session.graph.collection(.globalVariables) {
      values[variable.name] = try session.value(of: variable)
    }
    self.values = values
    randomState = session.randomState
  }

  func restore(into session: Session) throws {
    for variable in session.graph.collection(.globalVariables) {
      if let value = values[variable.name] { try session.assign(value, to: variable) }
    }
    session.randomState = randomState
  }
}

/// Tells whether a sequence of bits has more ones than zeros; to be found by the names.
func declare() -> Graph {
  let graph = Graph(seed: 1)
  let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
  let labels = graph.placeholder(.int32, shape: [nil], name: "labels")
  let cell = DropoutWrapper(BasicLSTMCell(units: 16), outputKeepProb: graph.constant(0.8))
  let (_, state) = dynamicRNN(cell, inputs: oneHot(inputs, depth: 2))
  let logits = dense(state.h, units: 2, name: "logits")
  let errors = sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: logits)
  _ = AdamOptimizer().minimize(reduceMean(errors, name: "loss"), name: "train")
  _ = graph.globalVariablesInitializer()
  return graph
}

let (batch, time) = (16, 11)
// Bits that are the same each time, from a linear congruence (Numerical Recipes).
var random: UInt32 = 7
let bits: [Int32] = (0..<batch * time).map { _ in
  random = random &* 1_664_525 &+ 1_013_904_223
  return Int32(random >> 31)
}
let answers: [Int32] = (0..<batch).map { row in
  bits[row * time..<(row + 1) * time].reduce(0, +) * 2 > Int32(time) ? 1 : 0
}

/// A graph that has not what `declare` names.
struct OtherGraph: Error {}

/// Trains for 30 steps, and returns the loss of the last one.
func train(_ session: Session) throws -> Float {
  let graph = session.graph
  guard let inputs = graph.tensor(named: "inputs"), let labels = graph.tensor(named: "labels"),
    let loss = graph.tensor(named: "loss"), let step = graph.operation(named: "train")
  else { throw OtherGraph() }
  let feeds: Feeds = [inputs: NDArray(bits, shape: [batch, time]), labels: answers]
  var last: Float = 0
  for _ in 0..<30 { last = try session.run(loss, step, feeding: feeds).0.scalar() }
  return last
}

let graph = declare()
let session = try Session(graph)
if let initialise = graph.operation(named: "init") { try session.run(initialise) }
print(String(format: "declared, step 30: loss %.4f", try train(session)))
let checkpoint = try Checkpoint(session)
let loss = try train(session)
print(String(format: "declared, step 60: loss %.4f", loss))

let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).pb")
try graph.write(to: file)
let loaded = try Graph(contentsOf: file)
try FileManager.default.removeItem(at: file)
print(
  "loaded \(loaded.operations.count) operations of \(graph.operations.count),",
  "\(loaded.collection(.globalVariables).count) variables")

let other = try Session(loaded)
try checkpoint.restore(into: other)
let again = try train(other)
print(String(format: "loaded, step 60:   loss %.4f", again))
let (mine, theirs) = (try Checkpoint(session), try Checkpoint(other))
print(
  "the same bits:", loss.bitPattern == again.bitPattern && mine.values == theirs.values)
