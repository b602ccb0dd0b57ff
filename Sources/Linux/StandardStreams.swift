internal import CLinux

/// Standard input, output and error as our caller left them.
public enum StandardStreams {
  /// Makes sure that 0, 1 and 2 are taken, so that no descriptor of ours becomes a standard stream; close-on-exec, so
  /// that the process still finds closed what our caller had closed.
  public static func reserve() throws(SystemCallError) {
    while true {
      // Reading from it or writing to it fails and does nothing else.
      let number = try checked("epoll_create1") { cl_epoll_create() }
      if number > 2 {
        _ = close(number)
        return
      }
    }
  }

  /// Lets go of standard input and output, of which we have no use once the process has its own: whoever is at the other
  /// end is told when the process closes them.
  public static func release() throws(SystemCallError) {
    let nothing = Descriptor(try checked("epoll_create1") { cl_epoll_create() })
    for number in 0...1 as ClosedRange<Int32> { _ = dup2(nothing.number, number) }
  }
}
