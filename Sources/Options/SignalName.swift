/// signal(7), x86 and arm; the index is the number. IOT, CLD and POLL are other names of three of them.
private let signalNames = [
  "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
  "ALRM",
  "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
  "WINCH", "IO", "PWR", "SYS",
]

/// As the C library counts them for programs: it keeps 32 and 33 for itself.
private let realTime = 34...64

extension Setting {
  /// A signal that can mean stop: a name with or without `SIG`, in any case, a number, `RTMIN+n` or `RTMAX-n`.
  func stopSignal() throws(UsageError) -> Int32 { try caughtSignal(value[...]) }

  /// `TERM:QUIT`: instead of which signal which other is sent; `TERM:0`: none.
  func rewrite() throws(UsageError) -> Rewrite {
    let parts = value.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw wrong("not a rewriting; give the signal received and the one to send, TERM:QUIT, or TERM:0")
    }
    let received = try caughtSignal(parts[0])
    return Rewrite(received: received, sent: parts[1].elementsEqual("0".utf8) ? nil : try signal(parts[1]))
  }

  /// A signal that a program can wait for.
  private func caughtSignal(_ text: ArraySlice<UInt8>) throws(UsageError) -> Int32 {
    let number = try signal(text)
    switch number {
    case 9, 19: throw wrong("no program can catch it; give one that can be caught, such as TERM")
    case 17: throw wrong("it says that a process has ended; give another, such as TERM")
    default: return number
    }
  }

  private func signal(_ text: ArraySlice<UInt8>) throws(UsageError) -> Int32 {
    guard let number = signalNumber(Array(text)) else {
      throw wrong("not a signal; give a name such as TERM or RTMIN+3, or a number from 1 to 64")
    }
    if number == 32 || number == 33 {
      throw wrong("the C library keeps it for itself; give another, such as TERM")
    }
    return Int32(number)
  }
}

/// The signal of this name or number, 1 to 64.
func signalNumber(_ text: [UInt8]) -> Int? {
  if let number = decimalNumber(text[...]) { return 1...64 ~= number ? number : nil }
  var name = lowercased(text)[...]
  if name.starts(with: "sig".utf8) { name = name.dropFirst(3) }
  return realTimeSignal(name) ?? namedSignal(name)
}

private func namedSignal(_ name: ArraySlice<UInt8>) -> Int? {
  for number in signalNames.indices.dropFirst()
  where lowercased(Array(signalNames[number].utf8)).elementsEqual(name) { return number }
  for (alias, number) in [("iot", 6), ("cld", 17), ("poll", 29)] where name.elementsEqual(alias.utf8) {
    return number
  }
  return nil
}

/// `rtmin`, `rtmin+n`, `rtmax` or `rtmax-n`, within the range.
private func realTimeSignal(_ name: ArraySlice<UInt8>) -> Int? {
  let isFromStart = name.starts(with: "rtmin".utf8)
  guard isFromStart || name.starts(with: "rtmax".utf8) else { return nil }
  let rest = name.dropFirst(5)
  if rest.isEmpty { return isFromStart ? realTime.lowerBound : realTime.upperBound }
  guard rest.first == UInt8(ascii: isFromStart ? "+" : "-") else { return nil }
  guard let offset = decimalNumber(rest.dropFirst()), offset < realTime.count else { return nil }
  return isFromStart ? realTime.lowerBound + offset : realTime.upperBound - offset
}

/// `SIGTERM`, `SIGRTMIN+3`; the number where there is no name.
public func signalName(_ number: Int32) -> String {
  let index = Int(number)
  if signalNames.indices.dropFirst().contains(index) { return "SIG\(signalNames[index])" }
  guard realTime.contains(index) else { return "signal \(number)" }
  let offset = index - realTime.lowerBound
  return offset == 0 ? "SIGRTMIN" : "SIGRTMIN+\(offset)"
}
