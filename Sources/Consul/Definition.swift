public import Formats

/// A service as it is registered with an agent: the body of `PUT /v1/agent/service/register`.
public struct Definition: Hashable, Sendable {
  /// The service's name; instances share it.
  public var name: String
  /// Unique on one agent: registering the same ID again overwrites.
  public var id: String
  /// The port that clients connect to; nil if the service has none.
  public var port: Int?
  /// Without it Consul uses the agent's own address.
  public var address: String?
  /// The service's tags; empty for none.
  public var tags: [String] = []
  /// The service's Meta, in this order; empty for none.
  public var meta: [Meta] = []
  /// The two TTL checks; nil for none.
  public var checks: TTLChecks?
  /// Checks that the agent runs itself.
  public var agentChecks: [AgentCheck] = []
  /// Checks of the service file, as the API names their fields.
  public var moreChecks: [JSON] = []
  /// Other fields, as the API names them.
  public var fields: [JSON.Member] = []
  /// The namespace and partition; sent only if set.
  public var tenancy = Tenancy()

  /// One entry of the service's Meta.
  public struct Meta: Hashable, Sendable {
    /// The key. Consul allows at most 128 bytes of ASCII letters, digits, `-` and `_`.
    public var key: String
    /// The value. Consul allows at most 512 bytes.
    public var value: String

    /// An entry. Consul's limits aren't checked here.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// The two checks, `CheckKind.alive` and `.ready`, that turn critical unless updated within `ttl`.
  public struct TTLChecks: Hashable, Sendable {
    /// Written in whole milliseconds, rounded up.
    public var ttl: Duration
    /// How long *alive* is critical before Consul drops the service; nil for never. Consul takes
    /// less than a minute for a minute, and looks only every 30 s.
    public var deregisterAfter: Duration?
    /// What *ready* starts as where it is new; *alive* starts as passing.
    public var ready: CheckStatus

    /// The two checks; `deregisterAfter` is nil for never.
    public init(ttl: Duration, deregisterAfter: Duration? = nil, ready: CheckStatus = .passing) {
      self.ttl = ttl
      self.ready = ready
      self.deregisterAfter = deregisterAfter
    }
  }

  /// Absent and empty fields are left out: an agent refuses a field it doesn't know, and its own
  /// defaults are the right ones.
  public var json: JSON {
    var members: [JSON.Member] = []
    members.append("Name", text: name)
    members.append("ID", text: id)
    members.append("Port", port.map { .number("\($0)") })
    members.append("Address", text: address)
    if !tags.isEmpty { members.append("Tags", .array(tags.map { .string($0) })) }
    if !meta.isEmpty { members.append("Meta", .object(meta.map { JSON.Member($0.key, .string($0.value)) })) }
    members += fields
    members.append("Namespace", text: tenancy.namespace)
    members.append("Partition", text: tenancy.partition)
    let ours = checks.map { [$0.json(.alive, of: id), $0.json(.ready, of: id)] } ?? []
    let all = ours + agentChecks.map { $0.json(of: id, address: address, port: port) } + moreChecks
    if !all.isEmpty { members.append("Checks", .array(all)) }
    return .object(members)
  }
}

extension Definition {
  /// A definition without a port, tags, Meta and checks.
  public init(name: String, id: String) { self.init(name: name, id: id, port: nil) }
}

extension Definition.TTLChecks {
  /// Only *alive* has the reap time: a killed service is removed, a failing one stays visible.
  fileprivate func json(_ kind: CheckKind, of service: String) -> JSON {
    var members: [JSON.Member] = []
    members.append("CheckID", text: kind.id(of: service))
    members.append("Name", text: kind.rawValue)
    members.append("TTL", text: goDuration(ttl))
    members.append("Status", text: (kind == .alive ? .passing : ready).rawValue)
    let reap = kind == .alive ? deregisterAfter : nil
    members.append("DeregisterCriticalServiceAfter", text: reap.map(goDuration))
    return .object(members)
  }
}

extension [Definition.Meta] {
  /// Whether there is an entry with this key.
  package func has(key: String) -> Bool { contains { isSame($0.key, key) } }
}

/// `15s`, or `1500ms` where there is a fraction, as Go's `time.ParseDuration` reads it.
///
/// A fraction of a millisecond is rounded up, so that no duration becomes the zero that Consul refuses.
/// The range is that of Go's durations: from zero to 2^63 nanoseconds, about 292 years.
func goDuration(_ duration: Duration) -> String {
  let (seconds, attoseconds) = duration.components
  guard seconds >= 0, attoseconds >= 0 else { return "0s" }
  guard seconds < 9_223_372_036 else { return "9223372036s" }
  let attosecondsPerMillisecond: Int64 = 1_000_000_000_000_000
  let milliseconds =
    seconds * 1000 + (attoseconds + attosecondsPerMillisecond - 1) / attosecondsPerMillisecond
  return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
}
