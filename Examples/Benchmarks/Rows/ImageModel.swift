import StaticGraph

/// A kind of model of images of 28 by 28 elements, by the names that peers know.
enum ImageNetwork: String, Encodable, Sendable {
  /// Two hidden layers of 512 units.
  case mlp
  /// Twice a convolution of 5 by 5 and a pool, with 32 and 64 filters; a hidden layer of 1024 units.
  case cnn
}

/// What the sizes of a model of images are, in the words of `peer_protocol.py`.
struct ImageSettings: Encodable, Sendable {
  var workload: ImageNetwork
  var batch = 128
  var learningRate = LossCheck.learningRate
  var threads = 2

  /// Of a training step: 2 for each weight and place where it is used, three times: forward, and
  /// for the gradients of weights and operands; the images need none.
  var flops: Double {
    let first: Int
    let others: Int
    switch workload {
    case .mlp:
      first = 784 * 512
      others = 512 * 512 + 512 * 10
    case .cnn:
      first = 28 * 28 * 25 * 32
      others = 14 * 14 * 25 * 32 * 64 + 7 * 7 * 64 * 1024 + 1024 * 10
    }
    return 2 * Double(batch) * Double(2 * first + 3 * others)
  }
}

/// The model as a graph, with a session in which its variables have their first values.
struct ImageModel: TrainingModel {
  let loss: Tensor
  let train: Operation
  let variables: [Variable]
  let gradients: [Tensor?]
  let session: Session
  private let inputs, targets: Tensor
  private let images, labels: NDArray

  init(_ settings: ImageSettings, workers: Int) throws {
    let graph = Graph(seed: 1)
    inputs = graph.placeholder(.float32, shape: [nil, 784], name: "inputs")
    targets = graph.placeholder(.int32, shape: [nil], name: "targets")
    let logits =
      switch settings.workload {
      case .mlp: Self.perceptron(inputs)
      case .cnn: Self.convolutional(inputs)
      }
    loss = reduceMean(sparseSoftmaxCrossEntropyWithLogits(labels: targets, logits: logits))
    let optimizer = AdamOptimizer(learningRate: settings.learningRate)
    let pairs = optimizer.computeGradients(loss)
    variables = pairs.map(\.variable)
    gradients = pairs.map(\.gradient)
    train = optimizer.applyGradients(pairs)
    let labels = graph.randomInt([LossCheck.batches, settings.batch], min: 0, max: 10)
    let noise = graph.randomUniform(
      [LossCheck.batches, settings.batch, 784], min: -0.15, max: 0.15)
    let patterns = graph.randomUniform([10, 784], min: -0.5, max: 0.5)
    let images = 0.2 * (gather(patterns, labels) + noise)
    session = try Session(graph, options: .init(workers: workers))
    try session.run(graph.globalVariablesInitializer())
    (self.images, self.labels) = try session.run(images, labels)
  }

  private static func perceptron(_ images: Tensor) -> Tensor {
    var x = images
    for index in 1...2 {
      x = dense(x, units: 512, activation: { relu($0) }, name: "hidden_\(index)")
    }
    return dense(x, units: 10, name: "logits")
  }

  private static func convolutional(_ images: Tensor) -> Tensor {
    var x = reshape(images, [-1, 28, 28, 1])
    for (index, filters) in [(1, 32), (2, 64)] {
      x = convolution(x, filters: filters, name: "convolution_\(index)")
      x = maxPool(x, window: (2, 2), padding: .valid)
    }
    x = reshape(x, [-1, 7 * 7 * 64])
    x = dense(x, units: 1024, activation: { relu($0) }, name: "hidden")
    return dense(x, units: 10, name: "logits")
  }

  private static func convolution(_ x: Tensor, filters: Int, name: String) -> Tensor {
    x.graph.variableScope(name) {
      let kernel = x.graph.getVariable("kernel", shape: [5, 5, x.shape[3] ?? 0, filters])
      let bias = x.graph.getVariable("bias", shape: [filters], initializer: .zeros)
      return relu(biasAdd(conv2d(x, kernel, padding: .same), bias))
    }
  }

  /// Random labels, and for each of them the same random image with noise.
  ///
  /// Random images of random labels would have to be learnt by heart, which is chaotic: with
  /// weights one unit in the last place apart TensorFlow's own losses come to differ by percents.
  func batch(_ index: Int) -> (inputs: NDArray, targets: NDArray) {
    (images[index], labels[index])
  }

  func feeds(_ batch: (inputs: NDArray, targets: NDArray), isChecked: Bool) -> Feeds {
    [inputs: batch.inputs, targets: batch.targets]
  }
}
