import Testing

@testable import Formats

@Suite struct ResponseLimitsTests {
  @Test func theHeaderMayBeAsLargeAsItsLimitAndNoLarger() {
    let text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    let header = text.utf8.count - 2
    #expect(Outcome(of: text, limits: .init(header: header, body: 2)).responses.count == 1)
    #expect(
      Outcome(of: text, limits: .init(header: header - 1, body: 2)) == Outcome(malformed: .headerTooLarge))
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" as Sample,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nok",
  ])
  func theBodyMayBeAsLargeAsItsLimitAndNoLarger(sample: Sample) {
    #expect(
      Outcome(of: sample.bytes, limits: .init(header: 100, body: 2)).responses.map(\.body) == [
        Array("ok".utf8)
      ])
    #expect(
      Outcome(of: sample.bytes, limits: .init(header: 100, body: 1)) == Outcome(malformed: .bodyTooLarge))
  }

  @Test(arguments: [
    ("HTTP/1.1 200 " as Sample, "a" as Sample),
    ("HTTP/1.1 200 OK\r\n", "X: y\r\n"),
    ("", "HTTP/1.1 100 Continue\r\n\r\n"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "x"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1;xxxx\r\na\r\n"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"),
  ])
  func noHeaderGoesOnForever(start: Sample, again: Sample) {
    let bytes = start.bytes + Array(repeating: again.bytes, count: 20_000).joined()
    #expect(Outcome(of: bytes) == Outcome(malformed: .headerTooLarge))
  }

  @Test func manyChunksAreNoHeader() {
    let chunks = String(repeating: "1\r\na\r\n", count: 100_000)
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n"
    #expect(Outcome(of: text).responses.map(\.body.count) == [100_000])
  }

  @Test func eachResponseHasTheWholeOfTheLimits() {
    let one = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    let all = Outcome(of: String(repeating: one, count: 1000), limits: .init(header: one.utf8.count, body: 2))
    #expect(all.responses.count == 1000 && all.malformed == nil)
  }

  @Test(arguments: [
    ("0", 0), ("007", 7), ("9223372036854775807", .max), ("9223372036854775808", .max),
    ("99999999999999999999", Int.max), ("", nil), ("-1", nil), ("99999999999999999999x", nil),
  ])
  func numbersDoNotOverflow(digits: String, value: Int?) {
    #expect(Array(digits.utf8)[...].decimal == value)
  }

  @Test func theStandardLimitsAreThoseAgreed() {
    #expect(ResponseParser.Limits.standard == .init(header: 16_384, body: 262_144))
  }

  /// Copying what has been received at each byte would take minutes here.
  @Test func oneByteAtATimeIsLinear() throws {
    let count = 1 << 20
    var parser = ResponseParser(limits: .init(header: 1000, body: count))
    _ = try parser.receive(Array("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n".utf8))
    var responses: [Response] = []
    let time = try ContinuousClock().measure {
      for _ in 0..<count { responses += try parser.receive(CollectionOfOne<UInt8>(0x61)) }
    }
    #expect(responses.map(\.body.count) == [count])
    #expect(time < .seconds(20))
  }
}
