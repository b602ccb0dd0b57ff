/// The options of the log.
public struct LogOptions: Equatable, Sendable {
  /// The severity of a line, the least severe first.
  public enum Level: String, Equatable, Sendable, CaseIterable { case debug, info, warning, error }
  /// Plain text, or a JSON object for each line.
  public enum Format: String, Equatable, Sendable, CaseIterable { case text, json }

  /// Less severe lines are dropped.
  public var level = Level.info
  /// The format of every line.
  public var format = Format.text

  /// Text from level info on.
  public static let standard = LogOptions()
}

extension LogOptions {
  init(_ settings: Settings) throws(UsageError) {
    level = try settings[.logLevel]?.choice("not a level; give debug, info, warning or error") ?? .info
    format = try settings[.logFormat]?.choice("not a format; give text or json") ?? .text
  }
}
