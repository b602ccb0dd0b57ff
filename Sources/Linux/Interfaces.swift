internal import CLinux

/// The host's network interfaces; getifaddrs(3).
public enum Interfaces {
  /// The family of an address: AF_INET or AF_INET6.
  public enum Family: Sendable {
    case inet, inet6
  }

  /// The first IPv4 address of an interface, or else its first IPv6 address that isn't link-local.
  /// - Parameter family: nil for the first that there is, in this order.
  ///
  /// Fails with ENODEV where there is no such interface, with EADDRNOTAVAIL where it has no address.
  public static func address(
    of name: String, family: Family? = nil
  ) throws(SystemCallError) -> SocketAddress {
    var list: UnsafeMutablePointer<ifaddrs>?
    try checked("getifaddrs") { unsafe getifaddrs(&list) }
    defer { unsafe freeifaddrs(list) }
    let wanted = [UInt8](name.utf8)
    var (exists, fallback) = (false, SocketAddress?.none)
    var next = unsafe list
    while let entry = unsafe next?.pointee {
      unsafe next = entry.ifa_next
      guard unsafe matches(entry.ifa_name, wanted) else { continue }
      exists = true
      guard let address = unsafe usable(entry.ifa_addr) else { continue }
      if address.family == AF_INET {
        if family != .inet6 { return address }
      } else if family != .inet {
        fallback = fallback ?? address
      }
    }
    guard let fallback else { throw SystemCallError("getifaddrs", errno: exists ? EADDRNOTAVAIL : ENODEV) }
    return fallback
  }

  private static func matches(_ name: UnsafePointer<CChar>, _ wanted: [UInt8]) -> Bool {
    unsafe strlen(name) == wanted.count && memcmp(name, wanted, wanted.count) == 0
  }

  private static func usable(_ address: UnsafePointer<sockaddr>?) -> SocketAddress? {
    guard let address = unsafe address else { return nil }
    switch unsafe Int32(address.pointee.sa_family) {
    case AF_INET: return unsafe SocketAddress(address, length: MemoryLayout<sockaddr_in>.size)
    case AF_INET6:
      let candidate = unsafe SocketAddress(address, length: MemoryLayout<sockaddr_in6>.size)
      return candidate.isLinkLocal ? nil : candidate
    default: return nil
    }
  }
}

extension SocketAddress {
  /// fe80::/10, which means nothing without its interface; RFC 4291 section 2.5.6.
  fileprivate var isLinkLocal: Bool { family == AF_INET6 && bytes[8] == 0xfe && bytes[9] & 0xc0 == 0x80 }
}
