internal import GraphArrays

/// What a gradient rule is told: the operation, its forward values as they can be read where the
/// gradient is declared, and the gradients that reach its outputs.
package struct GradientContext {
  /// The operation that is differentiated.
  package let operation: Operation
  /// The gradients of the outputs; nil where none reaches one.
  package let outputGradients: [Tensor?]
  /// For an output that is the history of a loop or branch: what each of its tapes contributes.
  package let tapeGradients: [TapeGradient]
  /// Which operands' gradients are wanted.
  package let isNeeded: [Bool]
  /// How forward tensors are read: themselves, or from a tape where the gradient is the body of
  /// another loop.
  let values: any ForwardValues

  package init(
    operation: Operation, outputGradients: [Tensor?], tapeGradients: [TapeGradient] = [],
    isNeeded: [Bool], values: any ForwardValues
  ) {
    self.operation = operation
    self.outputGradients = outputGradients
    self.tapeGradients = tapeGradients
    self.isNeeded = isNeeded
    self.values = values
  }

  /// An operand's forward value.
  package func input(_ index: Int = 0) -> Tensor { values.value(of: operation.inputs[index]) }
  /// An output's forward value.
  package func output(_ index: Int = 0) -> Tensor { values.value(of: operation.outputs[index]) }
  /// The type of an operand as declared, also where its value is read from a tape.
  package func inputType(_ index: Int = 0) -> TensorType { operation.inputs[index].type }
  /// The type of an output as declared.
  package func outputType(_ index: Int = 0) -> TensorType { operation.outputs[index].type }
  /// An operand's shape: a constant where it is known, else what it is in the run; an int32 vector.
  /// Cheaper than `input(i).dynamicShape`: no tape of the value is needed for it.
  package func inputShape(_ index: Int = 0) -> Tensor { values.shape(of: operation.inputs[index]) }
  /// An output's shape, likewise.
  package func outputShape(_ index: Int = 0) -> Tensor {
    values.shape(of: operation.outputs[index])
  }

  /// The gradient of an output; zeros where none reaches it.
  package func dy(_ index: Int = 0) -> Tensor {
    outputGradients[index] ?? values.zeros(of: operation.outputs[index])
  }

  /// `gradient`, of an elementwise result, summed over what an operand was broadcast along.
  package func unbroadcast(_ gradient: Tensor, to index: Int) -> Tensor {
    Gradients.unbroadcast(
      gradient, to: inputType(index).shape, of: outputType(0).shape,
      operandShape: { self.inputShape(index) }, resultShape: { self.outputShape(0) })
  }
}

/// The gradient of a tape: which value of a body it is, and the list of cotangents of its items.
package struct TapeGradient: Sendable {
  /// The value, from the outermost body inwards: tensors of bodies, the last of them the value.
  package let path: [Tensor]
  /// The gradient of the tape.
  package let gradient: Tensor

  package init(path: [Tensor], gradient: Tensor) {
    self.path = path
    self.gradient = gradient
  }
}
