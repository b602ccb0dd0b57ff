/// Why a file can't be read; the text of errno.
public struct UnreadableFile: Error, Equatable, Sendable {
  public let reason: String

  public init(reason: String) {
    self.reason = reason
  }
}
