/// The bytes that the grammars of JSON and HTTP name.
extension UInt8 {
  package static var tab: UInt8 { 0x09 }
  package static var lineFeed: UInt8 { 0x0A }
  package static var carriageReturn: UInt8 { 0x0D }
  package static var space: UInt8 { 0x20 }
  package static var quote: UInt8 { 0x22 }
  package static var backslash: UInt8 { 0x5C }

  package var isDigit: Bool { 0x30...0x39 ~= self }
  package var isLetter: Bool { 0x61...0x7A ~= self | 0x20 }

  package var hexValue: Int? {
    switch self {
    case 0x30...0x39: Int(self) - 0x30
    case 0x41...0x46: Int(self) - 0x41 + 10
    case 0x61...0x66: Int(self) - 0x61 + 10
    default: nil
    }
  }

  /// Two hexadecimal digits in upper case.
  package var hexDigits: [UInt8] {
    [self >> 4, self & 0x0F].map { $0 < 10 ? 0x30 + $0 : 0x41 + $0 - 10 }
  }
}
