import Testing

/// A text in a table of tests, shown without its control characters: some of them steer terminals.
struct Sample: ExpressibleByStringInterpolation, CustomTestStringConvertible, Sendable {
  let text: String

  init(stringLiteral text: String) {
    self.text = text
  }

  var bytes: [UInt8] { Array(text.utf8) }

  var testDescription: String { String(text.debugDescription.prefix(100)) }

  static func + (start: Sample, end: Sample) -> Sample { Sample(stringLiteral: start.text + end.text) }
}
