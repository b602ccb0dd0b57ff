/// One of the keys and values that are registered with the service.
public struct MetaEntry: Equatable, Sendable {
  /// 1 to 128 ASCII letters, digits, `_` and `-`.
  public let key: String
  /// At most 512 bytes.
  public let value: String
}

/// The flags, or without any the variables: `SERVICE_<port>_META_KEY`, then `SERVICE_META_KEY`.
func readMeta(_ settings: Settings) throws(UsageError) -> [MetaEntry] {
  let flags = settings.flags(.meta)
  var entries: [MetaEntry] = []
  for flag in flags { try add(entry(flag), to: &entries, flag) }
  if flags.isEmpty { entries = try metaVariables(settings) }
  // Consul answers 400 to a 65th, and doesn't register the service at all.
  guard entries.count <= 64 else { throw UsageError("--meta: \(entries.count) keys; give at most 64") }
  return entries
}

private func metaVariables(_ settings: Settings) throws(UsageError) -> [MetaEntry] {
  var entries: [MetaEntry] = []
  if let port = settings.port { entries = try metaVariables(settings.environment, "SERVICE_\(port)_META_") }
  let ofPort = entries
  for entry in try metaVariables(settings.environment, "SERVICE_META_") where !has(ofPort, entry.key) {
    entries.append(entry)
  }
  return entries
}

private func metaVariables(_ environment: Environment, _ prefix: String) throws(UsageError) -> [MetaEntry] {
  var entries: [MetaEntry] = []
  for (suffix, setting) in environment.settings(prefix: prefix) {
    if suffix.elementsEqual("FROM_ENV".utf8) {
      throw setting.wrong("not supported yet; give SERVICE_META_KEY")
    }
    try add(entry(lowercased(suffix), setting.value, setting), to: &entries, setting)
  }
  return entries
}

private func entry(_ flag: Setting) throws(UsageError) -> MetaEntry {
  guard let equals = flag.value.firstIndex(of: UInt8(ascii: "=")) else {
    throw flag.wrong("no = in it; give KEY=VALUE")
  }
  return try entry(Array(flag.value[..<equals]), Array(flag.value[(equals + 1)...]), flag)
}

/// Consul's rules (seen with 1.8.7): what breaks one is a 400, and the service isn't registered at all.
private func entry(_ key: [UInt8], _ value: [UInt8], _ setting: Setting) throws(UsageError) -> MetaEntry {
  guard 1...128 ~= key.count, key.allSatisfy({ isWordByte($0) }) else {
    throw setting.wrong("not a key; give 1 to 128 letters, digits, _ or -")
  }
  if key.starts(with: "consul-".utf8) { throw setting.wrong("keys in consul- are Consul's; give another") }
  if value.count > 512 { throw setting.wrong("\(value.count) bytes; give a value of at most 512") }
  let text = try Setting(source: setting.source, value: value).text()
  return MetaEntry(key: String(decoding: key, as: UTF8.self), value: text)
}

private func add(_ entry: MetaEntry, to entries: inout [MetaEntry], _ setting: Setting) throws(UsageError) {
  if has(entries, entry.key) { throw setting.wrong("this key was given before; give it once") }
  entries.append(entry)
}

private func has(_ entries: [MetaEntry], _ key: String) -> Bool {
  for entry in entries where entry.key.utf8.elementsEqual(key.utf8) { return true }
  return false
}
