import StaticGraph

/// The first operation that makes a value which is not finite, in words; nil where there is none.
///
/// Runs what `results` need once more and looks at the result of every operation, in the order in
/// which they were declared; so its operands are finite. A loop counts as one operation.
func firstNonFinite(of results: [Tensor], feeding feeds: Feeds, in session: Session) -> String? {
  var needed: Set<StaticGraph.Operation> = []
  var open = results.map(\.operation)
  while let operation = open.popLast() {
    guard needed.insert(operation).inserted else { continue }
    open += operation.inputs.map(\.operation)
  }
  guard let graph = results.first?.graph else { return nil }
  for operation in graph.operations where needed.contains(operation) {
    let outputs = operation.outputs.filter { $0.dtype.isFloating }
    guard !outputs.isEmpty, let values = try? session.run(outputs, feeding: feeds) else { continue }
    for (output, value) in zip(outputs, values) {
      guard let worst = value.scalars(as: Double.self).first(where: { !$0.isFinite }) else {
        continue
      }
      let place = operation.location.map { " (\($0))" } ?? ""
      return "\(operation)\(place) makes \(worst): \(output)"
    }
  }
  return nil
}
