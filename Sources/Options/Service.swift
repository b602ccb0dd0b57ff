public import Consul
internal import Formats

/// A service to register with Consul.
public struct Service: Equatable, Sendable {
  /// What is registered, without the address and our identity.
  public var definition: Definition
  /// The port that is probed; nil if the process has none.
  public let port: Int?
  /// The address that is registered.
  public let address: Address
  /// How it shows that it is ready.
  public let ready: Probe
  /// Whether the Meta gets our identity.
  public var isIdentified = true

  /// The name that is registered.
  public var name: String { definition.name }
  /// This instance of it, stable over a restart of the same container.
  public var id: String { definition.id }
  /// The port that is registered; the probed one by default.
  public var advertisedPort: Int? { definition.port }
  /// How long a check stays passing without an update; nil: no TTL checks.
  public var ttl: Duration? { definition.checks?.ttl }
  /// How long Consul keeps the service once we are gone; nil: for ever, as without checks. Consul's floor is a minute.
  public var deregisterAfter: Duration? { definition.checks?.deregisterAfter }
  /// The namespace and partition of Consul Enterprise; neither if unset.
  public var tenancy: Tenancy { definition.tenancy }
}

extension Service {
  init(_ settings: Settings, hostname: String, warnings: inout [String]) throws(UsageError) {
    let (given, name) = try settings.names()
    definition = Definition(name: try name.text(), id: "")
    let words = [try given.text(), hostname].filter { !$0.utf8.isEmpty }
    let standard = (words + (settings.port.map { ["\($0)"] } ?? [])).joined(separator: "-")
    definition.id = try settings.serviceID(
      orElse: Setting(source: "default --id", text: standard),
      "Consul couldn't deregister it: no \"//\", \".\" or \"..\" part, no \"/\" at an end; give another --id")
    port = settings.port
    definition.port = try settings.single(.advertisePort)?.port() ?? settings.port
    address = try Address(settings[.address])
    definition.tags = try settings.list(.tag).map { tag throws(UsageError) in try tag.text() }
    definition.meta = try settings.meta()
    ready = try Probe(settings)
    // Consul takes any name, and merely logs that its DNS can't answer for one that isn't a label.
    if !isLabel(name.value[...]) || name.value.contains(UInt8(ascii: "_")) {
      let reason = "can't be found by DNS; it takes 1 to 63 letters, digits and inner dashes"
      note(name.complaint(reason), in: &warnings)
    }
    definition.checks = try settings.ttlChecks(warnings: &warnings)
    let (file, environment) = (settings.fileEntry, settings.environment)
    (definition.moreChecks, definition.fields) = (file?.checks ?? [], file?.fields ?? [])
    definition.tenancy.namespace = try (environment.setting("CONSUL_NAMESPACE") ?? file?.namespace)?.text()
    definition.tenancy.partition = try (environment.setting("CONSUL_PARTITION") ?? file?.partition)?.text()
    isIdentified = try !settings.isOn(.noMeta, if: false)
    definition.agentChecks = try settings.agentChecks(port: definition.port, warnings: &warnings)
  }
}

extension Definition {
  /// A definition with all of the service's checks; *ready* starts as passing if `isReady`, else as critical.
  /// - Parameter address: nil for the agent's own.
  public init(_ service: Service, address: String?, isReady: Bool, identity: Identity) {
    self = service.definition
    self.address = address
    checks?.ready = isReady ? .passing : .critical
    if service.isIdentified { identify(as: identity) }
  }
}

/// Several services may be warned about with one line.
func note(_ warning: String, in warnings: inout [String]) {
  if !warnings.contains(where: { isSame($0, warning) }) { warnings.append(warning) }
}
