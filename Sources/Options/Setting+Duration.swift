/// The longest duration that is taken, a year: beyond it is a slip of the keyboard.
private let longest = 8760 * 3_600_000

extension Setting {
  /// A duration as Go and Consul write it: `500ms`, `15s`, `1.5s`, `1m30s`, `24h`; whole milliseconds, from `0s` to
  /// `8760h`. Go's bare `0`, its signs and its units below a millisecond are refused.
  func duration() throws(UsageError) -> Duration {
    var rest = value[...]
    if rest.first == UInt8(ascii: "-") { throw wrong("can't be negative; give 15s, 500ms or 1m30s") }
    var milliseconds = 0
    repeat {
      let count = try takeCount(&rest)
      let unit = try takeUnit(&rest)
      milliseconds += try whole(count, of: unit)
      if milliseconds > longest { throw tooLong }
    } while !rest.isEmpty
    return .milliseconds(milliseconds)
  }

  /// Like `duration()`, for a limit: `0s` would give no time at all, and might be meant as none.
  func limit() throws(UsageError) -> Duration {
    let limit = try duration()
    if limit == .zero { throw wrong("gives it no time; leave it out for no limit, or give 30s") }
    return limit
  }

  private typealias Count = (digits: Int, decimals: Int)

  /// A number such as `12` or `1.5`, as its digits without the point and how many of them are behind it.
  private func takeCount(_ rest: inout ArraySlice<UInt8>) throws(UsageError) -> Count {
    let number = rest.prefix { isDigit($0) || $0 == UInt8(ascii: ".") }
    rest = rest.dropFirst(number.count)
    let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, !parts[0].isEmpty, parts.last?.isEmpty == false else {
      throw wrong("not a duration; give 15s, 500ms or 1m30s")
    }
    let decimals = parts.count == 2 ? parts[1] : []
    // 8 digits and 3 decimals, counted in the hour's milliseconds, stay far below 2^63.
    guard parts[0].count <= 8 else { throw tooLong }
    guard decimals.count <= 3 else { throw tooFine }
    guard let digits = decimalNumber(parts[0] + decimals) else { throw tooLong }
    return (digits, decimals.count)
  }

  /// The unit in milliseconds.
  private func takeUnit(_ rest: inout ArraySlice<UInt8>) throws(UsageError) -> Int {
    let unit = rest.prefix { !isDigit($0) && $0 != UInt8(ascii: ".") }
    rest = rest.dropFirst(unit.count)
    for (name, milliseconds) in [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
    where unit.elementsEqual(name.utf8) {
      return milliseconds
    }
    if unit.isEmpty { throw wrong("a duration needs a unit; give \(example(value)), 500ms or 1m30s") }
    throw wrong("no unit \(quoted(Array(unit))) in a duration; give ms, s, m or h, as in 1m30s")
  }

  private func whole(_ count: Count, of unit: Int) throws(UsageError) -> Int {
    var scale = 1
    for _ in 0..<count.decimals { scale *= 10 }
    guard count.digits * unit % scale == 0 else { throw tooFine }
    return count.digits * unit / scale
  }

  private var tooLong: UsageError { wrong("too long; give at most 8760h") }
  private var tooFine: UsageError { wrong("too fine; give whole milliseconds, at most 3 decimals") }
}

/// The duration that a bare number was probably meant to be.
private func example(_ value: [UInt8]) -> String {
  guard let seconds = decimalNumber(value[...]), 1...9999 ~= seconds else { return "15s" }
  return "\(seconds)s"
}
