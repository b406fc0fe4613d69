public import GraphArrays
public import GraphEngine
internal import Synchronization

/// A cell with dropout on its inputs, outputs and states.
///
/// Each step draws a mask of its own. A variational wrapper draws one mask for each run, which all
/// steps and all rows of the batch share: what is kept is where `keepProb + u >= 1` (Gal and
/// Ghahramani, A Theoretically Grounded Application of Dropout in Recurrent Neural Networks, 2016).
/// The memory `c` of a long short-term memory cell is never dropped. The wrapper has no variables and
/// no scope of its own. TF: `tf.nn.rnn_cell.DropoutWrapper`.
public struct DropoutWrapper<Cell: RNNCell>: RNNCell {
  /// The wrapped cell.
  public let cell: Cell
  private let inputKeepProb: any TensorConvertible
  private let outputKeepProb: any TensorConvertible
  private let stateKeepProb: any TensorConvertible
  private let seed: Int?
  private let masks: VariationalMasks?

  /// The cell with dropout.
  ///
  /// - Parameters:
  ///   - inputKeepProb: The part of the input's elements that is kept: a number or a scalar tensor.
  ///     The number 1 draws nothing.
  ///   - outputKeepProb: Likewise, of the output.
  ///   - stateKeepProb: Likewise, of the state that goes to the next step.
  ///   - variational: Whether one mask serves all steps of a run.
  ///   - seed: From it each place of dropout derives a seed, by TensorFlow's rule; nil: none.
  public init(
    _ cell: Cell, inputKeepProb: any TensorConvertible = 1.0,
    outputKeepProb: any TensorConvertible = 1.0, stateKeepProb: any TensorConvertible = 1.0,
    variational: Bool = false, seed: Int? = nil
  ) {
    self.cell = cell
    self.inputKeepProb = inputKeepProb
    self.outputKeepProb = outputKeepProb
    self.stateKeepProb = stateKeepProb
    self.seed = seed
    masks = variational ? VariationalMasks() : nil
  }

  /// The width of the cell.
  public var units: Int { cell.units }

  /// The state of the cell.
  public func zeroState(batchSize: Tensor, _ dtype: DType) -> Cell.State {
    cell.zeroState(batchSize: batchSize, dtype)
  }

  /// One step of the cell: input `[batch, depth]`, output `[batch, units]`.
  public func callAsFunction(
    _ input: Tensor, _ state: Cell.State
  ) -> (output: Tensor, state: Cell.State) {
    var (output, next) = cell(drop(input, inputKeepProb, "input_0"), state)
    let applies = cell.stateDropout(next)
    var index = 0
    next.visit { tensor in
      if index < applies.count, applies[index] {
        tensor = drop(tensor, stateKeepProb, "state_\(index)")
      }
      index += 1
    }
    output = drop(output, outputKeepProb, "output_0")
    return (output, next)
  }

  /// As the cell has it.
  public func stateDropout(_ state: Cell.State) -> [Bool] { cell.stateDropout(state) }

  private func drop(
    _ x: Tensor, _ keepProb: any TensorConvertible, _ place: String
  ) -> Tensor {
    let number = constantProbability(keepProb)
    guard x.isValid, number != 1 else { return x }
    let seed = seed.map { Int(MD5.prefix("\($0)\(place)") & 0x7fff_ffff) }
    guard let masks else {
      if let number { return dropout(x, keepProb: number, seed: seed) }
      return dropout(x, keepProb: keepProb, seed: seed)
    }
    guard let width = x.shape.dimensions?.last ?? nil else {
      return x.graph.refuse(
        "variational dropout wants a known width, not \(x.type)", "DropoutWrapper", "dropout")
    }
    let noise = masks.noise(place, width: width, x.dtype, seed: seed, in: x.graph)
    let keep = keepProb.tensor(like: x)
    return x / keep * floor(keep + noise)
  }

  /// The value of a probability that is a number or a constant tensor.
  private func constantProbability(_ value: any TensorConvertible) -> Double? {
    if let tensor = value as? Tensor {
      guard tensor.isValid, let constant = tensor.operation.definition as? Const,
        constant.value.count == 1
      else { return nil }
      return constant.value.scalar(as: Double.self)
    }
    return probability(value)
  }
}

/// The noise of variational dropout: declared once for each place, outside of all loops.
private final class VariationalMasks: Sendable {
  private struct Key: Hashable {
    var graph: ObjectIdentifier
    var place: String
    var width: Int
  }

  private let noise = Synchronization.Mutex<[Key: Tensor]>([:])

  /// Even draws from `[0, 1)` of shape `[1, width]`.
  func noise(
    _ place: String, width: Int, _ dtype: DType, seed: Int?, in graph: Graph
  ) -> Tensor {
    let root = graph.root
    let key = Key(graph: ObjectIdentifier(root), place: place, width: width)
    if let made = noise.withLock({ $0[key] }) { return made }
    let made = root.outsideBodies {
      root.randomUniform([1, width], dtype: dtype, seed: seed)
    }
    noise.withLock { $0[key] = made }
    return made
  }
}
