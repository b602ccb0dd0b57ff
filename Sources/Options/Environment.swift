/// The environment variables that concern us.
struct Environment {
  private var entries: [[UInt8]] = []
  private static let prefixes = ["SERVICE", "CONSUL_", "DOCKER_HOST="]
  /// Where the entry of each name is: a Kubernetes service leaves thousands of variables behind.
  private var indices: [[UInt8]: Int] = [:]

  /// - Parameter entries: `KEY=VALUE` each; of two with the same key the first holds, as with getenv(3).
  init(_ entries: [[UInt8]]) {
    for entry in entries where Environment.prefixes.contains(where: { entry.starts(with: $0.utf8) }) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = Array(entry[..<equals])
      guard indices[name] == nil else { continue }
      indices[name] = self.entries.count
      self.entries.append(entry)
    }
  }

  /// An empty variable counts as unset, so that `docker run -e SERVICE_TAGS=` takes back what the image says.
  func setting(_ name: String) -> Setting? {
    guard let index = indices[Array(name.utf8)] else { return nil }
    let value = entries[index].dropFirst(name.utf8.count + 1)
    return value.isEmpty ? nil : Setting(source: name, value: Array(value))
  }

  /// What is set under a name that begins with `prefix`, with the rest of the name.
  func settings(prefix: String) -> [(suffix: [UInt8], setting: Setting)] {
    var found: [(suffix: [UInt8], setting: Setting)] = []
    for entry in entries where entry.starts(with: prefix.utf8) {
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")), equals >= prefix.utf8.count else {
        continue
      }
      guard equals + 1 < entry.count else { continue }
      let setting = Setting(source: escaped(Array(entry[..<equals])), value: Array(entry[(equals + 1)...]))
      found.append((Array(entry[prefix.utf8.count..<equals]), setting))
    }
    return found
  }
}
