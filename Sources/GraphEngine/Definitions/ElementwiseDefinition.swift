package import GraphArrays
package import GraphKernels

/// An operation whose result has at each place a function of its operands at that place, operands
/// being broadcast: a member of fused groups.
package protocol ElementwiseDefinition: OpDefinition {
  /// The operation as functions of a group's program, with the same bits as its kernel.
  ///
  /// - Parameters:
  ///   - operands: The operands, broadcast to the result's shape by whoever reads them.
  ///   - types: The dtypes of the operands.
  /// - Returns: The result; nil where there is no loop for these types.
  func fused(
    _ operands: [ElementwiseBuilder.Value], _ types: [DType], _ builder: inout ElementwiseBuilder
  ) -> ElementwiseBuilder.Value?
}

extension ElementwiseDefinition {
  package var elementwise: (any ElementwiseDefinition)? { self }
}
