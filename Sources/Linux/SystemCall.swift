internal import CLinux

/// A call that failed: its name and errno(3).
public struct SystemCallError: Error, Hashable {
  public let call: String
  public let errno: Int32

  public init(_ call: String, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// The kernel's words for it; strerror(3).
  public var reason: String { Errno.text(errno) }
}

/// Numbers of errno(3) that are told apart, and their words.
public enum Errno {
  public static let noEntry = ENOENT
  public static let timedOut = ETIMEDOUT
  public static let connectionRefused = ECONNREFUSED
  public static let connectionReset = ECONNRESET
  public static let again = EAGAIN
  public static let noMemory = ENOMEM

  public static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}

/// The one gate of every call that reports by -1 and errno: copies errno before anything can change it, and calls
/// again when a signal interrupted the call.
@discardableResult
func checked<Result: SignedInteger>(_ call: String, _ body: () -> Result) throws(SystemCallError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let number = cl_errno()
    if number != EINTR { throw SystemCallError(call, errno: number) }
  }
}

/// The gate of calls that return the error's number.
func checkedNumber(_ call: String, _ number: Int32) throws(SystemCallError) {
  if number != 0 { throw SystemCallError(call, errno: number) }
}
