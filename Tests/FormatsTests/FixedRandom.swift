/// The same numbers each time: SplitMix64, so that a failure can be seen again.
struct FixedRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A copy with a few bytes changed, dropped or put in.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) {
      let position = Int.random(in: 0..<max(bytes.count, 1), using: &self)
      switch Int.random(in: 0..<3, using: &self) {
      case 0 where position < bytes.count: bytes[position] = .random(in: 0...255, using: &self)
      case 1 where position < bytes.count: bytes.remove(at: position)
      default: bytes.insert(.random(in: 0...255, using: &self), at: position)
      }
    }
    return bytes
  }
}
