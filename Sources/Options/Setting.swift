internal import Formats

/// A value that was given, and where: `--port` or `SERVICE_PORT`.
struct Setting {
  let source: String
  let value: [UInt8]
  /// Given for one of several services, and for no other.
  var isOwn = false

  /// `--port "abc": ` and what is wrong, in one line.
  func complaint(_ reason: String) -> String { "\(source) \(quoted(value)): \(reason)" }

  func wrong(_ reason: String) -> UsageError { UsageError(complaint(reason)) }

  /// The value as text that may be sent and shown.
  func text() throws(UsageError) -> String {
    guard let text = String(validating: value, as: UTF8.self) else { throw wrong("isn't UTF-8") }
    if text.unicodeScalars.contains(where: { $0.isControl }) {
      throw wrong("has a control character; give printable text")
    }
    return text
  }

  /// The items of a list.
  var items: [Setting] { splitList(value).map { Setting(source: source, value: $0) } }

  /// What follows `start`, if it begins so.
  func rest(after start: String) -> ArraySlice<UInt8>? {
    value.starts(with: start.utf8) ? value.dropFirst(start.utf8.count) : nil
  }
}

extension Setting {
  init(source: String, text: String) { self.init(source: source, value: Array(text.utf8)) }
}

/// Splits at commas; `\,` is a comma in an item. Spaces around an item and empty items are dropped, so that
/// `a, b` and `a,$UNSET` mean what they look like.
func splitList(_ list: [UInt8]) -> [[UInt8]] {
  var items: [[UInt8]] = []
  var item: [UInt8] = []
  for part in list.parts(at: UInt8(ascii: ",")) {
    item += part
    if item.last == .backslash, part.endIndex < list.endIndex {
      item[item.count - 1] = UInt8(ascii: ",")
    } else {
      items.append(Array(item.trimmed { $0 == .space }))
      item = []
    }
  }
  return items.filter { !$0.isEmpty }
}
