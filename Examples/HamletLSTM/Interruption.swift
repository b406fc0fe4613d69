import Dispatch
import Foundation
import Synchronization

/// Whether the user pressed Ctrl-C. The first time is noted; the second one ends the program.
final class Interruption {
  private final class Requests: Sendable {
    let count = Atomic<Int>(0)
  }

  private let requests = Requests()
  private let source: any DispatchSourceSignal

  /// From now on Ctrl-C is noted.
  init() {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    let requests = requests
    source.setEventHandler {
      if requests.count.add(1, ordering: .relaxed).newValue > 1 { exit(130) }
    }
    source.resume()
  }

  var isRequested: Bool { requests.count.load(ordering: .relaxed) > 0 }
}
