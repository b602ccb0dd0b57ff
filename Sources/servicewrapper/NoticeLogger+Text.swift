internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

// The log lines of the machine's notices: the subject first, then the consequence.
extension NoticeLogger {
  func line(_ notice: ProcessNotice) -> Line {
    switch notice {
    case .stopping(let signal, let sent, let result, let drain):
      (.info, stopping(signal, as: sent, result, drain))
    case .stoppedByTerminal(let signal):
      (.info, "\(signalName(signal)): \(process) got it from the terminal as well")
    case .killing: (.warning, "\(process) still runs after the stop time-out; sending SIGKILL")
    case .ended(let status): (.info, "\(program) \(status.text)")
    case .waitingForRemaining(let time):
      (.info, "waiting \(time.text) at most for what \(program) left running; sending it SIGTERM")
    case .killingRemaining:
      (.warning, "some of what \(program) left running is still there; sending SIGKILL")
    }
  }

  /// - Parameters:
  ///   - index: the index of the service that it concerns.
  ///   - address: what was registered; nil: the agent's own.
  func line(_ notice: ServiceNotice, of index: Int, address: String?) -> Line {
    let service = services[index]
    let id = service.id
    return switch notice {
    case .registered(let which, let duration): registered(which, service, at: address, duration)
    case .deregistered(let after): (.info, "deregistered \(id) in \(after.text)")
    case .healthChanged(.accepting):
      (.info, "\(service.ready.success(port: service.port)) again; \(id) is passing")
    case .healthChanged(.suspended): (.warning, "\(process) is stopped; \(id) is critical, and out of DNS")
    case .healthChanged(let health):
      (.warning, "\(health.text(of: service)); \(id) is critical, and out of DNS")
    case .notAccepting(let health, let after):
      (
        .warning,
        "not ready after \(after.text): \(health.text(of: service)); \(id) is not registered, still waiting"
      )
    case .readyTimedOut(let health, let after):
      (.error, "not ready after \(after.text): \(health.text(of: service)); stopping \(process)")
    case .consulFailed(let failure, let registered):
      (failure.isRefusal ? .error : .warning, failed(failure, id, registered))
    case .consulAnswers: (.info, "\(consul) answers again")
    case .foreignEntry(let owner):
      (
        .warning,
        "\(id) is registered by \(owner) as well: each overwrites the other; give each an --id of its own"
      )
    case .deregistrationUnconfirmed: (.warning, deregistrationUnconfirmed(service))
    }
  }

  private func registered(
    _ which: RegistrationReason, _ service: Service, at address: String?, _ duration: Duration
  ) -> Line {
    let id = service.id
    let first = "registered \(id)\(endpoint(service, address)) with \(consul) after \(duration.text)"
    return switch which {
    case .first: (.info, first)
    case .replacing: (.info, "\(first); replaced stale \(id), left behind by an earlier run")
    case .again: (.warning, "\(consul) forgot \(id) (restarted?); registered again")
    case .renewed:
      (.warning, "\(consul) had \(id) otherwise (a new token, or somebody's change); registered again")
    }
  }

  private func endpoint(_ service: Service, _ address: String?) -> String {
    let host = address.map { $0.utf8.contains(UInt8(ascii: ":")) ? "[\($0)]" : $0 }
    guard let port = service.advertisedPort else { return host.map { " at \($0)" } ?? "" }
    return host.map { " at \($0):\(port)" } ?? " at the agent's address, port \(port)"
  }

  private func stopping(
    _ signal: Int32, as sent: Int32?, _ result: DeregistrationResult, _ drain: Duration
  ) -> String {
    let first =
      switch result {
      case .notRegistered: ""
      case .deregistered(let after): "deregistered \(allServices) in \(after.text); "
      case .unconfirmed: "\(consul) did not confirm the deregistration of \(allServices), still trying; "
      }
    let wait = drain > .zero ? "draining for \(drain.text), then " : ""
    return
      "\(signalName(signal)): \(first)\(wait)forwarding to \(process)\(sent.map { " as \(signalName($0))" } ?? "")"
  }

  private var allServices: String { services.count == 1 ? services[0].id : "all \(services.count) services" }

  private func failed(_ failure: Failure, _ id: String, _ registered: Bool) -> String {
    let consequence = registered ? "\(id) may turn critical" : "\(program) keeps running"
    let isRefused = failure == .unreachable(Errno.connectionRefused)
    let hint = isRefused && hasDefaultConsul && !registered ? " (in a container? set CONSUL_HTTP_ADDR)" : ""
    let pause = failure.isRefusal && !registered ? "retrying every minute" : "retrying"
    let reason = if case .denied = failure { "\(failure.text) (\(token))" } else { failure.text }
    return "\(consul): \(reason); \(consequence), \(pause)\(hint)"
  }

  private func deregistrationUnconfirmed(_ service: Service) -> String {
    let consequence =
      switch (service.ttl, service.deregisterAfter) {
      case (nil, _): "without checks it stays listed until deregistered"
      case (_, nil): "it turns critical, and stays listed until deregistered"
      case (_, let reap?): "it drops it about \(reap.text) after its check turns critical"
      }
    return "\(consul) did not confirm that \(service.id) is gone: \(consequence)"
  }
}

// MARK: For --log-level debug
extension NoticeLogger {
  /// Nil for effects that a notice reports already.
  func text(_ effect: Effect) -> String? {
    switch effect {
    case .process(.signal(let number)): "sending \(signalName(number)) to \(process)"
    case .process(.suspendSelf(let number)):
      "\(process) was stopped by \(signalName(number)); suspending ourselves, if we may"
    case .process(.terminateRemaining): "sending SIGTERM to all that \(program) left running"
    case .process(.killRemaining): "sending SIGKILL to all that \(program) left running"
    case .process(.exit(let status)): "exiting status=\(status)"
    case .service(.send(let requests), of: let index):
      "asking \(consul) about \(services[index].id): \(requests.map(name).joined(separator: ", "))"
    case .process(.log), .service: nil
    }
  }

  private func name(_ request: ServiceRequest) -> String {
    switch request {
    case .inspect: "inspect"
    case .markCritical: "retire"
    case .register: "register"
    case .alive: "alive"
    case .ready(.accepting): "ready"
    case .ready: "not ready"
    case .deregister: "deregister"
    }
  }
}

extension Failure {
  var text: String {
    switch self {
    case .unreachable(let errno): Errno.text(errno)
    case .unresolvable(let code): Resolver.reason(code)
    case .addressless(let errno): "the interface to register has no address: \(Errno.text(errno))"
    case .timedOut: "no answer"
    case .closed: "connection lost before the answer"
    case .malformed: "the answer isn't HTTP"
    case .denied(let reason), .rejected(let reason), .busy(let reason), .failing(let reason): reason
    }
  }
}

extension ExitStatus {
  var text: String {
    switch self {
    case .exited(let status): "exited status=\(status)"
    case .killed(let signal): "killed by \(signalName(signal))"
    }
  }
}

extension TokenSource {
  /// The token's origin, never its value.
  var text: String {
    switch self {
    case .none: "no token was given"
    case .file(let path): "with the token from \(String(decoding: path, as: UTF8.self))"
    case .value: "with the token from CONSUL_HTTP_TOKEN"
    }
  }
}
