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
    let feeds = model.feeds(model.batch(0), isChecked: false)
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
    return try rivals + setting.start(PeerKind.allCases.filter { $0.trains(settings) }, settings)
  }

  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> Check? {
    guard let peer = rivals.tensorflow else { return nil }
    var settings = settings
    settings.learningRate = LossCheck.learningRate
    let model = try RecurrentModel(settings, workers: setting.workers, isHandmade: isHandmade)
    return try LossCheck.check(model, beside: peer)
  }
}
