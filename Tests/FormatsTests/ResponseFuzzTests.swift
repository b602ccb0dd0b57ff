import Testing

@testable import Consul
@testable import Formats

/// Whatever comes in, there is no trap, and the pieces make no difference.
@Suite struct ResponseFuzzTests {
  @Test(arguments: 0..<8)
  func randomBytes(seed: UInt64) {
    var random = FixedRandom(state: seed)
    for _ in 0..<500 {
      let count = Int.random(in: 0...200, using: &random)
      check((0..<count).map { _ in .random(in: 0...255, using: &random) }, &random)
    }
  }

  @Test(arguments: Recorded.all)
  func responsesAlmostRight(recorded: Recorded) {
    var random = FixedRandom(state: UInt64(recorded.bytes.count))
    for _ in 0..<200 { check(random.mutated(recorded.bytes), &random) }
  }

  @Test(arguments: 0..<8)
  func rightPiecesInAnyOrder(seed: UInt64) {
    var random = FixedRandom(state: seed)
    for _ in 0..<1000 {
      let count = Int.random(in: 0...12, using: &random)
      let text = (0..<count).map { _ in tokens.randomElement(using: &random) ?? "" }.joined()
      check(Array(text.utf8), &random)
    }
  }

  private func check(_ bytes: [UInt8], _ random: inout FixedRandom) {
    let whole = Outcome(of: bytes)
    let split = Int.random(in: 0...bytes.count, using: &random)
    #expect(Outcome(of: [bytes[..<split], bytes[split...]]) == whole, "\(bytes)")
    #expect(Outcome(of: bytes.indices.map { bytes[$0...$0] }) == whole, "\(bytes)")
    for response in whole.responses {
      #expect(response.reason.utf8.count <= 200)
      #expect(RequestOutcome.allCases.contains(response.outcome))
    }
  }

  private let tokens = [
    "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 No\r\n", "HTTP/1.1 100 Continue\r\n", "HTTP/1.1 204 \r\n",
    "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Retry-After: 3\r\n", "\r\n", "\r\n", "hello", "5\r\n", "0\r\n", "5;x=y\r\n", " ", "\n", "\r", "\0", ":",
  ]
}
