internal import GraphArrays
internal import GraphEngine
internal import TensorFlowProtos

/// Turns the instructions of one program into nodes.
struct NodeWriter {
  private(set) var names: NodeNames
  /// Whether inputs are written as nodes of functions refer to each other.
  let isFunction: Bool
  var nodes: [Tensorflow_NodeDef] = []
  /// How each value is referred to: `name:1`, or `name:output:0` in a function.
  private(set) var references: [Value: String]
  /// The names of the nodes that others may have to wait for.
  private var nodeNames: [Value: String] = [:]

  init(names: NodeNames, isFunction: Bool) {
    self.names = names
    self.isFunction = isFunction
    references = names.references
  }

  /// Writes an instruction without bodies.
  mutating func append(
    _ instruction: Instruction, of program: Program
  ) throws(FormatError) {
    switch instruction.definition {
    case is IndexedSlices: try appendSegmentSum(instruction, of: program)
    case is CustomGradient:
      var forward = instruction
      forward.definition = Identity()
      forward.inputs = [instruction.inputs[0]]
      try appendPlain(forward, of: program)
    default: try appendPlain(instruction, of: program)
    }
  }

  /// Writes a loop or branch whose bodies are these functions.
  mutating func append(
    _ instruction: Instruction, _ definition: any ControlFlowDefinition,
    calling functions: GraphExporter.Functions, of program: Program
  ) throws(FormatError) {
    let type = (functions.isStateful ? "" : "Stateless") + definition.name
    var attributes: [String: Tensorflow_AttrValue] = [:]
    if definition is Case {
      attributes["branches"] = Tensorflow_AttrValue(functions: functions.names)
    } else {
      let roles = definition is While ? ["cond", "body"] : ["then_branch", "else_branch"]
      for (role, name) in zip(roles, functions.names) {
        attributes[role] = Tensorflow_AttrValue(function: name)
      }
    }
    let shapes = instruction.outputs.map { value in
      let type = program.type(value)
      return type.dtype == .variant || type.dtype == .resource ? [] : type.shape
    }
    attributes["output_shapes"] = Tensorflow_AttrValue(.shapes(shapes))
    try append(instruction, type: type, attributes, of: program)
  }

  private mutating func appendPlain(
    _ instruction: Instruction, of program: Program
  ) throws(FormatError) {
    try append(instruction, type: instruction.definition.name, [:], of: program)
  }

  private mutating func append(
    _ instruction: Instruction, type: String, _ attributes: [String: Tensorflow_AttrValue],
    of program: Program
  ) throws(FormatError) {
    let name = names.name(of: instruction)
    guard let signature = OpSignature[type] else {
      throw FormatError(
        .unsupported, "TensorFlow has no operation of this type", operation: name,
        operationType: type)
    }
    guard
      let derived = signature.derivedAttributes(
        inputs: instruction.inputs.map { program.type($0).dtype },
        outputs: instruction.outputs.map { program.type($0).dtype })
    else {
      throw FormatError(
        .invalidGraph,
        "\(instruction.inputs.count) operands and \(instruction.outputs.count) results do not fit "
          + "TensorFlow's operation", operation: name, operationType: type)
    }
    var node = Tensorflow_NodeDef()
    node.name = name
    node.op = type
    node.input = try inputs(of: instruction, name)
    node.attr = attributes
    for (name, value) in derived where node.attr[name] == nil {
      node.attr[name] = Tensorflow_AttrValue(value)
    }
    for (name, value) in instruction.definition.attributeValues {
      if let message = Tensorflow_AttrValue(value) { node.attr[name] = message }
    }
    if names.isOriginal(instruction), let origin = instruction.origin?.operation,
      let record = origin.graph.record(of: origin)
    {
      node.device = record.device
      for (name, bytes) in record.attributes where node.attr[name] == nil {
        node.attr[name] = GraphDefCoding.decodeAttribute(bytes)
      }
    }
    add(node, instruction, signature)
  }

  private mutating func add(
    _ node: Tensorflow_NodeDef, _ instruction: Instruction, _ signature: OpSignature
  ) {
    nodes.append(node)
    nodeNames[instruction.id] = node.name
    let count = instruction.outputs.count
    for (index, output) in instruction.outputs.enumerated() {
      if isFunction, let result = signature.reference(toOutput: index, of: count) {
        references[output] = "\(node.name):\(result)"
      } else {
        references[output] = index == 0 ? node.name : "\(node.name):\(index)"
      }
    }
  }

  private func inputs(
    of instruction: Instruction, _ name: String
  ) throws(FormatError) -> [String] {
    var inputs: [String] = []
    for input in instruction.inputs {
      guard let reference = references[input] else {
        throw FormatError(
          .invalidGraph, "an operand is not available where it is used", operation: name,
          operationType: instruction.definition.name)
      }
      inputs.append(reference)
    }
    return inputs + instruction.controls.compactMap { nodeNames[$0] }.map { "^\($0)" }
  }

  // MARK: Sparse gradients

  /// `IndexedSlices(values, indices, shape)` as a dense tensor, which TensorFlow sums from its parts:
  /// `UnsortedSegmentSum(values, indices, shape[0])`.
  private mutating func appendSegmentSum(
    _ instruction: Instruction, of program: Program
  ) throws(FormatError) {
    var scratch = program
    let dtype = program.type(instruction.inputs[2]).dtype
    func addition(
      _ definition: some OpDefinition, _ inputs: [Value], _ type: TensorType, _ name: String
    ) -> Instruction {
      Instruction(
        definition, inputs: inputs, outputs: [scratch.newValue(type)],
        name: "\(instruction.name)/\(name)", origin: instruction.origin)
    }
    let rows: Instruction
    if let count = program.constants[instruction.inputs[2]]?.integerElements?.first {
      rows = addition(
        Const(NDArray.integers([count], dtype: dtype, shape: [])), [], TensorType(dtype, []),
        "num_segments")
    } else {
      let bounds = [("begin", 0), ("end", 1), ("strides", 1)].map { name, value in
        addition(
          Const(NDArray.integers([value], dtype: dtype, shape: [1])), [],
          TensorType(dtype, exact: [1]), name)
      }
      for bound in bounds { try appendPlain(bound, of: scratch) }
      rows = addition(
        StridedSlice(masks: SliceMasks(shrinkAxis: 1)),
        [instruction.inputs[2]] + bounds.map { $0.outputs[0] }, TensorType(dtype, []),
        "num_segments")
    }
    try appendPlain(rows, of: scratch)
    var sum = instruction
    sum.definition = UnsortedSegmentSum()
    sum.inputs[2] = rows.outputs[0]
    try appendPlain(sum, of: scratch)
  }
}
