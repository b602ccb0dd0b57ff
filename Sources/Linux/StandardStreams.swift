internal import CLinux

/// The inherited standard input, output and error.
public enum StandardStreams {
  /// Makes sure that 0, 1 and 2 are taken, so that no descriptor of ours becomes a standard stream; close-on-exec, so
  /// that streams that were closed are closed for the process.
  ///
  /// Throws if epoll_create1(2) fails: EMFILE, ENFILE or ENOMEM.
  public static func reserve() throws(SystemCallError) {
    var number: Int32
    repeat {
      // Reading from it or writing to it fails and does nothing else.
      number = try checked("epoll_create1") { cl_epoll_create() }
    } while number <= 2
    _ = close(number)
  }

  /// Closes our standard input and output once the process has its own, so that the other end sees it when the
  /// process closes them.
  ///
  /// Throws if epoll_create1(2) fails: EMFILE, ENFILE or ENOMEM.
  public static func release() throws(SystemCallError) {
    let nothing = Descriptor(try checked("epoll_create1") { cl_epoll_create() })
    for number in 0...1 as ClosedRange<Int32> { _ = dup2(nothing.number, number) }
  }
}
