internal import ArgumentParser
internal import StaticGraph

/// `staticgraph grad`.
struct Grad: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Computes gradients of a loss, which the file need not have.",
    discussion: """
      Any loss of a loaded graph is differentiated, through loops and branches too; one that is no \
      scalar is summed. Gradients with respect to a variable are those for its value. Sparse ones \
      are made dense; where the loss does not depend on a tensor, the gradient is zeros, and a \
      warning tells so.

      Examples:
        staticgraph grad linear.pbtxt --of loss --wrt w --wrt b --init \\
          --feed 'x=[1,2]' --feed 'y=[3,5]'
        staticgraph grad linear.pbtxt --of loss --wrt x --init \\
          --feed 'x=[1,2]' --feed 'y=[3,5]' --out gradients.npz
      """)

  @OptionGroup var model: ModelArgument

  @Option(help: ArgumentHelp("The tensor that is differentiated.", valueName: "loss"))
  var of: String

  @Option(
    name: .customLong("wrt"),
    help: ArgumentHelp("A tensor or variable to differentiate by.", valueName: "name"))
  var sources: [String] = []

  @OptionGroup(title: "What is given") var feeding: FeedOptions
  @OptionGroup(title: "Results") var results: ResultOptions
  @OptionGroup(title: "Session") var session: SessionOptions

  func validate() throws {
    guard !sources.isEmpty else { throw ValidationError("give at least one --wrt") }
    guard Set(sources).count == sources.count else {
      throw ValidationError("a --wrt is given twice")
    }
  }

  func run() throws {
    let model = try model.load()
    let loss = try model.tensor(of)
    guard loss.dtype.isFloating else {
      throw Failure("\(model.name): \"\(of)\" is \(loss.type): only floats have gradients")
    }
    let tensors = try sources.map { try model.tensor($0) }
    for (name, tensor) in zip(sources, tensors) where !tensor.dtype.isFloating {
      throw Failure("\(model.name): \"\(name)\" is \(tensor.type): only floats have gradients")
    }
    let found = gradients(of: loss, withRespectTo: tensors)
    var fetches: [Tensor] = []
    for (name, (tensor, gradient)) in zip(sources, zip(tensors, found)) {
      if gradient == nil {
        warn("\"\(of)\" does not depend on \"\(name)\": its gradient is zeros")
      }
      fetches.append(gradient ?? zerosLike(tensor))
    }
    let session = try session.session(model)
    let feeds = try feeding.prepare(session, model)
    let arrays = try session.run(fetches, feeding: feeds)
    try results.write(zip(sources, arrays).map { (name: $0, array: $1) })
  }
}
