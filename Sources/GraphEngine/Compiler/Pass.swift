/// One rewriting of programs: a pure function with a name, one file each.
package protocol Pass: Sendable {
  /// An imperative verb: `FoldConstants`.
  static var name: String { get }
  /// It has nothing to do in programs that have none of these; empty: it is for all. Default: empty.
  static var subjects: Program.Features { get }
  /// Rewrites `program`, nested programs included.
  ///
  /// - Throws: `GraphError` where the program turns out to contradict itself, such as shapes that
  ///   do not fit once feeds are known.
  static func run(_ program: inout Program) throws(GraphError)
}

extension Pass {
  package static var name: String { String(describing: Self.self) }
  package static var subjects: Program.Features { [] }
}
