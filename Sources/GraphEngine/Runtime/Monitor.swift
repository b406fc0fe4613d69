internal import Glibc

/// A lock with a condition to wait for.
///
/// Made of pthread's, as waiting with a time limit needs them and ThreadSanitizer knows them.
/// `@unchecked Sendable` because the two objects are made for use from several threads and stay at
/// their addresses from init to deinit.
final class Monitor: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  func lock() { pthread_mutex_lock(mutex) }
  func unlock() { pthread_mutex_unlock(mutex) }

  /// Runs `body` with the lock held.
  func withLock<R>(_ body: () -> R) -> R {
    lock()
    defer { unlock() }
    return body()
  }

  /// Gives the lock up until the next signal, or somewhat earlier.
  func wait() { pthread_cond_wait(condition, mutex) }

  /// Gives the lock up until the next signal, for at most this long.
  func wait(atMost duration: Duration) {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let (seconds, attoseconds) = duration.components
    let nanoseconds = time.tv_nsec + Int(max(0, attoseconds) / 1_000_000_000)
    // A year stands for every longer time, which might not fit.
    time.tv_sec += Int(min(max(0, seconds), 31_536_000)) + nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(condition, mutex, &time)
  }

  func signal() { pthread_cond_signal(condition) }
  func broadcast() { pthread_cond_broadcast(condition) }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }
}
