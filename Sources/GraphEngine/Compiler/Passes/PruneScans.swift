internal import GraphArrays

/// Removes ports of Scans that nothing needs, and makes states and rows that never change
/// invariants.
///
///     Scan(state h -> h)                       ->   an invariant h; its final is its operand
///     Scan(scanned rows of equal constants)    ->   a constant in the body
///     Scan(scanned x, x)                       ->   Scan(scanned x)
///     Scan(stacked y), y not used              ->   Scan without y
package enum PruneScans: Pass {
  package static let subjects: Program.Features = .scans

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    let uses = program.useCounts
    let constants = program.constants
    var replacement: [Value: Value] = [:]
    for i in program.instructions.indices {
      guard let scan = program.instructions[i].definition.as(Scan.self) else { continue }
      var ports = ScanPorts(scan, program.instructions[i])
      ports.forwardUnchangedStates(&replacement)
      ports.inlineConstants(constants)
      ports.mergeScanned()
      ports.prune { uses[$0] != nil }
      program.instructions[i] = ports.instruction
    }
    program.replaceUses(replacement)
  }
}
