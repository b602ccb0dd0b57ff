internal import Formats

/// signal(7), x86 and arm; the index is the number. IOT, CLD and POLL are other names of three of them.
private let signalNames = [
  "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
  "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM",
  "PROF", "WINCH", "IO", "PWR", "SYS",
]

/// As the C library counts them for programs: it keeps 32 and 33 for itself.
private let realTime = 34...64

extension Setting {
  /// A signal that can mean stop: a name with or without `SIG`, in any case, a number, `RTMIN+n` or `RTMAX-n`.
  func stopSignal() throws(UsageError) -> Int32 { try caughtSignal(value[...]) }

  /// `TERM:QUIT`: instead of which signal which other is sent; `TERM:0`: none.
  func rewrite() throws(UsageError) -> (received: Int32, sent: Int32) {
    let parts = value.parts(at: .colon)
    guard parts.count == 2 else {
      throw wrong("not a rewriting; give the signal received and the one to send, TERM:QUIT, or TERM:0")
    }
    let received = try caughtSignal(parts[0])
    return (received, isSame(parts[1], "0") ? 0 : try signal(parts[1]))
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
    guard let number = signalNumber(text) else {
      throw wrong("not a signal; give a name such as TERM or RTMIN+3, or a number from 1 to 64")
    }
    if number == 32 || number == 33 {
      throw wrong("the C library keeps it for itself; give another, such as TERM")
    }
    return Int32(number)
  }
}

/// The signal of this name or number, 1 to 64.
private func signalNumber(_ text: ArraySlice<UInt8>) -> Int? {
  if let number = text.decimal { return 1...64 ~= number ? number : nil }
  let upper = text.map { $0.uppercased }
  let name = upper.starts(with: "SIG".utf8) ? upper.dropFirst(3) : upper[...]
  if name.isEmpty { return nil }
  for (alias, number) in [("IOT", 6), ("CLD", 17), ("POLL", 29)] where isSame(name, alias) { return number }
  return realTimeSignal(name) ?? signalNames.firstIndex { isSame(name, $0) }
}

/// `RTMIN`, `RTMIN+n`, `RTMAX` or `RTMAX-n`, within the range.
private func realTimeSignal(_ name: ArraySlice<UInt8>) -> Int? {
  let isFromStart = name.starts(with: "RTMIN".utf8)
  guard isFromStart || name.starts(with: "RTMAX".utf8) else { return nil }
  let rest = name.dropFirst(5)
  if rest.isEmpty { return isFromStart ? realTime.lowerBound : realTime.upperBound }
  guard rest.first == UInt8(ascii: isFromStart ? "+" : "-") else { return nil }
  guard let offset = rest.dropFirst().decimal, offset < realTime.count else { return nil }
  return isFromStart ? realTime.lowerBound + offset : realTime.upperBound - offset
}

/// `SIGTERM`, `SIGRTMIN+3`; the number where there is no name.
public func signalName(_ number: Int32) -> String {
  let index = Int(number)
  if 1..<signalNames.count ~= index { return "SIG\(signalNames[index])" }
  guard realTime.contains(index) else { return "signal \(number)" }
  let offset = index - realTime.lowerBound
  return offset == 0 ? "SIGRTMIN" : "SIGRTMIN+\(offset)"
}
