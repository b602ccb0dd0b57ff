import Testing

@testable import Formats

@Suite struct MalformedResponseTests {
  @Test(arguments: hostile)
  func malformedResponsesAreRefused(sample: Sample, malformed: ResponseParser.Malformed) {
    #expect(Outcome(of: sample.bytes) == Outcome(malformed: malformed))
  }

  @Test(arguments: hostile.map(\.0))
  func thePiecesMakeNoDifference(sample: Sample) {
    let whole = Outcome(of: sample.bytes)
    for split in Outcome.splits(of: sample.bytes) {
      #expect(Outcome(of: split) == whole, "split after \(split[0].count)")
    }
  }

  /// RFC 9110, section 5.6.2.
  @Test func aFieldNameIsMadeOfTokenCharacters() {
    let token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8
    for byte in UInt8(0x20)...0xFF where byte != 0x7F && byte != UInt8(ascii: ":") {
      let field = [UInt8(ascii: "X"), byte] + Array(": y\r\nContent-Length: 0\r\n\r\n".utf8)
      let outcome = Outcome(of: Array("HTTP/1.1 200 OK\r\n".utf8) + field)
      #expect(outcome.malformed == (token.contains(byte) ? nil : .field), "\(byte)")
    }
  }

  @Test func whatWasCompleteBeforeIsStillGiven() throws {
    var parser = ResponseParser()
    let bytes = Recorded.pipelined.bytes + Array("garbage\r\n".utf8)
    #expect(try parser.receive(bytes) == Recorded.pipelined.responses)
    #expect(parser.malformed == .statusLine)
    #expect(throws: ResponseParser.Malformed.statusLine) { try parser.receive([UInt8]()) }
  }

  @Test func onceBrokenAlwaysBroken() {
    var parser = ResponseParser()
    #expect(throws: ResponseParser.Malformed.lineEnding) { try parser.receive([0x0A]) }
    #expect(throws: ResponseParser.Malformed.lineEnding) { try parser.receive(Recorded.registered.bytes) }
    #expect(throws: ResponseParser.Malformed.lineEnding) { try parser.end() }
  }

  @Test func truncationIsKeptToo() throws {
    var parser = ResponseParser()
    _ = try parser.receive(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    #expect(throws: ResponseParser.Malformed.truncated) { try parser.end() }
    #expect(throws: ResponseParser.Malformed.truncated) { try parser.receive(Recorded.registered.bytes) }
  }
}

private let hostile: [(Sample, ResponseParser.Malformed)] = [
  // Status line
  ("\r\n", .statusLine),
  ("HTTP/1.1\r\n", .statusLine),
  ("HTTP/1.1 \r\n", .statusLine),
  ("HTTP/1.1  200 OK\r\n", .statusLine),
  ("HTTP/1.1\t200 OK\r\n", .statusLine),
  ("HTTP/1.1 20 OK\r\n", .statusLine),
  ("HTTP/1.1 2000 OK\r\n", .statusLine),
  ("HTTP/1.1 +20 OK\r\n", .statusLine),
  ("HTTP/1.1 2x0 OK\r\n", .statusLine),
  ("HTTP/1.1 099 OK\r\n", .statusLine),
  ("HTTP/1.1 200OK\r\n", .statusLine),
  ("http/1.1 200 OK\r\n", .statusLine),
  ("HTTP/2 200 OK\r\n", .statusLine),
  ("HTTP/2.0 200 OK\r\n", .statusLine),
  ("HTTP/1.10 200 OK\r\n", .statusLine),
  ("HTTP/1. 200 OK\r\n", .statusLine),
  ("HTTP/1.x 200 OK\r\n", .statusLine),
  (" HTTP/1.1 200 OK\r\n", .statusLine),
  ("\u{FEFF}HTTP/1.1 200 OK\r\n", .statusLine),
  ("SSH-2.0-OpenSSH_9.2\r\n", .statusLine),
  ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", .statusLine),
  // Lines
  ("HTTP/1.1 200 OK\n", .lineEnding),
  ("HTTP/1.1 200 OK\rX: y\r\n", .lineEnding),
  ("HTTP/1.1 200 OK\r\r\n", .lineEnding),
  ("HTTP/1.1 200 OK\r\nX: y\n\r\n", .lineEnding),
  ("HTTP/1.1 200 OK\r\nX: y\r\n\n", .lineEnding),
  ("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", .lineEnding),
  ("HTTP/1.1 200 \0\r\n\r\n", .controlCharacter),
  ("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", .controlCharacter),
  ("HTTP/1.1 200 OK\r\nX: \u{1B}[2J\r\n\r\n", .controlCharacter),
  ("HTTP/1.1 200 OK\r\nX: \u{7F}\r\n\r\n", .controlCharacter),
  // Fields
  ("HTTP/1.1 200 OK\r\nX\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\n: y\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\n X: y\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\nX: a\r\n\tb: c\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\nX(y): z\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\nX\ty: z\r\n\r\n", .field),
  ("HTTP/1.1 200 OK\r\né: z\r\n\r\n", .field),
  // Content-Length
  (length(""), .framing), (length("+2"), .framing), (length("-2"), .framing), (length("2 2"), .framing),
  (length("0x2"), .framing), (length("2.0"), .framing), (length("2, 2"), .framing), (length("2,3"), .framing),
  (length("two"), .framing), (length("٢"), .framing), (length("\"2\""), .framing),
  (length("2\r\nContent-Length: 3"), .framing),
  (length("2\r\nContent-Length: 2x"), .framing),
  (length("262145"), .bodyTooLarge),
  (length("9223372036854775807"), .bodyTooLarge),
  (length("9223372036854775808"), .bodyTooLarge),
  (length("18446744073709551618"), .bodyTooLarge),
  (length(String(repeating: "9", count: 500)), .bodyTooLarge),
  // Transfer-Encoding
  (coding(""), .framing), (coding("gzip"), .framing), (coding("gzip, chunked"), .framing),
  (coding("chunked, chunked"), .framing), (coding("chunked\r\nTransfer-Encoding: chunked"), .framing),
  (coding("chunked;q=1"), .framing), (coding("xchunked"), .framing), (coding("identity"), .framing),
  (coding("chunked\r\nContent-Length: 5"), .framing),
  ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .framing),
  ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .framing),
  // Chunks
  (coding("chunked") + "\r\n", .chunk),
  (coding("chunked") + "g\r\n", .chunk),
  (coding("chunked") + " 2\r\nok\r\n", .chunk),
  (coding("chunked") + "2 \r\nok\r\n", .chunk),
  (coding("chunked") + "-2\r\nok\r\n", .chunk),
  (coding("chunked") + "+2\r\nok\r\n", .chunk),
  (coding("chunked") + "0x2\r\nok\r\n", .chunk),
  (coding("chunked") + "2 2\r\nok\r\n", .chunk),
  (coding("chunked") + ";x\r\nok\r\n", .chunk),
  (coding("chunked") + "2\nok\r\n", .lineEnding),
  (coding("chunked") + "2;\0\r\nok\r\n", .controlCharacter),
  (coding("chunked") + "2\r\nokay\r\n", .chunk),
  (coding("chunked") + "2\r\nok0\r\n\r\n", .chunk),
  (coding("chunked") + "2\r\nok\n0\r\n\r\n", .lineEnding),
  (coding("chunked") + "40001\r\n", .bodyTooLarge),
  (coding("chunked") + "1\r\na\r\n40000\r\n", .bodyTooLarge),
  (coding("chunked") + "7fffffffffffffff\r\n", .chunk),
  (coding("chunked") + "ffffffffffffffff\r\n", .chunk),
  (coding("chunked") + "10000000000000002\r\n", .chunk),
  (coding("chunked") + "7ffffffffffffff\r\n", .bodyTooLarge),
  (coding("chunked") + "0\r\nX\r\n\r\n", .field),
  (coding("chunked") + "0\r\n folded: y\r\n\r\n", .field),
  (coding("chunked") + "0\r\nX: \0\r\n\r\n", .controlCharacter),
]

private func length(_ value: String) -> Sample {
  "HTTP/1.1 200 OK\r\nContent-Length: \(value)\r\n\r\n"
}

private func coding(_ value: String) -> Sample {
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: \(value)\r\n\r\n"
}
