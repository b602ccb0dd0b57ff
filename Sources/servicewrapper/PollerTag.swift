/// The poller's tags. Each HTTP client has an ID, which is the lower half of its tags.
enum PollerTag {
  static let signals: UInt64 = 0
  static let timer: UInt64 = 1
  static func agent(_ service: Int) -> UInt32 { UInt32(2 + 3 * service) }
  static func formerAgent(_ service: Int) -> UInt32 { UInt32(3 + 3 * service) }
  static func probe(_ service: Int) -> UInt32 { UInt32(4 + 3 * service) }

  /// The index of the service to whose client the tag belongs.
  static func service(_ tag: UInt64) -> Int { (Int(tag & 0xffff_ffff) - 2) / 3 }
}
