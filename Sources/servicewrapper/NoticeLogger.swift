internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

/// Logs the machine's notices, each condition once.
struct NoticeLogger {
  /// A line of the log.
  typealias Line = (level: LogOptions.Level, text: String)

  private var log: Log
  /// The last line about Consul, which concerns every service and is logged once.
  private var lastConsulText = ""
  /// The process's name, without its path.
  let program: String
  /// The name with the pid.
  let process: String
  let services: [Service]
  let consul: String
  let hasDefaultConsul: Bool
  let token: String

  init(_ options: Options, process child: Child) {
    log = Log(options.log, program: "servicewrapper")
    let path = options.command.first ?? []
    let name = path.split(separator: UInt8(ascii: "/")).last ?? path[...]
    program = escaped([UInt8](name), limit: 80)
    process = "\(program) pid=\(child.id)"
    services = options.services
    consul = "Consul \(options.consul.text)"
    hasDefaultConsul = options.consul.isLoopback
    token = options.token.text
  }

  mutating func begin(_ warnings: [String]) {
    log.write(.info, "started \(process)")
    for warning in warnings { warn(warning) }
  }

  mutating func warn(_ text: String) { log.write(.warning, text) }

  mutating func write(_ notice: ProcessNotice) { write(line(notice)) }

  /// - Parameters:
  ///   - index: the index of the service that it concerns.
  ///   - address: what was registered; nil: the agent's own.
  mutating func write(_ notice: ServiceNotice, of index: Int, address: String?) {
    let line = line(notice, of: index, address: address)
    switch notice {
    case .consulFailed, .consulAnswers:
      if isSame(line.text, lastConsulText) { return }
      lastConsulText = line.text
    default: break
    }
    write(line)
  }

  private mutating func write(_ line: Line) { log.write(line.level, line.text) }

  /// Logs an effect at level debug.
  mutating func trace(_ effect: Effect) {
    if log.level == .debug, let text = text(effect) { log.write(.debug, text) }
  }
}
