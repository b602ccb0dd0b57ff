import Glibc
import Testing

@testable import Linux

@Suite struct SocketAddresses {
  @Test(arguments: [
    ("127.0.0.1", true), ("127.0.0.0", true), ("127.255.255.254", true), ("::1", true),
    ("::ffff:127.0.0.1", true), ("::ffff:127.9.8.7", true),
    ("126.255.255.255", false), ("128.0.0.1", false), ("10.0.2.100", false), ("192.0.2.1", false),
    ("0.0.0.0", false), ("8.8.8.8", false), ("::", false), ("::2", false), ("1::1", false),
    ("2001:db8::1", false), ("fe80::1", false), ("::ffff:10.0.0.1", false), ("::127.0.0.1", false),
    ("64:ff9b::127.0.0.1", false), ("::1:ffff:127.0.0.1", false),
  ])
  func knowWhetherTheyLeadToThisHostOnly(_ host: String, _ isLocal: Bool) throws {
    #expect(try #require(SocketAddress.numeric(host: host, port: 80)).isLocal == isLocal)
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("0.0.0.0", "0.0.0.0"),
    ("::1", "::1"), ("::", "::"), ("2001:DB8:0:0::1", "2001:db8::1"),
    ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
    (
      "1111:2222:3333:4444:5555:6666:7777:8888", "1111:2222:3333:4444:5555:6666:7777:8888"
    ),
    (
      "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    ),
  ])
  func areShownAsInetNtopDoes(_ host: String, _ shown: String) throws {
    #expect(try #require(SocketAddress.numeric(host: host, port: 0)).host == shown)
  }

  @Test(arguments: [
    "", "localhost", "example.org", "127.1", "127.0.0.1.", "127.0.0.256", "0x7f.0.0.1", "[::1]", ":::", "1:2",
    "::1%lo", " 127.0.0.1", "127.0.0.1:80",
  ])
  func areNilForWhatIsNoNumericHost(_ host: String) {
    #expect(SocketAddress.numeric(host: host, port: 80) == nil)
  }

  @Test(arguments: [0, 1, 255, 256, 8500, 65_535])
  func haveThePortInNetworkOrder(_ port: Int) throws {
    let wanted = [UInt8(port >> 8), UInt8(port & 0xff)]
    for address in [.loopback(port: port), .loopback6(port: port)] + numeric(port: port) {
      #expect(Array(address.bytes[2...3]) == wanted)
    }
  }

  private func numeric(port: Int) -> [SocketAddress] {
    ["127.0.0.1", "::1"].compactMap { .numeric(host: $0, port: port) }
  }

  @Test func ofLoopbackAreThoseOfItsText() {
    #expect(SocketAddress.loopback(port: 80) == .numeric(host: "127.0.0.1", port: 80))
    #expect(SocketAddress.loopback6(port: 80) == .numeric(host: "::1", port: 80))
    #expect(SocketAddress.loopback(port: 80) != .loopback(port: 81))
  }
}

@Suite struct UnixAddresses {
  @Test(arguments: [(1, true), (106, true), (107, true), (108, false), (4_096, false)])
  func holdAPathOfAtMost107Bytes(_ length: Int, _ fits: Bool) {
    #expect((SocketAddress.unix(path: [UInt8](repeating: 0x61, count: length)) != nil) == fits)
  }

  @Test func holdThePathByteForByte() throws {
    let address = try #require(SocketAddress.unix(path: [0x2f, 0xff, 0xc3]))
    #expect(address.bytes == [UInt8(AF_UNIX), 0, 0x2f, 0xff, 0xc3, 0])
  }

  @Test func areLocalAndHaveNoHost() throws {
    let address = try #require(SocketAddress.unix(path: [0x2f]))
    #expect(address.isLocal)
    #expect(address.host == nil)
  }
}

@Suite struct NetworkInterfaces {
  @Test func ofLoopbackHaveItsIPv4Address() throws {
    let address = try Interfaces.address(of: "lo")
    #expect(address.host == "127.0.0.1")
    #expect(address.isLocal)
  }

  @Test func ofLoopbackHaveItsIPv6AddressWhereThatIsAskedFor() throws {
    #expect(try Interfaces.address(of: "lo", inet6: false).host == "127.0.0.1")
    do {
      #expect(try Interfaces.address(of: "lo", inet: false).host == "::1")
    } catch {
      // Where IPv6 is off.
      #expect(error == SystemCallError("getifaddrs", errno: EADDRNOTAVAIL))
    }
  }

  @Test(arguments: ["", "l", "lo0", "no-such-interface", "lo\u{0}"])
  func areMatchedByTheirWholeName(_ name: String) {
    #expect(throws: SystemCallError("getifaddrs", errno: ENODEV)) { try Interfaces.address(of: name) }
  }

  @Test(.enabled(if: interface(hasAddress: false) != nil, "every interface here has an IP address"))
  func withoutAnAddressSaySo() throws {
    let name = try #require(interface(hasAddress: false))
    #expect(throws: SystemCallError("getifaddrs", errno: EADDRNOTAVAIL)) { try Interfaces.address(of: name) }
  }
}

/// The name of the first interface that has, or hasn't, an IP address.
private func interface(hasAddress: Bool) -> String? {
  var list: UnsafeMutablePointer<ifaddrs>?
  guard getifaddrs(&list) == 0 else { return nil }
  defer { freeifaddrs(list) }
  var (all, addressed) = (Set<String>(), Set<String>())
  for entry in sequence(first: list!, next: { $0.pointee.ifa_next }) {
    let name = String(cString: entry.pointee.ifa_name)
    all.insert(name)
    let family = entry.pointee.ifa_addr.map { Int32($0.pointee.sa_family) }
    if family == AF_INET || family == AF_INET6 { addressed.insert(name) }
  }
  return (hasAddress ? addressed : all.subtracting(addressed)).min()
}
