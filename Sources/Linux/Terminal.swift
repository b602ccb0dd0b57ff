internal import CLinux

/// Our controlling terminal, while we are in its foreground; tty(4), tcsetpgrp(3).
public struct Terminal: ~Copyable {
  public let descriptor: Descriptor

  /// Nil where we have none, or aren't in its foreground: then it isn't ours to give away.
  public static func inForeground() -> Terminal? {
    let path: [CChar] = [0x2f, 0x64, 0x65, 0x76, 0x2f, 0x74, 0x74, 0x79, 0]  // /dev/tty
    guard let number = try? checked("open", { unsafe cl_open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK) }) else {
      return nil
    }
    let terminal = Terminal(descriptor: Descriptor(number))
    if terminal.isOurs { return terminal }
    return nil
  }

  /// Gives it to the group of a process that has one of its own, if it is still, or again, with our group.
  public func give(to child: Child) {
    if isOurs { _ = tcsetpgrp(descriptor.number, child.id) }
  }

  /// Takes it back from that group. SIGTTOU is blocked, so that this works from the background.
  public func takeBack(from child: Child) {
    if tcgetpgrp(descriptor.number) == child.id { _ = tcsetpgrp(descriptor.number, getpgrp()) }
  }

  private var isOurs: Bool { tcgetpgrp(descriptor.number) == getpgrp() }
}
