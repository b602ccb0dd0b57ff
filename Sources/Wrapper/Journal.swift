internal import Linux
internal import Options
internal import Reporting
internal import WrapperCore

/// What the machine wants people to know, in words, each condition once.
struct Journal {
  private var log: Log
  private let words: Wording
  private let warnings: [String]
  /// What was said of Consul last, which concerns every service and is said once.
  private var lastOfConsul = ""

  init(_ options: Options, process: Child) {
    log = Log(options.log, program: "servicewrapper")
    words = Wording(options, process: process)
    warnings = options.warnings
  }

  mutating func begin() {
    log.write(.info, "started \(words.process)")
    for warning in warnings { log.write(.warning, warning) }
  }

  mutating func warn(_ text: String) { log.write(.warning, text) }

  /// - Parameters:
  ///   - service: the place of the one that it is about.
  ///   - address: what was registered; nil: the agent's own.
  mutating func write(_ notice: Notice, of service: Int, address: String?) {
    let text = words.text(notice, of: service, address: address)
    if notice.isOfConsul {
      if text.utf8.elementsEqual(lastOfConsul.utf8) { return }
      lastOfConsul = text
    }
    log.write(notice.level, text)
  }

  /// What is done, for whoever wants to see it all.
  mutating func trace(_ effect: Effect, of service: Int) {
    if log.level == .debug, let text = words.text(effect, of: service) { log.write(.debug, text) }
  }
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
