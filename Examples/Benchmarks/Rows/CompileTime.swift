import StaticGraph

/// What it costs that a training step is fed batches of another shape than before: the time of the
/// first run of that shape without that of the second.
struct CompileTime: Row {
  let name = "compile-512"

  func prepare(_ setting: Setting) throws -> any Contender {
    let settings = RecurrentSettings()
    var model = try RecurrentModel(settings, workers: setting.workers)
    // Few steps, so that runs and their memory take little; each length is new to the session.
    let lengths = 4..<12
    var length = lengths.lowerBound
    return Local.telling {
      if length == lengths.upperBound {
        model = try RecurrentModel(settings, workers: setting.workers)
        length = lengths.lowerBound
      }
      defer { length += 1 }
      let (inputs, targets) = model.batch(0)
      let feeds = model.feeds(
        (inputs[0..., ..<length], targets[0..., ..<length]), isChecked: false)
      return try firstRunExcess { try model.session.run(model.loss, model.train, feeding: feeds) }
    }
  }
}

/// The milliseconds that the first of two runs takes longer than the second.
func firstRunExcess<Result>(_ run: () throws -> Result) rethrows -> Double {
  let first = try milliseconds { _ = try run() }
  return first - (try milliseconds { _ = try run() })
}
