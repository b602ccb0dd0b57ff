import Testing

@testable import Consul
@testable import Formats

@Suite struct RequestOutcomeTests {
  @Test(arguments: Recorded.all)
  func consulsResponsesMeanWhatTheyMean(recorded: Recorded) {
    let responses = Outcome(of: recorded.bytes).responses
    #expect(responses.map(\.outcome) == recorded.outcomes)
    #expect(responses.map(\.reason) == recorded.reasons)
  }

  @Test(arguments: [
    (200, RequestOutcome.done), (204, .done), (299, .done), (301, .rejected), (307, .rejected),
    (400, .rejected),
    (401, .rejected), (403, .denied), (404, .unknown), (405, .rejected), (429, .busy), (499, .rejected),
    (500, .failing), (502, .failing), (503, .failing), (504, .failing), (600, .failing), (999, .failing),
  ])
  func theStatusDecides(status: Int, outcome: RequestOutcome) {
    #expect(Response(status: status, body: Array("sorry".utf8)).outcome == outcome)
  }

  @Test(arguments: [
    (500, "CheckID \"web-1:alive\" does not have associated TTL", RequestOutcome.unknown),
    (500, "Unknown check \"web-1:alive\"", .unknown),
    (500, "Unknown service {\"web-1\" {}}", .unknown),
    (500, "rpc error: Unknown service", .unknown),
    (500, "unknown check", .failing),
    (500, "Unknown chec", .failing),
    (500, "No known Consul servers", .failing),
    (500, "", .failing),
    (
      404, "Unknown check ID \"web-1:alive\". Ensure that the check ID is passed, not the check name.",
      .unknown
    ),
    (503, "Unknown check", .failing),
    (400, "Unknown service", .rejected),
    (403, "Unknown service", .denied),
    (200, "Unknown service", .done),
  ])
  func a500IsReadForWhatOlderAgentsSayInWords(status: Int, body: String, outcome: RequestOutcome) {
    #expect(Response(status: status, body: Array(body.utf8)).outcome == outcome)
  }
}

@Suite struct ReasonTests {
  @Test(arguments: [
    ("" as Sample, "500"), (" \r\n\t\n", "500"), ("sorry", "sorry"), ("  sorry \t\r\nmore", "sorry"),
    ("\n\nsorry\n", "sorry"), ("sorry\rmore", "sorry"), ("é ✓ 🙂", "é ✓ 🙂"),
    ("a\u{1B}[2Jb\0c\td\u{7F}", "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d\u{FFFD}"),
    ("a\u{85}b\u{9B}2J", "a\u{FFFD}b\u{FFFD}2J"),
  ])
  func isOnePrintableLine(body: Sample, reason: String) {
    #expect(Response(status: 500, body: body.bytes).reason == reason)
  }

  @Test(arguments: [
    ([0xFF] as [UInt8], "\u{FFFD}"), ([0x61, 0xC3], "a\u{FFFD}"), ([0xC3, 0x28], "\u{FFFD}("),
    ([0x61, 0xED, 0xA0, 0x80], "a\u{FFFD}\u{FFFD}\u{FFFD}"),
  ])
  func whatIsNotUTF8IsRepaired(body: [UInt8], reason: String) {
    #expect(Response(status: 500, body: body).reason == reason)
  }

  /// The cut leaves three bytes of the last character: as long as the U+FFFD they would become.
  @Test func aCharacterCutIsNotRepaired() {
    let line = String(repeating: "a", count: 197)
    #expect(Response(status: 500, body: Array("\(line)🙂".utf8)).reason == line)
  }

  @Test(arguments: ["a" as Sample, "é", "✓", "🙂", "\0", "a🙂", "aa🙂", "aaa🙂"])
  func isAtMost200BytesAndCutsNoCharacter(sample: Sample) {
    let text = sample.text
    let body = Array(String(repeating: text, count: 1000).utf8)
    let reason = Response(status: 500, body: body).reason
    #expect(197...200 ~= reason.utf8.count)
    let shown = String(repeating: text == "\0" ? "\u{FFFD}" : text, count: 1000)
    #expect(shown.utf8.starts(with: reason.utf8))
  }
}
