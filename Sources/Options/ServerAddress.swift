/// Where Consul's agent listens.
public enum ServerAddress: Equatable, Sendable {
  /// An IP address, IPv6 without brackets, or a host name.
  case tcp(host: String, port: Int)
  /// An absolute path of at most 107 bytes, as unix(7) allows.
  case unix(path: String)
}

extension ServerAddress {
  /// nil for a unix socket.
  public var port: Int? { if case .tcp(_, let port) = self { port } else { nil } }
}

private let wanted = "give HOST:PORT, http://HOST:PORT or unix:///PATH"

extension ServerAddress {
  static let standard = ServerAddress.tcp(host: "127.0.0.1", port: standardPort)
  /// Consul's HTTP port, taken too for an address that names none.
  static let standardPort = 8500

  /// As `CONSUL_HTTP_ADDR` has it: `HOST[:PORT]`, `http://HOST[:PORT][/]` or `unix:///PATH`.
  init(_ setting: Setting) throws(UsageError) {
    let value = setting.value[...]
    // What stands before an @ may be a password: not to be shown.
    if value.contains(UInt8(ascii: "@")), !value.starts(with: "unix://".utf8) {
      throw UsageError("\(setting.source): no user or password can be in it; \(wanted)")
    }
    guard let scheme = firstIndex(of: "://", in: value) else {
      self = try hostAndPort(value, setting)
      return
    }
    let rest = value[(scheme + 3)...]
    switch String(decoding: lowercased(Array(value[..<scheme])), as: UTF8.self) {
    case "http": self = try hostAndPort(rest.last == UInt8(ascii: "/") ? rest.dropLast() : rest, setting)
    case "unix": self = .unix(path: try setting.socketPath(rest))
    case "https": throw setting.wrong("TLS isn't supported yet; give http://HOST:PORT or unix:///PATH")
    default: throw setting.wrong("not an address of Consul; \(wanted)")
    }
  }
}

private func hostAndPort(_ text: ArraySlice<UInt8>, _ setting: Setting) throws(UsageError) -> ServerAddress {
  if text.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) {
    throw setting.wrong("no path can follow the host; \(wanted)")
  }
  if isIPv6(text) { throw setting.wrong("an IPv6 address needs brackets; give [::1]:8500") }
  guard let (host, rest) = bracketed(text) ?? unbracketed(text) else {
    throw setting.wrong("not an address of Consul; \(wanted)")
  }
  return .tcp(host: String(decoding: host, as: UTF8.self), port: try port(rest, setting))
}

/// `:PORT` or nothing.
private func port(_ text: ArraySlice<UInt8>, _ setting: Setting) throws(UsageError) -> Int {
  if text.isEmpty { return ServerAddress.standardPort }
  guard text.first == UInt8(ascii: ":"), let port = portNumber(text.dropFirst()) else {
    throw setting.wrong("no port from 1 to 65535 after the host; \(wanted)")
  }
  return port
}

extension Setting {
  /// The path of a unix socket, behind `unix://`.
  func socketPath(_ path: ArraySlice<UInt8>) throws(UsageError) -> String {
    _ = try text()
    guard path.first == UInt8(ascii: "/"), path.count > 1 else {
      throw wrong("not the path of a socket; give unix:///PATH")
    }
    guard path.count <= 107 else { throw wrong("too long for a socket's path; give at most 107 bytes") }
    return String(decoding: path, as: UTF8.self)
  }
}
