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
      }, readyTimeout: options.readyTimeout, stopSignals: options.stop.signals,
      hangUpStops: options.stop.hangUp, drain: options.stop.drain, stopTimeout: options.stop.timeout,
      rewrites: options.process.rewrites, waitForAll: options.process.waitForAll,
      expectedExits: options.process.expectedExits)
  }
}

extension ProbePolicy {
  /// Nil if the service is ready from the start. HTTP and commands may take longer; a command costs a process.
  init?(_ probe: Probe) {
    switch probe {
    case .none: return nil
    case .tcp, .tcpAt, .unix: self.init()
    case .http: self.init(timeout: .seconds(5))
    case .exec: self.init(timeout: .seconds(5), pause: .seconds(1))
    }
  }
}

extension ServiceAnswer {
  init(_ response: Response) {
    switch response.outcome {
    case .done: self = .done
    case .unknown: self = .unknown
    case .denied: self = .denied("\(response.status): \(response.reason)")
    case .rejected: self = .rejected("\(response.status): \(response.reason)")
    case .busy: self = .busy("\(response.status): \(response.reason)")
    case .failing: self = .failing("\(response.status): \(response.reason)")
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
