/// The arguments or the environment can't be used. The caller writes `servicewrapper: error: ` and the message,
/// and exits with status 125 before anything was started.
public struct UsageError: Error, Equatable, Sendable {
  /// One line of at most 200 bytes, safe to show: what it is about, what was wrong with it, what would be right.
  public let message: String

  package init(_ message: String) {
    self.message = message
  }
}
