internal import Formats

private let wanted =
  "give tcp, tcp://HOST:PORT, unix:///PATH, http://HOST:PORT/PATH, exec:COMMAND or none"

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

  /// The port that it names itself.
  var port: Int? {
    switch self {
    case .tcpAt(_, let port), .http(_, let port, _): port
    case .none, .tcp, .unix, .exec: nil
    }
  }

  init(_ settings: Settings) throws(UsageError) {
    guard let setting = settings[.ready] else {
      self = settings.port == nil ? .none : .tcp
      return
    }
    if isSame(setting.value, "none") {
      self = .none
    } else if isSame(setting.value, "tcp") {
      if settings.port == nil { throw setting.wrong("no port to probe; give --port PORT too") }
      self = .tcp
    } else if let command = setting.rest(after: "exec:") {
      if command.isEmpty { throw setting.wrong("no command; give exec:COMMAND") }
      self = .exec(Array(command))
    } else if let path = setting.rest(after: "unix://") {
      self = .unix(path: try setting.socketPath(path))
    } else if let authority = setting.rest(after: "tcp://") {
      let (host, port) = try setting.endpoint(
        authority, standardPort: nil, isResolved: false, "a host and a port", wanted)
      self = .tcpAt(host: host, port: port)
    } else if let url = setting.rest(after: "http://") {
      self = try Probe(url, setting)
    } else if setting.rest(after: "https://") != nil {
      throw setting.wrong("the probe speaks no TLS; give http://, tcp:// or exec:COMMAND")
    } else {
      throw setting.wrong("not a probe; \(wanted)")
    }
  }

  /// - Parameter url: without `http://`.
  private init(_ url: ArraySlice<UInt8>, _ setting: Setting) throws(UsageError) {
    let authority = url.prefix { !"/?#".utf8.contains($0) }
    let (host, port) = try setting.endpoint(
      authority, standardPort: 80, isResolved: false, "a host and a port", wanted)
    let target = url[authority.endIndex...]
    guard target.allSatisfy({ $0.isVisible }) else {
      throw setting.wrong("blanks and what isn't ASCII have no place in a path; give them as %20")
    }
    if target.contains(UInt8(ascii: "#")) { throw setting.wrong("a # is never sent; leave it out") }
    let path = (target.first == .slash ? "" : "/") + String(decoding: target, as: UTF8.self)
    self = .http(host: host, port: port, path: path)
  }
}
