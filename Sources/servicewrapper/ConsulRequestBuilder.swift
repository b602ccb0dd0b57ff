internal import Consul
internal import Formats
internal import Linux
internal import Options
internal import Runtime
internal import WrapperCore

/// Builds the requests to Consul's API, and reads its responses.
struct ConsulRequestBuilder {
  let service: Service
  /// Names the container in a check's output, which outlives us.
  let hostname: String
  let identity: Identity

  func request(_ request: ServiceRequest, address: String?) -> ConsulAPIRequest {
    switch request {
    case .inspect: return .service(id: service.id, in: service.tenancy)
    case .deregister: return .deregister(id: service.id, in: service.tenancy)
    case .markCritical:
      return update(.ready, .critical, "left behind by an earlier run; restarted by \(sender)")
    case .alive: return update(.alive, .passing, "heartbeat from \(sender)")
    case .ready(.accepting):
      let success = service.ready.success(port: service.port)
      return update(.ready, .passing, "\(success); heartbeat from \(sender)")
    case .ready(let health): return update(.ready, .critical, health.text(of: service))
    case .register(let health):
      return .register(
        Definition(service, address: address, isReady: health == .accepting, identity: identity))
    }
  }

  /// - Parameter address: what would be registered now; nil for the agent's own.
  func answer(_ response: Response, address: String?) -> ServiceAnswer {
    let answer = ServiceAnswer(response)
    // Only the response to inspect has a body: our entry.
    guard answer == .done, let entry = try? JSON(parsing: response.body) else { return answer }
    if service.isIdentified, let foreignOwner = identity.foreignOwner(in: entry) {
      return .foreign(foreignOwner)
    }
    let isSame =
      entry["Service"] == .string(service.name) && entry["Address"] == .string(address ?? "")
      && entry["Port"] == .number("\(service.advertisedPort ?? 0)")
    return isSame ? .done : .different
  }

  private var sender: String { "container \(hostname)" }

  private func update(_ check: CheckKind, _ status: CheckStatus, _ output: String) -> ConsulAPIRequest {
    .update(check: check, of: service.id, in: service.tenancy, status: status, output: output)
  }
}
