internal import Consul
internal import Engine
internal import Formats
internal import Options
internal import Runtime

/// Builds the registrations of a container without a wrapper.
struct DefinitionBuilder {
  private let options: PublishOptions
  private let boot: String
  private let hostname: String

  init(_ options: PublishOptions, boot: String, hostname: String) {
    self.options = options
    self.boot = boot
    self.hostname = hostname
  }

  /// The services, and messages about those that can't be registered.
  func definitions(of container: Container, engine: EngineIdentity) -> ([Definition], [String]) {
    if container.hasWrapper { return ([], []) }
    let identity = Identity(
      containerID: container.id, bootID: boot, engine: engine.kind, engineID: engine.id)
    var ports = container.ports.compactMap { published($0, by: container) }
    var (definitions, invalid): ([Definition], [String]) = ([], [])
    func complain(_ message: String, _ port: PublishedPort) {
      let name = escaped([UInt8](container.name.utf8))
      invalid.append("container \(name): \(message); port \(port.port) is not registered")
    }
    for index in ports.indices {
      ports[index].isOneOfMany = ports.count > 1
      do throws(UsageError) {
        guard let one = try definition(of: ports[index], identity) else { continue }
        let keys = one.meta.count
        // Consul would refuse the service.
        if keys > 64 { complain("\(keys) keys of Meta, ours included; Consul takes 64", ports[index]) }
        if keys <= 64 { definitions.append(one) }
      } catch { complain(error.message, ports[index]) }
    }
    return (definitions, invalid)
  }

  private func definition(
    of port: PublishedPort, _ identity: Identity
  ) throws(UsageError) -> Definition? {
    guard var service = try Service(port, options) else { return nil }
    // The watcher's identity is added below instead of a wrapper's.
    service.isIdentified = false
    var definition = Definition(service, address: port.address, isReady: true, identity: Identity())
    definition.mark(as: identity)
    return definition
  }

  /// The port with its endpoint for clients; nil if it isn't reachable from outside of the host.
  private func published(_ port: Container.Port, by container: Container) -> PublishedPort? {
    let outer = port.published.map { ($0.port, $0.address) }
    guard let (advertised, address) = options.isInternal ? (port.number, port.containerAddress) : outer
    else { return nil }
    let labels = container.labels.map { "\($0.key)=\($0.value)" }
    return PublishedPort(
      variables: (labels + container.environment).map { [UInt8]($0.utf8) }, image: container.image,
      container: container.name, hostname: hostname, port: port.number, isUDP: port.isUDP,
      advertisedPort: advertised, address: options.address ?? address)
  }
}

extension Container {
  /// Whether it registers itself: the wrapper is in its command, in a shell's text perhaps, or a label names
  /// it. A wrapper that is only an init doesn't count.
  var hasWrapper: Bool {
    let words = command.flatMap { $0.utf8.split(whereSeparator: { $0 == 0x20 || $0 == UInt8(ascii: "/") }) }
    if words.contains(where: { $0.elementsEqual("--no-register".utf8) }) { return false }
    if environment.contains(where: { $0.utf8.elementsEqual("SERVICEWRAPPER_REGISTER=false".utf8) }) {
      return false
    }
    return words.contains { $0.elementsEqual("servicewrapper".utf8) }
      || labels.contains { $0.key.utf8.elementsEqual("servicewrapper".utf8) }
  }
}
