/// A call that failed: its name and errno(3).
public struct SystemCallError: Error, Hashable {
  public let call: String
  public let errno: Int32

  public init(_ call: String, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// The text for errno; strerror(3).
  public var reason: String { Errno.text(errno) }
}
