import Testing

@testable import Consul
@testable import Formats
@testable import FormatsTests

@Suite struct RequestTests {
  @Test func registerSendsTheDefinitionAndItsLength() {
    let request = ConsulAPIRequest.register(Definition(name: "redis", id: "redis-4f2a-6379", port: 6379))
    #expect(
      message(request) == """
        PUT /v1/agent/service/register HTTP/1.1\r
        Host: 127.0.0.1:8500\r
        User-Agent: servicewrapper\r
        Content-Type: application/json\r
        Content-Length: 51\r
        \r
        {"Name":"redis","ID":"redis-4f2a-6379","Port":6379}
        """)
  }

  @Test func deregisterSaysThatItHasNoBody() {
    #expect(
      message(.deregister(id: "web-1"), token: "5ec2e7") == """
        PUT /v1/agent/service/deregister/web-1 HTTP/1.1\r
        Host: 127.0.0.1:8500\r
        User-Agent: servicewrapper\r
        X-Consul-Token: 5ec2e7\r
        Content-Length: 0\r
        \r

        """)
  }

  @Test func updateNamesTheCheckInThePathAndTheStatusInTheBody() {
    let request = ConsulAPIRequest.update(
      check: .ready, of: "web-1", status: .critical, output: "80: \"refused\"\n")
    #expect(
      message(request, token: "5ec2e7") == """
        PUT /v1/agent/check/update/web-1%3Aready HTTP/1.1\r
        Host: 127.0.0.1:8500\r
        User-Agent: servicewrapper\r
        X-Consul-Token: 5ec2e7\r
        Content-Type: application/json\r
        Content-Length: 50\r
        \r
        {"Status":"critical","Output":"80: \\"refused\\"\\n"}
        """)
  }

  @Test func serviceIsAGetWithoutALength() {
    #expect(
      message(.service(id: "web-1")) == """
        GET /v1/agent/service/web-1 HTTP/1.1\r
        Host: 127.0.0.1:8500\r
        User-Agent: servicewrapper\r
        \r

        """)
  }

  @Test(arguments: [
    ("AZaz09-._~" as Sample, "AZaz09-._~"),
    ("a/b", "a%2Fb"),
    ("a b?c#d%e&f=g+h", "a%20b%3Fc%23d%25e%26f%3Dg%2Bh"),
    ("é✓", "%C3%A9%E2%9C%93"),
    ("a\r\nX: y\0", "a%0D%0AX%3A%20y%00"),
    ("[\\]^`{|}\u{7F}@", "%5B%5C%5D%5E%60%7B%7C%7D%7F%40"),
  ])
  func idsArePercentEncodedInThePath(sample: Sample, encoded: String) {
    let id = sample.text
    #expect(ConsulAPIRequest.deregister(id: id).path == "/v1/agent/service/deregister/\(encoded)")
    #expect(ConsulAPIRequest.service(id: id).path == "/v1/agent/service/\(encoded)")
    let update = ConsulAPIRequest.update(check: .alive, of: id, status: .passing, output: "")
    #expect(update.path == "/v1/agent/check/update/\(encoded)%3Aalive")
  }

  @Test(arguments: ["" as Sample, " ", "a b", "a\n", "a\r\nX-Injected: 1", "a\0", "a\t", "a\u{7F}", "é"])
  func anInvalidTokenIsNeverSent(token: Sample) {
    #expect(!ConsulAPIRequest.isValid(token: token.bytes))
    #expect(message(.service(id: "web"), token: token.text) == message(.service(id: "web")))
  }

  @Test(arguments: ["b1gs33cr3t-0000", "!~", "a:b=c/d+e"])
  func aValidTokenIsSentAsItIs(token: String) {
    #expect(ConsulAPIRequest.isValid(token: Array(token.utf8)))
    #expect(
      message(.service(id: "web"), token: token).utf8.count == message(.service(id: "web")).utf8.count + 18
        + token.utf8.count)
  }

  @Test func theHostCannotAddAHeader() {
    let bytes = ConsulAPIRequest.service(id: "web").bytes(host: "a\r\nX-Injected: 1 é", token: nil)
    #expect(
      String(decoding: bytes, as: UTF8.self).hasPrefix(
        "GET /v1/agent/service/web HTTP/1.1\r\nHost: aX-Injected:1\r\nUser"))
  }

  @Test func noRequestAsksForTheConnectionToBeClosed() {
    let requests = [
      ConsulAPIRequest.register(Definition(name: "a", id: "a")), .deregister(id: "a"), .service(id: "a"),
      .update(check: .alive, of: "a", status: .passing, output: ""),
    ]
    for request in requests { #expect(!message(request).contains("Connection")) }
  }

  private func message(_ request: ConsulAPIRequest, token: String? = nil) -> String {
    let bytes = request.bytes(host: "127.0.0.1:8500", token: token.map { Array($0.utf8) })
    return String(decoding: bytes, as: UTF8.self)
  }
}
