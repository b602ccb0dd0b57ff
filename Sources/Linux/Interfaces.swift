internal import CLinux

/// The host's network interfaces; getifaddrs(3).
public enum Interfaces {
  /// The first IPv4 address of an interface, or else its first IPv6 address that isn't link-local.
  /// - Parameters:
  ///   - inet: whether it may be an IPv4 address.
  ///   - inet6: whether it may be an IPv6 address.
  ///
  /// Fails with ENODEV where there is no such interface, with EADDRNOTAVAIL where it has no address.
  public static func address(
    of name: String, inet: Bool = true, inet6: Bool = true
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
        if inet { return address }
      } else if inet6 {
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
      // fe80::/10, which means nothing without its interface; RFC 4291 section 2.5.6.
      let isLinkLocal = candidate.bytes[8] == 0xfe && candidate.bytes[9] & 0xc0 == 0x80
      return isLinkLocal ? nil : candidate
    default: return nil
    }
  }
}
