import StaticGraph
import Testing

@Suite("Clipping against TensorFlow")
struct ClippingTests {
  /// Clips `a` and `b` of a case, and compares results, norm and gradients.
  private func check(
    _ name: String, _ clip: (_ a: Tensor, _ b: Tensor?) -> (results: [Tensor?], norm: Tensor?)
  ) throws {
    let arrays = try TrainingFixtures.arrays("optimizers/clipping.npz")
    let graph = Graph()
    let a = graph.constant(try arrays.array("\(name)/a"))
    let b = arrays["\(name)/b"].map { graph.constant($0) }
    let (results, norm) = clip(a, b)
    let keys = b == nil ? ["a"] : ["a", "b"]
    let found = results.compactMap { $0 }
    try #require(found.count == keys.count)
    let parts = try zip(keys, found).map { key, result in
      reduceSum(result * graph.constant(try arrays.array("\(name)/weight/\(key)")))
    }
    let slopes = gradients(of: addN(parts), withRespectTo: [a, b].compactMap { $0 })
    let session = try Session(graph)
    let (values, derivatives, length) = try session.run(found, slopes, norm)
    for (key, value) in zip(keys, values) {
      expectClose(value, try arrays.array("\(name)/result/\(key)"), 1e-6, "\(name) \(key)")
    }
    for (key, value) in zip(keys, derivatives) {
      let expected = try arrays.array("\(name)/gradient/\(key)")
      expectClose(try #require(value), expected, 1e-5, "\(name) gradient of \(key)")
    }
    if let length { expectClose(length, try arrays.array("\(name)/norm"), 1e-6, "\(name) norm") }
  }

  @Test("By value")
  func value() throws { try check("value") { a, _ in (clipByValue([a], min: -1, max: 1.5), nil) } }

  @Test(
    "By norm, of a large one, of zeros",
    arguments: [("norm", 2.0), ("norm_large", 100), ("norm_zero", 2)])
  func norm(name: String, limit: Double) throws {
    try check(name) { a, _ in ([clipByNorm(a, norm: limit)], nil) }
  }

  @Test("By norm over an axis")
  func normOverAxis() throws {
    try check("norm_axis") { a, _ in ([clipByNorm(a, norm: 1.5, axes: [1])], nil) }
  }

  @Test(
    "By global norm, of a large one, of an infinite one; nothing stays nothing",
    arguments: [("global", 2.0), ("global_large", 100), ("global_infinite", 2)])
  func globalNorm(name: String, limit: Double) throws {
    try check(name) { a, b in
      let (clipped, norm) = clipByGlobalNorm([a, nil, b], norm: limit)
      #expect(clipped.count == 3 && clipped[1] == nil)
      return (clipped, norm)
    }
  }
}
