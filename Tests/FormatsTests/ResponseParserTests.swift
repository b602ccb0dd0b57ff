import Testing

@testable import Formats

@Suite struct ResponseParserTests {
  @Test(arguments: Recorded.all)
  func whatConsulSendsIsRead(recorded: Recorded) {
    #expect(Outcome(of: recorded.bytes) == Outcome(recorded.responses))
  }

  @Test(arguments: Recorded.all.map { Sample(stringLiteral: $0.text) } + wellFormed.map(\.0))
  func thePiecesMakeNoDifference(sample: Sample) {
    let whole = Outcome(of: sample.bytes)
    for split in Outcome.splits(of: sample.bytes) {
      #expect(Outcome(of: split) == whole, "split after \(split[0].count)")
    }
  }

  @Test(arguments: wellFormed)
  func wellFormedResponsesAreRead(sample: Sample, responses: [Response]) {
    #expect(Outcome(of: sample.bytes) == Outcome(responses))
  }

  @Test func aResponseIsGivenWithItsLastByte() throws {
    var parser = ResponseParser()
    let bytes = Recorded.unknownService.bytes
    #expect(try parser.receive(bytes.dropLast()) == [])
    #expect(try parser.receive(bytes.suffix(1)) == Recorded.unknownService.responses)
    #expect(try parser.end() == nil)
  }

  @Test(arguments: Recorded.all.filter { $0.responses.count == 1 })
  func anEndInTheMiddleIsTruncated(recorded: Recorded) {
    // Without a length any end of the body is the end.
    let isUntilClose = recorded.testDescription == Recorded.noHost.testDescription
    let bodyCount = isUntilClose ? recorded.responses[0].body.count + 1 : 1
    for count in 1...recorded.bytes.count - bodyCount {
      #expect(Outcome(of: Array(recorded.bytes.prefix(count))).malformed == .truncated, "after \(count)")
    }
  }

  @Test func afterAClosingResponseTheRestIsIgnored() {
    let text = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 \0garbage"
    #expect(Outcome(of: text) == Outcome([Response(status: 200, body: Array("ok".utf8), closes: true)]))
  }

  @Test func anEndBetweenResponsesIsNoResponse() throws {
    var parser = ResponseParser()
    #expect(try parser.end() == nil)
    parser = ResponseParser()
    #expect(try parser.receive(Recorded.registered.bytes) == Recorded.registered.responses)
    #expect(try parser.end() == nil)
  }
}

/// Texts and the responses in them.
private let wellFormed: [(Sample, [Response])] = [
  ("", []),
  ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", [ok("ok")]),
  ("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", [ok("")]),
  ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", [ok("")]),
  ("HTTP/1.1 200 Très bien\tvu\r\nContent-Length: 0\r\n\r\n", [ok("")]),
  ("HTTP/1.9 200 OK\r\nContent-Length: 2\r\n\r\nok", [ok("ok")]),
  ("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", [Response(status: 999)]),
  ("HTTP/1.1 200 OK\r\ncONTENT-lENGTH:002 \t\r\n\r\nok", [ok("ok")]),
  ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", [ok("ok")]),
  ("HTTP/1.1 200 OK\r\nX!#$%&'*+-.^_`|~9: é\u{80}\r\nX:\r\nContent-Length: 0\r\n\r\n", [ok("")]),
  (okText + okText, [ok("ok"), ok("ok")]),
  // The close ends it.
  ("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 404", [ok("HTTP/1.1 404", closes: true)]),
  ("HTTP/1.0 200 OK\r\n\r\n", [ok("", closes: true)]),
  ("HTTP/1.0 200 OK\r\n\r\nok", [ok("ok", closes: true)]),
  ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", [ok("ok", closes: true)]),
  // Connection
  ("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", [ok("", closes: true)]),
  ("HTTP/1.1 200 OK\r\nConnection: a, ,CLOSE , b\r\nContent-Length: 0\r\n\r\n", [ok("", closes: true)]),
  ("HTTP/1.1 200 OK\r\nConnection: closed, close-x\r\nContent-Length: 0\r\n\r\n", [ok("")]),
  (
    "HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: a\r\nContent-Length: 0\r\n\r\n",
    [ok("", closes: true)]
  ),
  // No body
  ("HTTP/1.1 204 No Content\r\n\r\n", [Response(status: 204)]),
  ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n" + okText, [Response(status: 304), ok("ok")]),
  // Interim
  ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + okText, [ok("ok")]),
  ("HTTP/1.1 100 Continue\r\nConnection: close\r\nRetry-After: 9\r\n\r\n" + okText, [ok("ok")]),
  // Chunks
  (chunked + "2\r\nok\r\n0\r\n\r\n", [ok("ok")]),
  (chunked + "0\r\n\r\n" + okText, [ok(""), ok("ok")]),
  (chunked + "1\r\no\r\n00001\r\nk\r\n000\r\n\r\n", [ok("ok")]),
  (chunked + "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", [ok("01234567890123456789")]),
  (chunked + "2\r\n\r\n\r\n0\r\n\r\n", [ok("\r\n")]),
  (chunked + "2;a=b;c=\"d;e\" \r\nok\r\n0 ;last\r\n\r\n", [ok("ok")]),
  (chunked + "2\r\nok\r\n0\r\nContent-Length: 99\r\nConnection: close\r\nX: y\r\n\r\n", [ok("ok")]),
  ("HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n", [ok("")]),
]

private let okText: Sample = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
private let chunked: Sample = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

private func ok(_ body: String, closes: Bool = false) -> Response {
  Response(status: 200, body: Array(body.utf8), closes: closes)
}
