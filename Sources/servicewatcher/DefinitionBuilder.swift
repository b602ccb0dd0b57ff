internal import Runtime
internal import Consul
internal import Engine
internal import Formats
internal import Options

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
    let ports = container.ports.compactMap { endpoint($0) }
    var (definitions, wrong): ([Definition], [String]) = ([], [])
    func complain(_ message: String, _ port: Endpoint) {
      wrong.append("container \(container.shownName): \(message); port \(port.number) is not registered")
    }
    for port in ports {
      do throws(UsageError) {
        let published = publishedPort(port, of: container, isOneOfMany: ports.count > 1)
        guard var service = try Service(published, options) else { continue }
        // The watcher's identity is added below instead of a wrapper's.
        service.isIdentified = false
        var definition = Definition(service, address: port.address, isReady: true, identity: Identity())
        let identity = Identity(
          containerID: container.id, bootID: boot, engine: engine.kind, engineID: engine.id)
        definition.mark(as: identity)
        let keys = definition.meta.count
        // Consul would refuse the service.
        if keys > 64 {
          complain("\(keys) keys of Meta, ours included; Consul takes 64", port)
        } else {
          definitions.append(definition)
        }
      } catch {
        complain(error.message, port)
      }
    }
    return (definitions, wrong)
  }

  private struct Endpoint {
    let number: Int
    let isUDP: Bool
    let port: Int
    let address: String?
  }

  /// The port's endpoint for clients; nil if it isn't reachable from outside of the host.
  private func endpoint(_ port: Container.Port) -> Endpoint? {
    if options.isInternal {
      let address = options.address ?? port.containerAddress
      return Endpoint(number: port.number, isUDP: port.isUDP, port: port.number, address: address)
    }
    guard let published = port.published else { return nil }
    let address = options.address ?? published.address
    return Endpoint(number: port.number, isUDP: port.isUDP, port: published.port, address: address)
  }

  private func publishedPort(_ port: Endpoint, of container: Container, isOneOfMany: Bool) -> PublishedPort {
    let labels = container.labels.map { "\($0.key)=\($0.value)" }
    return PublishedPort(
      variables: (labels + container.environment).map { [UInt8]($0.utf8) }, image: container.image,
      container: container.name, hostname: hostname, port: port.number, isUDP: port.isUDP,
      isOneOfMany: isOneOfMany, advertisedPort: port.port, address: port.address)
  }
}

extension Container {
  /// Whether it registers itself: the wrapper is in its command, in a shell's text perhaps, or a label names it. A
  /// wrapper that is only an init doesn't count.
  var hasWrapper: Bool {
    let words = command.flatMap { $0.utf8.split(whereSeparator: { $0 == 0x20 || $0 == UInt8(ascii: "/") }) }
    if words.contains(where: { $0.elementsEqual("--no-register".utf8) }) { return false }
    let isOff = environment.contains { $0.utf8.elementsEqual("SERVICEWRAPPER_REGISTER=false".utf8) }
    if isOff { return false }
    return words.contains { $0.elementsEqual("servicewrapper".utf8) }
      || labels.contains { $0.key.utf8.elementsEqual("servicewrapper".utf8) }
  }

  fileprivate var shownName: String { escaped([UInt8](name.utf8)) }
}
