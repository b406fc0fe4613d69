public import GraphArrays
public import GraphEngine

/// A learned vector for each id: row `ids[...]` of a variable.
///
/// The variable is `NAME/embeddings` `[vocabularySize, units]`; its gradient is sparse. Without a
/// name the scope is `embedding`, `embedding_1` and so on. TF: `tf.keras.layers.Embedding`.
///
/// - Parameters:
///   - ids: Integers below `vocabularySize`, of any shape.
///   - initializer: The variable's; by default even values in `[-0.05, 0.05)`.
/// - Returns: `[..., units]`, the shape of `ids` and `units`.
public func embedding(
  _ ids: Tensor, vocabularySize: Int, units: Int, _ dtype: DType = .float32,
  initializer: Initializer = .randomUniform(), name: String? = nil
) -> Tensor {
  let graph = ids.graph
  func declare() -> Tensor {
    let table = graph.getVariable(
      "embeddings", shape: [vocabularySize, units], dtype, initializer: initializer)
    return embeddingLookup(table, ids)
  }
  if let name { return graph.variableScope(name, declare) }
  return graph.variableScope(defaultName: "embedding", declare)
}

/// Rows of a table: `params[ids[...]]`. TF: `tf.nn.embedding_lookup`.
///
/// - Parameters:
///   - params: `[rows, ...]`.
///   - ids: Integers in `0..<rows`, of any shape; another value fails when it runs.
/// - Returns: The shape of `ids`, then that of a row.
public func embeddingLookup(_ params: Tensor, _ ids: Tensor, name: String? = nil) -> Tensor {
  params.graph.nameScope(name ?? "embedding_lookup") { gather(params, ids) }
}
