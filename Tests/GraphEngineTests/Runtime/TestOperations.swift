import GraphArrays
import GraphEngine
import Synchronization

/// What kernels of tests write down.
final class Recorder: Sendable, Hashable {
  let counts = Mutex<[String: Int]>([:])

  func count(_ key: String) { counts.withLock { $0[key, default: 0] += 1 } }
  subscript(key: String) -> Int { counts.withLock { $0[key] ?? 0 } }

  static func == (a: Recorder, b: Recorder) -> Bool { a === b }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// An int64 vector with one element a block: one more than the sum of the operands' elements.
///
/// It claims much work, so that workers share it.
struct Work: OpDefinition {
  var key: String
  var blocks: Int
  var recorder: Recorder
  var flops = 1e7

  var name: String { "Work" }
  var effects: Effects { .sideEffect }

  func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [TensorType(.int64, exact: [blocks])]
  }

  func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let counts = request.inputs.indices.map { request.inputCount($0) }
    let (key, recorder) = (key, recorder)
    return Kernel(blocks: blocks, flops: flops) { arguments, block throws(RunFailure) in
      recorder.count("\(key).\(block)")
      var sum: Int64 = 1
      for (operand, count) in counts.enumerated() {
        for i in 0..<count { sum &+= arguments.input(operand, as: Int64.self)[i] }
      }
      arguments.output(0, as: Int64.self)[block] = sum
    }
  }
}

/// The operand, unless its first element is at least `limit`: then a failure.
struct FailFrom: OpDefinition {
  var limit: Int64
  var message: String
  var flops = 1e7

  var name: String { "FailFrom" }
  var effects: Effects { [.sideEffect, .canFail] }

  func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] { [context[0]] }

  func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let (count, limit, message) = (request.inputCount(), limit, message)
    return Kernel(flops: flops) { arguments, _ throws(RunFailure) in
      let source = arguments.input(0, as: Int64.self)
      guard source[0] < limit else { throw RunFailure(.invalidArgument, message) }
      arguments.output().copyMemory(from: arguments.input(0), byteCount: count * 8)
    }
  }
}

/// The first counter of this execution's random stream.
struct StreamPosition: OpDefinition {
  var draws: UInt64
  var name: String { "StreamPosition" }
  var effects: Effects { .stream }

  func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [TensorType(.int64, [])]
  }

  func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    Kernel(streamDraws: draws) { arguments, _ throws(RunFailure) in
      arguments.output(0, as: Int64.self).pointee = Int64(arguments.streamPosition)
    }
  }
}

/// As many ones as the operand, an int64 scalar, says: the shape is known only in the run.
struct OnesOfCount: OpDefinition {
  var name: String { "OnesOfCount" }

  func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [TensorType(.int64, [nil])]
  }

  func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    Kernel(bindsOutputs: true) { arguments, _ throws(RunFailure) in
      let count = Int(arguments.input(0, as: Int64.self).pointee)
      let target = arguments.makeOutput(byteCount: count * 8, shape: [count])
        .assumingMemoryBound(to: Int64.self)
      for i in 0..<count { target[i] = 1 }
    }
  }
}

/// The sum of an int64 vector of any length.
struct SumOfAny: OpDefinition {
  var name: String { "SumOfAny" }

  func infer(_ context: InferenceContext) throws(GraphError) -> [TensorType] {
    [TensorType(.int64, [])]
  }

  func kernel(_ request: KernelRequest) throws(GraphError) -> Kernel {
    let count = request.inputCount()
    return Kernel { arguments, _ throws(RunFailure) in
      var sum: Int64 = 0
      for i in 0..<count { sum += arguments.input(0, as: Int64.self)[i] }
      arguments.output(0, as: Int64.self).pointee = sum
    }
  }
}
