import Foundation
import StaticGraph

/// A training step of a character model: one-hot inputs, recurrent layers, dropout, a dense layer, the
/// mean cross-entropy, Adam. The loss is fetched.
struct RecurrentTraining: Row {
  let name: String
  var settings = RecurrentSettings()
  /// Whether the cell is written from primitives; the library's is then one of the rivals.
  var isHandmade = false
  /// Whether the rivals are other numbers of workers, and not other libraries.
  var isScaling = false

  var flops: Double? { settings.flops }

  func prepare(_ setting: Setting) throws -> any Contender {
    try contender("ours", workers: setting.workers, isHandmade: isHandmade)
  }

  private func contender(
    _ name: String, workers: Int, isHandmade: Bool
  ) throws -> any Contender {
    let model = try RecurrentModel(settings, workers: workers, isHandmade: isHandmade)
    let batch = model.batch(0)
    let feeds: Feeds = [
      model.inputs: batch.inputs, model.targets: batch.targets, model.keepProb: settings.keepProb,
    ]
    return Local(name) { _ = try model.session.run(model.loss, model.train, feeding: feeds) }
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    var settings = settings
    settings.threads = setting.workers
    if isScaling { return [try contender("1 worker", workers: 1, isHandmade: false)] }
    var rivals: [any Contender] = []
    if isHandmade {
      let workers = setting.workers
      rivals.append(try contender("library's cell", workers: workers, isHandmade: false))
    }
    for kind in setting.peers where kind.trains(settings) {
      rivals.append(try Peer(kind, settings))
    }
    return rivals
  }

  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> LossCheck? {
    let peers = rivals.compactMap { $0 as? Peer }
    guard let peer = peers.first(where: { $0.kind == .tensorflow }) else { return nil }
    var settings = settings
    settings.learningRate = LossCheck.learningRate
    let model = try RecurrentModel(settings, workers: setting.workers, isHandmade: isHandmade)
    let batches = (0..<LossCheck.batches).map { model.batch($0) }

    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("staticgraph-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let weights = directory.appendingPathComponent("weights.npz")
    let results = directory.appendingPathComponent("results.npz")

    var file = NPZ()
    for variable in model.variables {
      file[variable.name] = try model.session.run(variable.value)
    }
    for (index, batch) in batches.enumerated() {
      file["inputs_\(index)"] = batch.inputs
      file["targets_\(index)"] = batch.targets
    }
    try file.write(to: weights)
    try peer.check(weights, results)

    let feeds = batches.map { batch -> Feeds in
      [model.inputs: batch.inputs, model.targets: batch.targets, model.keepProb: 1.0]
    }
    let gradients = try model.session.run(model.gradients, feeding: feeds[0])
    let named = zip(model.variables, gradients).map { (name: $0.name, value: $1) }
    let losses = try (0..<LossCheck.steps).map { step in
      try model.session.run(
        model.loss, model.train, feeding: feeds[step % LossCheck.batches]
      ).0.scalar()
    }
    return LossCheck(gradients: named, losses: losses, with: try NPZ(contentsOf: results))
  }
}
