internal import Formats

/// The environment variables that concern us.
struct Environment {
  private var entries: [(name: [UInt8], value: [UInt8])] = []
  private static let prefixes = ["SERVICE", "CONSUL_", "DOCKER_HOST="]
  /// Where the entry of each name is: a Kubernetes service leaves thousands of variables behind.
  private var indices: [[UInt8]: Int] = [:]

  /// - Parameter entries: `KEY=VALUE` each; of two with the same key the first holds, as with getenv(3).
  init(_ entries: [[UInt8]]) {
    for entry in entries where Environment.prefixes.contains(where: { entry.starts(with: $0.utf8) }) {
      guard let equals = entry.firstIndex(of: .equalsSign) else { continue }
      let name = Array(entry[..<equals])
      guard indices[name] == nil else { continue }
      indices[name] = self.entries.count
      self.entries.append((name, Array(entry[(equals + 1)...])))
    }
  }

  /// An empty variable counts as unset, so that `docker run -e SERVICE_TAGS=` takes back what the image says.
  func setting(_ name: String) -> Setting? {
    guard let index = indices[Array(name.utf8)], !entries[index].value.isEmpty else { return nil }
    return Setting(source: name, value: entries[index].value)
  }

  /// What is set under a name that begins with `prefix`, with the rest of the name.
  func settings(prefix: String) -> [(suffix: [UInt8], setting: Setting)] {
    entries.filter { $0.name.starts(with: prefix.utf8) && !$0.value.isEmpty }.map {
      (Array($0.name.dropFirst(prefix.utf8.count)), Setting(source: escaped($0.name), value: $0.value))
    }
  }
}
