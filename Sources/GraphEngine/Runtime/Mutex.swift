// ThreadSanitizer does not see inside of `Synchronization.Mutex` and takes what it guards for races.
// Builds with `-DTHREAD_SANITIZER` have this one in its place, made of pthread's, which it knows.
#if THREAD_SANITIZER
  internal import Glibc

  /// A value behind a lock, as `Synchronization.Mutex`.
  ///
  /// `@unchecked Sendable` because the value is touched with the lock held only.
  package struct Mutex<Value>: @unchecked Sendable {
    private final class Box {
      var value: Value
      let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

      init(_ value: Value) {
        self.value = value
        pthread_mutex_init(lock, nil)
      }

      deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
      }
    }

    private let box: Box

    package init(_ value: sending Value) { box = Box(value) }

    /// Runs `body` with the lock held.
    package func withLock<R, E: Error>(
      _ body: (inout Value) throws(E) -> sending R
    ) throws(E) -> sending R {
      pthread_mutex_lock(box.lock)
      defer { pthread_mutex_unlock(box.lock) }
      return try body(&box.value)
    }
  }
#endif
