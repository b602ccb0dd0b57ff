internal import CLinux

/// A process that was started by us.
public struct Child: Hashable, Sendable {
  public let id: Int32

  /// Starts a program, found by PATH, with our environment, working directory and descriptors, and the given mask.
  ///
  /// Fails as posix_spawnp(3) does: with exec's errno where the program can't be executed.
  public static func spawn(_ command: [[UInt8]], mask: SignalMask) throws(SystemCallError) -> Child {
    var attributes = posix_spawnattr_t()
    try checkedNumber("posix_spawnattr_init", unsafe posix_spawnattr_init(&attributes))
    defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
    var set = mask.set
    try checkedNumber("posix_spawnattr_setsigmask", unsafe posix_spawnattr_setsigmask(&attributes, &set))
    let flags = Int16(POSIX_SPAWN_SETSIGMASK)
    try checkedNumber("posix_spawnattr_setflags", unsafe posix_spawnattr_setflags(&attributes, flags))

    let words = unsafe command.map { unsafe duplicate($0) }
    defer { for place in unsafe words.indices { unsafe free(words[place]) } }
    var id: pid_t = 0
    let number = unsafe posix_spawnp(&id, words[0]!, nil, &attributes, words + [nil], cl_environ())
    try checkedNumber("posix_spawnp", number)
    return Child(id: id)
  }

  /// Sends it a signal; kill(2). One that is gone and not reaped yet takes it without harm.
  public func send(_ signal: Int32) { _ = kill(id, signal) }
}

/// A zero-terminated copy that free(3) takes.
private func duplicate(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
  let terminated = bytes + [0]
  return unsafe terminated.withUnsafeBytes {
    unsafe strdup($0.baseAddress!.assumingMemoryBound(to: CChar.self))
  }
}

/// A child that has ended and was taken off the kernel's list.
public struct Reaped: Hashable, Sendable {
  public let id: Int32
  /// The exit status, or the number of the signal that killed it.
  public let status: Int32
  public let hasExited: Bool

  /// The next child that has ended, whoever started it; waitid(2). Nil where there is none.
  public static func next() -> Reaped? {
    var info = unsafe siginfo_t()
    guard (try? checked("waitid", { unsafe cl_wait_any(&info) })) != nil else { return nil }
    let id = unsafe cl_si_pid(&info)
    guard id != 0 else { return nil }
    return Reaped(id: id, status: unsafe cl_si_status(&info), hasExited: unsafe cl_si_exited(&info) != 0)
  }
}
