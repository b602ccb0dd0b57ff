import Testing

@testable import Consul
@testable import FormatsTests

private let id = "4f2a" + String(repeating: "0123456789ab", count: 5)
private let other = "b7c1" + String(repeating: "fedcba987654", count: 5)
private let layer = "9e9e" + String(repeating: "0f0f0f0f0f0f", count: 5)
private let pod = "8c7b1e7e-3a52-4f0e-9b1c-3f2d6a5e4d10"

private struct ProcessEnvironment: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let mountinfo: String
  let expected: String?

  init(_ what: String, _ expected: String?, _ mountinfo: String) {
    (testDescription, self.expected, self.mountinfo) = (what, expected, mountinfo)
  }
}

private let samples: [ProcessEnvironment] = [
  ProcessEnvironment("nothing", nil, ""),
  ProcessEnvironment(
    "Docker, cgroup v2", id,
    """
    714 573 0:53 / / rw,relatime master:267 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A,upperdir=/var/lib/docker/overlay2/\(layer)/diff
    715 714 0:56 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
    719 718 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate
    722 714 254:1 /var/lib/docker/containers/\(id)/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw
    723 714 254:1 /var/lib/docker/containers/\(id)/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw
    724 714 254:1 /var/lib/docker/containers/\(id)/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw
    """),
  ProcessEnvironment(
    "Docker on a disk of its own", id,
    """
    722 714 254:2 /containers/\(id)/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vdb1 rw
    723 714 254:2 /containers/\(id)/hostname /etc/hostname rw,relatime - ext4 /dev/vdb1 rw
    """),
  ProcessEnvironment(
    "Docker, rootless", id,
    "723 714 254:1 /home/me/.local/share/docker/containers/\(id)/hostname /etc/hostname rw - ext4 /dev/vda1 rw"
  ),
  ProcessEnvironment(
    "Docker, the host's network: of the host's files one stays", id,
    """
    722 714 254:1 /var/lib/docker/containers/\(id)/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw
    723 714 254:1 /run/systemd/resolve/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw
    """),
  ProcessEnvironment(
    "Docker, cgroup v1", id,
    """
    736 735 0:29 /docker/\(id) /sys/fs/cgroup/systemd ro,nosuid,nodev,noexec,relatime master:11 - cgroup cgroup rw,xattr,name=systemd
    737 735 0:32 /docker/\(id) /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:15 - cgroup cgroup rw,memory
    """),
  ProcessEnvironment(
    "Docker, cgroup v1 by systemd", id,
    "737 735 0:32 /system.slice/docker-\(id).scope /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory"),
  ProcessEnvironment(
    "Docker, cgroup v1, another container's network", id,
    """
    723 714 254:1 /var/lib/docker/containers/\(other)/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw
    737 735 0:32 /docker/\(id) /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:15 - cgroup cgroup rw,memory
    """),
  ProcessEnvironment(
    "Docker in Docker, cgroup v1: the innermost", id,
    "737 735 0:32 /docker/\(other)/docker/\(id) /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory"),
  ProcessEnvironment(
    "Podman", id,
    """
    601 500 0:48 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/containers/storage/overlay/l/B,workdir=/var/lib/containers/storage/overlay/\(layer)/work
    610 601 0:23 /containers/storage/overlay-containers/\(id)/userdata/.containerenv /run/.containerenv rw,nosuid - tmpfs tmpfs rw
    611 601 0:23 /containers/storage/overlay-containers/\(id)/userdata/hostname /etc/hostname rw,nosuid - tmpfs tmpfs rw
    612 601 0:23 /containers/storage/overlay-containers/\(id)/userdata/hosts /etc/hosts rw,nosuid - tmpfs tmpfs rw
    """),
  ProcessEnvironment(
    "Podman, rootless", id,
    """
    611 601 0:44 /containers/overlay-containers/\(id)/userdata/hostname /etc/hostname rw,nosuid,nodev - tmpfs tmpfs rw,uid=1000
    612 601 0:44 /containers/overlay-containers/\(id)/userdata/resolv.conf /etc/resolv.conf rw,nosuid,nodev - tmpfs tmpfs rw,uid=1000
    """),
  ProcessEnvironment(
    "Podman with vfs", id,
    "611 601 0:23 /containers/storage/vfs-containers/\(id)/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw"),
  ProcessEnvironment(
    "Podman, another container's network", id,
    """
    610 601 0:23 /containers/storage/overlay-containers/\(id)/userdata/.containerenv /run/.containerenv rw - tmpfs tmpfs rw
    612 601 0:23 /containers/storage/overlay-containers/\(other)/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw
    """),
  ProcessEnvironment(
    "Podman, the host's cgroup namespace", id,
    "619 618 0:30 /machine.slice/libpod-\(id).scope/container /sys/fs/cgroup ro - cgroup2 cgroup2 rw"),
  ProcessEnvironment(
    "Kubernetes, containerd: the pod's sandbox", id,
    """
    901 890 254:1 /var/lib/kubelet/pods/\(pod)/etc-hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw
    902 890 254:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/\(id)/hostname /etc/hostname rw - ext4 /dev/vda1 rw
    903 890 254:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/\(id)/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda1 rw
    """),
  ProcessEnvironment(
    "two IDs: whose is it?", nil,
    """
    902 890 254:1 /var/lib/docker/containers/\(other)/hostname /etc/hostname rw - ext4 /dev/vda1 rw
    903 890 254:1 /var/lib/docker/containers/\(id)/hosts /etc/hosts rw - ext4 /dev/vda1 rw
    """),
  ProcessEnvironment(
    "a host", nil,
    """
    22 28 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
    28 0 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
    29 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate
    """),
  ProcessEnvironment(
    "a host with others' containers", nil,
    """
    28 0 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
    401 28 0:53 / /var/lib/docker/overlay2/\(layer)/merged rw,relatime shared:230 - overlay overlay rw
    402 28 0:54 / /var/lib/docker/containers/\(other)/mounts/shm rw,nosuid,nodev,noexec shared:231 - tmpfs shm rw
    403 28 0:55 / /run/containerd/io.containerd.grpc.v1.cri/sandboxes/\(other)/shm rw - tmpfs shm rw
    404 28 0:56 / /var/lib/containers/storage/overlay-containers/\(other)/userdata/shm rw - tmpfs shm rw
    405 28 254:1 /var/lib/docker/containers/\(other)/hosts /mnt/etc/hosts rw - ext4 /dev/vda1 rw
    """),
  ProcessEnvironment(
    "a container that sees the host's mounts", id,
    """
    401 28 0:53 / /host/var/lib/docker/overlay2/\(layer)/merged rw,relatime shared:230 - overlay overlay rw
    723 714 254:1 /var/lib/docker/containers/\(id)/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw
    405 28 254:1 /var/lib/docker/containers/\(other)/hosts /host/etc/hosts rw - ext4 /dev/vda1 rw
    """),
  ProcessEnvironment(
    "a file of somebody's own", nil,
    """
    723 714 254:1 /srv/\(id)/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw
    724 714 254:1 /srv/containers/web/hosts /etc/hosts rw,relatime - ext4 /dev/vda1 rw
    725 714 254:1 /srv/containers/\(id.uppercased())/hosts /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw
    726 714 254:1 /srv/containers/\(id)0/hosts /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw
    """),
  ProcessEnvironment(
    "lines that are cut", nil, "723 714 254:1 /containers/\(id)/hostname /etc/hostname\n\n723"),
]

@Suite struct TheContainersID {
  @Test(arguments: samples)
  private func isFoundInItsMounts(_ sample: ProcessEnvironment) {
    #expect(containerID(mountinfo: Array(sample.mountinfo.utf8)) == sample.expected)
  }

  @Test(arguments: samples.filter { $0.expected != nil })
  private func itsEngineIsFoundToo(_ sample: ProcessEnvironment) {
    let engine = containerEngine(of: id, mountinfo: Array(sample.mountinfo.utf8))
    switch sample.testDescription.prefix(6) {
    case "Docker": #expect(engine == "docker")
    case "Podman": #expect(engine == "podman")
    case "Kubern": #expect(engine == nil)
    default: break
    }
  }

  @Test func isFoundInWhateverBytes() {
    var random = FixedRandom(state: 1)
    for sample in samples {
      for _ in 0..<50 {
        let found = containerID(mountinfo: random.mutated(Array(sample.mountinfo.utf8)))
        #expect(found.map { $0.utf8.count == 64 } ?? true)
      }
    }
  }
}
