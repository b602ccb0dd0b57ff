internal import JSON

extension Request {
  /// Whether a token can go into a header: visible ASCII, at least one byte of it. A file's trailing
  /// newline is the caller's to trim.
  public static func isValid(token: [UInt8]) -> Bool {
    !token.isEmpty && token.allSatisfy { $0.isVisible }
  }

  /// The message of RFC 9112, section 2.1.
  ///
  /// Nothing given here can add a header: a token that isn't valid is left out, and so are the bytes of
  /// the host that aren't visible ASCII.
  ///
  /// - Parameters:
  ///   - host: for the `Host` field: `127.0.0.1:8500`; any name will do on a unix socket.
  ///   - token: for `X-Consul-Token`.
  public func bytes(host: String, token: [UInt8]?) -> [UInt8] {
    var message = Array("\(method.rawValue) \(path) HTTP/1.1\r\n".utf8)
    message.append(field: "Host", host.utf8.filter { $0.isVisible })
    message.append(field: "User-Agent", Array("servicewrapper".utf8))
    if let token, Request.isValid(token: token) { message.append(field: "X-Consul-Token", token) }
    if body != nil { message.append(field: "Content-Type", Array("application/json".utf8)) }
    if let length = body?.count ?? (method == .put ? 0 : nil) {
      message.append(field: "Content-Length", Array("\(length)".utf8))
    }
    return message + [.carriageReturn, .lineFeed] + (body ?? [])
  }
}

extension [UInt8] {
  fileprivate mutating func append(field name: String, _ value: [UInt8]) {
    self += Array("\(name): ".utf8) + value + [.carriageReturn, .lineFeed]
  }
}
