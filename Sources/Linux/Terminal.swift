internal import CLinux

/// Our controlling terminal, which is given to one process group at a time, its foreground; tty(4), tcsetpgrp(3).
public struct Terminal: ~Copyable {
  /// /dev/tty, opened for reading and writing.
  private let descriptor: Descriptor
  /// Its descriptor's number.
  public var number: Int32 { descriptor.number }

  /// Nil where we have none.
  public static func controlling() -> Terminal? {
    let number = try? checked("open") { unsafe cl_open("/dev/tty", O_RDWR | O_CLOEXEC | O_NONBLOCK) }
    return number.map { Terminal(descriptor: Descriptor($0)) }
  }

  /// Gives it to the group of a process that has one of its own, if it is ours to give.
  public func give(to child: Child) {
    if isOurs { _ = tcsetpgrp(descriptor.number, child.id) }
  }

  /// Takes it back after a failed start.
  public func takeBack() { _ = tcsetpgrp(descriptor.number, getpgrp()) }

  /// Takes it back from that group. SIGTTOU is blocked, so that this works from the background.
  public func takeBack(from child: Child) {
    if tcgetpgrp(descriptor.number) == child.id { takeBack() }
  }

  /// Whether our group is its foreground.
  public var isOurs: Bool { tcgetpgrp(descriptor.number) == getpgrp() }
}
