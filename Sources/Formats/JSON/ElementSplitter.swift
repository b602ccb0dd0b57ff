/// Splits an array or object of objects as its text arrives: a list of any length is read in the memory of one
/// element.
public struct ElementSplitter: Hashable, Sendable {
  /// Bytes of an element; a longer one is dropped.
  private let limit: Int
  private var element: [UInt8] = []
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// The number of elements that were too long.
  public private(set) var dropped = 0

  /// A splitter at the start of the text.
  /// - Parameter limit: bytes of an element.
  public init(limit: Int = 256 << 10) { self.limit = limit }

  /// The elements that these bytes complete. Only the braces are looked at: whether an element is JSON is for the
  /// parser to say.
  public mutating func receive(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    var complete: [[UInt8]] = []
    for byte in bytes {
      let isOutside = depth < 2
      follow(byte)
      if isOutside && depth < 2 { continue }
      if element.count <= limit { element.append(byte) }
      if depth >= 2 { continue }
      if element.count <= limit { complete.append(element) } else { dropped += 1 }
      element = []
    }
    return complete
  }

  private mutating func follow(_ byte: UInt8) {
    if isInString {
      let endsHere = byte == .quote && !isEscaped
      isEscaped = byte == .backslash && !isEscaped
      isInString = !endsHere
      return
    }
    switch byte {
    case .quote: isInString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth = max(depth - 1, 0)
    default: break
    }
  }
}
