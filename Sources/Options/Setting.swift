/// A value that was given, and where: `--port` or `SERVICE_PORT`.
struct Setting {
  let source: String
  let value: [UInt8]
  /// Given for one of several services, and for no other.
  var isOwn = false

  /// `--port "abc": ` and what is wrong, in one line.
  func wrong(_ reason: String) -> UsageError {
    UsageError("\(source) \(quoted(value)): \(reason)")
  }

  /// The value as text that may be sent and shown.
  func text() throws(UsageError) -> String {
    guard let text = String(validating: value, as: UTF8.self) else { throw wrong("isn't UTF-8") }
    for scalar in text.unicodeScalars where isControl(scalar) {
      throw wrong("has a control character; give printable text")
    }
    return text
  }

  func matches(_ word: String) -> Bool {
    value.elementsEqual(word.utf8)
  }
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
}
