internal import Consul
internal import Formats

extension Settings {
  /// `--meta`; if absent, `SERVICE_META_*`. Then, if configured, every other `SERVICE_*` variable, and the service
  /// file. The first value of a key holds, and `SERVICE_<port>_X` comes before `SERVICE_X`.
  func meta() throws(UsageError) -> [Definition.Meta] {
    var meta: [Definition.Meta] = []
    var source = "--meta"
    if let flags = commandLine.given[.meta] {
      try limit(flags.count, source)
      for flag in flags {
        let key = flag.value.prefix { $0 != .equalsSign }
        if key.count == flag.value.count { throw flag.wrong("no = in it; give KEY=VALUE") }
        try meta.add(Array(key), Array(flag.value[(key.count + 1)...]), flag)
      }
    } else {
      meta = try variables("META_", source) { !isSame($0, "FROM_ENV") }
    }
    if try metaFromEnvironment ? true : isOn(.metaFromEnv) {
      source = self[.metaFromEnv]?.source ?? source
      meta.complete(with: try variables("", source) { !hasMeaning($0) })
    }
    meta.complete(with: fileEntry?.meta ?? [])
    try limit(meta.count, source)
    return meta
  }

  /// Those that begin with `SERVICE_<port>_` or `SERVICE_` and this; registrator's attributes.
  private func variables(
    _ start: String, _ source: String, where isMeta: ([UInt8]) -> Bool
  ) throws(UsageError) -> [Definition.Meta] {
    var all: [Definition.Meta] = []
    for prefix in (port.map { ["SERVICE_\($0)_"] } ?? []) + ["SERVICE_"] {
      let found = environment.settings(prefix: prefix + start).filter { isMeta($0.suffix) }
      try limit(found.count, source)
      var entries: [Definition.Meta] = []
      for (suffix, setting) in found {
        // A container's labels come before its environment, and may have the same key in another case.
        let keepsFirst = start.utf8.isEmpty && metaFromEnvironment
        try entries.add(suffix.map { $0.lowercased }, setting.value, setting, keepsFirst: keepsFirst)
      }
      all.complete(with: entries)
    }
    return all
  }
}

/// Consul answers 400 to a 65th, and doesn't register the service at all. Looked at before keys are compared with
/// each other: among tens of thousands that takes minutes.
func limit(_ keys: Int, _ source: String) throws(UsageError) {
  if keys > 64 { throw UsageError("\(source): \(keys) keys; give at most 64") }
}

/// Whether `SERVICE_` and this is an option, a check's variable, registrator's `IGNORE`, or one port's.
private func hasMeaning(_ suffix: [UInt8]) -> Bool {
  if suffix.starts(with: "META_".utf8) || suffix.starts(with: "CHECK_".utf8) { return true }
  let digits = suffix.prefix { $0.isDigit }
  if !digits.isEmpty, suffix.dropFirst(digits.count).first == UInt8(ascii: "_") { return true }
  let name = Array("SERVICE_".utf8) + suffix
  return isSame(suffix, "IGNORE") || Flag.allCases.contains { isSame(name, $0.variable ?? "") }
}

extension [Definition.Meta] {
  /// Consul's rules (seen with 1.8.7): what breaks one is a 400, and the service isn't registered at all.
  mutating func add(
    _ key: [UInt8], _ value: [UInt8], _ setting: Setting, keepsFirst: Bool = false
  ) throws(UsageError) {
    guard 1...128 ~= key.count, key.allSatisfy({ $0.isWordByte }) else {
      throw setting.wrong("not a key; give 1 to 128 letters, digits, _ or -")
    }
    if key.starts(with: "consul-".utf8) { throw setting.wrong("keys in consul- are Consul's; give another") }
    if value.count > 512 { throw setting.wrong("\(value.count) bytes; give a value of at most 512") }
    let text = try Setting(source: setting.source, value: value).text()
    let entry = Definition.Meta(key: String(decoding: key, as: UTF8.self), value: text)
    if !has(key: entry.key) {
      append(entry)
    } else if !keepsFirst {
      throw setting.wrong("this key was given before; give it once")
    }
  }

  fileprivate mutating func complete(with more: [Definition.Meta]) {
    for entry in more where !has(key: entry.key) { append(entry) }
  }
}
