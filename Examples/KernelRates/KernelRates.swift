internal import CKernels
internal import Foundation
internal import GraphKernels

/// Prints what the kernels do by themselves, without the engine: arithmetic, memory and functions
/// of one thread, for each instruction set of this machine.
@main
enum KernelRates {
  static func main() {
    let tables = KernelTable.all
    let sets = tables.map { String(cString: $0.pointee.name) }
    print(line("kernel", "unit", sets))
    for rate in ProductRates.all + ElementRates.all {
      let values = tables.map { String(format: "%.2f", rate.measured($0)) }
      print(line(rate.name, rate.unit.rawValue, values))
    }
  }

  private static func line(_ name: String, _ unit: String, _ values: [String]) -> String {
    let cells = values.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }
    return name.padding(toLength: 36, withPad: " ", startingAt: 0)
      + unit.padding(toLength: 11, withPad: " ", startingAt: 0) + cells.joined()
  }
}
