// A network with one hidden layer learns which of two interleaved spirals a point lies on.

import ExampleFiles
import Foundation
import StaticGraph

/// `count` points on each of two spirals: coordinates `[2 * count, 2]` and labels `[2 * count]`.
func spirals(count: Int) -> (points: NDArray, labels: NDArray) {
  var points: [Float] = []
  var labels: [Int32] = []
  for index in 0..<count {
    let radius = Float(index + 1) / Float(count)
    for spiral in 0..<2 {
      let angle = 4 * radius + Float(spiral) * Float.pi
      points += [radius * Float(cos(Double(angle))), radius * Float(sin(Double(angle)))]
      labels.append(Int32(spiral))
    }
  }
  return (NDArray(points, shape: [2 * count, 2]), NDArray(labels, shape: [2 * count]))
}

let (points, classes) = spirals(count: 100)

let model = try ExampleModel("mlp.pbtxt", seed: 3) { graph in
  let inputs = graph.placeholder(.float32, shape: [nil, 2], name: "inputs")
  let labels = graph.placeholder(.int32, shape: [nil], name: "labels")
  let hidden = dense(inputs, units: 32, activation: { tanh($0) }, name: "hidden")
  let logits = dense(hidden, units: 2, name: "logits")
  let errors = sparseSoftmaxCrossEntropyWithLogits(labels: labels, logits: logits)
  let loss = reduceMean(errors, name: "loss")
  graph.nameScope("evaluation") {
    let isRight = argmax(logits, axis: 1, outputType: .int32) .== labels
    _ = reduceMean(cast(isRight, to: .float32), name: "accuracy")
  }
  _ = AdamOptimizer(learningRate: 0.02).minimize(loss, name: "train")
  _ = graph.globalVariablesInitializer()
}
let (loss, accuracy) = (try model.tensor("loss"), try model.tensor("evaluation/accuracy"))
let train = try model.operation("train")

let session = try model.session()
try session.run(model.operation("init"))
let feeds: Feeds = [try model.tensor("inputs"): points, try model.tensor("labels"): classes]
for step in 0..<400 {
  try session.run(train, feeding: feeds)
  if step % 100 == 99 {
    let (value, part) = try session.run(loss, accuracy, feeding: feeds)
    let percent: Float = 100 * part.scalar()
    print(
      String(format: "step %3d  loss %.2f  right %.0f %%", step + 1, value.scalar(), percent))
  }
}
