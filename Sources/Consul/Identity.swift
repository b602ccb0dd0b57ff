public import JSON

/// Who registers a service: in which container, under which boot of the host's kernel. It stands in the service's Meta,
/// so that whoever cleans up from outside after a SIGKILL doesn't have to guess.
public struct Identity: Hashable, Sendable {
  /// nil outside of containers, and where it isn't known.
  public var containerID: String?
  /// Of /proc/sys/kernel/random/boot_id; nil where it isn't known.
  public var bootID: String?
  /// Whose container it is, `docker` or `podman`: each knows only its own. nil where it is another's, or isn't known.
  public var engine: String?
  /// Which engine of that kind; only the watcher knows it.
  public var engineID: String?

  /// Who keeps the registration.
  public enum Manager: String, Hashable, Sendable, CaseIterable {
    case wrapper = "servicewrapper"
    case watcher = "servicewatcher"
  }

  public init(
    containerID: String? = nil, bootID: String? = nil, engine: String? = nil, engineID: String? = nil
  ) {
    self.containerID = containerID
    self.bootID = bootID
    self.engine = engine
    self.engineID = engineID
  }

  /// Who has registered the service of this entry of `GET /v1/agent/service/:id`, in words; nil if that can have been an
  /// earlier life of us. A container keeps its ID over a reboot; outside of one only the boot is known.
  public func stranger(in entry: JSON) -> String? {
    guard let meta = entry["Meta"], meta["managed-by"] == .string("servicewrapper")
    else {
      return nil
    }
    let (container, boot) = (meta["container-id"]?.string, meta["boot-id"]?.string)
    if let container { return isSame(container, containerID) ? nil : "container \(short(container))" }
    if containerID != nil { return "a process outside of containers" }
    guard let boot, let bootID else { return nil }
    return isSame(boot, bootID) ? nil : "a process of another boot"
  }

  /// As engines show it; nothing in it can steer a terminal.
  private func short(_ id: String) -> String {
    String(decoding: id.utf8.filter { $0.isLetter || $0.isDigit }.prefix(12), as: UTF8.self)
  }

  private func isSame(_ one: String, _ other: String?) -> Bool {
    other.map { $0.utf8.elementsEqual(one.utf8) } ?? false
  }
}

extension Definition {
  /// Says in the Meta who registers it. The user's own words win, and so does Consul's limit of 64 keys.
  public mutating func identify(as identity: Identity) {
    for mark in marks(identity, .wrapper) where meta.count < 64 {
      if !meta.contains(where: { $0.hasKey(of: mark) }) { meta.append(mark) }
    }
  }

  /// The same from outside, where it isn't the container's to say: what is registered for it would be found by nobody.
  public mutating func mark(as identity: Identity) {
    meta.removeAll { word in Definition.marks.contains { word.key.utf8.elementsEqual($0.utf8) } }
    meta += marks(identity, .watcher)
  }

  private static let marks = ["managed-by", "container-id", "boot-id", "container-engine", "engine-id"]

  private func marks(_ identity: Identity, _ manager: Identity.Manager) -> [Meta] {
    let values = [
      manager.rawValue, identity.containerID, identity.bootID, identity.engine, identity.engineID,
    ]
    return zip(Definition.marks, values).compactMap { key, value in value.map { Meta(key: key, value: $0) } }
  }
}

extension Definition.Meta {
  fileprivate func hasKey(of other: Definition.Meta) -> Bool { key.utf8.elementsEqual(other.key.utf8) }
}
