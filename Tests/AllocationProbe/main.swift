import AllocationCounter
import StaticGraph

/// Counts the blocks of memory that a training step of a recurrent model asks for, through a
/// callable, once everything is warm.
///
///     AllocationProbe workers time layers
///
/// Prints the least number of blocks of a run among many, as the system's own threads allocate now
/// and then.
let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
guard arguments.count == 3 else { fatalError("wants workers, time steps and layers") }
let (workers, time, layers) = (arguments[0], arguments[1], arguments[2])

let graph = Graph(seed: 1)
let inputs = graph.placeholder(.int32, shape: [nil, nil], name: "inputs")
let targets = graph.placeholder(.int32, shape: [nil, nil], name: "targets")
let cell = MultiRNNCell(Array(repeating: BasicLSTMCell(units: 96), count: layers))
let (outputs, _) = dynamicRNN(
  DropoutWrapper(cell, outputKeepProb: graph.constant(Float(0.5))),
  inputs: oneHot(inputs, depth: 30))
let logits = dense(outputs, units: 30, name: "logits")
let loss = reduceMean(sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: logits))
let train = AdamOptimizer(learningRate: 0.01).minimize(loss)

let session = try Session(graph, options: .init(workers: workers))
try session.run(graph.globalVariablesInitializer())
let step = try session.makeCallable(feeds: (inputs, targets), fetches: (loss, train))
let batch = NDArray.zeros([32, time], .int32)
for _ in 0..<10 { _ = try step(batch, batch) }
var least = Int.max
for _ in 0..<20 {
  allocation_counter_start()
  _ = try step(batch, batch)
  least = min(least, allocation_counter_stop())
}
print(least)
