internal import Consul
internal import Formats

/// A container's port to register, with the container's variables and labels.
public struct PublishedPort: Equatable, Sendable {
  /// `KEY=VALUE` each; labels first, since they win.
  public var variables: [[UInt8]]
  /// The image's name as the container was created with it; the service's default name is derived from it.
  public var image: String
  /// The container's name.
  public var container: String
  /// The watcher's host name, for the default ID.
  public var hostname: String
  /// Within the container.
  public var port: Int
  /// Whether it is a UDP port; false for TCP.
  public var isUDP: Bool
  /// There are other ports beside it.
  public var isOneOfMany: Bool
  /// The port that clients connect to.
  public var advertisedPort: Int
  /// The address that clients connect to; nil for the agent's own.
  public var address: String?

  /// A port with these properties; by default TCP, the only one, at the agent's own address.
  public init(
    variables: [[UInt8]], image: String, container: String, hostname: String, port: Int, isUDP: Bool = false,
    isOneOfMany: Bool = false, advertisedPort: Int, address: String? = nil
  ) {
    self.variables = variables
    self.image = image
    self.container = container
    self.hostname = hostname
    self.port = port
    self.isUDP = isUDP
    self.isOneOfMany = isOneOfMany
    self.advertisedPort = advertisedPort
    self.address = address
  }
}

extension Service {
  /// The service as registrator would name and configure it; nil if it isn't to be registered.
  ///
  /// Throws if one of its variables or labels is invalid, or if Consul couldn't deregister its ID.
  public init?(_ published: PublishedPort, _ publish: PublishOptions) throws(UsageError) {
    // An empty variable counts as unset, and doesn't hide one of the same name behind it.
    let variables = published.variables.filter { $0.last != .equalsSign }
    var settings = Settings(commandLine: CommandLine([]), environment: Environment(variables))
    (settings.port, settings.isOneOfMany) = (published.port, published.isOneOfMany)
    settings.metaFromEnvironment = true
    if settings.variable("IGNORE") != nil { return nil }
    if publish.isExplicit, settings.variable("NAME") == nil { return nil }
    settings.defaultName = Setting(source: "the image's name", value: published.imageName)
    var definition = Definition(
      name: try settings.names().registered.text(),
      id: try settings.serviceID(
        orElse: Setting(source: "the ID", text: published.id),
        "Consul couldn't deregister it; give SERVICE_ID without //, . or .. in it"))
    definition.port = published.advertisedPort
    definition.tags = try publish.tags + settings.list(.tag).map { tag throws(UsageError) in try tag.text() }
    if published.isUDP { definition.tags.append("udp") }
    var warnings: [String] = []
    definition.agentChecks = try settings.agentChecks(port: published.advertisedPort, warnings: &warnings)
    let reap = try settings.variable("CHECK_DEREGISTER_AFTER")?.goDuration()
    for index in definition.agentChecks.indices {
      definition.agentChecks[index].fields.append("DeregisterCriticalServiceAfter", text: reap)
    }
    definition.meta = try settings.meta()
    // One that the container itself passes, by the HTTP API.
    if let ttl = try settings.variable("CHECK_TTL")?.goDuration() {
      var check = [JSON.Member("CheckID", .string("service:\(definition.id)"))]
      check.append("Name", text: "ttl")
      check.append("TTL", text: ttl)
      definition.moreChecks = [.object(check)]
    }
    let address = published.address.map { Address.literal($0) } ?? .auto
    self.init(definition: definition, port: nil, address: address, ready: .none)
  }
}

extension PublishedPort {
  /// `registry:5000/library/redis:7@sha256:…` is `redis`.
  fileprivate var imageName: [UInt8] {
    let path = image.utf8.prefix { $0 != UInt8(ascii: "@") }
    let base = path.split(separator: .slash).last ?? path
    return Array(base.prefix { $0 != .colon })
  }

  /// `HOST:CONTAINER:PORT`, with `:udp` behind it.
  fileprivate var id: String { "\(hostname):\(container):\(port)\(isUDP ? ":udp" : "")" }
}
