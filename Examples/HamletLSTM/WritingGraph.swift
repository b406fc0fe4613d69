import ExampleFiles
import Foundation
import StaticGraph

/// A model that writes: character by character inside of the graph, or one more at the end.
struct WritingGraph {
  /// What `--write-graphs` calls the file.
  static let fileName = "hamlet-generate.pbtxt"

  /// How characters are chosen.
  struct Choice {
    /// Ids `[count]`, written inside of the graph with the state carried.
    var text: Tensor
    /// The id after the last of `inputs`, `[1]`.
    var next: Tensor
  }

  let graph: Graph
  /// Ids `[1, time]` of what stands before.
  let inputs: Tensor
  /// The id that the writing begins with, `[1]`; `inputs` are those before it.
  let last: Tensor
  /// How many characters to write.
  let count: Tensor
  /// What scores are divided by before a character is drawn.
  let temperature: Tensor
  /// Drawn by their probabilities.
  let sampled: Choice
  /// The likeliest one.
  let greedy: Choice

  /// Declares all of it.
  init(_ settings: Settings, seed: Int) {
    let graph = Graph(seed: graphSeed(seed))
    let model = CharacterModel(settings, in: graph)
    let temperature = graph.placeholder(withDefault: 1.0, name: "temperature")
    let last = graph.placeholder(.int32, shape: [1], name: "last")
    let count = graph.placeholder(.int32, shape: [], name: "count")

    func choice(_ name: String, _ pick: (_ logits: Tensor) -> Tensor) -> Choice {
      graph.nameScope(name) {
        let (text, _) = scan(
          graph.range(0, count, 1), initial: last, model.finalState
        ) { _, id, state in
          let next = model.step(id, state)
          return (pick(next.logits), next.state)
        }
        return Choice(
          text: reshape(text, [-1], name: "text"),
          next: identity(pick(model.logits[0..., -1]), name: "next"))
      }
    }
    sampled = choice("sampled") { logits in
      let draw = multinomial(logits / temperature, samples: 1)
      return reshape(cast(draw, to: .int32), [1])
    }
    greedy = choice("greedy") { argmax($0, axis: 1, outputType: .int32) }
    _ = graph.globalVariablesInitializer()
    self.graph = graph
    inputs = model.inputs
    self.temperature = temperature
    self.last = last
    self.count = count
  }

  /// Reads it from a file that `--write-graphs` wrote; nothing is declared.
  init(contentsOf file: URL) throws {
    let model = try ExampleModel(contentsOf: file)
    func choice(_ name: String) throws -> Choice {
      Choice(text: try model.tensor("\(name)/text"), next: try model.tensor("\(name)/next"))
    }
    graph = model.graph
    inputs = try model.tensor("inputs")
    last = try model.tensor("last")
    count = try model.tensor("count")
    temperature = try model.tensor("temperature")
    sampled = try choice("sampled")
    greedy = try choice("greedy")
  }
}
