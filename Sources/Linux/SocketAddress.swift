internal import CLinux

/// Where a socket can be: sockaddr in bytes, of AF_INET, AF_INET6 or AF_UNIX.
public struct SocketAddress: Hashable, Sendable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The layout of sockaddr_in or sockaddr_in6: family, port, flow label, host and padding or scope; ip(7), ipv6(7).
  private init(host: [UInt8], port: Int) {
    let family = SocketAddress.familyBytes(host.count == 4 ? AF_INET : AF_INET6)
    let label = [UInt8](repeating: 0, count: host.count == 4 ? 0 : 4)
    let rest = [UInt8](repeating: 0, count: host.count == 4 ? 8 : 4)
    bytes = family + [UInt8(port >> 8 & 0xff), UInt8(port & 0xff)] + label + host + rest
  }

  private static func familyBytes(_ family: Int32) -> [UInt8] {
    unsafe withUnsafeBytes(of: sa_family_t(family)) { unsafe [UInt8]($0) }
  }

  /// 127.0.0.1; ip(7).
  public static func loopback(port: Int) -> SocketAddress {
    SocketAddress(host: [127, 0, 0, 1], port: port)
  }

  /// ::1; ipv6(7).
  public static func loopback6(port: Int) -> SocketAddress {
    SocketAddress(host: [UInt8](repeating: 0, count: 15) + [1], port: port)
  }

  /// An address as inet_pton(3) reads it, IPv6 without brackets; nil for a name.
  public static func numeric(host: String, port: Int) -> SocketAddress? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var raw = [UInt8](repeating: 0, count: count)
      if unsafe inet_pton(family, host, &raw) == 1 { return SocketAddress(host: raw, port: port) }
    }
    return nil
  }

  /// A socket in the file system, of at most 107 bytes; unix(7). Nil where the path is longer.
  public static func unix(path: [UInt8]) -> SocketAddress? {
    let bytes = familyBytes(AF_UNIX) + path + [0]
    return bytes.count <= MemoryLayout<sockaddr_un>.size ? SocketAddress(bytes: bytes) : nil
  }

  /// From an address that the kernel or getaddrinfo(3) filled in.
  init(_ address: UnsafePointer<sockaddr>, length: Int) {
    bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: address, count: length))
  }

  /// Every address of this host; INADDR_ANY of ip(7), in6addr_any of ipv6(7).
  static func any(family: Int32, port: Int) -> SocketAddress {
    SocketAddress(host: [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4), port: port)
  }

  var family: Int32 { unsafe Int32(bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: sa_family_t.self) }) }

  /// The IP address as text, without its port; inet_ntop(3). Nil for other families.
  public var host: String? {
    guard let raw = hostBytes else { return nil }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let size = socklen_t(buffer.count)
    guard unsafe inet_ntop(family, raw, &buffer, size) != nil else { return nil }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Of AF_INET and AF_INET6; nil for a unix socket.
  public var port: Int? { hostBytes.map { _ in Int(bytes[2]) << 8 | Int(bytes[3]) } }

  /// Whether it leads to this host only: 127.0.0.0/8, ::1, the same mapped, or a unix socket.
  public var isLocal: Bool {
    guard let raw = hostBytes else { return true }
    if raw.count == 4 { return raw[0] == 127 }
    let zeros = raw.prefix { $0 == 0 }.count
    return zeros == 15 && raw[15] == 1 || zeros == 10 && raw[10...11] == [255, 255] && raw[12] == 127
  }

  /// Whether one of our interfaces has it, so that what is bound to it can be reached from here; EADDRNOTAVAIL of bind(2).
  public var isOurs: Bool {
    guard let host, let anyPort = SocketAddress.numeric(host: host, port: 0) else { return false }
    guard let number = try? checked("socket", { cl_socket_datagram(family) }) else { return false }
    let socket = Descriptor(number)
    return unsafe anyPort.withPointer { unsafe cl_bind(socket.number, $0, $1) } == 0
  }

  private var hostBytes: [UInt8]? {
    switch family {
    case AF_INET where bytes.count >= MemoryLayout<sockaddr_in>.size: [UInt8](bytes[4..<8])
    case AF_INET6 where bytes.count >= MemoryLayout<sockaddr_in6>.size: [UInt8](bytes[8..<24])
    default: nil
    }
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    unsafe bytes.withUnsafeBytes {
      unsafe body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
  }
}
