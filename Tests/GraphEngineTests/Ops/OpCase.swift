import GraphArrays
import GraphEngine
import Testing

/// One use of an operation of the catalogue: sample operands, how it is declared, what it gives.
///
/// `OpConformanceTests` runs every case; a new operation needs at least one.
struct OpCase: Sendable, CustomTestStringConvertible {
  /// What the results are compared with.
  enum Expected: Sendable {
    /// TensorFlow's own results for this operation, in Tests/Fixtures/ops: see `GoldenTests`.
    case golden
    /// These arrays, which come from TensorFlow or NumPy or are plain to see.
    case values([NDArray])
    /// What a plain computation gives for the operands.
    case reference(@Sendable ([NDArray]) -> [NDArray])
    /// Results are checked by the suite that is named.
    case elsewhere(String)
  }

  /// What is expected of the gradient.
  enum Differentiability: Sendable {
    /// TensorFlow registers no gradient for the operation, or none for operands of these dtypes.
    case none
    /// Gradients of float64 operands agree with differences up to this order, 1 or 2.
    case numeric(order: Int, tolerance: Double = 1e-6)

    static let first = numeric(order: 1)
    static let second = numeric(order: 2)
  }

  /// The operation's type, and, behind a `/`, what is special about the case.
  let name: String
  let inputs: [NDArray]
  /// Positions of inputs that are declared as constants, because their values decide types.
  let constants: Set<Int>
  /// Further operands, with empty axes.
  let empty: [NDArray]?
  let gradient: Differentiability
  let expected: Expected
  let declare: @Sendable (Graph, [Tensor]) -> [Tensor]

  init(
    _ name: String, _ inputs: [NDArray], constants: Set<Int> = [],
    empty: [NDArray]? = nil, gradient: Differentiability, expected: Expected = .golden,
    declare: @escaping @Sendable (_ graph: Graph, _ inputs: [Tensor]) -> [Tensor]
  ) {
    self.name = name
    self.inputs = inputs
    self.constants = constants
    self.empty = empty
    self.gradient = gradient
    self.expected = expected
    self.declare = declare
  }

  /// A case whose operation is declared by its definition.
  init(
    _ name: String, _ inputs: [NDArray], constants: Set<Int> = [],
    empty: [NDArray]? = nil, gradient: Differentiability, expected: Expected = .golden,
    _ definition: some OpDefinition
  ) {
    self.init(
      name, inputs, constants: constants, empty: empty, gradient: gradient,
      expected: expected
    ) { graph, inputs in graph.tensors(definition, inputs) }
  }

  /// The operation's type.
  var operation: String { String(name.prefix { $0 != "/" }) }

  var testDescription: String { name }
}

/// The cases of all operations, each family's in a file of its own.
enum OpCases {
  static let all: [OpCase] = [
    basic,
    math,
    reductions,
    linear,
    networks,
    images,
    arrays,
    updates,
  ].flatMap { $0 }
}

/// A float64 array of plain numbers.
func float64(_ values: [Double], _ shape: [Int]) -> NDArray {
  NDArray(values, shape: shape, dtype: .float64)
}

/// A float64 array of this shape with numbers between -1 and 1, none of them close to 0 or equal.
func samples(_ shape: [Int], seed: Int = 0) -> NDArray {
  let count = shape.reduce(1, *)
  // Steps by an irrational part of the interval fill it evenly (Weyl's sequence).
  let values = (0..<count).map { index -> Double in
    let x = (Double(index + 7 * seed) * 0.618_033_988_749_894_9 + 0.21)
      .truncatingRemainder(dividingBy: 1)
    return x < 0.5 ? -0.05 - 1.9 * x : 0.05 + 1.9 * (x - 0.5)
  }
  return float64(values, shape)
}

extension OpCases {
  /// Operations that are no computation by themselves, and the suites that test them.
  static let testedElsewhere: [String: String] = [
    "_Arg": "ControlFlowTests",
    "Assert": "DebuggingTests",
    "AssignAddVariableOp": "VariableTests",
    "AssignSubVariableOp": "VariableTests",
    "AssignVariableOp": "VariableTests",
    "Const": "GraphTests",
    "EmptyTensorList": "LoopGradientTests",
    "Multinomial": "RandomGraphTests",
    "NoOp": "GraphTests",
    "Placeholder": "GraphTests",
    "OptionalFromValue": "OptionalTests",
    "OptionalGetValue": "OptionalTests",
    "OptionalHasValue": "OptionalTests",
    "OptionalNone": "OptionalTests",
    "PlaceholderWithDefault": "GraphTests",
    "Print": "DebuggingTests",
    "RandomStandardNormal": "RandomGraphTests",
    "RandomUniform": "RandomGraphTests",
    "RandomUniformInt": "RandomGraphTests",
    "ReadVariableOp": "VariableTests",
    "ResourceApplyAdam": "ResourceUpdateTests",
    "ResourceApplyGradientDescent": "ResourceUpdateTests",
    "ResourceApplyMomentum": "ResourceUpdateTests",
    "ResourceGather": "VariableReaderTests",
    "ResourceGatherNd": "VariableReaderTests",
    "ResourceScatterAdd": "ResourceUpdateTests",
    "ResourceScatterSub": "ResourceUpdateTests",
    "ResourceScatterUpdate": "ResourceUpdateTests",
    "ResourceSparseApplyMomentum": "ResourceUpdateTests",
    "TensorListConcat": "TensorListMovementTests",
    "TensorListConcatV2": "TensorListMovementTests",
    "TensorListElementShape": "TensorListTests",
    "TensorListFromTensor": "LoopGradientTests",
    "TensorListGather": "TensorListMovementTests",
    "TensorListGetItem": "LoopGradientTests",
    "TensorListLength": "TensorListTests",
    "TensorListPopBack": "LoopGradientTests",
    "TensorListPushBack": "LoopGradientTests",
    "TensorListReserve": "LoopGradientTests",
    "TensorListResize": "TensorListMovementTests",
    "TensorListScatter": "TensorListMovementTests",
    "TensorListScatterIntoExistingList": "TensorListMovementTests",
    "TensorListScatterV2": "TensorListMovementTests",
    "TensorListSetItem": "LoopGradientTests",
    "TensorListSplit": "TensorListMovementTests",
    "TensorListStack": "LoopGradientTests",
    "TruncatedNormal": "RandomGraphTests",
    "VarHandleOp": "VariableTests",
    "VarIsInitializedOp": "VariableTests",
    "VariableShape": "VariableReaderTests",
  ]
}
