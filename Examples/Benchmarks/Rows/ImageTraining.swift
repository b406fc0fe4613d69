import StaticGraph

/// A training step of a model of images, with the mean cross-entropy and Adam. The loss is fetched.
struct ImageTraining: Row {
  let settings: ImageSettings

  init(_ network: ImageNetwork) { settings = ImageSettings(workload: network) }

  var name: String { settings.workload.rawValue }
  var flops: Double? { settings.flops }

  func prepare(_ setting: Setting) throws -> any Contender {
    let model = try ImageModel(settings, workers: setting.workers)
    let feeds = model.feeds(model.batch(0), isChecked: false)
    return Local { _ = try model.session.run(model.loss, model.train, feeding: feeds) }
  }

  func rivals(_ setting: Setting) throws -> [any Contender] {
    var settings = settings
    settings.threads = setting.workers
    return try setting.start([.tensorflow, .pytorch], settings)
  }

  func check(_ setting: Setting, _ rivals: [any Contender]) throws -> Check? {
    guard let peer = rivals.tensorflow else { return nil }
    return try LossCheck.check(ImageModel(settings, workers: setting.workers), beside: peer)
  }
}
