/// Why a file can't be read; the text of errno.
public struct UnreadableFile: Error, Equatable, Sendable {
  /// The reason, for the error message.
  public let reason: String

  /// A file that can't be read for this reason.
  public init(reason: String) {
    self.reason = reason
  }
}
