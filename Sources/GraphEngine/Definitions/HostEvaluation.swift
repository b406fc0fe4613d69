package import GraphArrays

extension OpDefinition {
  /// The first result for constant operands, computed now by the operation's kernel.
  ///
  /// - Throws: `GraphError` where an operand is not given, a type is not exact or there is no
  ///   kernel; `RunFailure` where the kernel fails.
  package func evaluateOnHost(_ values: [NDArray?], _ types: [TensorType]) throws -> NDArray {
    guard let result = try evaluateAllOnHost(values, types).first else {
      throw GraphError(.unimplemented, "\(name) has no result")
    }
    return result
  }

  /// All results for constant operands, computed now by the operation's kernel.
  ///
  /// - Throws: As `evaluateOnHost`.
  package func evaluateAllOnHost(_ values: [NDArray?], _ types: [TensorType]) throws -> [NDArray] {
    let operands = values.compactMap { $0 }
    guard operands.count == values.count else {
      throw GraphError(.invalidArgument, "an operand of \(name) is not constant")
    }
    let exact = operands.map { TensorType($0.dtype, exact: $0.shape) }
    let outputs = try inferChecked(
      InferenceContext(types: exact, known: operands.map { .array($0) }))
    guard outputs.allSatisfy(\.isExact) else {
      throw GraphError(.invalidArgument, "a result of \(name) has no exact type")
    }
    let kernel = try kernel(
      KernelRequest(inputs: exact, outputs: outputs, values: operands))
    let results = outputs.map { NDArray(dtype: $0.dtype, shape: $0.extents ?? [], zeroed: true) }
    let slots = (operands + results).indices.map(Int32.init)
    var pointers = (operands + results).map(\.storage.pointer)
    var objects: [AnyObject?] = (operands + results).map(\.storage)
    var shapes = (operands + results).map(\.shape)
    let state = RunState()
    try pointers.withUnsafeMutableBufferPointer { pointers in
      try objects.withUnsafeMutableBufferPointer { objects in
        try shapes.withUnsafeMutableBufferPointer { shapes in
          try slots.withUnsafeBufferPointer { slots in
            guard let pointers = pointers.baseAddress, let objects = objects.baseAddress,
              let shapes = shapes.baseAddress, let slots = slots.baseAddress
            else { return }
            let arguments = Arguments(
              pointers: pointers, objects: objects, shapes: shapes, slots: slots,
              inputCount: operands.count, run: state)
            for block in 0..<kernel.blocks { try kernel.body(arguments, block) }
          }
        }
      }
    }
    guard kernel.bindsOutputs else { return results }
    return try outputs.indices.map { index in
      guard let storage = objects[operands.count + index] as? ArrayStorage else {
        throw GraphError(.unimplemented, "a result of \(name) is no array")
      }
      return NDArray(
        dtype: outputs[index].dtype, shape: shapes[operands.count + index], storage: storage)
    }
  }
}
