internal import Consul
internal import Engine
internal import Formats
internal import Options
internal import Runtime

/// Builds the registrations of a container without a wrapper.
struct DefinitionBuilder {
  let options: PublishOptions
  let hostname: String

  /// The services, and messages about those that can't be registered.
  func definitions(of container: Container, engine: Identity) -> ([Definition], [String]) {
    if container.hasWrapper { return ([], []) }
    var identity = engine
    identity.containerID = container.id
    let ports = container.ports.compactMap { published($0, by: container) }
    var (definitions, invalid): ([Definition], [String]) = ([], [])
    for var port in ports {
      port.isOneOfMany = ports.count > 1
      do throws(UsageError) {
        if let one = try definition(of: port, identity) { definitions.append(one) }
      } catch {
        let name = escaped([UInt8](container.name.utf8))
        invalid.append("container \(name): \(error.message); port \(port.port) is not registered")
      }
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
    // Consul would refuse the service.
    let keys = definition.meta.count
    if keys > 64 { throw UsageError("\(keys) keys of Meta, ours included; Consul takes 64") }
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
    let words = command.flatMap { $0.utf8.split { $0 == 0x20 || $0 == UInt8(ascii: "/") } }
    if words.contains(where: { isSame($0, "--no-register") }) { return false }
    if environment.contains(where: { isSame($0, "SERVICEWRAPPER_REGISTER=false") }) { return false }
    return words.contains { isSame($0, "servicewrapper") }
      || labels.contains { isSame($0.key, "servicewrapper") }
  }
}
