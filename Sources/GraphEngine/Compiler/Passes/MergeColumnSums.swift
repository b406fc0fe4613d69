internal import GraphArrays

/// Sums the rows of values that stand side by side at once, in the body of a Scan.
///
///     c = Concat(a, b);  sums over turns of BiasAddGrad(a), BiasAddGrad(b)
///       ->   columns of the sum over turns of BiasAddGrad(c)
///
/// Behind the loop the sum is then taken of one array, that of the wholes, which products of it need
/// too. Fires where the rows of every part are summed in the same way, and no sum is read in the
/// loop. The bits stay the same.
package enum MergeColumnSums: Pass {
  package static func run(_ program: inout Program) throws(GraphError) {
    program.forEachScan { _, body in
      merge(in: &body)
    }
  }

  private static func merge(in body: inout Program) {
    let constants = body.constants
    func integers(_ value: Value) -> [Int]? { constants[value]?.integerElements }
    let read = Set(body.instructions.flatMap(\.inputs))
    // The sums of each value's rows.
    var sums: [Value: [Instruction]] = [:]
    for instruction in body.instructions
    where instruction.controls.isEmpty && instruction.sumsColumns(body.type, integers)
      && !read.contains(instruction.outputs[0])
    {
      sums[instruction.inputs[0], default: []].append(instruction)
    }
    guard sums.count > 1 else { return }
    var removed: Set<Value> = []
    for whole in body.instructions {
      guard let parts = whole.joinedColumns(body.type, integers), parts.count > 1,
        body.type(whole.outputs[0]).shape.rank == 2,
        let first = sums[parts[0]]?.first(where: { !removed.contains($0.id) })
      else { continue }
      let members = parts.compactMap { part in
        sums[part]?.first {
          $0.definition.isEqual(to: first.definition) && !removed.contains($0.id)
        }
      }
      guard members.count == parts.count, Set(members.map(\.id)).count == parts.count else {
        continue
      }
      let width = body.type(whole.outputs[0]).extents?[1] ?? 0
      let total = body.newValue(
        TensorType(body.type(first.outputs[0]).dtype, exact: [width]))
      body.instructions.append(
        Instruction(
          first.definition, inputs: [whole.outputs[0]] + first.inputs.dropFirst(),
          outputs: [total], name: first.name, origin: first.origin))
      var column = 0
      for member in members {
        let width = body.type(member.outputs[0]).extents?[0] ?? 0
        body.appendColumns(
          column..<column + width, of: total, as: member.outputs[0], like: member)
        column += width
        removed.insert(member.id)
      }
    }
    guard !removed.isEmpty else { return }
    body.remove { removed.contains($0.id) }
    body.sortByDependence()
  }
}
