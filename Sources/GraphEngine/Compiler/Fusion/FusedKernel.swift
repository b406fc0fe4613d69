internal import GraphArrays
internal import GraphKernels

/// The code of a fused group for exact types: an `ElementwiseProgram` over blocks of rows.
struct FusedKernel {
  /// Elements that a block has, about: some tens of microseconds.
  private static let blockSize = 65_536
  /// The columns into which a domain is cut that has no rows of its own.
  private static let flatColumns = 1024

  /// A value of the body.
  private enum Meaning {
    /// Columns of an operand, or all of it.
    case operand(Int, firstColumn: Int, [Int])
    case constant(NDArray)
    case value(ElementwiseBuilder.Value)
    /// A whole that is made of parts.
    case joined([Value])
  }

  private let body: Program
  private let request: KernelRequest
  private let domain: FusedDomain
  private let constants: [Value: NDArray]

  init(_ body: Program, _ request: KernelRequest) throws(GraphError) {
    self.body = body
    self.request = request
    constants = body.constants
    guard
      let first = body.instructions.first(where: { $0.definition.elementwise != nil }),
      let shape = body.type(first.outputs[0]).extents
    else { throw GraphError(.unimplemented, "a fused group has no operation") }
    domain = FusedDomain(shape: shape)
  }

  func kernel() throws(GraphError) -> Kernel {
    let count = domain.rows * domain.columns
    guard count > 0 else { return .nothing }
    let operations = body.instructions.count { $0.definition.elementwise != nil }
    let flops = Double(count * operations)
    guard isFlat else {
      let program = try program(columns: domain.columns, from: 0)
      return Self.kernel(
        [(program, domain.rows)], columns: domain.columns, arrayCount: arrayCount,
        inPlace: inPlaceInputs, flops: flops)
    }
    // Rows of a fixed length, and what is left over as a last one.
    let columns = min(count, Self.flatColumns)
    let rows = count / columns
    var parts: [(program: ElementwiseProgram, rows: Int)] = [
      (try program(columns: columns, from: 0), rows)
    ]
    if count > rows * columns {
      parts.append((try program(columns: count - rows * columns, from: rows * columns), 1))
    }
    return Self.kernel(
      parts, columns: columns, arrayCount: arrayCount, inPlace: inPlaceInputs, flops: flops)
  }

  private var arrayCount: Int { request.inputs.count + request.outputs.count }

  /// Whether every operand has either an element for each of the domain's, or one for all, so that
  /// rows may be of any length.
  private var isFlat: Bool {
    body.instructions.allSatisfy {
      $0.definition.elementwise != nil || $0.definition.is(Const.self)
    }
      && request.inputs.indices.allSatisfy { i in
        switch domain.reading(request.inputShape(i)) {
        case .full, .scalar: true
        default: false
        }
      }
  }

  /// Operands that the first result may overwrite: they are as large as it is, and what they have at
  /// a place belongs to the same element of the domain as what the result has there.
  private var inPlaceInputs: [Int] {
    guard let output = body.results.first else { return [] }
    // Parts of equal width begin at the same columns, in operands as in results.
    let isJoined = body.instructions.contains {
      $0.definition.is(ConcatV2.self) && $0.outputs[0] == output
    }
    return request.inputs.indices.filter { i in
      let (operand, result) = (request.inputs[i], request.outputs[0])
      guard operand.byteCount == result.byteCount, operand.extents?.last == result.extents?.last,
        operand.dtype.byteSize == result.dtype.byteSize
      else { return false }
      let parameter = body.parameters[i].value
      return body.instructions.allSatisfy { use in
        guard use.inputs.contains(parameter) else { return true }
        return isJoined
          ? use.definition.is(Split.self)
          : use.definition.elementwise != nil && operand.extents == domain.shape
      }
    }
  }

  // MARK: The program

  private func program(
    columns: Int, from first: Int
  ) throws(GraphError) -> ElementwiseProgram {
    var builder = ElementwiseBuilder(columns: columns)
    var meanings: [Value: Meaning] = [:]
    for (i, parameter) in body.parameters.enumerated() {
      meanings[parameter.value] = .operand(i, firstColumn: 0, request.inputShape(i))
    }
    func integers(_ value: Value) -> [Int]? { constants[value]?.integerElements }
    for instruction in body.instructions {
      if let constant = instruction.definition.as(Const.self) {
        meanings[instruction.outputs[0]] = .constant(constant.value)
      } else if let views = instruction.columnViews(body.type, integers) {
        for (output, view) in zip(instruction.outputs, views) {
          guard case .operand(let i, let column, let shape) = meanings[view.whole] else {
            throw GraphError(.unimplemented, "a part of a value that a fused group makes")
          }
          meanings[output] = .operand(i, firstColumn: column + view.firstColumn, shape)
        }
      } else if let parts = instruction.joinedColumns(body.type, integers) {
        meanings[instruction.outputs[0]] = .joined(parts)
      } else if let definition = instruction.definition.elementwise {
        var operands: [ElementwiseBuilder.Value] = []
        for input in instruction.inputs {
          operands.append(try read(input, meanings, columns, first, &builder))
        }
        let types = instruction.inputs.map { body.type($0).dtype }
        guard let result = definition.fused(operands, types, &builder) else {
          throw GraphError(.unimplemented, "\(definition.name) is not for a fused group")
        }
        meanings[instruction.outputs[0]] = .value(result)
      }
    }
    let inPlace = Set(inPlaceInputs)
    for (k, result) in body.results.enumerated() {
      let array = request.inputs.count + k
      let overwritten = k == 0 ? inPlace : []
      guard case .joined(let parts) = meanings[result] else {
        let value = try read(result, meanings, columns, first, &builder)
        builder.store(
          value, array: array, offset: first, rowStride: columns, overwriting: overwritten)
        continue
      }
      var column = 0
      let width = body.type(result).extents?.last ?? 0
      for part in parts {
        let value = try read(part, meanings, columns, first, &builder)
        builder.store(
          value, array: array, offset: column, rowStride: width, overwriting: overwritten)
        column += body.type(part).extents?.last ?? 0
      }
    }
    return builder.program()
  }

  private func read(
    _ value: Value, _ meanings: [Value: Meaning], _ columns: Int, _ first: Int,
    _ builder: inout ElementwiseBuilder
  ) throws(GraphError) -> ElementwiseBuilder.Value {
    let type = body.type(value)
    guard let kernelType = type.dtype.kernelType, let extents = type.extents,
      let reading = domain.reading(extents)
    else { throw GraphError(.unimplemented, "an operand of a fused group does not fit it") }
    switch meanings[value] {
    case .value(let value): return value
    case .constant(let array):
      guard array.count == 1 else { break }
      let source = array.storage.pointer
      return builder.constant(kernelType, at: source)
    case .operand(let array, let firstColumn, let shape):
      let width = shape.last ?? 1
      switch reading {
      case .full:
        // A flat domain reads whole operands from where it begins.
        return builder.operand(
          kernelType, array: array, offset: firstColumn + first,
          rowStride: isFlat ? columns : width)
      case .row:
        return builder.operand(kernelType, array: array, offset: firstColumn, rowStride: 0)
      case .column:
        return builder.operand(
          kernelType, array: array, offset: firstColumn, rowStride: width, columnStride: 0)
      case .scalar:
        return builder.operand(
          kernelType, array: array, offset: firstColumn, rowStride: 0, columnStride: 0)
      }
    default: break
    }
    throw GraphError(.unimplemented, "a value of a fused group is not to be read")
  }

  // MARK: Execution

  /// A kernel that runs programs over rows, one after the other, in blocks.
  private static func kernel(
    _ parts: [(program: ElementwiseProgram, rows: Int)], columns: Int, arrayCount: Int,
    inPlace: [Int], flops: Double
  ) -> Kernel {
    let rowsPerBlock = max(1, blockSize / columns)
    let rows = parts[0].rows
    let blocks = max(1, (rows + rowsPerBlock - 1) / rowsPerBlock)
    let scratchByteCount = parts.reduce(0) { max($0, $1.program.scratchByteCount) }
    return Kernel(blocks: blocks, inPlace: inPlace, flops: flops, scratch: scratchByteCount) {
      arguments, block throws(RunFailure) in
      let first = block * rowsPerBlock
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: arrayCount) {
        arrays in
        guard let base = arrays.baseAddress else { return }
        for i in 0..<arrayCount {
          (base + i).initialize(to: arguments.pointers[Int(arguments.slots[i])])
        }
        ThreadScratch.with(scratchByteCount) { scratch in
          parts[0].program.run(
            arrays: base, rows: first..<min(rows, first + rowsPerBlock), scratch: scratch)
          guard block == blocks - 1 else { return }
          for part in parts.dropFirst() {
            part.program.run(arrays: base, rows: 0..<part.rows, scratch: scratch)
          }
        }
      }
    }
  }
}
