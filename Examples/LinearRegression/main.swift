// Fits y = w x + b to points that lie around y = 3 x + 2, by gradient descent: Quickstart's model,
// which this program also writes to a file and reads from one.

import ExampleFiles
import Foundation
import StaticGraph

let count = 200
let xs = NDArray.linspace(-1, 1, count: count)
// Noise that is the same each time: multiples of the golden ratio are spread evenly.
let ys = NDArray(
  xs.scalars(as: Float.self).enumerated().map { index, x in
    let noise = (Float(index) * 0.618034).truncatingRemainder(dividingBy: 1) - 0.5
    return 3 * x + 2 + 0.2 * noise
  }, shape: [count])

let model = try ExampleModel("linear-regression.pbtxt", seed: 1) { graph in
  let x = graph.placeholder(.float32, shape: [nil], name: "x")
  let y = graph.placeholder(.float32, shape: [nil], name: "y")
  let w = graph.variable("w", initial: 0.0)
  let b = graph.variable("b", initial: 0.0)
  let prediction = identity(w * x + b, name: "prediction")
  let loss = reduceMean(square(prediction - y), name: "loss")
  _ = GradientDescentOptimizer(learningRate: 0.2).minimize(loss, name: "train")
  _ = graph.globalVariablesInitializer()
}
let feeds: Feeds = [try model.tensor("x"): xs, try model.tensor("y"): ys]
let (loss, train) = (try model.tensor("loss"), try model.operation("train"))

let session = try model.session()
try session.run(model.operation("init"))
for step in 0...80 {
  let (value, _) = try session.run(loss, train, feeding: feeds)
  if step % 20 == 0 { print(String(format: "step %2d  loss %.4f", step, value.scalar())) }
}
for variable in model.graph.collection(.globalVariables) {
  print(String(format: "\(variable.name) = %.2f", try session.value(of: variable).scalar()))
}
