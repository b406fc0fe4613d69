package import GraphArrays

/// Computes one of two bodies. TF: `If`.
///
/// Operand 0 is the predicate, a bool scalar; the others are what the bodies take from outside. Of
/// the outputs the last is the history, as that of `While`.
package struct If: BranchDefinition {
  /// What is computed where the predicate is true.
  package let then: Body
  /// What is computed where it is false.
  package let otherwise: Body

  package init(then: Body, otherwise: Body) {
    self.then = then
    self.otherwise = otherwise
  }

  package var name: String { "If" }
  package static let attributes = [
    Attribute(derived: "then_branch", \If.then), Attribute(derived: "else_branch", \.otherwise),
  ]
  package var bodies: [Body] { [then, otherwise] }
  package var choiceType: DType { .bool }
}
