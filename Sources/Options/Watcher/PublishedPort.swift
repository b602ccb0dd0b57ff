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
    var settings = Settings(CommandLine([]), Environment(published.allVariables))
    (settings.port, settings.isOneOfMany) = (published.port, published.isOneOfMany)
    if settings.variable("IGNORE") != nil { return nil }
    if publish.isExplicit, settings.variable("NAME") == nil { return nil }
    settings.defaultName = Setting(source: "the image's name", value: published.imageName)
    let name = try ServiceName(settings).registered.text()
    let id = try published.id(settings)
    var tags = settings.list(.tag)
    if published.isUDP { tags.append(Setting(source: "", value: Array("udp".utf8))) }
    var texts = publish.tags
    for tag in tags { texts.append(try tag.text()) }
    var warnings: [String] = []
    var checks = try readChecks(settings, port: published.advertisedPort, warnings: &warnings)
    if let reap = try settings.variable("CHECK_DEREGISTER_AFTER")?.goDuration() {
      let field = JSON.Member("DeregisterCriticalServiceAfter", .string(reap))
      checks = checks.map { ConsulCheck(target: $0.target, fields: $0.fields + [field]) }
    }
    settings.metaFromEnvironment = true
    self.init(
      name: name, id: id, port: nil, advertisedPort: published.advertisedPort,
      address: published.address.map { .literal($0) } ?? .auto, tags: texts, meta: try readMeta(settings),
      ready: .none, ttl: nil, deregisterAfter: nil, checks: checks)
    fileChecks = try ttlCheck(settings, id: id)
  }
}

/// One that the container itself passes, by the HTTP API.
private func ttlCheck(_ settings: Settings, id: String) throws(UsageError) -> [JSON] {
  guard let ttl = try settings.variable("CHECK_TTL")?.goDuration() else { return [] }
  return [
    .object([
      JSON.Member("CheckID", .string("service:\(id)")), JSON.Member("Name", .string("ttl")),
      JSON.Member("TTL", .string(ttl)),
    ])
  ]
}

extension PublishedPort {
  /// An empty one counts as unset.
  fileprivate var allVariables: [[UInt8]] { variables.filter { $0.last != UInt8(ascii: "=") } }

  /// `registry:5000/library/redis:7@sha256:…` is `redis`.
  fileprivate var imageName: [UInt8] {
    let path = image.utf8.prefix { $0 != UInt8(ascii: "@") }
    let base = path.split(separator: UInt8(ascii: "/")).last ?? path
    return Array(base.prefix { $0 != UInt8(ascii: ":") })
  }

  /// `HOST:CONTAINER:PORT`, with `:udp` behind it.
  fileprivate func id(_ settings: Settings) throws(UsageError) -> String {
    let standard = "\(hostname):\(container):\(port)\(isUDP ? ":udp" : "")"
    let setting = try settings.single(.id) ?? Setting(source: "the ID", value: Array(standard.utf8))
    guard !pathCleaningChanges(setting.value) else {
      throw setting.wrong("Consul couldn't deregister it; give SERVICE_ID without //, . or .. in it")
    }
    return try setting.text()
  }
}
