import Consul

/// The text of /proc/self/mountinfo: an ID that stands in it or none, in whatever order the mounts come.
func takeMountinfo(_ bytes: [UInt8]) {
  let id = containerID(mountinfo: bytes)
  let lines = bytes.split(separator: 0x0A)
  promise(
    containerID(mountinfo: [UInt8](lines.reversed().joined(separator: [0x0A]))) == id, "the order matters")
  promise(containerID(mountinfo: bytes + [0x0A] + bytes) == id, "twice is another")
  guard let id else { return }
  promise(id.utf8.count == 64, "no ID: \(id)")
  promise(lines.contains { String(decoding: $0, as: UTF8.self).contains(id) }, "made up: \(id)")
}
