internal import Formats

/// A version of Docker's API, such as 1.41. Compared number by number: 1.9 is older than 1.41.
public struct APIVersion: Hashable, Comparable, Sendable {
  /// The number before the dot.
  public let major: Int
  /// The number after the dot.
  public let minor: Int

  /// The version `major.minor`.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// nil unless it is two numbers and a dot.
  init?(_ text: String) {
    let parts = text.utf8.parts(at: .dot)
    let numbers = parts.compactMap { $0.decimal }.filter { $0 < 1_000_000 }
    guard parts.count == 2, numbers.count == 2 else { return nil }
    self.init(numbers[0], numbers[1])
  }

  /// The text in a request's path: `1.41`.
  public var text: String { "\(major).\(minor)" }

  /// Whether the first version is older.
  public static func < (one: APIVersion, other: APIVersion) -> Bool {
    (one.major, one.minor) < (other.major, other.minor)
  }
}
