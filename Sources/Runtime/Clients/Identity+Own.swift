public import Consul
internal import Linux

extension Identity {
  /// Our own identity.
  public static var own: Identity {
    let mountinfo = text("/proc/self/mountinfo")
    let container = Consul.containerID(mountinfo: mountinfo)
    return Identity(
      containerID: container, bootID: bootID,
      engine: container.flatMap { Consul.containerEngine(of: $0, mountinfo: mountinfo) })
  }

  /// The ID of this boot of the host's kernel, the same in its containers; random(4). nil without /proc.
  public static var bootID: String? {
    let boot = text("/proc/sys/kernel/random/boot_id").prefix { $0 > 0x20 }
    return boot.isEmpty ? nil : String(decoding: boot, as: UTF8.self)
  }

  private static func text(_ path: String) -> [UInt8] {
    (try? File.read(path: [UInt8](path.utf8), limit: 1 << 20)) ?? []
  }
}
