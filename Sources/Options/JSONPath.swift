internal import Formats

/// A path in the service file, as messages show it: `--service-file: services[1].port`.
struct JSONPath {
  let text: String

  subscript(key: String) -> JSONPath { JSONPath(text: text + "." + escaped(Array(key.utf8))) }
  subscript(index: Int) -> JSONPath { JSONPath(text: text + "[\(index)]") }

  func wrong(_ reason: String) -> UsageError {
    // A very deep path is cut to its end, which is the most specific.
    let start = text.utf8.count > 100 ? "…" + String(decoding: text.utf8.suffix(90), as: UTF8.self) : text
    return UsageError("\(start): \(reason)")
  }
}
