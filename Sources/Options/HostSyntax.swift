internal import Formats

/// Four numbers from 0 to 255 without leading zeros (RFC 6943, section 3.1.1: the strict form).
func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
  let parts = text.parts(at: .dot)
  return parts.count == 4
    && parts.allSatisfy {
      $0.decimal ?? 256 <= 255 && ($0.count == 1 || $0.first != UInt8(ascii: "0"))
    }
}

/// RFC 4291, section 2.2; without brackets and without a zone.
func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
  guard let gap = text.firstIndex(of: "::") else { return groups(text) == 8 }
  guard !text[..<gap].contains(.dot), let head = groups(text[..<gap]), let tail = groups(text[(gap + 2)...])
  else { return false }
  return head + tail < 8
}

/// RFC 1123, section 2.1, and `_`, which container engines put into names, and a dot at the end. A name of digits alone at its end is
/// a mistyped IPv4 address.
func isHostName(_ text: ArraySlice<UInt8>) -> Bool {
  let text = text.last == .dot ? text.dropLast() : text
  let labels = text.parts(at: .dot)
  return text.count <= 253 && labels.last?.decimal == nil && labels.allSatisfy(isLabel)
}

/// A part of a host name between two dots.
func isLabel(_ text: ArraySlice<UInt8>) -> Bool {
  1...63 ~= text.count && text.allSatisfy { $0.isWordByte } && text.first != .dash && text.last != .dash
}

/// How many groups of 16 bits these are, none for an empty text; an IPv4 address at the end counts as two.
private func groups(_ text: ArraySlice<UInt8>) -> Int? {
  if text.isEmpty { return 0 }
  var count = 0
  for part in text.parts(at: .colon) {
    if 1...4 ~= part.count, part.allSatisfy({ $0.hexValue != nil }) {
      count += 1
    } else if isIPv4(part), part.endIndex == text.endIndex {
      count += 2
    } else {
      return nil
    }
  }
  return count
}
