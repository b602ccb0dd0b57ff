internal import CLinux

/// A process that we started.
public struct Child: Hashable, Sendable {
  /// Its pid.
  public let id: Int32
  /// Whether it leads its own process group, which then receives its signals.
  private let ownGroup: Bool

  /// Starts a program with our environment, working directory and descriptors, and the given mask: found by PATH, and
  /// handed to /bin/sh where the kernel can't tell what it is, as execvp(3) does it.
  /// - Parameters:
  ///   - ownGroup: in a process group of its own.
  ///   - terminal: the descriptor of the one that is then given to that group, so that it may read from it.
  ///
  /// Fails as posix_spawnp(3) does: with exec's errno where the program can't be executed.
  public static func spawn(
    _ command: [[UInt8]], mask: SignalMask, ownGroup: Bool = false, terminal: Int32? = nil
  ) throws(SystemCallError) -> Child {
    do throws(SystemCallError) {
      return try start(command, mask: mask, ownGroup: ownGroup, terminal: terminal)
    } catch  where error.errno == ENOEXEC {
      let path = Program.path(of: command[0]) ?? command[0]
      guard try Program.isScript(path) else { throw error }
      let script = [[UInt8]("/bin/sh".utf8), path] + command.dropFirst()
      return try start(script, mask: mask, ownGroup: ownGroup, terminal: terminal)
    }
  }

  /// Starts a program in its own process group and that folder, with /dev/null as standard streams.
  ///
  /// Fails as posix_spawnp(3) does: with exec's errno where the program can't be executed.
  public static func spawnApart(
    _ command: [[UInt8]], mask: SignalMask, folder: [UInt8]
  ) throws(SystemCallError) -> Child {
    try start(command, mask: mask, ownGroup: true, silentIn: folder)
  }

  /// - Parameter silentIn: the working directory of one whose standard streams are /dev/null.
  private static func start(
    _ command: [[UInt8]], mask: SignalMask, ownGroup: Bool, terminal: Int32? = nil, silentIn: [UInt8]? = nil
  ) throws(SystemCallError) -> Child {
    var attributes = posix_spawnattr_t()
    try checkedNumber("posix_spawnattr_init", unsafe posix_spawnattr_init(&attributes))
    defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
    var set = mask.set
    try checkedNumber("posix_spawnattr_setsigmask", unsafe posix_spawnattr_setsigmask(&attributes, &set))
    let flags = POSIX_SPAWN_SETSIGMASK | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)
    try checkedNumber("posix_spawnattr_setflags", unsafe posix_spawnattr_setflags(&attributes, Int16(flags)))
    var actions = unsafe posix_spawn_file_actions_t()
    try checkedNumber("posix_spawn_file_actions_init", unsafe posix_spawn_file_actions_init(&actions))
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    if let terminal {
      try checkedNumber(
        "posix_spawn_file_actions_addtcsetpgrp_np",
        unsafe posix_spawn_file_actions_addtcsetpgrp_np(&actions, terminal))
    }
    if let silentIn {
      for number in 0...2 as ClosedRange<Int32> {
        try checkedNumber(
          "posix_spawn_file_actions_addopen",
          unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0))
      }
      try checkedNumber(
        "posix_spawn_file_actions_addchdir_np",
        unsafe posix_spawn_file_actions_addchdir_np(&actions, terminated(silentIn)))
    }
    let arguments = unsafe command.map { unsafe strdup(terminated($0)) }
    defer { for index in unsafe arguments.indices { unsafe free(arguments[index]) } }
    var id: pid_t = 0
    let number = unsafe posix_spawnp(
      &id, arguments[0]!, &actions, &attributes, arguments + [nil], cl_environ())
    try checkedNumber("posix_spawnp", number)
    return Child(id: id, ownGroup: ownGroup)
  }

  /// Sends a signal; kill(2). No error if the process is gone. A process that has left its own group gets the signal,
  /// and so does the group.
  ///
  /// Fails with EPERM if the process runs as another user by now.
  public func send(_ signal: Int32) throws(SystemCallError) {
    if ownGroup { _ = kill(-id, signal) }
    if ownGroup && getpgid(id) == id { return }
    do throws(SystemCallError) {
      try checked("kill") { kill(id, signal) }
    } catch  where error.errno == ESRCH {}
  }

  /// Whether a terminal's signal to our process group reaches it too; getpgid(2).
  public var sharesOurGroup: Bool { getpgid(id) == getpgrp() }
}
