public import Linux

/// Why the start failed; nothing runs.
public struct StartError: Error {
  /// As env(1), nohup(1) and timeout(1) have them.
  public static let ownFailure: Int32 = 125

  /// The error's text, for the log.
  public let message: String
  /// Our exit status.
  public let status: Int32

  /// A system call that we need failed.
  public init(_ error: SystemCallError) { self.init("\(error.call): \(error.reason)") }

  /// An error with its exit status; 125 by default.
  public init(_ message: String, status: Int32 = StartError.ownFailure) {
    self.message = message
    self.status = status
  }
}
