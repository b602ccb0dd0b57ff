/// `bytes` in quotes, safe to show on one line of a terminal: see `escaped`.
func quoted(_ bytes: [UInt8]) -> String {
  "\"" + escaped(bytes) + "\""
}

/// `bytes` on one line of a terminal: control characters, quotes and what isn't UTF-8 are escaped, and what is
/// longer than about `limit` bytes is cut and ends in `…`.
public func escaped(_ bytes: [UInt8], limit: Int = 40) -> String {
  guard let text = String(validating: bytes, as: UTF8.self) else { return escapedBytes(bytes, limit) }
  var line = ""
  for scalar in text.unicodeScalars {
    if line.utf8.count >= limit { return line + "…" }
    line += escaped(scalar)
  }
  return line
}

private func escapedBytes(_ bytes: [UInt8], _ limit: Int) -> String {
  var line = ""
  for byte in bytes {
    if line.utf8.count >= limit { return line + "…" }
    line += byte < 0x80 ? escaped(Unicode.Scalar(byte)) : "\\x" + hexadecimal(UInt32(byte))
  }
  return line
}

private func escaped(_ scalar: Unicode.Scalar) -> String {
  switch scalar.value {
  case 0x09: "\\t"
  case 0x0A: "\\n"
  case 0x0D: "\\r"
  case 0x22: "\\\""
  case 0x5C: "\\\\"
  case 0...0x1F, 0x7F: "\\x" + hexadecimal(scalar.value)
  case _ where changesTheLine(scalar): "\\u{" + hexadecimal(scalar.value) + "}"
  default: String(scalar)
  }
}

/// C1 controls, line and paragraph separators, and the invisible marks that reorder what is shown.
private func changesTheLine(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x80...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
  default: false
  }
}

private func hexadecimal(_ number: UInt32) -> String {
  let digits = String(number, radix: 16)
  return digits.utf8.count < 2 ? "0" + digits : digits
}
