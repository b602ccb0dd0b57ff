import Formats

/// All that comes out of a connection whose bytes arrive in these pieces, up to its end.
struct Outcome: Equatable {
  var responses: [Response] = []
  var malformed: ResponseParser.Malformed?

  init(_ responses: [Response] = [], malformed: ResponseParser.Malformed? = nil) {
    self.responses = responses
    self.malformed = malformed
  }

  init(of pieces: [ArraySlice<UInt8>], limits: ResponseParser.Limits = .standard) {
    var parser = ResponseParser(limits: limits)
    do throws(ResponseParser.Malformed) {
      for piece in pieces { responses += try parser.receive(piece) }
      if let last = try parser.end() { responses.append(last) }
    } catch {
      malformed = error
    }
  }

  init(of bytes: [UInt8], limits: ResponseParser.Limits = .standard) {
    self.init(of: [bytes[...]], limits: limits)
  }

  init(of text: String, limits: ResponseParser.Limits = .standard) {
    self.init(of: Array(text.utf8), limits: limits)
  }

  /// The pieces this splits into at each offset, and into single bytes.
  static func splits(of bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
    [bytes.indices.map { bytes[$0...$0] }] + (0...bytes.count).map { [bytes[..<$0], bytes[$0...]] }
  }
}
