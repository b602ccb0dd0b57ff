internal import Formats
internal import Linux
public import Options

/// The log on standard error: each line is written whole or not at all, without waiting.
public struct Log {
  /// The program's name, in each line.
  private let program: String
  /// Less severe lines are dropped.
  public let level: LogOptions.Level
  private let format: LogOptions.Format
  private var lost = 0

  /// The longest line that a pipe takes whole; PIPE_BUF of pipe(7).
  private static let longestLine = 4_096

  /// A log whose lines name this program.
  public init(_ options: LogOptions, program: String) {
    self.program = program
    (level, format) = (options.level, options.format)
  }

  /// Writes a line if its level is severe enough. A line that can't be written at once is dropped and
  /// counted. A warning with the count precedes the next line.
  public mutating func write(_ level: LogOptions.Level, _ text: String) {
    guard LogOptions.Level.allCases.drop(while: { $0 != self.level }).contains(level) else { return }
    if lost > 0, StandardError.write(line(.warning, "\(lost) lines lost: nobody read standard error")) {
      lost = 0
    }
    if lost > 0 || !StandardError.write(line(level, text)) { lost += 1 }
  }

  /// The bytes of a line with its line feed: at most 4,096, longer text is cut.
  public func line(_ level: LogOptions.Level, _ text: String) -> [UInt8] {
    let line =
      switch format {
      case .text: [UInt8]("\(program): \(level == .info ? "" : "\(level.rawValue): ")\(text)".utf8)
      case .json:
        JSON.object([
          JSON.Member("level", .string(level.rawValue)), JSON.Member("program", .string(program)),
          JSON.Member("message", .string(text)),
        ]).bytes
      }
    return line.prefix(Log.longestLine - 1) + [UInt8(ascii: "\n")]
  }
}
