internal import Clients
internal import Consul
internal import Linux
internal import Options
internal import Reporting
internal import WrapperCore

/// The loop: turns what happens into events for the machine, and its effects into calls. It decides nothing.
struct Supervisor: ~Copyable {
  private var sources: EventSources
  /// One for each of the plan's services, in that order.
  private let registrars: [Registrar]
  private var journal: Journal
  private var machine: Machine
  private var child: Child?
  private var others = Others()
  /// Events that performing an effect brought about.
  private var pending: [Pending] = []
  /// What to end with, once that is known.
  private var status: Int32?

  private struct Pending {
    let event: Event
    var service = 0
  }

  private init(
    _ options: Options, sources: consuming EventSources, registrars: [Registrar], child: Child
  ) {
    self.sources = sources
    self.registrars = registrars
    self.child = child
    journal = Journal(options, process: child)
    machine = Machine(Plan(options), at: .now)
  }

  /// Opens everything, then starts the process: what fails here fails before there is anything to lose.
  static func start(
    _ options: Options, mask: SignalMask, hostname: String
  ) throws(StartError) -> Supervisor {
    let token = try Token(options.token)
    let sources = try EventSources.opened(givingTerminalAway: options.process.ownGroup)
    let folder = Surroundings.workingDirectory ?? [UInt8]("/".utf8)
    let child = try spawn(options, mask: mask, sources)
    sources.releaseInherited()
    Surroundings.forgetStart()
    let identity = options.services.isEmpty ? Identity() : .own
    let surroundings = ProbeSurroundings(mask: mask, folder: folder)
    let ports = SourcePorts(avoiding: options.serverPorts)
    let registrars = options.services.indices.map { place in
      let registrant = Registrant(service: options.services[place], hostname: hostname, identity: identity)
      return Registrar(
        AgentLink(to: options.consul, from: ports, registrant: registrant, token: token, at: place),
        Prober(options.services[place], from: ports, at: place, in: surroundings))
    }
    return Supervisor(options, sources: sources, registrars: registrars, child: child)
  }

  private static func spawn(
    _ options: Options, mask: SignalMask, _ sources: borrowing EventSources
  ) throws(StartError) -> Child {
    Reaper.becomeSubreaper()
    let terminal = sources.foregroundNumber
    do throws(SystemCallError) {
      return try Child.spawn(
        options.command, mask: mask, ownGroup: options.process.ownGroup, terminal: terminal)
    } catch {
      if terminal != nil { sources.takeTerminalBack() }
      throw StartError(command: options.command[0], error)
    }
  }

  /// Until there is a status to end with.
  mutating func run() -> Int32 {
    journal.begin()
    perform(machine.start(at: .now))
    var left = handlePending()
    while true {
      if let status { return status }
      // An init that registers nothing has signals to wait for, and nothing else as long as no time is set.
      if left == nil, registrars.isEmpty {
        if let received = sources.signals.wait() { receive(received) }
        left = handlePending()
        continue
      }
      sources.timer.set(left, mayBeEarly: machine.isWaitingForAnswers)
      left = waitForNews()
    }
  }

  /// Waits until something has happened that the machine is to know of, and lets it; gives the time until something is due. An
  /// orphan that was reaped is nothing to it: there may be thousands, and the timer stays as it is.
  private mutating func waitForNews() -> Duration? {
    var left: Duration?
    var isNews = false
    while !isNews {
      for tag in sources.poller.wait() {
        collect(tag)
        if pending.isEmpty && tag != Tag.timer { continue }
        left = handlePending()
        isNews = true
      }
    }
    return left
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
      handle(Pending(event: .elapsed))
    }
  }

  private mutating func handle(_ next: Pending) {
    perform(machine.handle(next.event, of: next.service, at: .now))
  }
}

// MARK: What happens
extension Supervisor {
  private mutating func collect(_ tag: UInt64) {
    switch tag {
    // Whatever is due is found out before every wait.
    case Tag.timer: sources.timer.acknowledge()
    case Tag.signals: collectSignals()
    default:
      guard let service = Tag.service(tag), registrars.indices.contains(service) else { return }
      note(registrars[service].proceed(tag, sources.poller), of: service)
    }
  }

  private mutating func note(_ events: [Event], of service: Int = 0) {
    pending += events.map { Pending(event: $0, service: service) }
  }

  private mutating func collectSignals() {
    for received in sources.signals.next() { receive(received) }
  }

  private mutating func receive(_ received: ReceivedSignal) {
    if received.number == ReceivedSignal.child {
      reap()
    } else if !received.isOfOurOwnWriting {
      let sharesGroup = received.isFromKernel && child?.sharesOurGroup ?? false
      note([.signal(Signal(received, sharesGroup: sharesGroup))])
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
      case .ended(let reaped):
        for place in registrars.indices { note(registrars[place].take(reaped), of: place) }
      case .stopped(let id, let signal) where id == child?.id: note([.stopped(by: signal)])
      case .continued(let id) where id == child?.id: note([.continued])
      case .stopped, .continued: break
      case .quiet: return conclude(status, othersLeft: true)
      case .alone: return conclude(status, othersLeft: false)
      }
    }
  }

  private mutating func conclude(_ status: ExitStatus?, othersLeft: Bool) {
    if let status {
      note([.ended(status, othersLeft: othersLeft)])
    } else if child == nil {
      note([.otherEnded(othersLeft: othersLeft)])
    } else if !othersLeft {
      // Without a child the process is gone, whoever has its status.
      forgetChild()
      note([.ended(.exited(StartError.ownFailure))])
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
  private mutating func perform(_ actions: [Action]) {
    for action in actions { perform(action.effect, of: action.service) }
  }

  private mutating func perform(_ effect: Effect, of service: Int) {
    journal.trace(effect, of: service)
    switch effect {
    case .probe, .cancelProbe, .send, .disconnect:
      note(registrars[service].perform(effect, sources.poller), of: service)
    case .signal(let number): send(number)
    case .suspend(let number): suspend(by: number)
    case .terminateOthers: others.terminate()
    case .killOthers: others.kill()
    case .log(let notice): journal.write(notice, of: service, address: address(of: service))
    case .exit(let status): self.status = status
    }
  }

  private mutating func send(_ number: Int32) {
    do throws(SystemCallError) {
      try child?.send(number)
    } catch { journal.warn("\(signalName(number)) can't be sent to the process: \(error.reason)") }
  }

  private func address(of service: Int) -> String? {
    registrars.indices.contains(service) ? registrars[service].registeredAddress : nil
  }

  /// A shell that continues us in the foreground gives the terminal to our group, not to the process's own.
  private func suspend(by signal: Int32) {
    Suspension.suspend(by: signal)
    if let child { sources.terminal?.give(to: child) }
  }
}
