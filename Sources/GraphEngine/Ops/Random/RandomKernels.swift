internal import GraphArrays
internal import GraphKernels

extension RandomSeeds {
  /// The stream of an execution, at its position.
  @inline(__always)
  func stream(_ arguments: Arguments) -> PhiloxStream {
    var stream =
      self == .none
      ? PhiloxStream(
        seed: Int64(bitPattern: arguments.run.entropy),
        seed2: Int64(bitPattern: arguments.streamIndex))
      : PhiloxStream(seed: Int64(graph), seed2: Int64(operation))
    stream.advance(by: arguments.streamPosition)
    return stream
  }
}

extension Kernel {
  /// Elements that one block of a random kernel draws.
  private static let drawBlockSize = 16_384

  /// A kernel that fills its result from the stream of its seeds, each block a part of it.
  static func random(
    _ request: KernelRequest, _ seeds: RandomSeeds,
    _ fill:
      @escaping @Sendable (PhiloxStream, Swift.Range<Int>, Arguments) throws(RunFailure) -> Void
  ) -> Kernel {
    let count = request.outputCount()
    var kernel = Kernel.elementwise(
      count: count, flopsPerElement: 16, blockSize: drawBlockSize
    ) { arguments, range throws(RunFailure) in
      try fill(seeds.stream(arguments), range, arguments)
    }
    kernel.streamDraws = PhiloxStream.reserved(count)
    return kernel
  }
}
