internal import GraphArrays
internal import GraphEngine

/// The two loop variables that TensorFlow's gradient of a loop asks for.
///
///     y = While(x: p -> f(p))   ->   _, _, y = While(0, -1, x: i, m, p -> i + 1, m, f(p))
///
/// TensorFlow's `while_loop` declares a count of the turns as variable 0 and the most turns there
/// may be as variable 1 (-1 says any number); its gradient of a `While` takes them for granted:
/// the backward loop runs until it has counted to the first, and lists of what the forward loop
/// keeps hold at most the second. Loops are written with both, so that TensorFlow differentiates
/// them too. `PruneLoops` takes them out where they are not needed.
extension Instruction {
  /// The names of the two, as operations and as parameters of functions.
  static let loopCounterNames = ["loop_counter", "maximum_iterations"]

  /// Whether a loop has both already, as loops of TensorFlow's and those that were written have.
  ///
  /// The limit is one that is known to be without meaning; others might be some number that the
  /// loop goes by in its own way.
  ///
  /// - Parameter program: The program that the loop stands in.
  func hasLoopCounters(in program: Program) -> Bool {
    guard inputs.count >= 2, counter(in: program) == 0, bodies[1].isInvariant(1) else {
      return false
    }
    return program.constants[inputs[1]] == NDArray(scalar: Int32(-1))
  }

  /// Adds both in front of the variables of a loop.
  ///
  /// - Parameter program: The program that the loop stands in, which gets the types.
  /// - Returns: The constants that they start as, to stand before the loop.
  mutating func addLoopCounters(in program: inout Program) -> [Instruction] {
    let source = self
    let type = TensorType(.int32, [])
    var starts: [Instruction] = []
    for (name, start) in zip(Self.loopCounterNames, [0, -1] as [Int32]) {
      var constant = Instruction(
        Const(NDArray(scalar: start)), inputs: [], outputs: [program.newValue(type)],
        name: "\(source.name)/\(name)", origin: source.origin)
      constant.controls = controls
      starts.append(constant)
    }
    inputs.insert(contentsOf: starts.map { $0.outputs[0] }, at: 0)
    outputs.insert(contentsOf: [program.newValue(type), program.newValue(type)], at: 0)
    for b in bodies.indices { bodies[b].insertArguments(2, of: type) }
    let counters = bodies[1].parameters.prefix(2).map(\.value)
    let one = bodies[1].addConstant(NDArray(scalar: Int32(1)), like: source)
    let next = bodies[1].append(Binary.add, [counters[0], one], type, like: source)
    bodies[1].results.insert(contentsOf: [next, counters[1]], at: 0)
    return starts
  }
}

extension Program {
  /// Gives this body `count` more arguments in front of the others.
  fileprivate mutating func insertArguments(_ count: Int, of type: TensorType) {
    for i in parameters.indices {
      guard case .argument(let position) = parameters[i].source else { continue }
      parameters[i].source = .argument(position + count)
    }
    let added = (0..<count).map {
      Parameter(value: newValue(type), source: .argument($0))
    }
    parameters.insert(contentsOf: added, at: 0)
  }
}
