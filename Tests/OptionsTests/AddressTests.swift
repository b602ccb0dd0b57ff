import Testing

@testable import Options

@Suite struct AddressOfConsul {
  @Test(
    arguments: [
      ("c:1", .tcp(host: "c", port: 1)), ("consul", .tcp(host: "consul", port: 8500)),
      ("10.0.0.1:80", .tcp(host: "10.0.0.1", port: 80)), ("[::1]:8500", .tcp(host: "::1", port: 8500)),
      ("[fe80::1]", .tcp(host: "fe80::1", port: 8500)), ("http://c", .tcp(host: "c", port: 8500)),
      ("http://c:1/", .tcp(host: "c", port: 1)), ("HTTP://c/", .tcp(host: "c", port: 8500)),
      ("http://[::1]:2/", .tcp(host: "::1", port: 2)), ("a_b.c-d.:1", .tcp(host: "a_b.c-d.", port: 1)),
      ("unix:///run/consul.sock", .unix(path: "/run/consul.sock")), ("unix:///a@b", .unix(path: "/a@b")),
    ] as [(String, ServerAddress)])
  func isTaken(_ text: String, _ address: ServerAddress) throws {
    #expect(try options(["--consul-addr", text]).consul == address)
    #expect(try options([], ["CONSUL_HTTP_ADDR=" + text, "CONSUL_HTTP_SSL=false"]).consul == address)
  }

  @Test(arguments: [
    "https://c", "HTTPS://c", "tcp://c:1", "ftp://c", "://c", "http://", "http:///", ":8500", "c:", "c:0",
    "c:65536",
    "c:80:80", "c:http", "c/", "c:1/v1", "http://c/v1", "http://c//", "http://c?x", "http://c#x",
    "http://u:p@c", "u@c",
    "::1", "::1:8500", "[::1", "[c]:1", "[::1]1", "[]:1", "unix://", "unix:///", "unix://a/b", "unix:/a",
    "unix:///\u{1}",
    "a b", "-a", "é", "256.0.0.1", "1.2.3", "[::1%eth0]:1", "unix:///" + String(repeating: "x", count: 107),
  ])
  func isRefused(_ text: String) {
    #expect(complaint(["--consul-addr", text]) != nil)
    #expect(complaint([], ["CONSUL_HTTP_ADDR=" + text])?.contains("CONSUL_HTTP_ADDR") == true)
  }

  @Test func passwordsAreNotShown() {
    for text in ["http://u:pass@c", "u:pass@c:1", "https://u:pass@c", "x://pass@c"] {
      #expect(complaint(["--consul-addr", text])?.contains("pass@") == false)
    }
  }
}

@Suite struct AddressOfTheService {
  @Test(
    arguments: [
      ("auto", .auto), ("10.0.0.1", .literal("10.0.0.1")), ("fd00::1", .literal("fd00::1")),
      ("::ffff:10.0.0.1", .literal("::ffff:10.0.0.1")), ("web.example.com", .literal("web.example.com")),
      ("a", .literal("a")), ("AUTO", .literal("AUTO")), ("interface", .literal("interface")),
      ("interface:eth0", .interface("eth0", .any)), ("interface:br-1.5@x", .interface("br-1.5@x", .any)),
      ("interface:eth0:inet", .interface("eth0", .inet)),
      ("interface:eth0:inet6", .interface("eth0", .inet6)),
    ] as [(String, Address)])
  func isTaken(_ text: String, _ address: Address) throws {
    #expect(try service(["--address", text]).address == address)
  }

  @Test(arguments: [
    "0.0.0.0", "::", "0::0", "0", "[::1]", "1.2.3.4:80", "http://a", "a/b", "a b", "1.2.3", "1.2.3.4.5",
    "01.2.3.4",
    "a..b", ".", "-a", "a-", "fe80::1%eth0", "1::2::3", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::", "g::", "interface:", "interface:a/b", "interface:a b", "interface::inet6", "interface:eth0:",
    "interface:eth0:inet6:", "interface:eth0:IPv6", "interface:0123456789abcdef", "é",
    "a\u{1}",
    String(repeating: "a", count: 64), "\n",
  ])
  func isRefused(_ text: String) {
    #expect(complaint(["--address", text]) != nil)
  }

  @Test(arguments: [
    "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "1::7:8", "1:2:3:4:5:6:7::", "ABCD:ef01::", "::",
  ])
  func ipv6IsRecognised(_ text: String) {
    #expect(isIPv6(Array(text.utf8)[...]))
  }

  @Test(arguments: [
    "", ":", ":::", "1", "1:2", "::1.2.3", "1.2.3.4::", "1.2.3.4:1:2:3:4:5:6", "::1:", ":1::2", "1::2:",
  ])
  func otherTextIsNoIPv6(_ text: String) {
    #expect(!isIPv6(Array(text.utf8)[...]))
  }
}
