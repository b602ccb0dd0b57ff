// Conversions from the other modules' types to those of WrapperCore.

internal import Consul
internal import Formats
internal import Linux
internal import Options
internal import WrapperCore

extension Policy {
  init(_ options: Options) {
    let jitter = Int.random(in: 0...1_000)
    self.init(
      services: options.services.map {
        ServicePolicy(probe: ProbePolicy($0.ready), ttl: $0.ttl, jitter: jitter)
      })
    readyTimeout = options.readyTimeout
    stopSignals = options.stop.signals
    terminalHangupStops = options.stop.hangUp
    drain = options.stop.drain
    stopTimeout = options.stop.timeout
    rewrites = options.process.rewrites
    waitForAll = options.process.waitForAll
    expectedExits = options.process.expectedExits
  }
}

extension ProbePolicy {
  /// Nil if the service is ready from the start.
  init?(_ probe: Probe) {
    switch probe {
    case .none: return nil
    case .tcp, .tcpAt, .unix: self = .connect
    case .http: self = .http
    case .exec: self = .command
    }
  }
}

extension ServiceAnswer {
  init(_ response: Response) {
    switch response.outcome {
    case .done: self = .done
    case .unknown: self = .unknown
    case .denied: self = .failed(.denied("\(response.status): \(response.reason)"))
    case .rejected: self = .failed(.rejected("\(response.status): \(response.reason)"))
    case .busy: self = .failed(.busy("\(response.status): \(response.reason)"))
    case .failing: self = .failed(.failing("\(response.status): \(response.reason)"))
    }
  }
}

extension Signal {
  init(_ received: ReceivedSignal, sharesGroup: Bool) {
    let terminal = sharesGroup ? Origin.terminal : .terminalToUsAlone
    self.init(received.number, origin: received.isFromKernel ? terminal : .sent)
  }
}

extension ExitStatus {
  init(_ child: ExitedChild) {
    self = child.hasExited ? .exited(child.status) : .killed(signal: child.status)
  }
}

extension Timestamps {
  static var now: Timestamps { Timestamps(monotonic: Clock.monotonic, boottime: Clock.boottime) }
}
