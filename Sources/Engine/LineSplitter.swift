internal import Formats

/// Cuts a stream into its lines; a longer one than `limit` is dropped.
public struct LineSplitter: Hashable, Sendable {
  private let limit: Int
  private var line: [UInt8] = []
  /// The number of lines that were too long.
  public private(set) var dropped = 0

  /// A splitter at the start of a line.
  /// - Parameter limit: bytes of a line, without its line feed.
  public init(limit: Int = 64 << 10) { self.limit = limit }

  /// The lines that these bytes complete, without empty ones.
  public mutating func receive(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
    var complete: [[UInt8]] = []
    for byte in bytes {
      guard byte == .lineFeed else {
        if line.count <= limit { line.append(byte) }
        continue
      }
      if line.count > limit { dropped += 1 } else if !line.isEmpty { complete.append(line) }
      line = []
    }
    return complete
  }
}
