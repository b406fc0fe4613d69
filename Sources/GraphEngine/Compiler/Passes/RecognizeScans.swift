internal import GraphArrays

/// Turns loops that count, and touch their lists only at indices that follow the count, into
/// `Scan`s.
///
///     While(i = 0, xs, h, ys: i < 5; h' = f(xs[i], h), ys[i] = h', i + 1)
///       ->   Scan(5 turns; state h, scanned xs, stacked ys: h' = f(x, h))
///
/// One loop after another in program order, as the indices of a gradient loop are seen to follow
/// its count only once the loop before it has been recognised. A loop that is not one of these
/// stays a While, with the reason in `reasons`.
package enum RecognizeScans: Pass {
  package static let subjects: Program.Features = .controlFlow

  package static func run(_ program: inout Program) throws(GraphError) {
    try program.forEachBody { body throws(GraphError) in try run(&body) }
    for i in program.instructions.indices {
      guard let definition = program.instructions[i].controlFlow,
        definition.isLoop
      else { continue }
      var recognition = ScanRecognition(loop: program.instructions[i], in: program)
      guard let replacement = try? recognition.replacement(&program) else { continue }
      program.instructions.replaceSubrange(i...i, with: replacement)
      return  // the caller cleans up and asks again
    }
  }

  /// Why each loop of a program that is still a While is no Scan, by the name of the loop.
  package static func reasons(in program: Program) -> [(loop: String, reason: String)] {
    var result: [(loop: String, reason: String)] = []
    for instruction in program.instructions {
      for body in instruction.bodies { result += reasons(in: body) }
      guard let definition = instruction.controlFlow,
        definition.isLoop
      else { continue }
      var recognition = ScanRecognition(loop: instruction, in: program)
      var copy = program
      do throws(ScanRefusal) {
        _ = try recognition.replacement(&copy)
      } catch {
        result.append((instruction.name, error.reason))
      }
    }
    return result
  }
}

/// Why a loop is no Scan.
struct ScanRefusal: Error {
  let reason: String
}
