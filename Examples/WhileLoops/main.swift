// Loops in a graph: one whose number of turns comes from the data, its gradient, a scan, a map and a
// loop in a loop.

import ArgumentParser
import Foundation
import StaticGraph

/// What can be asked for on the command line.
struct Options: ParsableArguments {
  @Option(help: "Number of threads that compute.") var workers: Int?
}

let graph = Graph(seed: 1)

// How often a number can be halved or tripled before it is 1 (Collatz).
let start = graph.placeholder(.int32, shape: [], name: "start")
let (_, turns) = whileLoop(start, graph.constant(0)) { n, _ in
  n .!= 1
} body: { n, count in
  (cond(n % 2 .== 0, then: { floorDiv(n, 2) }, else: { n * 3 + 1 }), count + 1)
}

// The square root by Newton's method, as long as it gets better, and the root's derivative.
let a = graph.placeholder(.float32, shape: [], name: "a")
let (root, _) = whileLoop(a, a + 1) { x, last in
  x .< last
} body: { x, _ in
  ((x + a / x) / 2, x)
}
let slope = gradients(of: root, withRespectTo: [a])

// Running sums, and squares.
let numbers = graph.constant([1, 2, 3, 4, 5] as [Float])
let sums = scan(numbers, initial: graph.constant(0.0)) { x, sum in sum + x }
let squares = mapFn(numbers) { $0 * $0 }

// The number of primes below a limit: a loop in a loop.
let limit = graph.placeholder(.int32, shape: [], name: "limit")
let (_, primes) = whileLoop(graph.constant(2), graph.constant(0)) { n, _ in
  n .< limit
} body: { n, count in
  let (_, divisor) = whileLoop(graph.constant(2), graph.constant(0)) { d, found in
    logicalAnd(found .== 0, d * d .<= n)
  } body: { d, found in
    (d + 1, cast(n % d .== 0, to: .int32))
  }
  return (n + 1, count + cast(divisor .== 0, to: .int32))
}

let session = try Session(graph, options: .init(workers: Options.parseOrExit().workers))
for value in [6, 7, 27] {
  print(
    "\(value) takes \(try session.run(turns, feeding: [start: value]).scalar(as: Int.self)) turns")
}
for value in [2.0, 9.0] {
  let (r, d) = try session.run(root, slope, feeding: [a: value])
  print(String(format: "root %.4f  slope %.4f", r.scalar(), d[0]?.scalar() ?? .nan))
}
print("sums", try session.run(sums))
print("squares", try session.run(squares))
print("primes below 100:", try session.run(primes, feeding: [limit: 100]).scalar(as: Int.self))
