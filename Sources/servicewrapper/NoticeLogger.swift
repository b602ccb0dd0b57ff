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

  mutating func write(_ notice: ProcessNotice) { log.write(notice.level, texts.text(notice)) }

  /// - Parameters:
  ///   - index: the index of the service that it concerns.
  ///   - address: what was registered; nil: the agent's own.
  mutating func write(_ notice: ServiceNotice, of index: Int, address: String?) {
    let text = texts.text(notice, of: index, address: address)
    if notice.isAboutConsul {
      if text.utf8.elementsEqual(lastConsulText.utf8) { return }
      lastConsulText = text
    }
    log.write(notice.level, text)
  }

  /// Logs an effect at level debug.
  mutating func trace(_ effect: Effect) {
    if log.level == .debug, let text = texts.text(effect) { log.write(.debug, text) }
  }
}

extension ProcessNotice {
  fileprivate var level: LogOptions.Level {
    switch self {
    case .stopping, .stoppedByTerminal, .ended, .waitingForRemaining: .info
    case .killing, .killingRemaining: .warning
    }
  }
}

extension ServiceNotice {
  fileprivate var isAboutConsul: Bool {
    switch self {
    case .consulFailed, .consulAnswers: true
    case .registered, .deregistered, .healthChanged, .notAccepting, .readyTimedOut, .foreignEntry,
      .deregistrationUnconfirmed:
      false
    }
  }

  fileprivate var level: LogOptions.Level {
    switch self {
    case .registered(.again, _), .registered(.renewed, _): .warning
    case .registered, .deregistered, .consulAnswers, .healthChanged(.accepting): .info
    case .healthChanged, .notAccepting, .foreignEntry, .deregistrationUnconfirmed: .warning
    case .consulFailed(let failure, _): failure.isRefusal ? .error : .warning
    case .readyTimedOut: .error
    }
  }
}
