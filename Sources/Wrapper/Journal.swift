internal import JSON
internal import Linux
internal import Options
internal import Supervision

/// What we say on standard error: a line each, written whole or not at all, and never waited for.
struct Journal {
  private let level: LogOptions.Level
  private let format: LogOptions.Format
  private let words: Wording
  private let warnings: [String]
  private var lost = 0
  /// What was said of Consul last, which concerns every service and is said once.
  private var lastOfConsul = ""

  /// The longest line that a pipe takes whole; PIPE_BUF of pipe(7).
  private static let longestLine = 4_096

  init(_ options: Options, process: Child) {
    level = options.log.level
    format = options.log.format
    words = Wording(options, process: process)
    warnings = options.warnings
  }

  mutating func begin() {
    write(.info, "started \(words.process)")
    for warning in warnings { write(.warning, warning) }
  }

  mutating func warn(_ text: String) { write(.warning, text) }

  /// - Parameters:
  ///   - service: the place of the one that it is about.
  ///   - address: what was registered; nil: the agent's own.
  mutating func write(_ notice: Notice, of service: Int, address: String?) {
    let text = words.text(notice, of: service, address: address)
    if notice.isOfConsul {
      if text.utf8.elementsEqual(lastOfConsul.utf8) { return }
      lastOfConsul = text
    }
    write(notice.level, text)
  }

  /// What is done, for whoever wants to see it all.
  mutating func trace(_ effect: Effect, of service: Int) {
    if level == .debug, let text = words.text(effect, of: service) { write(.debug, text) }
  }

  private mutating func write(_ level: LogOptions.Level, _ text: String) {
    guard level.rank >= self.level.rank else { return }
    if lost > 0, StandardError.write(line(.warning, "\(lost) lines lost: nobody read standard error")) {
      lost = 0
    }
    if lost > 0 || !StandardError.write(line(level, text)) { lost += 1 }
  }

  private func line(_ level: LogOptions.Level, _ text: String) -> [UInt8] {
    Journal.line(level, text, in: format)
  }

  static func line(_ level: LogOptions.Level, _ text: String, in format: LogOptions.Format) -> [UInt8] {
    let line =
      switch format {
      case .text: [UInt8]("servicewrapper: \(level.prefix)\(text)".utf8)
      case .json:
        JSON.object([
          JSON.Member("level", .string(level.name)), JSON.Member("program", .string("servicewrapper")),
          JSON.Member("message", .string(text)),
        ]).bytes
      }
    return line.prefix(Journal.longestLine - 1) + [UInt8(ascii: "\n")]
  }
}

extension LogOptions.Level {
  fileprivate var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warning: 2
    case .error: 3
    }
  }

  fileprivate var name: String {
    switch self {
    case .debug: "debug"
    case .info: "info"
    case .warning: "warning"
    case .error: "error"
    }
  }

  fileprivate var prefix: String { self == .info ? "" : "\(name): " }
}

extension Notice {
  fileprivate var isOfConsul: Bool {
    switch self {
    case .consulFailed, .consulAnswers: true
    default: false
    }
  }

  fileprivate var level: LogOptions.Level {
    switch self {
    case .registered(.again, _), .registered(.renewed, _): .warning
    case .registered, .deregistered, .consulAnswers, .stopping, .stoppedByTerminal, .ended, .waitingForOthers:
      .info
    case .healthChanged(.accepting): .info
    case .healthChanged, .notAccepting, .idTaken, .killing, .killingOthers, .leftBehind: .warning
    case .consulFailed(let failure, _): failure.isRefusal ? .error : .warning
    case .readyTimedOut: .error
    }
  }
}
