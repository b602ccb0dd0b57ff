extension Definition {
  /// Says in the Meta who registers it, for whoever cleans up from outside. The user's own words win, and so does
  /// Consul's limit of 64 keys.
  ///
  /// - Parameters:
  ///   - containerID: nil where it isn't known.
  ///   - bootID: of /proc/sys/kernel/random/boot_id; nil where it isn't known.
  public mutating func identify(containerID: String?, bootID: String?) {
    let words = [("managed-by", "servicewrapper"), ("container-id", containerID), ("boot-id", bootID)]
    for (key, value) in words where meta.count < 64 {
      let isThere = meta.contains { $0.key.utf8.elementsEqual(key.utf8) }
      if let value, !isThere { meta.append(Meta(key: key, value: value)) }
    }
  }
}
