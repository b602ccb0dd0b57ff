/// The bytes of a request, RFC 9112, section 2.1.
///
/// Nothing given here can add a header: bytes of a value that aren't visible ASCII are left out.
///
/// - Parameters:
///   - target: percent-encoded, with its query.
///   - host: for the `Host` field: `127.0.0.1:8500`; any name will do on a unix socket.
///   - fields: those beside `Host`, `User-Agent` and the body's.
package func message(
  _ method: String, _ target: String, host: String, fields: [(name: String, value: [UInt8])] = [],
  body: [UInt8]? = nil
) -> [UInt8] {
  var message = Array("\(method) \(target) HTTP/1.1\r\n".utf8)
  message.append(field: "Host", Array(host.utf8))
  message.append(field: "User-Agent", Array("servicewrapper".utf8))
  for (name, value) in fields { message.append(field: name, value) }
  if body != nil { message.append(field: "Content-Type", Array("application/json".utf8)) }
  if let length = body?.count ?? (isSame(method, "PUT") ? 0 : nil) {
    message.append(field: "Content-Length", Array("\(length)".utf8))
  }
  return message + [.carriageReturn, .lineFeed] + (body ?? [])
}

/// Everything but the unreserved characters of RFC 3986, section 2.3, is encoded; the slash too.
package func percentEncoded(_ text: String) -> String {
  var encoded: [UInt8] = []
  for byte in text.utf8 {
    let isUnreserved = byte.isLetter || byte.isDigit || "-._~".utf8.contains(byte)
    encoded += isUnreserved ? [byte] : [UInt8(ascii: "%")] + byte.hexDigits
  }
  return String(decoding: encoded, as: UTF8.self)
}

extension [UInt8] {
  fileprivate mutating func append(field name: String, _ value: [UInt8]) {
    self += Array("\(name): ".utf8) + value.filter { $0.isVisible }
    self += [.carriageReturn, .lineFeed]
  }
}
