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
  var found: [Evidence: [ArraySlice<UInt8>]] = [:]
  for line in mountinfo.split(separator: .lineFeed) {
    guard let mount = Mount(line), let evidence = mount.evidence, let id = mount.containerID else { continue }
    if !(found[evidence] ?? []).contains(where: { $0.elementsEqual(id) }) {
      found[evidence, default: []].append(id)
    }
  }
  for evidence in [Evidence.cgroup, .marker, .file] {
    guard let ids = found[evidence] else { continue }
    return ids.count == 1 ? String(decoding: ids[0], as: UTF8.self) : nil
  }
  return nil
}

/// The engine of this container, `docker` or `podman`, from the same text; nil if it can't be seen or is another
/// engine.
public func containerEngine(of id: String, mountinfo: [UInt8]) -> String? {
  for line in mountinfo.split(separator: .lineFeed) {
    guard let mount = Mount(line), mount.containerID?.elementsEqual(id.utf8) ?? false else { continue }
    if let engine = mount.engine { return engine }
  }
  return nil
}

/// The evidence for an ID, the best first.
private enum Evidence: Hashable {
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
    if point.elementsEqual("/run/.containerenv".utf8) { return .marker }
    for file in ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"] where point.elementsEqual(file.utf8) {
      return .file
    }
    return nil
  }

  var containerID: ArraySlice<UInt8>? {
    let parts = root.split(separator: UInt8(ascii: "/"))
    if evidence == .cgroup { return parts.last(where: { id(inCgroup: $0) != nil }).flatMap(id(inCgroup:)) }
    for (folder, name) in zip(parts, parts.dropFirst()) where isContainerID(name) && keepsContainers(folder) {
      return name
    }
    return nil
  }

  /// Recognised by the folder of its containers or the names of its cgroups.
  var engine: String? {
    if evidence == .marker { return "podman" }
    guard let id = containerID else { return nil }
    let path = root[..<id.startIndex].split(separator: UInt8(ascii: "/"))
    guard let before = path.last else { return nil }
    let isPodmans = before.suffix(11).elementsEqual("-containers".utf8) || before.starts(with: "libpod".utf8)
    if isPodmans { return "podman" }
    let own = evidence == .cgroup ? "docker" : "containers"
    return before.starts(with: own.utf8) ? "docker" : nil
  }

  /// `<id>`, `docker-<id>.scope`, `libpod-<id>.scope`, `cri-containerd-<id>.scope`.
  private func id(inCgroup part: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let isScope = part.suffix(6).elementsEqual(".scope".utf8)
    let name = (isScope ? part.dropLast(6) : part).suffix(64)
    let before = part[..<name.startIndex].last
    return isContainerID(name) && (before == nil || before == UInt8(ascii: "-")) ? name : nil
  }

  /// Docker's `containers`, Podman's `overlay-containers` and its kin, containerd's `sandboxes`.
  private func keepsContainers(_ folder: ArraySlice<UInt8>) -> Bool {
    folder.suffix(10).elementsEqual("containers".utf8) || folder.elementsEqual("sandboxes".utf8)
  }
}

/// 64 hexadecimal digits, as all engines have them.
public func isContainerID(_ name: some Collection<UInt8>) -> Bool {
  name.count == 64 && name.allSatisfy { $0.isDigit || 0x61...0x66 ~= $0 }
}
