import Consul
import Testing

@testable import Formats

/// What a Consul 1.8.7 agent answered, byte for byte as it came from the socket, and what that means.
struct Recorded: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let responses: [Response]
  let outcomes: [RequestOutcome]
  let reasons: [String]

  var text: String { String(decoding: bytes, as: UTF8.self) }

  init(
    _ name: String, _ header: String, _ body: String = "", is status: Int, _ outcome: RequestOutcome,
    reason: String,
    closes: Bool = false
  ) {
    testDescription = name
    bytes =
      Array((header.split(separator: "\n") + ["", ""]).joined(separator: "\r\n").utf8) + Array(body.utf8)
    responses = [Response(status: status, body: Array(body.utf8), closes: closes)]
    outcomes = [outcome]
    reasons = [reason]
  }

  init(_ name: String, chunked header: String, _ body: String, size: String, reason: String) {
    let framed = Recorded(name, header, body, is: 200, .done, reason: reason)
    testDescription = name
    bytes =
      framed.bytes.dropLast(body.utf8.count) + Array("\(size)\r\n\(body)\r\n0\r\n\r\n".utf8)
    (responses, outcomes, reasons) = (framed.responses, framed.outcomes, framed.reasons)
  }

  init(_ name: String, pipelined parts: [Recorded]) {
    testDescription = name
    bytes = parts.flatMap(\.bytes)
    responses = parts.flatMap(\.responses)
    outcomes = parts.flatMap(\.outcomes)
    reasons = parts.flatMap(\.reasons)
  }
}
