/// Four numbers from 0 to 255 without leading zeros (RFC 6943, section 3.1.1: the strict form).
func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
  let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  guard parts.count == 4 else { return false }
  for part in parts {
    guard part.count <= 3, let number = decimalNumber(part), number <= 255 else { return false }
    if part.count > 1, part.first == UInt8(ascii: "0") { return false }
  }
  return true
}

/// RFC 4291, section 2.2; without brackets and without a zone.
func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
  guard let gap = firstIndex(of: "::", in: text) else { return groups(text) == 8 }
  guard !text[..<gap].contains(UInt8(ascii: ".")), let head = groups(text[..<gap]),
    let tail = groups(text[(gap + 2)...])
  else { return false }
  return head + tail < 8
}

/// RFC 1123, section 2.1, and `_`, which container engines put into names, and a dot at the end. A name of digits alone at its end is
/// a mistyped IPv4 address.
func isHostName(_ text: ArraySlice<UInt8>) -> Bool {
  let text = text.last == UInt8(ascii: ".") ? text.dropLast() : text
  let labels = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  guard text.count <= 253, let last = labels.last, decimalNumber(last) == nil else { return false }
  for label in labels {
    guard 1...63 ~= label.count, label.allSatisfy({ isWordByte($0) }) else { return false }
    if label.first == UInt8(ascii: "-") || label.last == UInt8(ascii: "-") { return false }
  }
  return true
}

typealias HostAndRest = (host: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)

/// RFC 3986, section 3.2.2: an IPv6 address stands in brackets, since it has colons itself.
func bracketed(_ text: ArraySlice<UInt8>) -> HostAndRest? {
  guard text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
  let host = text[..<end].dropFirst()
  return isIPv6(host) ? (host, text[(end + 1)...]) : nil
}

/// An IPv4 address or a host name, and what follows from the colon on.
func unbracketed(_ text: ArraySlice<UInt8>) -> HostAndRest? {
  let end = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
  let host = text[..<end]
  return isIPv4(host) || isHostName(host) ? (host, text[end...]) : nil
}

/// A letter, a digit, `-` or `_`, of ASCII.
func isWordByte(_ byte: UInt8) -> Bool {
  isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
}

func firstIndex(of word: String, in text: ArraySlice<UInt8>) -> Int? {
  for index in text.indices where text[index...].starts(with: word.utf8) { return index }
  return nil
}

/// How many groups of 16 bits these are, none for an empty text; an IPv4 address at the end counts as two.
private func groups(_ text: ArraySlice<UInt8>) -> Int? {
  if text.isEmpty { return 0 }
  let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
  var count = 0
  for part in parts {
    if 1...4 ~= part.count, part.allSatisfy({ isHexadecimal($0) }) {
      count += 1
    } else if isIPv4(part), part.endIndex == text.endIndex {
      count += 2
    } else {
      return nil
    }
  }
  return count
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
}
