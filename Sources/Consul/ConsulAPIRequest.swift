internal import Formats

/// A request to the agent's HTTP API, as a value.
///
/// Several can be sent down one connection, since none asks for its closing: an agent that has hung
/// takes them in order on one connection, and in any order on two.
public struct ConsulAPIRequest: Hashable, Sendable {
  let method: String
  /// Percent-encoded, with its query.
  let path: String
  var body: JSON?

  /// `PUT /v1/agent/service/register`; an entry with the same ID is overwritten.
  public static func register(_ definition: Definition) -> ConsulAPIRequest {
    ConsulAPIRequest(method: "PUT", path: "/v1/agent/service/register", body: definition.json)
  }

  /// An ID that path cleaning changes (`..`, `a//b`) can't be deregistered, encoded or not: Consul
  /// answers 301.
  public static func deregister(id: String, in tenancy: Tenancy = .unset) -> ConsulAPIRequest {
    let path = "/v1/agent/service/deregister/\(percentEncoded(id))\(tenancy.query)"
    return ConsulAPIRequest(method: "PUT", path: path)
  }

  /// `output` is what Consul's UI shows beside the check. Its changes reach the catalog only every
  /// 5 minutes, those of the status at once.
  public static func update(
    check: CheckKind, of serviceID: String, in tenancy: Tenancy = .unset, status: CheckStatus,
    output: String
  ) -> ConsulAPIRequest {
    var body: [JSON.Member] = []
    body.append("Status", text: status.rawValue)
    body.append("Output", text: output)
    let path = "/v1/agent/check/update/\(percentEncoded(check.id(of: serviceID)))\(tenancy.query)"
    return ConsulAPIRequest(method: "PUT", path: path, body: .object(body))
  }

  /// The services whose Meta has this host's boot ID. Empty if the token may not read them.
  public static func services(ofBoot boot: String) -> ConsulAPIRequest {
    let filter = #"Meta["boot-id"] == ""# + boot + #"""#
    return ConsulAPIRequest(method: "GET", path: "/v1/agent/services?filter=\(percentEncoded(filter))")
  }

  /// The *alive* checks that are critical, of all services of the agent. Empty where a token may not read them.
  public static var criticalAliveChecks: ConsulAPIRequest {
    let filter = #"Status == "critical" and CheckID matches ":alive$""#
    return ConsulAPIRequest(method: "GET", path: "/v1/agent/checks?filter=\(percentEncoded(filter))")
  }

  /// `GET /v1/agent/service/:service_id`: the entry with this ID; the agent answers 404 if it has none.
  public static func service(id: String, in tenancy: Tenancy = .unset) -> ConsulAPIRequest {
    ConsulAPIRequest(method: "GET", path: "/v1/agent/service/\(percentEncoded(id))\(tenancy.query)")
  }

  /// Whether a token can go into a header: visible ASCII, at least one byte of it. A file's trailing
  /// newline is the caller's to trim.
  public static func isValid(token: [UInt8]) -> Bool { !token.isEmpty && token.allSatisfy { $0.isVisible } }

  /// - Parameters:
  ///   - host: for the `Host` field: `127.0.0.1:8500`; any name will do on a unix socket.
  ///   - token: for `X-Consul-Token`; one that isn't valid is left out.
  public func bytes(host: String, token: [UInt8]?) -> [UInt8] {
    let valid = token.flatMap { ConsulAPIRequest.isValid(token: $0) ? $0 : nil }
    let fields = valid.map { [(name: "X-Consul-Token", value: $0)] } ?? []
    return message(method, path, host: host, fields: fields, body: body?.bytes)
  }
}
