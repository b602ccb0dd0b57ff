/// What is registered with Consul.
public struct Service: Equatable, Sendable {
  public let name: String
  /// This instance of it, stable over a restart of the same container.
  public let id: String
  /// The port that is probed; nil if the process has none.
  public let port: Int?
  /// The port that is registered: the probed one unless told otherwise.
  public let advertisedPort: Int?
  public let address: Address
  public let ready: Probe
  public let tags: [String]
  public let meta: [MetaEntry]
  /// How long a check stays passing without news from us; nil: no checks.
  public let ttl: Duration?
  /// How long Consul keeps the service once we are gone; nil: for ever, as without checks. Consul's floor is a minute.
  public let deregisterAfter: Duration?
}

extension Service {
  init(_ settings: Settings, hostname: String, warnings: inout [String]) throws(UsageError) {
    guard let name = settings[.name] else {
      throw UsageError("no service name; give --name NAME or SERVICE_NAME, or --no-register")
    }
    self.name = try name.text()
    id = try serviceID(settings, name: self.name, hostname: hostname)
    port = settings.port
    advertisedPort = try settings[.advertisePort]?.port() ?? settings.port
    address = try Address(settings[.address])
    ready = try Probe(settings)
    var tags: [String] = []
    for tag in settings.list(.tag) { tags.append(try tag.text()) }
    self.tags = tags
    meta = try readMeta(settings)
    let times = try CheckTimes(settings)
    (ttl, deregisterAfter) = (times.ttl, times.deregisterAfter)
    warnings += nameWarnings(name) + times.warnings
  }
}

/// Consul takes any name, and merely logs that its DNS can't answer for this one.
private func nameWarnings(_ name: Setting) -> [String] {
  let bytes = name.value
  let dash = UInt8(ascii: "-")
  let isLabel = bytes.allSatisfy { isWordByte($0) && $0 != UInt8(ascii: "_") } && bytes.count <= 63
  if isLabel, bytes.first != dash, bytes.last != dash { return [] }
  return [
    "\(name.source) \(quoted(bytes)): can't be found by DNS; it takes 1 to 63 letters, digits and inner dashes"
  ]
}
