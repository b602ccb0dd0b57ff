func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

/// Decimal digits and nothing else; nil too when they are more than an Int can hold.
func decimalNumber(_ digits: ArraySlice<UInt8>) -> Int? {
  guard !digits.isEmpty else { return nil }
  var number = 0
  for byte in digits {
    guard isDigit(byte) else { return nil }
    let (tenfold, overflow) = number.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tenfold.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
    guard !overflow, !carry else { return nil }
    number = sum
  }
  return number
}

/// 1 to 65535 in decimal digits. Without leading zeros: `080` is 64 to those who read it as octal.
func portNumber(_ digits: ArraySlice<UInt8>) -> Int? {
  guard digits.first != UInt8(ascii: "0"), let port = decimalNumber(digits), 1...65535 ~= port else {
    return nil
  }
  return port
}

extension Setting {
  func port() throws(UsageError) -> Int {
    guard let port = portNumber(value[...]) else { throw wrong("not a port; give a number from 1 to 65535") }
    return port
  }

  /// `true`, `false`, `1` or `0`; the words in any case, as consul reads them.
  func boolean() throws(UsageError) -> Bool {
    let word = lowercased(value)
    if word.elementsEqual("true".utf8) || word.elementsEqual("1".utf8) { return true }
    if word.elementsEqual("false".utf8) || word.elementsEqual("0".utf8) { return false }
    throw wrong("neither true nor false; give true, false, 1 or 0")
  }
}

/// ASCII letters only.
func lowercased(_ bytes: [UInt8]) -> [UInt8] {
  var lower = bytes
  for index in lower.indices where (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(lower[index]) {
    lower[index] |= 0x20
  }
  return lower
}
