/// A key and value of the service's Meta.
public struct MetaEntry: Equatable, Sendable {
  /// 1 to 128 ASCII letters, digits, `_` and `-`.
  public let key: String
  /// At most 512 bytes.
  public let value: String
}

/// `--meta`; if absent, `SERVICE_META_*`. Then, if configured, every other `SERVICE_*` variable, and the service
/// file. The first value of a key holds, and `SERVICE_<port>_X` comes before `SERVICE_X`.
func readMeta(_ settings: Settings) throws(UsageError) -> [MetaEntry] {
  let flags = settings.flags(.meta)
  try limit(flags.count, "--meta")
  var entries: [MetaEntry] = []
  for flag in flags { try add(entry(flag), to: &entries, flag) }
  if flags.isEmpty { entries = try metaVariables(settings) }
  let asksForAll = try settings.isOn(.metaFromEnv)
  let source = (asksForAll ? settings[.metaFromEnv]?.source : nil) ?? "--meta"
  if asksForAll { complete(&entries, with: try otherVariables(settings, source)) }
  complete(&entries, with: settings.fileEntry?.meta ?? [])
  try limit(entries.count, source)
  return entries
}

/// Consul answers 400 to a 65th, and doesn't register the service at all. Looked at before keys are compared with
/// each other: among tens of thousands that takes minutes.
func limit(_ keys: Int, _ source: String) throws(UsageError) {
  if keys > 64 { throw UsageError("\(source): \(keys) keys; give at most 64") }
}

private func metaVariables(_ settings: Settings) throws(UsageError) -> [MetaEntry] {
  var entries: [MetaEntry] = []
  if let port = settings.port { entries = try metaVariables(settings.environment, "SERVICE_\(port)_META_") }
  complete(&entries, with: try metaVariables(settings.environment, "SERVICE_META_"))
  return entries
}

private func metaVariables(_ environment: Environment, _ prefix: String) throws(UsageError) -> [MetaEntry] {
  var entries: [MetaEntry] = []
  let found = environment.settings(prefix: prefix).filter { !$0.suffix.elementsEqual("FROM_ENV".utf8) }
  try limit(found.count, "--meta")
  for (suffix, setting) in found {
    try add(MetaEntry(lowercased(suffix), setting.value, setting), to: &entries, setting)
  }
  return entries
}

/// Registrator's attributes.
private func otherVariables(_ settings: Settings, _ source: String) throws(UsageError) -> [MetaEntry] {
  var entries: [MetaEntry] = []
  if let port = settings.port {
    entries = try otherVariables(settings, "SERVICE_\(port)_", source)
  }
  complete(&entries, with: try otherVariables(settings, "SERVICE_", source))
  return entries
}

private func otherVariables(
  _ settings: Settings, _ prefix: String, _ source: String
) throws(UsageError) -> [MetaEntry] {
  var entries: [MetaEntry] = []
  let found = settings.environment.settings(prefix: prefix).filter { !hasMeaning($0.suffix) }
  try limit(found.count, source)
  for (suffix, setting) in found {
    let entry = try MetaEntry(lowercased(suffix), setting.value, setting)
    // A container's labels come before its environment, and may have the same key in another case.
    if settings.metaFromEnvironment {
      complete(&entries, with: [entry])
    } else {
      try add(entry, to: &entries, setting)
    }
  }
  return entries
}

/// Whether `SERVICE_` and this is an option, a check's variable, registrator's `IGNORE`, or one port's.
private func hasMeaning(_ suffix: [UInt8]) -> Bool {
  if suffix.starts(with: "META_".utf8) || suffix.starts(with: "CHECK_".utf8) { return true }
  if suffix.elementsEqual("IGNORE".utf8) { return true }
  let digits = suffix.prefix(while: isDigit)
  if !digits.isEmpty, suffix.dropFirst(digits.count).first == UInt8(ascii: "_") { return true }
  return Flag.allCases.contains { flag in
    if case .service(let known) = flag.variable { known.utf8.elementsEqual(suffix) } else { false }
  }
}

private func complete(_ entries: inout [MetaEntry], with more: [MetaEntry]) {
  for entry in more where !has(entries, entry.key) { entries.append(entry) }
}

private func entry(_ flag: Setting) throws(UsageError) -> MetaEntry {
  guard let equals = flag.value.firstIndex(of: UInt8(ascii: "=")) else {
    throw flag.wrong("no = in it; give KEY=VALUE")
  }
  return try MetaEntry(Array(flag.value[..<equals]), Array(flag.value[(equals + 1)...]), flag)
}

extension MetaEntry {
  /// Consul's rules (seen with 1.8.7): what breaks one is a 400, and the service isn't registered at all.
  init(_ key: [UInt8], _ value: [UInt8], _ setting: Setting) throws(UsageError) {
    guard 1...128 ~= key.count, key.allSatisfy({ isWordByte($0) }) else {
      throw setting.wrong("not a key; give 1 to 128 letters, digits, _ or -")
    }
    if key.starts(with: "consul-".utf8) { throw setting.wrong("keys in consul- are Consul's; give another") }
    if value.count > 512 { throw setting.wrong("\(value.count) bytes; give a value of at most 512") }
    self.key = String(decoding: key, as: UTF8.self)
    self.value = try Setting(source: setting.source, value: value).text()
  }
}

private func add(_ entry: MetaEntry, to entries: inout [MetaEntry], _ setting: Setting) throws(UsageError) {
  if has(entries, entry.key) { throw setting.wrong("this key was given before; give it once") }
  entries.append(entry)
}

private func has(_ entries: [MetaEntry], _ key: String) -> Bool {
  for entry in entries where entry.key.utf8.elementsEqual(key.utf8) { return true }
  return false
}
