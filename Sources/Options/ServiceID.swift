/// The reason why an ID is refused.
private let unreachable =
  "Consul couldn't deregister it: no \"//\", \".\" or \"..\" part, no \"/\" at an end; give another --id"

/// The ID of this instance: the one given, or `NAME-HOSTNAME-PORT`, the same again when this container restarts.
func serviceID(_ settings: Settings, name: String, hostname: String) throws(UsageError) -> String {
  if let given = try settings.single(.id) {
    let id = try given.text()
    if pathCleaningChanges(given.value) { throw given.wrong(unreachable) }
    return id
  }
  let id = defaultID(name: name, hostname: hostname, port: settings.port)
  let setting = Setting(source: "default --id", value: Array(id.utf8))
  if pathCleaningChanges(setting.value) { throw setting.wrong(unreachable) }
  return try setting.text()
}

private func defaultID(name: String, hostname: String, port: Int?) -> String {
  let host = hostname.isEmpty ? name : name + "-" + hostname
  guard let port else { return host }
  return host + "-\(port)"
}

/// Consul's HTTP server answers 301 to a path that cleaning would change, percent-encoded or not, so nothing can
/// be done with such an ID after it was registered (seen with 1.8.7; consul#20883).
func pathCleaningChanges(_ id: [UInt8]) -> Bool {
  for part in id.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
    if part.isEmpty || part.elementsEqual(".".utf8) || part.elementsEqual("..".utf8) { return true }
  }
  return false
}
