internal import Consul
internal import Engine
internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WatcherCore

/// The event loop: makes events for the machine, and performs its effects. It decides nothing.
struct WatcherLoop: ~Copyable {
  private var sources: EventSources
  private var engine: EngineConnection
  private var agent: WatcherAgentConnection
  private var machine: WatcherMachine<Definition>
  private var logger: WatcherNoticeLogger
  private var pending: [WatcherEvent<Definition>] = []

  /// The IDs of the HTTP clients, which are the lower half of their tags at the poller. `EventSources` has 0 and 1.
  enum Tag {
    static let stream: UInt32 = 2
    static let query: UInt32 = 3
    static let agent: UInt32 = 4
  }

  init(_ options: WatcherOptions, hostname: String) throws(StartError) {
    guard let boot = Identity.bootID else {
      throw StartError("/proc/sys/kernel/random/boot_id: can't be read")
    }
    let token = try Token(options.token)
    sources = try .opened()
    logger = WatcherNoticeLogger(options)
    let ports = SourcePorts(avoiding: options.serverPorts)
    engine = EngineConnection(options, from: ports, boot: boot, hostname: hostname)
    agent = WatcherAgentConnection(to: options.consul, from: ports, token: token, boot: boot)
    machine = WatcherMachine(
      WatcherPolicy(
        registers: options.registers, deregistersOnExit: options.deregistersOnExit,
        ownContainer: Identity.own.containerID))
  }

  /// Watches until the machine ends the program, after a stop signal.
  mutating func run() {
    pending.append(.elapsed)
    while true {
      while !pending.isEmpty {
        for effect in machine.handle(pending.removeFirst(), at: Clock.boottime) { perform(effect) }
      }
      // Due times come by the timer as well, so that frequent ones can't delay a stop signal.
      sources.timer.set(machine.timeLeft(at: Clock.boottime))
      let ready = sources.poller.wait()
      // The engine first: a start must be known before an agent's answer of the same moment is acted on.
      for tag in ready where !agent.owns(tag) { collect(tag) }
      for tag in ready where agent.owns(tag) { collect(tag) }
    }
  }

  private mutating func collect(_ tag: UInt64) {
    if tag == EventSources.signalsTag {
      // SIGTERM and SIGINT; all other signals are ignored.
      let stops = sources.signals.next().contains { $0.number == 15 || $0.number == 2 }
      if stops { pending.append(.stop) }
    } else if tag == EventSources.timerTag {
      sources.timer.acknowledge()
      pending.append(.elapsed)
    } else if agent.owns(tag) {
      pending += agent.proceed(tag, engine.identity, sources.poller)
    } else {
      pending += engine.proceed(tag, sources.poller)
    }
  }

  private mutating func perform(_ effect: WatcherEffect<Definition>) {
    switch effect {
    case .subscribe: pending += engine.subscribe(sources.poller)
    case .unsubscribe: engine.unsubscribe()
    case .sendToEngine(let request): pending += engine.send(request, sources.poller)
    case .cancelEngineRequest: engine.cancelRequest()
    case .sendToAgent(let request): pending += agent.send(request, engine.identity, sources.poller)
    case .cancelAgentRequest: agent.drop()
    case .log(let notice): logger.write(notice)
    case .exit: exitNow(0)
    }
  }
}
