internal import Formats

/// The ID of the container that we are in, from the text of /proc/self/mountinfo (proc(5)); nil where that doesn't
/// say, or says several.
///
/// Engines bind three files of the container's own folder onto /etc, whatever its network and cgroup. Only these
/// mount points count: on a host other containers' file systems are mounted as well, and have IDs in their paths.
/// The cgroup's path counts before them, where it can be seen (version 1, or the host's cgroup namespace), and Podman's
/// /run/.containerenv does: with another container's network, the files of /etc are that one's. In a pod of Kubernetes
/// it is the sandbox's.
public func containerID(mountinfo: [UInt8]) -> String? {
  let all = mounts(mountinfo)
  for evidence in Evidence.allCases {
    let ids = all.filter { $0.evidence == evidence }.compactMap { $0.containerID }
    guard let id = ids.first else { continue }
    return ids.allSatisfy { $0.elementsEqual(id) } ? String(decoding: id, as: UTF8.self) : nil
  }
  return nil
}

/// The engine of this container, `docker` or `podman`, from the same text; nil if it can't be seen or is another
/// engine.
public func containerEngine(of id: String, mountinfo: [UInt8]) -> String? {
  let own = mounts(mountinfo).filter { $0.containerID.map { isSame($0, id) } ?? false }
  return own.lazy.compactMap { $0.engine }.first
}

private func mounts(_ mountinfo: [UInt8]) -> [Mount] {
  mountinfo.split(separator: .lineFeed).compactMap { Mount($0) }
}

/// The evidence for an ID, the best first.
private enum Evidence: CaseIterable {
  case cgroup, marker, file
}

private struct Mount {
  /// The path of the mount's root within its file system.
  let root: ArraySlice<UInt8>
  let point: ArraySlice<UInt8>

  /// `36 35 98:0 /root /point options …`
  init?(_ line: ArraySlice<UInt8>) {
    let fields = line.split(separator: .space, maxSplits: 5)
    guard fields.count == 6 else { return nil }
    (root, point) = (fields[3], fields[4])
  }

  var evidence: Evidence? {
    if point.starts(with: "/sys/fs/cgroup".utf8) { return .cgroup }
    if isSame(point, "/run/.containerenv") { return .marker }
    return ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"].contains { isSame(point, $0) } ? .file : nil
  }

  var containerID: ArraySlice<UInt8>? {
    let parts = root.split(separator: .slash)
    if evidence == .cgroup { return parts.last(where: { id(inCgroup: $0) != nil }).flatMap(id(inCgroup:)) }
    return zip(parts, parts.dropFirst()).first { isContainerID($1) && keepsContainers($0) }?.1
  }

  /// Recognised by the folder of its containers or the names of its cgroups.
  var engine: String? {
    if evidence == .marker { return "podman" }
    guard let id = containerID else { return nil }
    guard let before = root[..<id.startIndex].split(separator: .slash).last else { return nil }
    if isSame(before.suffix(11), "-containers") || before.starts(with: "libpod".utf8) { return "podman" }
    let own = evidence == .cgroup ? "docker" : "containers"
    return before.starts(with: own.utf8) ? "docker" : nil
  }

  /// `<id>`, `docker-<id>.scope`, `libpod-<id>.scope`, `cri-containerd-<id>.scope`.
  private func id(inCgroup part: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let isScope = isSame(part.suffix(6), ".scope")
    let name = (isScope ? part.dropLast(6) : part).suffix(64)
    let before = part[..<name.startIndex].last
    return isContainerID(name) && (before == nil || before == .dash) ? name : nil
  }

  /// Docker's `containers`, Podman's `overlay-containers` and its kin, containerd's `sandboxes`.
  private func keepsContainers(_ folder: ArraySlice<UInt8>) -> Bool {
    isSame(folder.suffix(10), "containers") || isSame(folder, "sandboxes")
  }
}

/// 64 hexadecimal digits, as all engines have them.
public func isContainerID(_ name: some Collection<UInt8>) -> Bool {
  name.count == 64 && name.allSatisfy { $0.isDigit || 0x61...0x66 ~= $0 }
}
