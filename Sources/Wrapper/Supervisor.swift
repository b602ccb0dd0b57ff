internal import Linux
internal import Options
internal import Supervision

/// The loop: turns what happens into events for the machine, and its effects into calls. It decides nothing.
struct Supervisor: ~Copyable {
  private var sources: EventSources
  private var link: AgentLink?
  private var prober: Prober?
  private var journal: Journal
  private var machine: Machine
  private var child: Child?
  private var others = Others()
  /// Events that performing an effect brought about.
  private var pending: [Event] = []
  /// What to end with, once that is known.
  private var status: Int32?

  private init(
    _ options: Options, sources: consuming EventSources, link: consuming AgentLink?, child: Child
  ) {
    self.sources = sources
    self.link = link
    self.child = child
    prober = options.services.first?.port.map { Prober(port: $0) }
    journal = Journal(options, process: child)
    machine = Machine(Plan(options), at: .now)
  }

  /// Opens everything, then starts the process: what fails here fails before there is anything to lose.
  static func start(
    _ options: Options, mask: SignalMask, hostname: String
  ) throws(StartError) -> Supervisor {
    let token = try Token(options.token)
    let sources = try EventSources.opened(givingTerminalAway: options.process.ownGroup)
    let child = try spawn(options, mask: mask, terminal: sources.foregroundNumber)
    sources.releaseInherited()
    let link = options.services.first.map {
      AgentLink(to: options.consul, registrant: Registrant(service: $0, hostname: hostname), token: token)
    }
    return Supervisor(options, sources: sources, link: link, child: child)
  }

  private static func spawn(
    _ options: Options, mask: SignalMask, terminal: Int32?
  ) throws(StartError) -> Child {
    Reaper.becomeSubreaper()
    do throws(SystemCallError) {
      return try Child.spawn(
        options.command, mask: mask, ownGroup: options.process.ownGroup, terminal: terminal)
    } catch { throw StartError(command: options.command[0], error) }
  }

  /// Until there is a status to end with.
  mutating func run() -> Int32 {
    journal.begin()
    for effect in machine.start(at: .now) { perform(effect) }
    var left = handlePending()
    while true {
      if let status { return status }
      sources.timer.set(left)
      for tag in sources.poller.wait() {
        collect(tag)
        left = handlePending()
      }
    }
  }

  /// Until nothing is pending or due; gives the time until something is.
  private mutating func handlePending() -> Duration? {
    while true {
      if !pending.isEmpty {
        handle(pending.removeFirst())
        continue
      }
      let left = machine.timeLeft(at: .now)
      guard let left, left <= .zero else { return left }
      handle(.elapsed)
    }
  }

  private mutating func handle(_ event: Event) {
    for effect in machine.handle(event, at: .now) { perform(effect) }
  }
}

// MARK: What happens
extension Supervisor {
  private mutating func collect(_ tag: UInt64) {
    switch tag {
    // Whatever is due is found out before every wait.
    case Tag.timer: sources.timer.acknowledge()
    case Tag.signals: collectSignals()
    case Tag.resolver: pending += link?.resolved(sources.poller) ?? []
    case Tag.agent(link?.generation ?? 0): pending += link?.proceed(sources.poller) ?? []
    case Tag.probe(prober?.generation ?? 0):
      if let health = prober?.proceed(sources.poller) ?? nil { pending.append(.probed(health)) }
    default: break
    }
  }

  private mutating func collectSignals() {
    for received in sources.signals.next() {
      if received.number == ReceivedSignal.child {
        reap()
      } else if received.isFromKernel || received.sender != Surroundings.processID {
        let sharesGroup = received.isFromKernel && child?.sharesOurGroup ?? false
        pending.append(.signal(Signal(received, sharesGroup: sharesGroup)))
      }
      // What carries our own pid is the SIGPIPE of a log line that nobody reads.
    }
  }

  /// One SIGCHLD may stand for many children, most of which we never started.
  private mutating func reap() {
    var status: ExitStatus?
    while true {
      switch ChildNews.next() {
      case .ended(let reaped) where reaped.id == child?.id:
        forgetChild()
        status = ExitStatus(reaped)
      case .stopped(let id, let signal) where id == child?.id: pending.append(.stopped(by: signal))
      case .ended, .stopped: break
      case .quiet: return note(status, othersLeft: true)
      case .alone: return note(status, othersLeft: false)
      }
    }
  }

  private mutating func note(_ status: ExitStatus?, othersLeft: Bool) {
    if let status {
      pending.append(.ended(status, othersLeft: othersLeft))
    } else if child == nil {
      pending.append(.otherEnded(othersLeft: othersLeft))
    } else if !othersLeft {
      // Without a child the process is gone, whoever has its status.
      forgetChild()
      pending.append(.ended(.exited(StartError.ownFailure)))
    }
  }

  /// Its number may be another's from now on.
  private mutating func forgetChild() {
    if let child { sources.terminal?.takeBack(from: child) }
    child = nil
  }
}

// MARK: What is done
extension Supervisor {
  private mutating func perform(_ effect: Effect) {
    journal.trace(effect)
    switch effect {
    case .probe: if let health = prober?.start(sources.poller) ?? nil { pending.append(.probed(health)) }
    case .cancelProbe: prober?.cancel()
    case .send(let requests): pending += link?.send(requests, sources.poller) ?? []
    case .disconnect: link?.disconnect()
    case .signal(let number): child?.send(number)
    case .suspend(let number): suspend(by: number)
    case .terminateOthers: others.terminate()
    case .killOthers: others.kill()
    case .log(let notice): journal.write(notice, address: link?.registeredAddress)
    case .exit(let status): self.status = status
    }
  }

  /// A shell that continues us in the foreground gives the terminal to our group, not to the process's own.
  private func suspend(by signal: Int32) {
    Suspension.suspend(by: signal)
    if let child { sources.terminal?.give(to: child) }
  }
}
