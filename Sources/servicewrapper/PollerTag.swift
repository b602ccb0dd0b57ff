/// The IDs of the HTTP clients, which are the lower half of their tags at the poller; `EventSources` has 0 and 1.
enum PollerTag {
  static func agent(_ service: Int) -> UInt32 { UInt32(2 + 3 * service) }
  static func formerAgent(_ service: Int) -> UInt32 { UInt32(3 + 3 * service) }
  static func probe(_ service: Int) -> UInt32 { UInt32(4 + 3 * service) }

  /// The index of the service to whose client the tag belongs.
  static func service(_ tag: UInt64) -> Int { (Int(tag & 0xffff_ffff) - 2) / 3 }
}
