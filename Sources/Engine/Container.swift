internal import Formats

/// The details of one container that we use, from an inspect.
public struct Container: Hashable, Sendable {
  /// The full ID, 64 hexadecimal digits.
  public var id: String
  /// Without the slash that the engine puts before it.
  public var name: String
  /// The image's name as the container was created with it; empty if the engine doesn't report it.
  public var image: String
  /// The command: the path of the program and its arguments.
  public var command: [String]
  /// `KEY=VALUE` each.
  public var environment: [String]
  /// The labels of the image and the container; empty for none.
  public var labels: [Label]
  /// The ports that the container exposes or publishes; empty for none.
  public var ports: [Port]
  /// False for a restarting container between two runs, which engines report as running.
  public var isRunning: Bool
  /// The end of its last run, as the engine says it.
  public var finishedAt: String?

  /// One label of the container.
  public struct Label: Hashable, Sendable {
    /// The label's name.
    public var key: String
    /// The label's value; may be empty.
    public var value: String
  }

  /// A port that the container exposes.
  public struct Port: Hashable, Sendable {
    /// Within the container.
    public var number: Int
    /// Whether it is a UDP port; false for TCP.
    public var isUDP: Bool
    /// The published host port, the first of several; nil if it isn't published.
    public var published: Published?
    /// The container's own address.
    public var containerAddress: String?
  }

  /// Where a port of the container is published on the host.
  public struct Published: Hashable, Sendable {
    /// nil: on every address.
    public var address: String?
    /// The host's port.
    public var port: Int
  }

  /// Parses the response to `EngineAPIRequest.inspect`; nil if it is malformed.
  public init?(inspected bytes: [UInt8]) {
    guard let json = try? JSON(parsing: bytes), let id = json["Id"]?.string, let state = json["State"]
    else { return nil }
    self.id = id
    name = String(decoding: (json["Name"]?.string ?? "").utf8.drop { $0 == .slash }, as: UTF8.self)
    let isUp = state["Running"] == .bool(true) || state["Paused"] == .bool(true)
    isRunning = isUp && state["Restarting"] != .bool(true)
    finishedAt = state["FinishedAt"]?.string
    let configuration = json["Config"]
    image = configuration?["Image"]?.string ?? ""
    let words = [json["Path"] ?? .null] + (json["Args"]?.elements ?? [])
    command = words.compactMap { $0.string }
    environment = configuration?["Env"]?.elements.compactMap { $0.string } ?? []
    let labels = configuration?["Labels"]?.members ?? []
    self.labels = labels.compactMap { label in label.value.string.map { Label(key: label.key, value: $0) } }
    ports = Container.ports(json, configuration)
  }

  /// On the host's network, exposed ports are the host's ports; ports published with `-p` come in addition.
  private static func ports(_ json: JSON, _ configuration: JSON?) -> [Port] {
    let network = json["NetworkSettings"]
    let isOnHost = json["HostConfig"]?["NetworkMode"] == .string("host")
    let address = containerAddress(network)
    var ports: [Port] = []
    for member in (configuration?["ExposedPorts"]?.members ?? []) + (network?["Ports"]?.members ?? []) {
      guard var port = Port(member.key) else { continue }
      let known = ports.firstIndex { $0.number == port.number && $0.isUDP == port.isUDP }
      port.published = member.value.elements.lazy.compactMap { Published($0) }.first
      if isOnHost { port.published = Published(address: nil, port: port.number) }
      port.containerAddress = address
      if let known, port.published != nil { ports[known] = port }
      if known == nil { ports.append(port) }
    }
    return ports.sorted { ($0.number, $0.isUDP ? 1 : 0) < ($1.number, $1.isUDP ? 1 : 0) }
  }

  /// The address in the default bridge, if it is in that; of other networks the first. API 1.52 has the
  /// former no longer outside of `Networks`.
  private static func containerAddress(_ network: JSON?) -> String? {
    let networks = network?["Networks"]
    let bridged = [network?["IPAddress"], networks?["bridge"]?["IPAddress"]]
    let all = bridged + (networks?.members.map { $0.value["IPAddress"] } ?? [])
    return all.lazy.compactMap { $0?.string }.first { !$0.utf8.isEmpty }
  }
}

extension Container.Port {
  /// `6379/tcp`, `53/udp`; `6379` alone is TCP.
  fileprivate init?(_ text: String) {
    let parts = text.utf8.split(separator: .slash, maxSplits: 1)
    guard let number = parts.first?.port else { return nil }
    self.number = number
    isUDP = parts.count > 1 && isSame(parts[1], "udp")
    if parts.count > 1, !isUDP, !isSame(parts[1], "tcp") { return nil }
  }
}

extension Container.Published {
  fileprivate init?(_ binding: JSON) {
    guard let port = binding["HostPort"]?.string?.utf8.port else { return nil }
    self.port = port
    let address = binding["HostIp"]?.string
    let isAny = address.map { isSame($0, "") || isSame($0, "0.0.0.0") || isSame($0, "::") } ?? true
    self.address = isAny ? nil : address
  }
}

/// The container ID in an element of the response to `EngineAPIRequest.list`; nil for a container between two
/// runs.
public func runningContainer(listed bytes: [UInt8]) -> String? {
  guard let json = try? JSON(parsing: bytes), json["State"] != .string("restarting") else { return nil }
  return json["Id"]?.string
}

extension BidirectionalCollection<UInt8> {
  /// A port from 1 to 65535.
  fileprivate var port: Int? { decimal.flatMap { 1...65_535 ~= $0 ? $0 : nil } }
}

extension JSON {
  fileprivate var members: [JSON.Member] { if case .object(let members) = self { members } else { [] } }
  var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
}
