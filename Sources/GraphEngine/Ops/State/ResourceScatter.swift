internal import CKernels
internal import GraphArrays
internal import GraphKernels

/// Adds rows to rows of a variable when it runs; a row that is named twice is added to twice.
/// TF: `tf.scatter_add`.
///
/// - Parameters:
///   - variable: A variable of rank 1 or more, as `variable` or `getVariable` returned it.
///   - indices: Rows of the variable: an integer tensor of any shape.
///   - updates: The extents of `indices`, and those of a row.
@discardableResult
public func scatterAdd(
  _ variable: Tensor, _ indices: Tensor, _ updates: Tensor, name: String? = nil
) -> Operation {
  scatter(variable, indices, updates, ResourceScatter(.add), name ?? "ScatterAdd")
}

/// Subtracts rows from rows of a variable when it runs. TF: `tf.scatter_sub`.
///
/// - Parameters:
///   - variable: A variable of rank 1 or more.
///   - indices: Rows of the variable: an integer tensor of any shape.
///   - updates: The extents of `indices`, and those of a row.
@discardableResult
public func scatterSub(
  _ variable: Tensor, _ indices: Tensor, _ updates: Tensor, name: String? = nil
) -> Operation {
  scatter(variable, indices, updates, ResourceScatter(.sub), name ?? "ScatterSub")
}

/// Replaces rows of a variable when it runs; of rows that are named twice the last one stays.
/// TF: `tf.scatter_update`.
///
/// - Parameters:
///   - variable: A variable of rank 1 or more.
///   - indices: Rows of the variable: an integer tensor of any shape.
///   - updates: The extents of `indices`, and those of a row.
@discardableResult
public func scatterUpdate(
  _ variable: Tensor, _ indices: Tensor, _ updates: Tensor, name: String? = nil
) -> Operation {
  scatter(variable, indices, updates, ResourceScatter(.update), name ?? "ScatterUpdate")
}

private func scatter(
  _ variable: Tensor, _ indices: Tensor, _ updates: Tensor, _ definition: ResourceScatter,
  _ name: String
) -> Operation {
  guard let handle = variable.handle(for: definition.name) else {
    return Operation(graph: variable.graph, node: -1)
  }
  return variable.graph.add(definition, [handle, indices, updates], name: name)
}

/// What becomes of a row that is named.
package enum ScatterMode: String, Sendable, Hashable {
  /// It is added to.
  case add = "Add"
  /// It is subtracted from.
  case sub = "Sub"
  /// It is replaced.
  case update = "Update"
}

/// Changes rows of a variable. TF: `ResourceScatterAdd`, `ResourceScatterSub`,
/// `ResourceScatterUpdate`.
package struct ResourceScatter: VariableUpdate {
  /// What becomes of a row that is named.
  package let mode: ScatterMode

  package init(_ mode: ScatterMode) { self.mode = mode }

  package var name: String { "ResourceScatter\(mode.rawValue)" }
  package var updatedInputs: [Int] { [0] }
  package var functionalInputs: [Int] { [0, 1, 2] }
  package var functional: any OpDefinition { Scatter(mode) }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    if let element = context[0].element { try context.expectRows(of: element, 1, 2) }
    return []
  }
}

/// Its first operand with some rows changed. TF: `ScatterAdd`, `ScatterSub`, `ScatterUpdate`.
package struct Scatter: OpDefinition {
  /// What becomes of a row that is named.
  package let mode: ScatterMode

  package init(_ mode: ScatterMode) { self.mode = mode }

  package var name: String { "Scatter\(mode.rawValue)" }
  package var effects: Effects { .canFail }

  package func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    try context.expect(count: 3)
    try context.expectRows(of: context[0], 1, 2)
    return [context[0]]
  }

  package func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    try request.requirePlainBytes(name)
    let rows = UpdatedRows(request, indices: 1)
    let rowBytes = rows.length * request.dtype.byteSize
    let byteCount = request.outputs[0].byteCount ?? 0
    let table = KernelTable.best.pointee
    let type = request.dtype.kernelType
    let loop: BinaryLoop? =
      switch mode {
      case .add: type.flatMap { table.add[$0] }
      case .sub: type.flatMap { table.sub[$0] }
      case .update: nil
      }
    guard loop != nil || mode == .update else { throw request.unsupported(name) }
    return Kernel(inPlace: [0], flops: Double(request.inputCount(2))) {
      arguments, _ throws(RunFailure) in
      let target = arguments.output()
      if UnsafeRawPointer(target) != arguments.input(0) {
        target.copyMemory(from: arguments.input(0), byteCount: byteCount)
      }
      for i in 0..<rows.count {
        let row = target + (try rows.row(i, arguments)) * rowBytes
        let update = arguments.input(2) + i * rowBytes
        if let loop {
          loop(row, row, update, rows.length, 1, 1)
        } else {
          row.copyMemory(from: update, byteCount: rowBytes)
        }
      }
    }
  }
}

/// Rows of a tensor that an operand of indices names.
struct UpdatedRows: Sendable {
  /// The number of indices.
  let count: Int
  /// The number of elements of a row.
  let length: Int
  private let extent: Int
  private let indices: IntegerOperand
  private let shape: [Int]

  /// - Parameters:
  ///   - indices: The operand with the indices; the first operand is the tensor.
  init(_ request: KernelRequest, indices: Int) {
    count = request.inputCount(indices)
    length = request.inputShape(0).dropFirst().reduce(1, *)
    extent = request.inputShape(0).first ?? 0
    self.indices = IntegerOperand(indices, request)
    shape = request.inputShape(indices)
  }

  /// The row that index `i` names.
  ///
  /// - Throws: `RunFailure` where there is no such row.
  @inline(__always)
  func row(_ i: Int, _ arguments: Arguments) throws(RunFailure) -> Int {
    let row = indices.value(arguments, at: i)
    guard row >= 0, row < extent else {
      throw RunFailure(
        .invalidArgument,
        "indices\(positionText(i, in: shape)) = \(row) is not in [0, \(extent))")
    }
    return row
  }
}

extension InferenceContext {
  /// - Throws: `GraphError` where operands are not indices and values of rows of a tensor.
  func expectRows(of tensor: TensorType, _ indices: Int, _ values: Int) throws(GraphError) {
    try expectInteger(indices)
    guard tensor.dtype == dtype(values) else {
      throw GraphError(
        .invalidArgument, "the variable is \(tensor), the rows are \(types[values])")
    }
    guard let dimensions = tensor.shape.dimensions else { return }
    let wanted = shape(indices).appending(
      contentsOf: Shape(dimensions: Array(dimensions.dropFirst())))
    guard !dimensions.isEmpty, wanted.isCompatible(with: shape(values)) else {
      throw GraphError(
        .invalidArgument,
        "rows for indices \(shape(indices)) of a variable \(tensor) have shape \(wanted), not "
          + "\(shape(values))")
    }
  }
}
