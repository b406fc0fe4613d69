internal import GraphArrays
internal import Synchronization

/// A loop that is being declared: its body is open for operations, and variables can be added
/// while it is.
final class LoopBuilder {
  /// The graph that the loop stands in.
  let parent: Graph
  /// The graph of the body.
  let body: Graph

  private struct Variable {
    let parameter: Tensor
    /// Declares the start, in the parent. Must not hold the builder, which holds it.
    let initial: () -> Tensor
    /// The next value; the parameter where the variable is invariant.
    var next: Tensor
  }
  private var variables: [Variable] = []

  /// A loop in the graph that is innermost now.
  init(in graph: Graph) {
    parent = graph.innermost
    body = Graph(bodyOf: parent)
  }

  /// Adds a variable, and returns the parameter of the body that stands for it.
  ///
  /// - Parameters:
  ///   - type: The type in every turn.
  ///   - initial: Declares the start, when the loop is finished.
  func variable(
    _ name: String, _ type: TensorType, initial: @escaping () -> Tensor
  ) -> Tensor {
    let parameter = body.parameter(type, name: name)
    variables.append(Variable(parameter: parameter, initial: initial, next: parameter))
    return parameter
  }

  /// Sets the next value of a variable: a tensor of the body, or one that the body captures.
  func setNext(_ next: Tensor, of parameter: Tensor) {
    guard let index = variables.firstIndex(where: { $0.parameter == parameter }) else { return }
    variables[index].next = body.importing(orRecording: next)
  }

  /// Adds a list whose item `index` the body writes in each turn, and returns its position among
  /// the loop's outputs.
  func stack(_ value: Tensor, at index: Tensor, count: Tensor) -> Int {
    let parent = parent
    let type = value.type
    let list = variable("stack", .list(of: type)) {
      parent.reservedList(of: type, length: count)
    }
    setNext(body.reopen { tensorListSetItem(list, index, value) }, of: list)
    return variables.count - 1
  }

  /// Declares the loop.
  ///
  /// - Parameters:
  ///   - condition: Declares whether there is another turn, given the variables.
  /// - Returns: The last values of the variables, and the history.
  func finish(name: String, while condition: ([Tensor]) -> Tensor) -> [Tensor] {
    let test = Graph(bodyOf: parent)
    let tested = variables.map { test.parameter($0.parameter.type, name: "arg") }
    let invalid = [Tensor](repeating: .invalid(in: parent), count: variables.count + 1)
    let predicate = test.importing(orRecording: test.reopen { condition(tested) })
    guard predicate.isValid, variables.allSatisfy({ $0.next.isValid }) else { return invalid }
    guard predicate.dtype == .bool, predicate.shape.isCompatible(with: []) else {
      parent.record(
        GraphError(
          .invalidArgument, "the condition is \(predicate.type), wants a bool scalar"),
        "While", name)
      return invalid
    }
    let captures = Graph.unifyCaptures([test, body])
    let initial = parent.reopen { variables.map { $0.initial() } }
    let definition = While(
      condition: Body(
        graph: test, parameters: tested + captures.map { $0.parameters[0] },
        results: [predicate]),
      body: Body(
        graph: body, parameters: variables.map(\.parameter) + captures.map { $0.parameters[1] },
        results: variables.map(\.next) + captures.map { $0.parameters[1] }))
    let outputs = parent.reopen {
      parent.tensors(definition, initial + captures.map(\.outer), name: name)
    }
    guard let history = outputs.last else { return invalid }
    return outputs.prefix(variables.count).map(Self.named) + [history]
  }

  /// The last value of a loop's variable under a name of its own, `while/Identity_1`, as
  /// TensorFlow gives it: the number of a loop's output is another in a file, where loops have more
  /// variables. In bodies, where nothing is fetched, the value as it is.
  private static func named(_ output: Tensor) -> Tensor {
    guard output.isValid, output.dtype != .variant, output.graph === output.graph.root else {
      return output
    }
    return output.graph.nameScope("\(output.operation.name)/") { identity(output) }
  }
}

extension Graph {
  /// Declares a branch in the innermost graph, between bodies that stand in it.
  ///
  /// - Parameters:
  ///   - choice: A bool scalar for the two bodies of an `If`, an int32 scalar for those of a `Case`.
  /// - Returns: The results, and the history.
  func branch(
    on choice: Tensor, _ sides: [(graph: Graph, results: [Tensor])], name: String
  ) -> [Tensor] {
    let captures = Graph.unifyCaptures(sides.map(\.graph))
    let bodies = sides.enumerated().map { number, side in
      Body(
        graph: side.graph, parameters: captures.map { $0.parameters[number] },
        results: side.results)
    }
    let operands = [choice] + captures.map(\.outer)
    guard choice.dtype == .int32 else {
      return tensors(If(then: bodies[0], otherwise: bodies[1]), operands, name: name)
    }
    return tensors(Case(bodies: bodies), operands, name: name)
  }

  /// Gives all of the bodies a parameter for what any of them captures, in order of first use.
  static func unifyCaptures(
    _ bodies: [Graph]
  ) -> [(outer: Tensor, parameters: [Tensor])] {
    var order: [Tensor] = []
    var seen: Set<Tensor> = []
    for body in bodies {
      for capture in body.captures where seen.insert(capture.outer).inserted {
        order.append(capture.outer)
      }
    }
    let inner = bodies.map { body in
      Dictionary(
        body.captures.map { ($0.outer, $0.parameter) }, uniquingKeysWith: { first, _ in first })
    }
    return order.map { outer in
      let parameters = zip(bodies, inner).map { body, known in
        known[outer] ?? body.parameter(outer.type)
      }
      return (outer: outer, parameters: parameters)
    }
  }

  /// `tensor` as this body sees it; a mistake is recorded where it cannot be seen from here.
  func importing(orRecording tensor: Tensor) -> Tensor {
    guard tensor.isValid else {
      adoptMistakes(of: [tensor])
      return tensor
    }
    do throws(GraphError) {
      return try importing(tensor)
    } catch {
      record(error)
      return .invalid(in: self)
    }
  }
}
