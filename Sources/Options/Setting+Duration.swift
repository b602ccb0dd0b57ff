internal import Formats

/// The longest duration that is taken, a year: beyond it is a slip of the keyboard.
private let longest = 8760 * 3_600_000

extension Setting {
  /// A duration as Go and Consul write it: `500ms`, `15s`, `1.5s`, `1m30s`, `24h`; whole milliseconds, from `0s` to
  /// `8760h`. Go's bare `0`, its signs and its units below a millisecond are refused.
  func duration() throws(UsageError) -> Duration {
    if value.first == .dash { throw wrong("can't be negative; give 15s, 500ms or 1m30s") }
    var rest = value[...]
    var milliseconds = 0
    repeat {
      let number = rest.prefix { $0.isDigit || $0 == .dot }
      let unit = rest[number.endIndex...].prefix { !$0.isDigit && $0 != .dot }
      rest = rest[unit.endIndex...]
      milliseconds += try self.milliseconds(number, unit)
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

  /// The duration as it was written: Go reads the same format.
  func goDuration() throws(UsageError) -> String {
    _ = try limit()
    return try text()
  }

  /// A number and its unit, such as `12s` or `1.5h`.
  private func milliseconds(
    _ number: ArraySlice<UInt8>, _ unit: ArraySlice<UInt8>
  ) throws(UsageError) -> Int {
    let parts = number.parts(at: .dot)
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw wrong("not a duration; give 15s, 500ms or 1m30s")
    }
    let decimals = parts.dropFirst().first ?? []
    // 8 digits and 3 decimals, counted in the hour's milliseconds, stay far below 2^63.
    if parts[0].count > 8 { throw tooLong }
    if decimals.count > 3 { throw tooFine }
    let scaled = try milliseconds(in: unit) * ((parts[0] + decimals).decimal ?? 0)
    let scale = [1, 10, 100, 1000][decimals.count]
    if scaled % scale != 0 { throw tooFine }
    return scaled / scale
  }

  private func milliseconds(in unit: ArraySlice<UInt8>) throws(UsageError) -> Int {
    let units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
    if let known = units.first(where: { isSame(unit, $0.0) }) { return known.1 }
    if !unit.isEmpty {
      throw wrong("no unit \(quoted(Array(unit))) in a duration; give ms, s, m or h, as in 1m30s")
    }
    // What a bare number was probably meant to be.
    let seconds = value.decimal.flatMap { 1...9999 ~= $0 ? $0 : nil } ?? 15
    throw wrong("a duration needs a unit; give \(seconds)s, 500ms or 1m30s")
  }

  private var tooLong: UsageError { wrong("too long; give at most 8760h") }
  private var tooFine: UsageError { wrong("too fine; give whole milliseconds, at most 3 decimals") }
}
