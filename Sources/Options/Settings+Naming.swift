// The name and the ID of one service.

internal import Formats

extension Settings {
  /// The name given, and the one registered: as with registrator `NAME-PORT`, where several were given the same.
  func names() throws(UsageError) -> (given: Setting, registered: Setting) {
    guard let name = self[.name] ?? defaultName else {
      throw UsageError("no service name; give --name NAME or SERVICE_NAME, or --no-register")
    }
    guard isOneOfMany, !name.isOwn, let port else { return (name, name) }
    return (name, Setting(source: name.source, value: name.value + Array("-\(port)".utf8)))
  }

  /// The ID given, or the default one.
  /// - Parameter unusable: what is wrong with one that Consul couldn't deregister.
  func serviceID(orElse standard: Setting, _ unusable: String) throws(UsageError) -> String {
    let id = try single(.id) ?? standard
    let text = try id.text()
    if pathCleaningChanges(id.value) { throw id.wrong(unusable) }
    return text
  }
}

/// Consul's HTTP server answers 301 to a path that cleaning would change, percent-encoded or not, so nothing can
/// be done with such an ID after it was registered (seen with 1.8.7; consul#20883).
private func pathCleaningChanges(_ id: [UInt8]) -> Bool {
  id.parts(at: .slash).contains { part in ["", ".", ".."].contains { isSame(part, $0) } }
}
