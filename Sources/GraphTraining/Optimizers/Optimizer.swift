internal import GraphArrays
public import GraphEngine

/// The gradient of a variable, and the variable; no gradient where nothing leads from one to the
/// other.
public typealias GradientAndVariable = (gradient: Tensor?, variable: Variable)

/// A rule by which gradients change variables.
///
///     let train = AdamOptimizer(learningRate: 0.01).minimize(loss)
///
/// or, with something done to the gradients in between,
///
///     let optimizer = AdamOptimizer(learningRate: 0.01)
///     let pairs = optimizer.computeGradients(loss)
///     let (clipped, _) = clipByGlobalNorm(pairs.map(\.gradient), norm: 5)
///     let train = optimizer.applyGradients(Array(zip(clipped, pairs.map(\.variable))))
public protocol Optimizer: Sendable {
  /// What the names of slots and operations start with: `Adam`.
  var name: String { get }
  /// The variables that the optimiser keeps.
  var slots: OptimizerSlots { get }

  /// Declares the slots of `variables`, of which there is one at least.
  func makeSlots(for variables: [Variable], in graph: Graph)
  /// Declares what all updates share, such as the learning rate, and returns how a variable is
  /// updated.
  func makeUpdate(in graph: Graph) -> OptimizerUpdate
}

/// How an optimiser changes variables, in one call of `applyGradients`.
public struct OptimizerUpdate {
  /// Declares the update of a variable by a gradient of its shape.
  let dense: (_ gradient: Tensor, _ variable: Variable) -> [Operation]
  /// Declares the update by gradients of some rows: values `[n, ...]` and row numbers `[n]`.
  let sparse: (_ values: Tensor, _ indices: Tensor, _ variable: Variable) -> [Operation]
  /// Whether rows that occur more than once are summed before `sparse` is given them.
  let sumsDuplicates: Bool
  /// Declares what follows when all variables are updated.
  let finish: () -> [Operation]

  /// An update of these parts.
  public init(
    dense: @escaping (_ gradient: Tensor, _ variable: Variable) -> [Operation],
    sparse:
      @escaping (_ values: Tensor, _ indices: Tensor, _ variable: Variable) ->
      [Operation],
    sumsDuplicates: Bool = true, finish: @escaping () -> [Operation] = { [] }
  ) {
    self.dense = dense
    self.sparse = sparse
    self.sumsDuplicates = sumsDuplicates
    self.finish = finish
  }
}

extension Optimizer {
  /// Declares a training step: gradients of `loss`, and their application.
  ///
  /// - Parameters:
  ///   - loss: What is to become small; a tensor that is no scalar is summed.
  ///   - variables: What is changed; nil: all trainable variables of the graph.
  ///   - globalStep: A variable that grows by one with each step.
  public func minimize(
    _ loss: Tensor, variables: [Variable]? = nil, globalStep: Tensor? = nil, name: String? = nil
  ) -> Operation {
    let pairs = computeGradients(loss, variables: variables)
    // Why there are none was recorded.
    if pairs.isEmpty { return Tensor.invalid(in: loss.graph).operation }
    if loss.isValid, !pairs.contains(where: { $0.gradient != nil }) {
      let names = pairs.map(\.variable.name).joined(separator: ", ")
      return refuse("\"\(loss.name)\" depends on none of the variables \(names)", in: loss.graph)
    }
    return applyGradients(pairs, globalStep: globalStep, name: name)
  }

  /// The gradient of `loss` with respect to each variable.
  ///
  /// - Parameter variables: nil: all trainable variables of the graph.
  public func computeGradients(
    _ loss: Tensor, variables: [Variable]? = nil
  ) -> [GradientAndVariable] {
    let variables = variables ?? loss.graph.collection(.trainableVariables)
    if variables.isEmpty {
      _ = refuse("there are no variables to train", in: loss.graph)
      return []
    }
    let found = gradients(of: loss, withRespectTo: variables.map(\.value))
    return zip(found, variables).map { (gradient: $0, variable: $1) }
  }

  /// Declares an operation that changes each variable by its gradient; those without one stay.
  ///
  /// Sparse gradients, as `gather` has them, change the rows they name.
  public func applyGradients(
    _ pairs: [GradientAndVariable], globalStep: Tensor? = nil, name: String? = nil
  ) -> Operation {
    let trained = pairs.compactMap { pair in pair.gradient.map { ($0, pair.variable) } }
    guard let graph = pairs.first?.variable.value.graph else {
      return Graph.refuse("there are no gradients to apply", "\(self.name)Optimizer", self.name)
        .operation
    }
    guard !trained.isEmpty else { return refuse("no variable has a gradient", in: graph) }
    makeSlots(for: trained.map(\.1), in: graph)
    return graph.nameScope(name ?? self.name) {
      let scope = graph.currentNameScope
      let update = makeUpdate(in: graph)
      let updates = trained.flatMap { gradient, variable in
        graph.nameScope("update_\(variable.name)") { declare(update, gradient, variable) }
      }
      let last = graph.controlDependencies(updates) { update.finish() }
      let step: Operation
      if let globalStep {
        let done = graph.group(updates + last, name: "update")
        step = graph.controlDependencies([done]) {
          assignAdd(globalStep, 1, name: "\(scope)/")
        }
      } else {
        step = graph.group(updates + last, name: "\(scope)/")
      }
      graph.addToCollection(.trainOperations, step)
      return step
    }
  }

  private func declare(
    _ update: OptimizerUpdate, _ gradient: Tensor, _ variable: Variable
  ) -> [Operation] {
    guard let slices = gradient.indexedSlices else { return update.dense(gradient, variable) }
    guard update.sumsDuplicates else {
      return update.sparse(slices.values, slices.indices, variable)
    }
    let (rows, places) = unique(slices.indices)
    let sums = unsortedSegmentSum(slices.values, places, segments: rows.dynamicShape[0])
    return update.sparse(sums, rows, variable)
  }

  private func refuse(_ message: String, in graph: Graph) -> Operation {
    graph.refuse(message, "\(name)Optimizer", name).operation
  }
}

/// A setting of an optimiser, a number or a tensor, as a tensor; numbers become float32.
func setting(_ value: any TensorConvertible, named name: String, in graph: Graph) -> Tensor {
  if let tensor = value as? Tensor { return tensor }
  guard let number = value as? any NDArrayConvertible else {
    return value.tensor(like: graph.constant(0, dtype: .float32))
  }
  return graph.constant(number, dtype: .float32, name: name)
}

extension Tensor {
  /// The setting in the dtype of a variable.
  func setting(for variable: Variable) -> Tensor {
    dtype == variable.dtype ? self : cast(self, to: variable.dtype)
  }
}
