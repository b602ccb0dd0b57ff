// The texts of probes and their results, for the log and for Consul's UI.

internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

extension Probe {
  /// The probe: `connect 127.0.0.1:6379`, `GET http://127.0.0.1:80/health`.
  func subject(port: Int?) -> String {
    switch self {
    case .none: "the process"
    case .tcp: "connect 127.0.0.1:\(port ?? 0)"
    case .tcpAt(let host, let port): "connect \(hostField(host, port))"
    case .unix(let path): "connect \(path)"
    case .http(let host, let port, let path): "GET http://\(hostField(host, port))\(path)"
    case .exec(let command): "exec \(escaped(command, limit: 80))"
    }
  }

  /// The output of a passing check.
  func success(port: Int?) -> String {
    switch self {
    case .none: "running"
    case .tcp: "\(port ?? 0) accepts"
    case .tcpAt, .unix, .http, .exec: "\(subject(port: port)): ok"
    }
  }
}

extension Health {
  /// Why the service isn't ready: the probe and its result.
  func text(of service: Service) -> String {
    let subject = service.ready.subject(port: service.port)
    return switch self {
    case .accepting: service.ready.success(port: service.port)
    case .failing(0): "\(subject): no answer yet"
    case .failing(let errno): "\(subject): \(Errno.text(errno))"
    case .unhealthy(0): "\(subject): the answer isn't HTTP"
    case .unhealthy(let status): "\(subject): status \(status)"
    case .unsuccessful(let status): "\(subject): \(status.text)"
    case .suspended: "the process is stopped"
    }
  }
}
