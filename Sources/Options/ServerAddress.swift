internal import Formats

private let wanted = "give HOST:PORT, http://HOST:PORT or unix:///PATH"

/// Where Consul's agent listens.
public enum ServerAddress: Equatable, Sendable {
  /// An IP address, IPv6 without brackets, or a host name.
  case tcp(host: String, port: Int)
  /// An absolute path of at most 107 bytes, as unix(7) allows.
  case unix(path: String)

  /// nil for a unix socket.
  public var port: Int? { if case .tcp(_, let port) = self { port } else { nil } }

  static let standard = ServerAddress.tcp(host: "127.0.0.1", port: standardPort)
  /// Consul's HTTP port, taken too for an address that names none.
  static let standardPort = 8500

  /// As `CONSUL_HTTP_ADDR` has it: `HOST[:PORT]`, `http://HOST[:PORT][/]` or `unix:///PATH`.
  init(_ setting: Setting) throws(UsageError) {
    var text = setting.value[...]
    if !text.starts(with: "unix://".utf8) { try setting.refusePassword(in: text, wanted) }
    if let end = text.firstIndex(of: "://") {
      let scheme = text[..<end]
      text = text[(end + 3)...]
      if scheme.matches("unix") {
        self = .unix(path: try setting.socketPath(text))
        return
      }
      if scheme.matches("https") {
        throw setting.wrong("TLS isn't supported yet; give http://HOST:PORT or unix:///PATH")
      }
      guard scheme.matches("http") else { throw setting.wrong("not an address of Consul; \(wanted)") }
      if text.last == .slash { text = text.dropLast() }
    }
    if text.contains(where: { "/?#".utf8.contains($0) }) {
      throw setting.wrong("no path can follow the host; \(wanted)")
    }
    let (host, port) = try setting.endpoint(
      text, standardPort: ServerAddress.standardPort, isResolved: true, "an address of Consul", wanted)
    self = .tcp(host: host, port: port)
  }
}
