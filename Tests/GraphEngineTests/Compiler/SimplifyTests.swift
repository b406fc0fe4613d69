import GraphArrays
import GraphEngine
import Testing

/// What Simplify and the passes beside it leave of an expression of `x`, without constants: the text
/// of the program, its first and last line left out.
private func simplified(
  _ shape: [Int], _ dtype: DType = .float32, _ expression: (Tensor) -> Tensor
) throws -> [String] {
  let graph = Graph()
  let x = graph.placeholder(dtype, shape: Shape(rank: shape.count), name: "x")
  let y = expression(x)
  if let error = graph.error { throw error }
  let program = try Compiler.compile(
    graph: graph, fetches: [y], targets: [], feeds: [x],
    feedTypes: [TensorType(dtype, exact: shape)]
  ).program
  let names = program.instructions.filter { !($0.definition is Const) }.map { instruction in
    let operands = instruction.inputs.compactMap { value in
      program.constants[value]?.integerElements.map { "\($0)" }
    }
    return ([instruction.definition.name] + operands).joined(separator: " ")
  }
  return names
}

@Suite("Rules by which definitions simplify themselves")
struct SimplifyTests {
  @Test("a reshape of reshapes is one, and none where the shape is as it was")
  func reshapes() throws {
    #expect(
      try simplified([2, 6]) { reshape(reshape($0, [3, 4]), [4, 3]) } == ["Reshape [4, 3]"])
    #expect(try simplified([2, 6]) { tanh(reshape(reshape($0, [3, 4]), [2, 6])) } == ["Tanh"])
    #expect(
      try simplified([2, 6]) { squeeze(expandDims(expandDims($0, axis: 0), axis: 2), axes: [0]) }
        == ["Reshape [2, 1, 6]"])
  }

  @Test("transposes are composed")
  func transposes() throws {
    #expect(
      try simplified([2, 3, 4]) {
        transpose(transpose($0, permutation: [1, 2, 0]), permutation: [1, 2, 0])
      } == ["Transpose [2, 0, 1]"])
    #expect(
      try simplified([2, 3, 4]) {
        tanh(transpose(transpose($0, permutation: [1, 2, 0]), permutation: [2, 0, 1]))
      } == ["Tanh"])
  }

  @Test("slices look through slices, concatenations and padded values")
  func slices() throws {
    #expect(
      try simplified([8, 9]) {
        slice(slice($0, begin: [1, 2], size: [5, 6]), begin: [2, 1], size: [2, 3])
      } == ["Slice [3, 3] [2, 3]"])
    #expect(
      try simplified([4, 3]) {
        tanh(slice(concat([exp($0), $0], axis: -1), begin: [0, 3], size: [4, 3]))
      } == ["Tanh"])
    #expect(
      try simplified([4, 3]) {
        slice(concat([$0, exp($0)], axis: 1), begin: [0, 4], size: [4, 2])
      } == ["Exp", "Slice [0, 1] [4, 2]"])
    #expect(
      try simplified([4, 3]) { slice(pad($0, [[1, 1], [0, 2]]), begin: [1, 0], size: [3, 3]) }
        == ["Slice [0, 0] [3, 3]"])
  }

  @Test("a slice that lies in two parts, or in the padding too, stays")
  func slicesAcross() throws {
    let parts = try simplified([4, 3]) {
      slice(concat([$0, exp($0)], axis: 1), begin: [0, 2], size: [4, 2])
    }
    #expect(parts == ["Exp", "ConcatV2 [1]", "Slice [0, 2] [4, 2]"])
    let padded = try simplified([4, 3]) {
      slice(pad($0, [[1, 1], [0, 2]]), begin: [0, 0], size: [3, 3])
    }
    #expect(padded == ["Pad [1, 1, 0, 2]", "Slice [0, 0] [3, 3]"])
  }

  @Test("subscripts without steps are slices, those with steps stay")
  func subscripts() throws {
    #expect(
      try simplified([4, 6]) { tanh($0[0..., 2..<4]) } == ["Slice [0, 2] [4, 2]", "Tanh"])
    let steps = try simplified([4, 6]) {
      stridedSlice($0, begin: [0, 0], end: [4, 6], strides: [1, 2])
    }
    #expect(steps.map { $0.split(separator: " ").first } == ["StridedSlice"])
  }

  @Test("the gradients of slices that make up the whole are a concatenation")
  func tiles() throws {
    let found = try simplified([4, 6]) { x in
      let (left, right) = (x[0..., 0..<2], x[0..., 2...])
      let y = reduceSum(tanh(left)) + reduceSum(exp(right))
      return gradients(of: y, withRespectTo: [x])[0] ?? x
    }
    #expect(found.last == "ConcatV2 [1]")
    #expect(!found.contains { $0.hasPrefix("Pad") || $0.hasPrefix("Add") })
  }

  @Test("gradients of slices that leave gaps or overlap are added")
  func gaps() throws {
    for (first, second) in [(0..<2, 3..<6), (0..<4, 3..<6)] {
      let found = try simplified([4, 6]) { x in
        let y =
          reduceSum(tanh(x[0..., first.lowerBound..<first.upperBound]))
          + reduceSum(exp(x[0..., second.lowerBound..<second.upperBound]))
        return gradients(of: y, withRespectTo: [x])[0] ?? x
      }
      #expect(found.filter { $0.hasPrefix("Pad") }.count == 2)
    }
  }

  @Test("zeros are left out of sums, of their own shape only")
  func zeros() throws {
    #expect(try simplified([2, 3]) { addN([$0, zerosLike($0), exp($0)]) } == ["Exp", "AddV2"])
    #expect(try simplified([2, 3]) { tanh($0 + zerosLike($0)) } == ["Tanh"])
    #expect(try simplified([2, 1]) { $0 + $0.graph.zeros([2, 3]) } == ["AddV2"])
  }

  @Test("parts that are joined again, and joined values that are taken apart, are as they were")
  func parts() throws {
    #expect(
      try simplified([2, 6]) { tanh(concat(split($0, into: 3, axis: 1), axis: 1)) } == ["Tanh"])
    #expect(
      try simplified([2, 6]) { x in split(concat([tanh(x), exp(x)], axis: 0), into: 2, axis: 0)[1] }
        == ["Exp"])
    #expect(try simplified([3, 2]) { tanh(stack(unstack($0, count: 3), axis: 0)) } == ["Tanh"])
    #expect(
      try simplified([3, 2]) { unstack(stack([tanh($0), exp($0)]), count: 2)[0] } == ["Tanh"])
    #expect(
      try simplified([3, 2]) { x in
        let parts = split(x, into: 3, axis: 0)
        return concat([parts[1], parts[0], parts[2]], axis: 0)
      } == ["Split [0]", "ConcatV2 [0]"])
  }

  @Test("what is reversed twice is as it was; a bias is added before a reshape that keeps its axis")
  func others() throws {
    #expect(
      try simplified([3, 2]) { tanh(reverse(reverse($0, axes: [0]), axes: [-2])) } == ["Tanh"])
    let bias = try simplified([6, 2]) { x in
      biasAdd(reshape(tanh(x), [2, 3, 2]), x.graph.constant([1, 2] as [Float]))
    }
    #expect(bias == ["Tanh", "BiasAdd", "Reshape [2, 3, 2]"])
    let other = try simplified([6, 2]) { x in
      biasAdd(reshape(tanh(x), [3, 4]), x.graph.constant([1, 2, 3, 4] as [Float]))
    }
    #expect(other == ["Tanh", "Reshape [3, 4]", "BiasAdd"])
  }
}
