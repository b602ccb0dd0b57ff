/// A call that failed: its name and errno(3).
public struct SystemCallError: Error, Hashable {
  /// The name of the call, such as `connect`.
  public let call: String
  /// The error number; errno(3).
  public let errno: Int32

  /// The error of a call that failed with this number.
  public init(_ call: String, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// The text for errno; strerror(3).
  public var reason: String { Errno.text(errno) }
}
