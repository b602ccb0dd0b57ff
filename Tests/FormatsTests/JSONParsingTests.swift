import Testing

@testable import Formats

@Suite struct JSONParsingTests {
  @Test(arguments: valid)
  func validTextsAreRead(sample: Sample, value: JSON) throws {
    #expect(try JSON(parsing: sample.bytes) == value)
  }

  @Test(arguments: invalid)
  func invalidTextsAreRefusedWhereTheyAreWrong(sample: Sample, offset: Int, reason: JSON.Reason) {
    #expect(throws: JSON.Malformed(offset: offset, reason: reason)) { try JSON(parsing: sample.bytes) }
  }

  @Test(arguments: notUTF8)
  func stringsThatAreNotUTF8AreRefused(content: [UInt8]) {
    let text = Array("[\"a\",\"".utf8) + content + Array("\"]".utf8)
    #expect(throws: JSON.Malformed(offset: 5, reason: .encoding)) { try JSON(parsing: text) }
  }

  @Test(arguments: [
    ([0xEF, 0xBB, 0xBF, 0x31] as [UInt8], 0), ([0xFF, 0xFE, 0x31, 0x00], 0), ([0xFE, 0xFF, 0x00, 0x31], 0),
    ([0x00, 0x31], 0), ([0x5B, 0xFF, 0x5D], 1), ([0x5B, 0xC3, 0xA9, 0x5D], 1),
  ])
  func onlyUTF8WithoutAByteOrderMarkIsRead(bytes: [UInt8], offset: Int) {
    #expect(throws: JSON.Malformed(offset: offset, reason: .unexpected)) { try JSON(parsing: bytes) }
  }

  @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
  func nestingIsLimitedTo64(open: String, close: String) throws {
    func text(_ depth: Int) -> [UInt8] {
      Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
    }
    _ = try JSON(parsing: text(64))
    let tooDeep = JSON.Malformed(offset: 64 * open.utf8.count, reason: .tooDeep)
    #expect(throws: tooDeep) { try JSON(parsing: text(65)) }
    #expect(throws: tooDeep) { try JSON(parsing: Array(String(repeating: open, count: 100_000).utf8)) }
  }

  @Test func depthIsNotLength() throws {
    let many = "[" + String(repeating: "[[1]],", count: 1000) + "{}]"
    guard case .array(let elements) = try JSON(parsing: Array(many.utf8)) else {
      Issue.record("not an array")
      return
    }
    #expect(elements.count == 1001)
  }

  @Test(arguments: valid.map(\.0))
  func everyBeginningOfATextIsTruncatedOrWhole(sample: Sample) {
    let bytes = sample.bytes
    for count in 0..<bytes.count {
      do throws(JSON.Malformed) {
        _ = try JSON(parsing: Array(bytes.prefix(count)))
      } catch {
        #expect(error == JSON.Malformed(offset: count, reason: .truncated))
      }
    }
  }

  /// Comparing each key with each would take minutes here.
  @Test func manyKeysAreNoTrouble() throws {
    let members = (0..<50_000).map { "\"\($0)\":0" }.joined(separator: ",")
    let time = try ContinuousClock().measure { _ = try JSON(parsing: Array("{\(members)}".utf8)) }
    #expect(time < .seconds(20))
  }

  @Test func membersAreFoundByKey() throws {
    let json = try JSON(parsing: Array(#"{"a":1,"b":{"c":"d"},"é":2}"#.utf8))
    #expect(json["a"] == .number("1"))
    #expect(json["b"]?["c"]?.string == "d")
    #expect(json["b"]?["x"] == nil && json["a"]?["x"] == nil && json["a"]?.string == nil)
    #expect(json["e\u{301}"] == nil, "another key, though Swift calls the two strings equal")
    #expect(JSON.object([.init("a", .null), .init("a", .bool(true))])["a"] == .null)
  }
}

private let valid: [(Sample, JSON)] = [
  ("null", .null), ("true", .bool(true)), ("false", .bool(false)), ("\"\"", .string("")),
  (" \t\r\n1 \t\r\n", .number("1")), ("[]", .array([])), ("{}", .object([])), ("[ ]", .array([])),
  ("{ }", .object([])), ("[null , 1 ,\n\"2\"]", .array([.null, .number("1"), .string("2")])),
  ("[[[]],{}]", .array([.array([.array([])]), .object([])])),
  // Numbers are kept as they are.
  ("0", .number("0")), ("-0", .number("-0")), ("[-1]", .array([.number("-1")])), ("120", .number("120")),
  ("0.0", .number("0.0")), ("-0.10", .number("-0.10")), ("1e5", .number("1e5")), ("1E+05", .number("1E+05")),
  ("1.5e-0", .number("1.5e-0")), ("0e1", .number("0e1")), ("1e9999", .number("1e9999")),
  ("123456789012345678901234567890", .number("123456789012345678901234567890")),
  // Objects
  (#"{"a":1,"b":[2]}"#, .object([.init("a", .number("1")), .init("b", .array([.number("2")]))])),
  (#"{ "b" : 1 , "a" : 2 }"#, .object([.init("b", .number("1")), .init("a", .number("2"))])),
  (#"{"":0}"#, .object([.init("", .number("0"))])),
  (#"{"a":{"a":{"a":null}}}"#, .object([.init("a", .object([.init("a", .object([.init("a", .null)]))]))])),
  (
    "{\"\u{E9}\":1,\"e\u{301}\":2}",
    .object([.init("\u{E9}", .number("1")), .init("e\u{301}", .number("2"))])
  ),
  // Escapes
  (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")), (#""\u0041\u00e9\u2713""#, .string("Aé✓")),
  (#""\u0000\u001F\u007f""#, .string("\0\u{1F}\u{7F}")), (#""\uFFFF\ufeff""#, .string("\u{FFFF}\u{FEFF}")),
  (#""\uD83D\uDE42""#, .string("🙂")), (#""\ud800\udc00""#, .string("\u{10000}")),
  (#""\uDBFF\uDFFF""#, .string("\u{10FFFF}")), (#""\uD7FF\uE000""#, .string("\u{D7FF}\u{E000}")),
  (#""\\u0041""#, .string("\\u0041")), (#""a\u0062c""#, .string("abc")),
  // UTF-8
  ("\"é✓🙂\"", .string("é✓🙂")),
  ("\"\u{7F}\u{80}\u{2028}\u{FEFF}\u{10FFFF}\"", .string("\u{7F}\u{80}\u{2028}\u{FEFF}\u{10FFFF}")),
  ("\"// no comment\"", .string("// no comment")),
]

private let invalid: [(Sample, Int, JSON.Reason)] = [
  ("", 0, .truncated), (" ", 1, .truncated), ("\0", 0, .unexpected),
  // Literals
  ("nul", 3, .truncated), ("nulL", 3, .unexpected), ("True", 0, .unexpected), ("tru e", 3, .unexpected),
  ("nulll", 4, .trailing), ("undefined", 0, .unexpected), ("NaN", 0, .unexpected),
  ("Infinity", 0, .unexpected),
  // Numbers
  ("-", 1, .truncated), ("+1", 0, .unexpected), ("-a", 1, .number), ("--1", 1, .number), ("01", 1, .number),
  ("-01", 2, .number), ("00", 1, .number), ("1.", 2, .truncated), ("[1.]", 3, .number),
  (".5", 0, .unexpected),
  ("-.5", 1, .number), ("1e", 2, .truncated), ("[1e]", 3, .number), ("1e+", 3, .truncated),
  ("1e+-1", 3, .number),
  ("1e1.5", 3, .trailing), ("1.2.3", 3, .trailing), ("0x1", 1, .number), ("1a", 1, .number),
  ("1 2", 2, .trailing),
  ("-Infinity", 1, .number), ("1_000", 1, .trailing), ("١", 0, .unexpected), ("-١", 1, .number),
  ("1e١", 2, .number),
  // Arrays
  ("[", 1, .truncated), ("[1", 2, .truncated), ("[1,", 3, .truncated), ("[1,]", 3, .unexpected),
  ("[,1]", 1, .unexpected), ("[1,,2]", 3, .unexpected), ("[1 2]", 3, .unexpected), ("[1:2]", 2, .unexpected),
  ("]", 0, .unexpected), ("[1]]", 3, .trailing), ("[1}", 2, .unexpected), ("[\u{C}]", 1, .unexpected),
  ("[\u{A0}]", 1, .unexpected), ("[1]\0", 3, .trailing), ("[] []", 3, .trailing), ("[]x", 2, .trailing),
  // Objects
  ("{", 1, .truncated), ("{\"a\"", 4, .truncated), ("{\"a\":", 5, .truncated), ("{\"a\":1", 6, .truncated),
  ("{\"a\":1,", 7, .truncated), ("{\"a\":1,}", 7, .unexpected), ("{,}", 1, .unexpected),
  ("{a:1}", 1, .unexpected),
  ("{'a':1}", 1, .unexpected), ("{1:1}", 1, .unexpected), ("{null:1}", 1, .unexpected),
  ("{\"a\" 1}", 5, .unexpected),
  ("{\"a\",1}", 4, .unexpected), ("{\"a\"::1}", 5, .unexpected), ("{\"a\":}", 5, .unexpected),
  ("{\"a\":1 \"b\":2}", 7, .unexpected), ("{\"a\":1]", 6, .unexpected), ("{[]:1}", 1, .unexpected),
  ("}", 0, .unexpected),
  // Keys given twice
  (#"{"a":1,"a":1}"#, 7, .duplicateKey), (#"{"a":1,"b":2,"a":3}"#, 13, .duplicateKey),
  (#"{"a":1,"\u0061":2}"#, 7, .duplicateKey), (#"[{"a":{"x":1,"x":2}}]"#, 13, .duplicateKey),
  (#"{"":1,"":2}"#, 6, .duplicateKey),
  // Comments
  ("// x\n1", 0, .unexpected), ("/* x */1", 0, .unexpected), ("[1 // x\n]", 3, .unexpected),
  ("# x\n1", 0, .unexpected),
  // Strings
  ("\"", 1, .truncated), ("\"a", 2, .truncated), ("'a'", 0, .unexpected), ("\"a\"b\"", 3, .trailing),
  ("\"a\nb\"", 2, .controlCharacter), ("\"\t\"", 1, .controlCharacter), ("\"\0\"", 1, .controlCharacter),
  ("\"\u{1F}\"", 1, .controlCharacter), ("\"\\", 2, .truncated), ("\"\\\"", 3, .truncated),
  (#""\a""#, 1, .escape),
  (#""\'""#, 1, .escape), (#""\0""#, 1, .escape), (#""\x41""#, 1, .escape), (#""\U0041""#, 1, .escape),
  (#""\é""#, 1, .escape), (#""\u""#, 3, .escape), (#""\u12""#, 5, .escape), (#""\u123g""#, 6, .escape),
  (#""\u+123""#, 3, .escape), (#""\u 123""#, 3, .escape), (#""\u{41}""#, 3, .escape),
  ("\"\\u12", 5, .truncated),
  // Surrogates
  (#""\uD800""#, 1, .surrogate), (#""\uDFFF""#, 1, .surrogate), ("\"\\uDC00", 1, .surrogate),
  (#""a\uDC00\uD800""#, 2, .surrogate),
  (#""\uD800\uD800""#, 1, .surrogate), (#""\uD83Dx""#, 1, .surrogate), (#""\uD83D\n""#, 1, .surrogate),
  (#""\uD83D\u0041""#, 1, .surrogate), (#""\uD83D\uDE4""#, 12, .escape), (#""\uD83D\\uDE42""#, 1, .surrogate),
  (#""\uD83D\uE000""#, 1, .surrogate),
]

private let notUTF8: [[UInt8]] = [
  [0x80], [0xBF], [0xFF], [0xFE], [0xC3], [0xC3, 0x28], [0xE2, 0x9C], [0xF0, 0x9F, 0x99],
  // Longer than needed
  [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF],
  // Surrogates, paired too; beyond U+10FFFF; five bytes
  [0xED, 0xA0, 0x80], [0xED, 0xA0, 0xBD, 0xED, 0xB9, 0x82], [0xF4, 0x90, 0x80, 0x80],
  [0xF8, 0x88, 0x80, 0x80, 0x80],
  // An escape is no continuation
  [0xC3] + Array(#"\u00a9"#.utf8),
]
