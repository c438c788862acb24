#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs blocking work on a thread of its own, since the cooperative pool has only as many threads as there are cores.
///
/// Whoever waits for a result of the work can stop waiting; the thread then ends when its blocking call does.
/// - Returns: false where this machine has no thread left; nothing is run then.
public func onOwnThread(_ work: @escaping @Sendable () -> Void) -> Bool {
  let box = Unmanaged.passRetained(ThreadWork(work))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let status = pthread_create(&thread, &attributes, runThreadWork, box.toOpaque())
  pthread_attr_destroy(&attributes)
  // What would block must not run on the caller's thread instead.
  if status != 0 { box.release() }
  return status == 0
}

/// Does what takes long of the processor or of the disk on a thread of its own and waits for it, so that others keep their
/// deadlines meanwhile; it keeps its own one.
/// - Returns: nil where the work gives nothing, or this machine has no thread left.
public func aside<Value: Sendable>(_ work: @escaping @Sendable () -> Value?) async -> Value? {
  await withCheckedContinuation { continuation in
    let isDone = onOwnThread { continuation.resume(returning: work()) }
    if !isDone { continuation.resume(returning: nil) }
  }
}

#if canImport(Darwin)
  private func runThreadWork(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().work()
    return nil
  }
#else
  private func runThreadWork(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue().work()
    return nil
  }
#endif

private final class ThreadWork: Sendable {
  let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}
