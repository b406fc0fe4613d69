// Fits y = w x + b to points that lie around y = 3 x + 2, by gradient descent.

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

let graph = Graph(seed: 1)
let x = graph.placeholder(.float32, shape: [nil], name: "x")
let y = graph.placeholder(.float32, shape: [nil], name: "y")
let w = graph.variable("w", initial: 0.0)
let b = graph.variable("b", initial: 0.0)
let loss = reduceMean(square(w * x + b - y), name: "loss")
let train = GradientDescentOptimizer(learningRate: 0.2).minimize(loss)

let session = try Session(graph)
try session.run(graph.globalVariablesInitializer())
for step in 0...80 {
  let (value, _) = try session.run(loss, train, feeding: [x: xs, y: ys])
  if step % 20 == 0 { print(String(format: "step %2d  loss %.4f", step, value.scalar())) }
}
let (slope, offset) = try session.run(w, b)
print(String(format: "y = %.2f x + %.2f", slope.scalar(), offset.scalar()))
