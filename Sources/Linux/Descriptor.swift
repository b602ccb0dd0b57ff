internal import CLinux

/// An open file descriptor, closed when its owner lets go of it.
public struct Descriptor: ~Copyable {
  public let number: Int32

  init(_ number: Int32) { self.number = number }

  // A failing close leaves nothing to do, and PID 1 must not trap over it.
  deinit { _ = close(number) }

  /// At most `limit` bytes that are there now; empty at the end; nil where there is nothing yet.
  func read(limit: Int) throws(SystemCallError) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: limit)
    do throws(SystemCallError) {
      let count = try checked("read") {
        unsafe buffer.withUnsafeMutableBytes { unsafe CLinux.read(number, $0.baseAddress, $0.count) }
      }
      buffer.removeSubrange(count...)
      return buffer
    } catch  where error.errno == Errno.again {
      return nil
    }
  }
}

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

/// What our caller had open beyond the standard streams.
public enum InheritedDescriptors {
  /// Closes all but these; close_range(2), since Linux 5.9. An older kernel keeps them open until we end.
  public static func close(except kept: [Int32]) {
    var first: UInt32 = 3
    for number in kept.sorted() {
      let number = UInt32(number)
      if number > first { _ = close_range(first, number - 1, 0) }
      first = number + 1
    }
    _ = close_range(first, UInt32.max, 0)
  }
}
