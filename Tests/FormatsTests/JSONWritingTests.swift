import Testing

@testable import Formats

@Suite struct JSONWritingTests {
  @Test(arguments: [
    (JSON.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.number("-1.50e+3"), "-1.50e+3"),
    (.string(""), "\"\""), (.array([]), "[]"), (.object([]), "{}"),
    (.array([.number("1"), .array([.null]), .string("a")]), #"[1,[null],"a"]"#),
    (.object([.init("b", .number("1")), .init("a", .object([]))]), #"{"b":1,"a":{}}"#),
  ])
  func isCompact(value: JSON, text: String) {
    #expect(String(decoding: value.bytes, as: UTF8.self) == text)
  }

  @Test(arguments: [
    ("\"\\/" as Sample, #"\"\\/"#), ("\u{8}\u{9}\u{A}\u{C}\u{D}", #"\b\t\n\f\r"#), ("\r\n", #"\r\n"#),
    ("\0\u{1}\u{B}\u{E}\u{1B}\u{1F}", #"\u0000\u0001\u000B\u000E\u001B\u001F"#),
    (" ~\u{7F}é✓🙂\u{2028}\u{FFFF}\u{10FFFF}", " ~\u{7F}é✓🙂\u{2028}\u{FFFF}\u{10FFFF}"),
  ])
  func escapesWhatMustBeAndNothingElse(sample: Sample, escaped: String) {
    let content = sample.text
    #expect(JSON.string(content).bytes == Array("\"\(escaped)\"".utf8))
    #expect(JSON.object([.init(content, .null)]).bytes == Array("{\"\(escaped)\":null}".utf8))
  }

  @Test func prettyHasALineForEachValue() {
    let value = JSON.object([
      .init("Name", .string("web")), .init("Tags", .array([.string("a"), .string("b")])),
      .init("Meta", .object([])),
      .init("Checks", .array([.object([.init("TTL", .string("15s"))]), .array([])])),
    ])
    #expect(
      String(decoding: value.pretty, as: UTF8.self) == """
        {
          "Name": "web",
          "Tags": [
            "a",
            "b"
          ],
          "Meta": {},
          "Checks": [
            {
              "TTL": "15s"
            },
            []
          ]
        }
        """)
  }

  @Test(arguments: UInt32(0)...0xFF)
  func everyCharacterComesBack(page: UInt32) throws {
    let scalars = (page << 8..<(page + 1) << 8).compactMap { Unicode.Scalar($0) }
    let value = JSON.string(String(String.UnicodeScalarView(scalars)))
    guard let back = try JSON(parsing: value.bytes).string else {
      Issue.record("no string")
      return
    }
    #expect(Array(back.unicodeScalars) == scalars)
  }
}
