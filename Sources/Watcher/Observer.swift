internal import Clients
internal import Consul
internal import Engine
internal import HTTP
internal import Linux
public import Options
public import Reporting
internal import WatcherCore

extension Caller {
  /// Watches until a stop signal.
  public func watch(_ options: WatcherOptions) -> Never {
    do throws(StartError) {
      var observer = try Observer.start(options, hostname: hostname)
      observer.run()
      exitNow(0)
    } catch {
      end(error, log: options.log)
    }
  }
}

/// The loop: turns what happens into events for the machine, and its effects into calls. It decides nothing.
struct Observer: ~Copyable {
  private var sources: WatchSources
  private var engine: EngineLink
  private var agent: AgentConversation
  private var watch: Watch
  private var journal: WatchJournal
  private var pending: [WatchEvent] = []
  private var isOver = false

  enum Tag {
    static let signals: UInt64 = 0
    static let timer: UInt64 = 1
    static let stream: UInt64 = 2
    static let query: UInt64 = 3
    static let agent: UInt64 = 4
  }

  private init(
    _ options: WatcherOptions, boot: String, hostname: String, token: Token, sources: consuming WatchSources
  ) {
    self.sources = sources
    journal = WatchJournal(options)
    let ports = SourcePorts(avoiding: options.serverPorts)
    engine = EngineLink(options, from: ports, boot: boot, hostname: hostname)
    agent = AgentConversation(to: options.consul, from: ports, token: token, boot: boot)
    watch = Watch(
      WatchPlan(
        registers: options.registers, withdraws: options.deregistersOnExit,
        ownContainer: Identity.own.containerID))
  }

  static func start(_ options: WatcherOptions, hostname: String) throws(StartError) -> Observer {
    guard let boot = Identity.bootID else {
      throw StartError("/proc/sys/kernel/random/boot_id: can't be read")
    }
    let token = try Token(options.token)
    return Observer(options, boot: boot, hostname: hostname, token: token, sources: try .opened())
  }

  mutating func run() {
    pending.append(.elapsed)
    while true {
      while !pending.isEmpty { handle(pending.removeFirst()) }
      if isOver { return }
      // What is due comes by the timer too: nothing that is due again and again can keep a stop signal from us.
      sources.timer.set(watch.timeLeft(at: Clock.boottime))
      for tag in sources.poller.wait() { collect(tag) }
    }
  }

  private mutating func collect(_ tag: UInt64) {
    if tag == Tag.signals {
      let stops = sources.signals.next().contains {
        $0.number == Stop.terminate || $0.number == Stop.interrupt
      }
      if stops { pending.append(.stop) }
    } else if tag == Tag.timer {
      sources.timer.acknowledge()
      pending.append(.elapsed)
    } else if agent.owns(tag) {
      pending += agent.proceed(tag, engine: engine.handshake, sources.poller)
    } else {
      pending += engine.proceed(tag, sources.poller)
    }
  }

  /// Everything else is for a process that we don't have.
  private enum Stop {
    static let terminate: Int32 = 15
    static let interrupt: Int32 = 2
  }
}

extension Observer {
  private mutating func handle(_ event: WatchEvent) {
    let effects = watch.handle(event, at: Clock.boottime)
    if event == .listEnded { engine.keep(watch) }
    for complaint in engine.takeComplaints() { journal.warn(complaint) }
    for effect in effects { perform(effect) }
  }

  private mutating func perform(_ effect: WatchEffect) {
    switch effect {
    case .subscribe: pending += engine.subscribe(sources.poller)
    case .unsubscribe: engine.unsubscribe()
    case .ask(let query): pending += engine.ask(query, sources.poller)
    case .dropQuery: engine.dropQuery()
    case .send(let request):
      let definition = engine.definition(request, watch)
      pending += agent.send(request, definition, engine: engine.handshake, sources.poller)
    case .dropRequest: agent.drop()
    case .log(let notice): journal.write(notice)
    case .exit: isOver = true
    }
  }
}

/// What the loop listens to, connections apart.
struct WatchSources: ~Copyable {
  let poller: Poller
  let signals: SignalQueue
  var timer: Timer

  static func opened() throws(StartError) -> WatchSources {
    do throws(SystemCallError) {
      return try open()
    } catch { throw StartError(error) }
  }

  private static func open() throws(SystemCallError) -> WatchSources {
    try StandardStreams.reserve()
    let poller = try Poller()
    let signals = try SignalQueue()
    let timer = try Timer()
    try poller.watch(signals.descriptor.number, for: .readable, tag: Observer.Tag.signals)
    try poller.watch(timer.descriptor.number, for: .readable, tag: Observer.Tag.timer)
    return WatchSources(poller: poller, signals: signals, timer: timer)
  }
}
