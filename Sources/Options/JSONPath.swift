/// A place in the service file, as it is said: `--service-file: services[1].port`.
struct JSONPath {
  let text: String

  subscript(key: String) -> JSONPath { JSONPath(text: text + "." + escaped(Array(key.utf8))) }
  subscript(index: Int) -> JSONPath { JSONPath(text: text + "[\(index)]") }

  func wrong(_ reason: String) -> UsageError {
    // A place that is deeper than a service's own fields go is cut to its end, which says the most.
    let start = text.utf8.count > 100 ? "…" + String(decoding: text.utf8.suffix(90), as: UTF8.self) : text
    return UsageError("\(start): \(reason)")
  }
}
