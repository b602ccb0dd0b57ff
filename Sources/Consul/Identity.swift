public import Formats

/// The origin of a registration: its container and the boot of the host's kernel. It is in the service's Meta, so
/// that a cleaner outside can act on facts after a SIGKILL.
public struct Identity: Hashable, Sendable {
  /// nil outside of containers, or if unknown.
  public var containerID: String?
  /// From /proc/sys/kernel/random/boot_id; nil if unknown.
  public var bootID: String?
  /// The container's engine, `docker` or `podman`: each knows only its own containers. nil for another engine, or if
  /// unknown.
  public var engine: String?
  /// The engine's own ID; only the watcher knows it.
  public var engineID: String?

  /// The program that keeps the registration.
  public enum Manager: String, Hashable, Sendable, CaseIterable {
    case wrapper = "servicewrapper"
    case watcher = "servicewatcher"
  }

  /// An identity; nil for what isn't known.
  public init(
    containerID: String? = nil, bootID: String? = nil, engine: String? = nil, engineID: String? = nil
  ) {
    self.containerID = containerID
    self.bootID = bootID
    self.engine = engine
    self.engineID = engineID
  }

  /// The foreign owner of this entry of `GET /v1/agent/service/:id`, for the log; nil if it may be an earlier run of
  /// ours. A container keeps its ID over a reboot; outside of a container only the boot is known.
  public func foreignOwner(in entry: JSON) -> String? {
    guard let meta = entry["Meta"], meta["managed-by"] == .string("servicewrapper") else { return nil }
    let (container, boot) = (meta["container-id"]?.string, meta["boot-id"]?.string)
    if let container {
      return containerID.map { isSame($0, container) } ?? false ? nil : "container \(short(container))"
    }
    if containerID != nil { return "a process outside of containers" }
    guard let boot, let bootID else { return nil }
    return isSame(boot, bootID) ? nil : "a process of another boot"
  }

  /// As engines show it; nothing in it can steer a terminal.
  private func short(_ id: String) -> String {
    String(decoding: id.utf8.filter { $0.isLetter || $0.isDigit }.prefix(12), as: UTF8.self)
  }
}

extension Definition {
  /// Adds the wrapper's identity to the Meta. The user's own keys win, and Consul's limit of 64 keys holds.
  public mutating func identify(as identity: Identity) {
    for mark in marks(identity, .wrapper) where meta.count < 64 {
      if !meta.has(key: mark.key) { meta.append(mark) }
    }
  }

  /// Sets the watcher's identity in the Meta, over keys of the container: otherwise the watcher wouldn't find its own
  /// entries.
  public mutating func mark(as identity: Identity) {
    meta.removeAll { entry in Definition.marks.contains { isSame($0, entry.key) } }
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
