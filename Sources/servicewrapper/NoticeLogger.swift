internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

/// Logs the machine's notices, each condition once.
struct NoticeLogger {
  private var log: Log
  private let texts: NoticeText
  private let warnings: [String]
  /// The last line about Consul, which concerns every service and is logged once.
  private var lastConsulText = ""

  init(_ options: Options, process: Child) {
    log = Log(options.log, program: "servicewrapper")
    texts = NoticeText(options, process: process)
    warnings = options.warnings
  }

  mutating func begin() {
    log.write(.info, "started \(texts.process)")
    for warning in warnings { log.write(.warning, warning) }
  }

  mutating func warn(_ text: String) { log.write(.warning, text) }

  /// - Parameters:
  ///   - service: the index of the service that it concerns.
  ///   - address: what was registered; nil: the agent's own.
  mutating func write(_ notice: Notice, of service: Int, address: String?) {
    let text = texts.text(notice, of: service, address: address)
    if notice.isAboutConsul {
      if text.utf8.elementsEqual(lastConsulText.utf8) { return }
      lastConsulText = text
    }
    log.write(notice.level, text)
  }

  /// Logs an effect at level debug.
  mutating func trace(_ effect: Effect, of service: Int) {
    if log.level == .debug, let text = texts.text(effect, of: service) { log.write(.debug, text) }
  }
}

extension Notice {
  fileprivate var isAboutConsul: Bool {
    switch self {
    case .consulFailed, .consulAnswers: true
    default: false
    }
  }

  fileprivate var level: LogOptions.Level {
    switch self {
    case .registered(.again, _), .registered(.renewed, _): .warning
    case .registered, .deregistered, .consulAnswers, .stopping, .stoppedByTerminal, .ended,
      .waitingForRemaining:
      .info
    case .healthChanged(.accepting): .info
    case .healthChanged, .notAccepting, .foreignEntry, .killing, .killingRemaining,
      .deregistrationUnconfirmed:
      .warning
    case .consulFailed(let failure, _): failure.isRefusal ? .error : .warning
    case .readyTimedOut: .error
    }
  }
}
