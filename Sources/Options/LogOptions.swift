/// The options of the log.
public struct LogOptions: Equatable, Sendable {
  /// The severity of a line, the least severe first.
  public enum Level: Equatable, Sendable { case debug, info, warning, error }
  /// Plain text, or a JSON object for each line.
  public enum Format: Equatable, Sendable { case text, json }

  /// Less severe lines are dropped.
  public var level = Level.info
  /// The format of every line.
  public var format = Format.text

  /// The options of a log; by default text from level info on.
  public init(level: Level = .info, format: Format = .text) {
    self.level = level
    self.format = format
  }
}

extension LogOptions {
  init(_ settings: Settings) throws(UsageError) {
    if let level = settings[.logLevel] { self.level = try Level(level) }
    if let format = settings[.logFormat] { self.format = try Format(format) }
  }
}

extension LogOptions.Level {
  init(_ setting: Setting) throws(UsageError) {
    switch true {
    case setting.matches("debug"): self = .debug
    case setting.matches("info"): self = .info
    case setting.matches("warning"): self = .warning
    case setting.matches("error"): self = .error
    default: throw setting.wrong("not a level; give debug, info, warning or error")
    }
  }
}

extension LogOptions.Format {
  init(_ setting: Setting) throws(UsageError) {
    switch true {
    case setting.matches("text"): self = .text
    case setting.matches("json"): self = .json
    default: throw setting.wrong("not a format; give text or json")
    }
  }
}
