internal import GraphKernels

/// What is counted of a kernel's work.
enum Unit: String {
  case flops = "GFLOP/s"
  case bytes = "GB/s"
  case elements = "ns/element"

  /// A rate from the work and the seconds that it takes.
  func rate(_ work: Double, _ seconds: Double) -> Double {
    self == .elements ? seconds * 1e9 / work : work / seconds / 1e9
  }
}

/// A line of the table: a kernel, its operands, and how much work a call is.
struct Rate {
  let name: String
  let unit: Unit
  let work: Double
  /// The kernel of an instruction set, ready to be called.
  let kernel: (KernelTable) -> () -> Void

  /// The rate of the fastest of many calls.
  func measured(_ kernels: KernelTable) -> Double {
    let call = kernel(kernels)
    let clock = ContinuousClock()
    call()
    let first = clock.measure(call)
    // Some 30 ms a kernel, in samples of 100 us at least.
    let repeats = max(1, Int(Duration.microseconds(100) / first))
    let samples = max(5, Int(Duration.milliseconds(30) / (first * repeats)))
    var least = Double.infinity
    for _ in 0..<samples {
      let time = clock.measure { for _ in 0..<repeats { call() } }
      least = min(least, time / .seconds(1) / Double(repeats))
    }
    return unit.rate(work, least)
  }
}

/// `count` values between -2 and 2, for the whole run of the program.
func memory(_ count: Int) -> UnsafeMutablePointer<Float> {
  let bytes = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
  let values = bytes.bindMemory(to: Float.self, capacity: count)
  for index in 0..<count { values[index] = Float(index &* 7919 % 1000) * 0.004 - 2 }
  return values
}
