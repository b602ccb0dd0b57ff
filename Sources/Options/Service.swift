public import Formats

/// A service to register with Consul.
public struct Service: Equatable, Sendable {
  /// The name that is registered.
  public let name: String
  /// This instance of it, stable over a restart of the same container.
  public let id: String
  /// The port that is probed; nil if the process has none.
  public let port: Int?
  /// The port that is registered; the probed one by default.
  public let advertisedPort: Int?
  /// The address that is registered.
  public let address: Address
  /// The tags that are registered; empty for none.
  public let tags: [String]
  /// The Meta that is registered, without our identity; empty for none.
  public let meta: [MetaEntry]
  /// How it shows that it is ready.
  public let ready: Probe
  /// How long a check stays passing without an update; nil: no TTL checks.
  public let ttl: Duration?
  /// How long Consul keeps the service once we are gone; nil: for ever, as without checks. Consul's floor is a minute.
  public let deregisterAfter: Duration?
  /// Checks that the agent runs itself, beside the TTL checks.
  public var checks: [ConsulCheck] = []
  /// Checks of the service file, as the API names their fields.
  public var fileChecks: [JSON] = []
  /// Other fields of the service file, as the API names them.
  public var fields: [JSON.Member] = []
  /// Consul Enterprise's; nil: not to be sent.
  public var namespace: String?
  /// Consul Enterprise's partition; nil: not to be sent.
  public var partition: String?
  /// Whether the Meta gets our identity.
  public var isIdentified = true
}

extension Service {
  init(_ settings: Settings, hostname: String, warnings: inout [String]) throws(UsageError) {
    let name = try ServiceName(settings)
    self.name = try name.registered.text()
    id = try serviceID(settings, name: try name.given.text(), hostname: hostname)
    port = settings.port
    advertisedPort = try settings.single(.advertisePort)?.port() ?? settings.port
    address = try Address(settings[.address])
    var tags: [String] = []
    for tag in settings.list(.tag) { tags.append(try tag.text()) }
    self.tags = tags
    meta = try readMeta(settings)
    ready = try Probe(settings)
    let times = try CheckTimes(settings)
    (ttl, deregisterAfter) = (times.ttl, times.deregisterAfter)
    fileChecks = settings.fileEntry?.checks ?? []
    fields = settings.fileEntry?.fields ?? []
    namespace = try (settings.environment.setting("CONSUL_NAMESPACE") ?? settings.fileEntry?.namespace)?
      .text()
    partition = try (settings.environment.setting("CONSUL_PARTITION") ?? settings.fileEntry?.partition)?
      .text()
    if settings.commandLine.has(.noMeta) {
      isIdentified = false
    } else {
      isIdentified = try settings[.noMeta]?.boolean() ?? true
    }
    for warning in name.warnings + times.warnings { note(warning, in: &warnings) }
    checks = try readChecks(settings, port: advertisedPort, warnings: &warnings)
  }
}

/// Several services may be warned about with one line.
func note(_ warning: String, in warnings: inout [String]) {
  if !warnings.contains(where: { $0.utf8.elementsEqual(warning.utf8) }) { warnings.append(warning) }
}
