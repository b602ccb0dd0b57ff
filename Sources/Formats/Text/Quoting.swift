/// `bytes` in quotes, safe to show on one line of a terminal: see `escaped`.
public func quoted(_ bytes: [UInt8]) -> String { "\"" + escaped(bytes) + "\"" }

/// `bytes` on one line of a terminal: control characters, quotes and what isn't UTF-8 are escaped, and what is
/// longer than about `limit` bytes is cut and ends in `…`.
public func escaped(_ bytes: [UInt8], limit: Int = 40) -> String {
  let text = String(validating: bytes, as: UTF8.self)
  let scalars = text.map { Array($0.unicodeScalars) } ?? bytes.map { Unicode.Scalar($0) }
  var line = ""
  for scalar in scalars {
    if line.utf8.count >= limit { return line + "…" }
    line += escaped(scalar, isByte: text == nil)
  }
  return line
}

private func escaped(_ scalar: Unicode.Scalar, isByte: Bool) -> String {
  let digits = String(scalar.value, radix: 16)
  return switch scalar.value {
  case 0x09: "\\t"
  case 0x0A: "\\n"
  case 0x0D: "\\r"
  case 0x22, 0x5C: "\\" + String(scalar)
  case 0..<0x10: "\\x0" + digits
  case 0x10..<0x20, 0x7F: "\\x" + digits
  case 0x80... where isByte: "\\x" + digits
  case _ where scalar.isControl || scalar.movesText: "\\u{" + digits + "}"
  default: String(scalar)
  }
}

extension Unicode.Scalar {
  /// C0, DEL and C1, any of which can steer a terminal.
  package var isControl: Bool { value < 0x20 || 0x7F...0x9F ~= value }

  /// Line and paragraph separators, and the invisible marks that reorder what is shown.
  package var movesText: Bool {
    switch value {
    case 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
    default: false
    }
  }
}
