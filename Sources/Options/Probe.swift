/// How the process shows that it is ready.
public enum Probe: Equatable, Sendable {
  /// It was started.
  case none
  /// Its port accepts connections, on loopback.
  case tcp
  /// This port accepts; the host is an IP address, IPv6 without brackets, or `localhost`.
  case tcpAt(host: String, port: Int)
  /// This socket accepts; an absolute path of at most 107 bytes, as unix(7) allows.
  case unix(path: String)
  /// A GET is answered with 2xx; the host as above, the path with its query, visible ASCII.
  case http(host: String, port: Int, path: String)
  /// `/bin/sh -c` with this ends with 0.
  case exec([UInt8])
}

extension Probe {
  /// The port that it names itself.
  var port: Int? {
    switch self {
    case .tcpAt(_, let port), .http(_, let port, _): port
    case .none, .tcp, .unix, .exec: nil
    }
  }
}

private let wanted =
  "give tcp, tcp://HOST:PORT, unix:///PATH, http://HOST:PORT/PATH, exec:COMMAND or none"

extension Probe {
  init(_ settings: Settings) throws(UsageError) {
    guard let setting = settings[.ready] else {
      self = settings.port == nil ? .none : .tcp
      return
    }
    if setting.matches("tcp"), settings.port == nil {
      throw setting.wrong("no port to probe; give --port PORT too")
    }
    self = try Probe(setting)
  }

  private init(_ setting: Setting) throws(UsageError) {
    if setting.matches("none") {
      self = .none
    } else if setting.matches("tcp") {
      self = .tcp
    } else if let command = setting.rest(after: "exec:") {
      if command.isEmpty { throw setting.wrong("no command; give exec:COMMAND") }
      self = .exec(Array(command))
    } else if let path = setting.rest(after: "unix://") {
      self = .unix(path: try setting.socketPath(path))
    } else if let authority = setting.rest(after: "tcp://") {
      let (host, rest) = try setting.probedHost(authority)
      self = .tcpAt(host: host, port: try setting.probedPort(rest))
    } else if let url = setting.rest(after: "http://") {
      self = try Probe.http(url, setting)
    } else if setting.rest(after: "https://") != nil {
      throw setting.wrong("the probe speaks no TLS; give http://, tcp:// or exec:COMMAND")
    } else {
      throw setting.wrong("not a probe; \(wanted)")
    }
  }

  private static func http(_ url: ArraySlice<UInt8>, _ setting: Setting) throws(UsageError) -> Probe {
    let end = url.firstIndex { "/?#".utf8.contains($0) } ?? url.endIndex
    let (host, rest) = try setting.probedHost(url[..<end])
    let target = url[end...]
    guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw setting.wrong("blanks and what isn't ASCII have no place in a path; give them as %20")
    }
    if target.contains(UInt8(ascii: "#")) { throw setting.wrong("a # is never sent; leave it out") }
    let slash = target.first == UInt8(ascii: "/") ? "" : "/"
    return .http(
      host: host, port: rest.isEmpty ? 80 : try setting.probedPort(rest),
      path: slash + String(decoding: target, as: UTF8.self))
  }
}

extension Setting {
  /// What follows `start`, if it begins so.
  fileprivate func rest(after start: String) -> ArraySlice<UInt8>? {
    value.starts(with: start.utf8) ? value.dropFirst(start.utf8.count) : nil
  }

  /// A host that needs no resolving: waiting for a name server says nothing about the process.
  fileprivate func probedHost(_ text: ArraySlice<UInt8>) throws(UsageError) -> (String, ArraySlice<UInt8>) {
    // What stands before an @ may be a password: not to be shown.
    if text.contains(UInt8(ascii: "@")) {
      throw UsageError("\(source): no user or password can be in it; \(wanted)")
    }
    if isIPv6(text) { throw wrong("an IPv6 address needs brackets; give [::1]:80") }
    guard let (host, rest) = bracketed(text) ?? unbracketed(text) else {
      throw wrong("not a host and a port; \(wanted)")
    }
    guard isIPv4(host) || isIPv6(host) || host.elementsEqual("localhost".utf8) else {
      throw wrong("the probe resolves no names; give an IP address or localhost")
    }
    return (String(decoding: host, as: UTF8.self), rest)
  }

  /// `:PORT`.
  fileprivate func probedPort(_ text: ArraySlice<UInt8>) throws(UsageError) -> Int {
    guard text.first == UInt8(ascii: ":"), let port = portNumber(text.dropFirst()) else {
      throw wrong("no port from 1 to 65535 after the host; \(wanted)")
    }
    return port
  }
}
