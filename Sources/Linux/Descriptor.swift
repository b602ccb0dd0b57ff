internal import CLinux

/// An open file descriptor, closed when its owner lets go of it.
public struct Descriptor: ~Copyable {
  /// The descriptor's number. It is valid as long as this value exists.
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
