// A recurrent cell of one's own, written from `matmul`, `sigmoid` and `tanh`, beside the library's.
//
// Both start from the same weights and read the same sequences, so they give the same outputs; then
// the one of this file learns to tell whether a sequence has more ones than zeros.

import ExampleFiles
import Foundation
import StaticGraph

/// A long short-term memory cell, gate by gate.
struct HandmadeLSTM: RNNCell {
  let units: Int

  func zeroState(batchSize: Tensor, _ dtype: DType) -> LSTMState {
    BasicLSTMCell(units: units).zeroState(batchSize: batchSize, dtype)
  }

  func callAsFunction(
    _ input: Tensor, _ state: LSTMState
  ) -> (output: Tensor, state: LSTMState) {
    let graph = input.graph
    let both = concat([input, state.h], axis: 1)
    func gate(_ name: String) -> Tensor {
      let w = graph.getVariable("\(name)_w", shape: [2 + units, units])
      let b = graph.getVariable("\(name)_b", shape: [units], initializer: .zeros)
      return matmul(both, w) + b
    }
    let (i, j, f, o) = (gate("i"), gate("j"), gate("f"), gate("o"))
    let c = state.c * sigmoid(f + 1) + sigmoid(i) * tanh(j)
    let h = tanh(c) * sigmoid(o)
    return (h, LSTMState(c: c, h: h))
  }
}

let (batch, time, units) = (16, 11, 6)
// Bits that are the same each time, from a linear congruence (Numerical Recipes).
var random: UInt32 = 7
let bits: [Int32] = (0..<batch * time).map { _ in
  random = random &* 1_664_525 &+ 1_013_904_223
  return Int32(random >> 31)
}
let answers: [Int32] = (0..<batch).map { row in
  bits[row * time..<(row + 1) * time].reduce(0, +) * 2 > Int32(time) ? 1 : 0
}

let model = try ExampleModel("custom-cell.pbtxt", seed: 1) { graph in
  let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
  let labels = graph.placeholder(.int32, shape: [nil], name: "labels")
  let bits = oneHot(inputs, depth: 2, name: "bits")
  let (mine, state) = dynamicRNN(HandmadeLSTM(units: units), inputs: bits, name: "mine")
  let (theirs, _) = dynamicRNN(BasicLSTMCell(units: units), inputs: bits, name: "theirs")
  graph.nameScope("comparison") {
    // Gives the library's cell the weights of the one above, gate beside gate.
    let weights = Dictionary(
      uniqueKeysWithValues: graph.collection(.globalVariables).map { ($0.name, $0.value) })
    func joined(_ part: String) -> Tensor {
      concat(["i", "j", "f", "o"].compactMap { weights["mine/\($0)_\(part)"] }, axis: -1)
    }
    if let kernel = weights["theirs/basic_lstm_cell/kernel"],
      let bias = weights["theirs/basic_lstm_cell/bias"]
    {
      let copies = [assign(kernel, joined("w")), assign(bias, joined("b"))]
      _ = graph.group(copies, name: "copy_weights")
    }
    _ = reduceMax(abs(mine - theirs), name: "difference")
  }

  let logits = dense(state.h, units: 2, name: "logits")
  let errors = sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: logits)
  let loss = reduceMean(errors, name: "loss")
  let isRight = argmax(logits, axis: 1, outputType: .int32) .== labels
  _ = reduceSum(cast(isRight, to: .int32), name: "right")
  _ = AdamOptimizer(learningRate: 0.05).minimize(loss, name: "train")
  _ = graph.globalVariablesInitializer()
}
let (loss, right) = (try model.tensor("loss"), try model.tensor("right"))
let train = try model.operation("train")
let feeds: Feeds = [
  try model.tensor("inputs"): NDArray(bits, shape: [batch, time]),
  try model.tensor("labels"): answers,
]

let session = try model.session()
try session.run(model.operation("init"))
try session.run(model.operation("comparison/copy_weights"))
let difference = try session.run(model.tensor("comparison/difference"), feeding: feeds)
print("the library's cell differs by less than 0.000001:", difference.scalar() < 1e-6)
for step in 0...100 {
  let (value, count, _) = try session.run(loss, right, train, feeding: feeds)
  if step % 50 == 0 {
    print(
      String(
        format: "step %3d  loss %.2f  right %d of 16", step, value.scalar(),
        count.scalar(as: Int.self)))
  }
}
