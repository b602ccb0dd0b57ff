internal import Formats

extension Setting {
  func port() throws(UsageError) -> Int {
    guard let port = portNumber(value[...]) else { throw wrong("not a port; give a number from 1 to 65535") }
    return port
  }

  func exitStatus() throws(UsageError) -> Int32 {
    guard let status = value.decimal, status <= 255 else {
      throw wrong("not an exit status; give a number from 0 to 255")
    }
    return Int32(status)
  }

  /// `true`, `false`, `1` or `0`; the words in any case, as consul reads them.
  func boolean() throws(UsageError) -> Bool {
    if value.matches("true") || value.matches("1") { return true }
    if value.matches("false") || value.matches("0") { return false }
    throw wrong("neither true nor false; give true, false, 1 or 0")
  }

  /// The case of this name.
  func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ reason: String
  ) throws(UsageError) -> Choice {
    for choice in Choice.allCases where isSame(value, choice.rawValue) { return choice }
    throw wrong(reason)
  }

  /// The path of a unix socket, behind `unix://`.
  func socketPath(_ path: ArraySlice<UInt8>) throws(UsageError) -> String {
    _ = try text()
    guard path.first == .slash, path.count > 1 else {
      throw wrong("not the path of a socket; give unix:///PATH")
    }
    guard path.count <= 107 else { throw wrong("too long for a socket's path; give at most 107 bytes") }
    return String(decoding: path, as: UTF8.self)
  }

  /// What stands before an @ may be a password: not to be shown.
  func refusePassword(in text: ArraySlice<UInt8>, _ wanted: String) throws(UsageError) {
    if text.contains(UInt8(ascii: "@")) {
      throw UsageError("\(source): no user or password can be in it; \(wanted)")
    }
  }

  /// `HOST:PORT`, an IPv6 address in brackets; the host is returned without them.
  /// - Parameters:
  ///   - standardPort: taken if there is none; nil: there must be one.
  ///   - isResolved: whether the host may be a name other than `localhost`.
  ///   - kind: what the text should be, for the message.
  func endpoint(
    _ text: ArraySlice<UInt8>, standardPort: Int?, isResolved: Bool, _ kind: String, _ wanted: String
  ) throws(UsageError) -> (host: String, port: Int) {
    try refusePassword(in: text, wanted)
    if isIPv6(text) { throw wrong("an IPv6 address needs brackets; give [::1]:\(standardPort ?? 80)") }
    var host = text.prefix { $0 != .colon }
    var rest = text[host.endIndex...]
    // RFC 3986, section 3.2.2: an IPv6 address stands in brackets, since it has colons itself.
    if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")),
      isIPv6(text[..<end].dropFirst())
    {
      (host, rest) = (text[..<end].dropFirst(), text[(end + 1)...])
    }
    let isAddress = isIPv4(host) || isIPv6(host)
    guard isAddress || isHostName(host) else { throw wrong("not \(kind); \(wanted)") }
    // Waiting for a name server says nothing about the process.
    guard isResolved || isAddress || isSame(host, "localhost") else {
      throw wrong("the probe resolves no names; give an IP address or localhost")
    }
    var port = rest.isEmpty ? standardPort : nil
    if rest.first == .colon { port = portNumber(rest.dropFirst()) }
    guard let port else { throw wrong("no port from 1 to 65535 after the host; \(wanted)") }
    return (String(decoding: host, as: UTF8.self), port)
  }
}

/// 1 to 65535 in decimal digits. Without leading zeros: `080` is 64 to those who read it as octal.
private func portNumber(_ digits: ArraySlice<UInt8>) -> Int? {
  guard digits.first != UInt8(ascii: "0"), let port = digits.decimal, 1...65535 ~= port else { return nil }
  return port
}
