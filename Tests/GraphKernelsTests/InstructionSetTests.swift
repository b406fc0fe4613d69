import CKernels
import Foundation
import GraphKernels
import Testing

@Suite("Instruction sets")
struct InstructionSetTests {
  @Test("the loops in use are those that the environment names, or the best ones")
  func choice() {
    let names = KernelTable.all.map { String(cString: $0.pointee.name) }
    #expect(names.last == "portable")
    let wanted = ProcessInfo.processInfo.environment["STATICGRAPH_INSTRUCTION_SET"]
    let expected = wanted.flatMap { names.contains($0) ? $0 : nil } ?? names[0]
    #expect(String(cString: KernelTable.best.pointee.name) == expected)
  }
}
