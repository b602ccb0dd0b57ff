internal import Formats
internal import Options
internal import Runtime
internal import WatcherCore

/// The log texts of the machine's notices: the subject first, then the consequence.
struct WatcherNoticeLogger {
  private var log: Log
  private let engine: String
  private let consul: String
  private let registers: Bool

  init(_ options: WatcherOptions) {
    log = Log(options.log, program: "servicewatcher")
    engine = "engine \(options.engine.text)"
    consul = "Consul \(options.consul.text)"
    registers = options.registers
  }

  mutating func write(_ notice: WatcherNotice) {
    let (level, text) = line(notice)
    log.write(level, text)
  }

  private func line(_ notice: WatcherNotice) -> (LogOptions.Level, String) {
    switch notice {
    case .watching(let count):
      let job = registers ? "" : "; cleaning up only"
      let running = count == 1 ? "1 container runs" : "\(count) containers run"
      return (.info, "watching \(engine): \(running)\(job)")
    case .engineAway(let reason):
      let text = "what happens there is found out when it answers again, retrying"
      return (.warning, "\(engine): \(reason); \(text)")
    case .agentAway(let reason):
      return (.warning, "\(consul): \(reason); what is to be changed there waits, retrying")
    case .agentAnswers: return (.info, "\(consul) answers again")
    case .removed(let entry):
      let owner = entry.container.utf8.isEmpty ? "as we end" : "container \(short(entry.container)) is gone"
      return (.info, "deregistered \(shown(entry.id)): \(owner)")
    case .registered(let one):
      let address = one.address ?? "the agent's address"
      return (.info, "registered \(shown(one.id)) at \(address), port \(one.port)")
    case .idShared(let id):
      let text = "more than one that runs has this ID; one is registered, give each its own"
      return (.warning, "\(shown(id)): \(text)")
    case .refused(let id, let reason): return (.error, "\(consul): \(shown(id)): \(reason)")
    case .inspectFailed(let container, let reason):
      return (.warning, "\(engine): \(reason), of container \(short(container)); it is left as it is for now")
    case .invalid(let message): return (.warning, message)
    case .engineUnidentified:
      return (
        .warning,
        "\(engine): GET /info is denied; services are registered without the engine's ID, so another engine's watcher can't tell them from its own"
      )
    case .cameBack(let entry):
      return (
        .warning,
        "\(shown(entry.id)) was registered again although container \(short(entry.container)) is gone from this engine; it stays until its check fails (a second engine or a cloned machine with the same boot ID?)"
      )
    case .leaving(let count):
      return (.info, count > 0 ? "ending; \(count) of our registrations stay" : "ending")
    }
  }

  private func shown(_ id: String) -> String { escaped([UInt8](id.utf8), limit: 200) }

  /// As engines show it.
  private func short(_ id: String) -> String { String(decoding: id.utf8.prefix(12), as: UTF8.self) }
}
