internal import Consul
internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

/// The event loop: makes events for the machine, and performs its effects. It decides nothing.
struct WrapperLoop: ~Copyable {
  private var sources: EventSources
  /// Our terminal, if the process gets it in its own group.
  private let terminal: Terminal?
  /// One for each service of the policy, in its order.
  private let connectors: [ServiceConnector]
  private var logger: NoticeLogger
  private var machine: WrapperMachine
  private var child: Child?
  private var remaining = RemainingProcesses()
  /// Events that the machine hasn't handled yet.
  private var pending: [Event] = []
  /// The exit status, once it is known.
  private var status: Int32?

  /// Opens everything, then starts the process, so that every failure comes before the process runs.
  init(_ options: Options, mask: SignalMask, hostname: String) throws(StartError) {
    let token = try Token(options.token)
    let sources = try EventSources.opened()
    var terminal = options.process.ownGroup ? Terminal.controlling() : nil
    let folder = ProcessEnvironment.workingDirectory ?? [UInt8]("/".utf8)
    let child = try WrapperLoop.spawn(options, mask: mask, &terminal)
    sources.releaseInherited(keeping: terminal?.number)
    let identity = options.services.isEmpty ? Identity() : .own
    let ports = SourcePorts(avoiding: options.serverPorts)
    connectors = options.services.indices.map { index in
      let service = options.services[index]
      let requestBuilder = ConsulRequestBuilder(service: service, hostname: hostname, identity: identity)
      let agent = AgentConnection(
        to: options.consul, from: ports, requestBuilder: requestBuilder, token: token, at: index)
      return ServiceConnector(service, agent: agent, from: ports, at: index, mask: mask, folder: folder)
    }
    logger = NoticeLogger(options, process: child)
    machine = WrapperMachine(Policy(options), at: .now)
    self.child = child
    self.sources = sources
    self.terminal = terminal
    logger.begin(options.warnings)
    ProcessEnvironment.releaseStartupMemory()
  }

  private static func spawn(
    _ options: Options, mask: SignalMask, _ terminal: inout Terminal?
  ) throws(StartError) -> Child {
    RemainingProcesses.adoptOrphans()
    let isForeground = terminal?.isOurs ?? false
    do throws(SystemCallError) {
      return try Child.spawn(
        options.command, mask: mask, ownGroup: options.process.ownGroup,
        terminal: isForeground ? terminal?.number : nil)
    } catch {
      if isForeground { terminal?.takeBack() }
      throw StartError(command: options.command[0], error)
    }
  }

  /// Runs until there is an exit status.
  mutating func run() -> Int32 {
    perform(machine.start(at: .now))
    var left = handlePending()
    while true {
      if let status { return status }
      // An init that registers nothing has signals to wait for, and nothing else as long as no time is set.
      if left == nil, connectors.isEmpty {
        if let received = sources.signals.wait() { receive(received) }
        left = handlePending()
        continue
      }
      sources.timer.set(left, mayBeEarly: machine.isWaitingForAnswers)
      left = waitForEvents()
    }
  }

  /// Waits for an event for the machine and handles it; returns the time until the next deadline. A reaped orphan is
  /// no event: there may be thousands, and the timer stays as it is.
  private mutating func waitForEvents() -> Duration? {
    var left: Duration?
    var isEvent = false
    while !isEvent {
      for tag in sources.poller.wait() {
        collect(tag)
        if pending.isEmpty && tag != EventSources.timerTag { continue }
        left = handlePending()
        isEvent = true
      }
    }
    return left
  }

  /// Handles all that is pending or due; returns the time until the next deadline.
  private mutating func handlePending() -> Duration? {
    while true {
      if !pending.isEmpty {
        perform(machine.handle(pending.removeFirst(), at: .now))
        continue
      }
      let left = machine.timeLeft(at: .now)
      guard let left, left <= .zero else { return left }
      note(.elapsed)
    }
  }
}

// MARK: What happens
extension WrapperLoop {
  private mutating func collect(_ tag: UInt64) {
    switch tag {
    // Deadlines are checked before every wait.
    case EventSources.timerTag: sources.timer.acknowledge()
    case EventSources.signalsTag: for received in sources.signals.next() { receive(received) }
    default:
      let service = PollerTag.service(tag)
      note(connectors[service].proceed(tag, sources.poller), of: service)
    }
  }

  private mutating func note(_ event: ProcessEvent) { pending.append(.process(event)) }

  private mutating func note(_ events: [ServiceEvent], of service: Int) {
    pending += events.map { .service($0, of: service) }
  }

  private mutating func receive(_ received: ReceivedSignal) {
    if received.number == ReceivedSignal.child {
      reap()
    } else if !received.isFromOwnLogWrite {
      let sharesGroup = received.isFromKernel && child?.sharesOurGroup ?? false
      note(.signal(Signal(received, sharesGroup: sharesGroup)))
    }
  }

  /// One SIGCHLD may stand for many children, most of which we never started.
  private mutating func reap() {
    var status: ExitStatus?
    while true {
      switch WaitEvent.next() {
      case .ended(let reaped) where reaped.id == child?.id:
        forgetChild()
        status = ExitStatus(reaped)
      case .ended(let reaped):
        for index in connectors.indices { note(connectors[index].take(reaped), of: index) }
      case .suspended(let id, let signal) where id == child?.id: note(.suspended(by: signal))
      case .continued(let id) where id == child?.id: note(.continued)
      case .suspended, .continued: break
      case .noChange: return conclude(status, childrenLeft: true)
      case .noChildren: return conclude(status, childrenLeft: false)
      }
    }
  }

  private mutating func conclude(_ status: ExitStatus?, childrenLeft: Bool) {
    if let status {
      note(.ended(status, childrenLeft: childrenLeft))
    } else if child == nil {
      note(.childEnded(childrenLeft: childrenLeft))
    } else if !childrenLeft {
      // Without any child the process is gone, although its status is lost.
      forgetChild()
      note(.ended(.exited(StartError.ownFailure)))
    }
  }

  /// Its pid may be reused from now on.
  private mutating func forgetChild() {
    if let child { terminal?.takeBack(from: child) }
    child = nil
  }
}

// MARK: What is done
extension WrapperLoop {
  private mutating func perform(_ effects: [Effect]) {
    for effect in effects {
      logger.trace(effect)
      switch effect {
      case .process(let effect): perform(effect)
      case .service(let effect, of: let index): perform(effect, of: index)
      }
    }
  }

  private mutating func perform(_ effect: ProcessEffect) {
    switch effect {
    case .signal(let number): send(number)
    case .suspendSelf(let number):
      Suspension.suspend(by: number)
      // A shell that continues us in the foreground gives the terminal to our group, not to the process's own.
      if let child { terminal?.give(to: child) }
    case .terminateRemaining: remaining.terminate()
    case .killRemaining: remaining.kill()
    case .log(let notice): logger.write(notice)
    case .exit(let status): self.status = status
    }
  }

  private mutating func perform(_ effect: ServiceEffect, of index: Int) {
    let connector = connectors[index]
    switch effect {
    case .probe: note(connector.probe(sources.poller), of: index)
    case .cancelProbe: connector.cancelProbe()
    case .send(let requests): note(connector.agent.send(requests, sources.poller), of: index)
    case .disconnect: connector.agent.disconnect()
    case .log(let notice): logger.write(notice, of: index, address: connector.agent.registeredAddress)
    }
  }

  private mutating func send(_ number: Int32) {
    do throws(SystemCallError) {
      try child?.send(number)
    } catch { logger.warn("\(signalName(number)) can't be sent to the process: \(error.reason)") }
  }
}
