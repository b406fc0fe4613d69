import Dispatch
import Foundation
import Synchronization

/// Whether the user pressed Ctrl-C. The first time is noted; the second one ends the program.
final class Interruption: Sendable {
  private let requests = Atomic<Int>(0)
  private let source: any DispatchSourceSignal

  init() {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { [weak self] in
      guard let self else { return }
      if requests.add(1, ordering: .relaxed).newValue > 1 { exit(130) }
    }
    source.resume()
  }

  var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }
}
