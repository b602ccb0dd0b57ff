public import Formats

/// A check that the agent runs itself, against the registered address and port.
public struct AgentCheck: Hashable, Sendable {
  /// The kind of check, with what isn't the registered address and port.
  public enum Target: Hashable, Sendable {
    case http(path: String)
    case https(path: String)
    case tcp
    case grpc
    /// Run by a shell on the agent's host; `$SERVICE_IP` and `$SERVICE_PORT` stand for the address and the port.
    case script(String)
  }

  /// What the agent checks.
  public var target: Target
  /// The check's other fields, as the API names them.
  public var fields: [JSON.Member]

  /// A check with these further fields.
  public init(_ target: Target, fields: [JSON.Member] = []) {
    self.target = target
    self.fields = fields
  }

  /// - Parameter address: nil for the agent's own, which it finds on its own loopback.
  func json(of service: String, address: String?, port: Int?) -> JSON {
    let host = address ?? "127.0.0.1"
    let authority = hostField(host, port)
    let (kind, key, value): (String, String, JSON) =
      switch target {
      case .http(let path): ("http", "HTTP", .string("http://" + authority + path))
      case .https(let path): ("https", "HTTP", .string("https://" + authority + path))
      case .tcp: ("tcp", "TCP", .string(authority))
      case .grpc: ("grpc", "GRPC", .string(authority))
      case .script(let text): ("script", "Args", shell(text, host, port.map { "\($0)" } ?? ""))
      }
    let own = [
      JSON.Member("CheckID", .string("\(service):\(kind)")), JSON.Member("Name", .string(kind)),
      JSON.Member(key, value),
    ]
    return .object(own + fields)
  }

  /// Consul executes `Args` without a shell; a script may be a pipeline.
  private func shell(_ script: String, _ host: String, _ port: String) -> JSON {
    let text = replacing("$SERVICE_PORT", in: replacing("$SERVICE_IP", in: script, with: host), with: port)
    return .array([.string("/bin/sh"), .string("-c"), .string(text)])
  }
}

private func replacing(_ word: String, in text: String, with value: String) -> String {
  var (result, rest) = ("", [UInt8](text.utf8)[...])
  while let start = rest.firstIndex(of: word) {
    result += String(decoding: rest[..<start], as: UTF8.self) + value
    rest = rest[(start + word.utf8.count)...]
  }
  return result + String(decoding: rest, as: UTF8.self)
}
