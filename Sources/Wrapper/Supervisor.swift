internal import Linux
internal import Options
internal import Supervision

/// What an event of the poller is about. Connections carry the count of them as well.
enum Tag {
  static let signals: UInt64 = 0
  static let timer: UInt64 = 1
  static let resolver: UInt64 = 2
  static func agent(_ generation: UInt64) -> UInt64 { generation << 2 | 2 }
  static func probe(_ generation: UInt64) -> UInt64 { generation << 2 | 3 }
}

/// The loop: turns what happens into events for the machine, and its effects into calls. It decides nothing.
struct Supervisor: ~Copyable {
  private let poller: Poller
  private let signals: SignalQueue
  private let timer: Timer
  private var link: AgentLink?
  private var prober: Prober?
  private var journal: Journal
  private var machine: Machine
  private var child: Child?
  /// Events that performing an effect brought about.
  private var pending: [Event] = []

  /// Opens everything, then starts the process: what fails here fails before there is anything to lose.
  init(_ options: Options, mask: SignalMask, hostname: String) throws(StartError) {
    do throws(SystemCallError) {
      try StandardStreams.reserve()
      poller = try Poller()
      signals = try SignalQueue()
      timer = try Timer()
      try poller.watch(signals.descriptor.number, for: .readable, tag: Tag.signals)
      try poller.watch(timer.descriptor.number, for: .readable, tag: Tag.timer)
    } catch { throw StartError(error) }
    if let service = options.service {
      let registrant = Registrant(service: service, hostname: hostname)
      link = try AgentLink(options, registrant: registrant, poller: poller)
      prober = service.port.map { Prober(port: $0) }
    }
    machine = Machine(Plan(options), at: .now)
    journal = Journal(options)
    do throws(SystemCallError) {
      let child = try Child.spawn(options.command, mask: mask)
      journal.begin(child: child, warnings: options.warnings)
      self.child = child
    } catch { throw StartError(command: options.command[0], error) }
  }

  mutating func run() -> Never {
    for effect in machine.start(at: .now) { perform(effect) }
    while true {
      handlePending()
      timer.set(machine.timeLeft(at: .now))
      for tag in poller.wait() {
        collect(tag)
        handlePending()
      }
    }
  }

  private mutating func handlePending() {
    while true {
      if !pending.isEmpty {
        handle(pending.removeFirst())
      } else if let left = machine.timeLeft(at: .now), left <= .zero {
        handle(.elapsed)
      } else {
        return
      }
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
    case Tag.timer: timer.acknowledge()
    case Tag.signals: collectSignals()
    case Tag.resolver: if let failure = link?.resolved(poller) ?? nil { pending.append(.lost(failure)) }
    case Tag.agent(link?.generation ?? 0): pending += link?.proceed(poller) ?? []
    case Tag.probe(prober?.generation ?? 0):
      if let health = prober?.proceed(poller) ?? nil { pending.append(.probed(health)) }
    default: break
    }
  }

  private mutating func collectSignals() {
    while let received = signals.next() {
      if received.number == ReceivedSignal.child {
        reap()
      } else if received.isFromKernel || received.sender != Surroundings.processID {
        pending.append(.signal(Signal(received)))
      }
      // What carries our own pid is the SIGPIPE of a log line that nobody reads.
    }
  }

  /// One SIGCHLD may stand for many children, most of which we never started.
  private mutating func reap() {
    while let ended = Reaped.next() {
      guard ended.id == child?.id else { continue }
      // Its number may be another's from now on.
      child = nil
      pending.append(.ended(ExitStatus(ended)))
    }
  }
}

// MARK: What is done
extension Supervisor {
  private mutating func perform(_ effect: Effect) {
    journal.trace(effect)
    switch effect {
    case .probe: if let health = prober?.start(poller) ?? nil { pending.append(.probed(health)) }
    case .cancelProbe: prober?.cancel()
    case .send(let requests):
      if let failure = link?.send(requests, poller) ?? nil { pending.append(.lost(failure)) }
    case .disconnect: link?.disconnect()
    case .signal(let number): child?.send(number)
    case .log(let notice): journal.write(notice)
    case .exit(let status): exitNow(status)
    }
  }
}
