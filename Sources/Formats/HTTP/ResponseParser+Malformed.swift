extension ResponseParser {
  /// Why the bytes can't be taken for responses. The raw value is for a log.
  public enum Malformed: String, Error, Hashable, Sendable {
    case truncated = "the response ends in the middle"
    case headerTooLarge = "the response's header is too large"
    case bodyTooLarge = "the response's body is too large"
    case lineEnding = "a line of the response doesn't end with CRLF"
    case controlCharacter = "control character in the response's header"
    case statusLine = "not an HTTP/1.1 status line"
    case field = "not an HTTP header field"
    case framing = "the response's length is invalid or ambiguous"
    case chunk = "not an HTTP chunk"
  }
}
