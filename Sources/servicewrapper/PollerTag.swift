/// The poller's tags: kind and service of an event source, and the generation of a connection.
enum PollerTag {
  static let signals: UInt64 = 0
  static let timer: UInt64 = 1
  static func resolver(_ service: Int) -> UInt64 { of(service) | 2 }
  static func agent(_ service: Int, _ generation: UInt64) -> UInt64 { generation << 32 | of(service) | 3 }
  static func probe(_ service: Int, _ generation: UInt64) -> UInt64 { generation << 32 | of(service) | 4 }

  static func formerAgent(_ service: Int, _ generation: UInt64) -> UInt64 {
    generation << 32 | of(service) | 5
  }

  /// The index of the tag's service; nil for signals and the timer.
  static func service(_ tag: UInt64) -> Int? { tag & 7 < 2 ? nil : Int(tag & 0xffff_ffff) >> 3 }

  private static func of(_ service: Int) -> UInt64 { UInt64(service) << 3 }
}
