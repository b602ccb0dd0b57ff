import Formats
import Testing

@testable import Options

@Suite struct DurationText {
  @Test(arguments: [
    ("0s", 0), ("500ms", 500), ("15s", 15_000), ("1m30s", 90_000), ("1h", 3_600_000), ("1.5s", 1500),
    ("0.5h", 1_800_000),
    ("1h2m3s4ms", 3_723_004), ("30s1m", 90_000), ("1.025s", 1025), ("8760h", 31_536_000_000),
    ("00001s", 1000),
    ("1500.0ms", 1500), ("0h0m", 0),
  ])
  func isReadAsGoDoes(_ text: String, _ milliseconds: Int) throws {
    #expect(try setting(text).duration() == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    ("", "not a duration; give 15s, 500ms or 1m30s"), ("s", "not a duration; give 15s, 500ms or 1m30s"),
    (".5s", "not a duration; give 15s, 500ms or 1m30s"), ("1.s", "not a duration; give 15s, 500ms or 1m30s"),
    ("1.2.3s", "not a duration; give 15s, 500ms or 1m30s"),
    ("+1s", "not a duration; give 15s, 500ms or 1m30s"),
    (" 1s", "not a duration; give 15s, 500ms or 1m30s"),
    ("never", "not a duration; give 15s, 500ms or 1m30s"),
    ("0", "a duration needs a unit; give 15s, 500ms or 1m30s"),
    ("30", "a duration needs a unit; give 30s, 500ms or 1m30s"),
    ("1m30", "a duration needs a unit; give 15s, 500ms or 1m30s"),
    ("99999", "a duration needs a unit; give 15s, 500ms or 1m30s"),
    ("-1s", "can't be negative; give 15s, 500ms or 1m30s"),
    ("-5", "can't be negative; give 15s, 500ms or 1m30s"),
    ("15sec", "no unit \"sec\" in a duration; give ms, s, m or h, as in 1m30s"),
    ("1d", "no unit \"d\" in a duration; give ms, s, m or h, as in 1m30s"),
    ("1S", "no unit \"S\" in a duration; give ms, s, m or h, as in 1m30s"),
    ("5us", "no unit \"us\" in a duration; give ms, s, m or h, as in 1m30s"),
    ("5µs", "no unit \"µs\" in a duration; give ms, s, m or h, as in 1m30s"),
    ("1s 2s", "no unit \"s \" in a duration; give ms, s, m or h, as in 1m30s"),
    ("1s-2s", "no unit \"s-\" in a duration; give ms, s, m or h, as in 1m30s"),
    ("8760h1ms", "too long; give at most 8760h"), ("8761h", "too long; give at most 8760h"),
    ("99999999h", "too long; give at most 8760h"),
    ("999999999999999999h", "too long; give at most 8760h"),
    ("0.0001h", "too fine; give whole milliseconds, at most 3 decimals"),
    ("999999999999999999999999s", "too long; give at most 8760h"),
    ("0.5ms", "too fine; give whole milliseconds, at most 3 decimals"),
    ("1.0005s", "too fine; give whole milliseconds, at most 3 decimals"),
  ])
  func isRefusedWithTheReason(_ text: String, _ reason: String) {
    let expected = UsageError("--x \(quoted(Array(text.utf8))): \(reason)")
    #expect(throws: expected) { try setting(text).duration() }
  }
}

@Suite struct SignalName {
  @Test(
    arguments: [
      ("TERM", 15), ("SIGTERM", 15), ("sigterm", 15), ("SigTerm", 15), ("15", 15), ("HUP", 1), ("INT", 2),
      ("QUIT", 3),
      ("ILL", 4), ("TRAP", 5), ("ABRT", 6), ("IOT", 6), ("BUS", 7), ("FPE", 8), ("USR1", 10), ("SEGV", 11),
      ("USR2", 12),
      ("PIPE", 13), ("ALRM", 14), ("STKFLT", 16), ("CONT", 18), ("TSTP", 20), ("TTIN", 21), ("TTOU", 22),
      ("URG", 23),
      ("XCPU", 24), ("XFSZ", 25), ("VTALRM", 26), ("PROF", 27), ("WINCH", 28), ("IO", 29), ("POLL", 29),
      ("PWR", 30),
      ("SYS", 31), ("RTMIN", 34), ("rtmin+0", 34), ("SIGRTMIN+3", 37), ("RTMIN+30", 64), ("RTMAX", 64),
      ("RTMAX-0", 64),
      ("sigrtmax-14", 50), ("RTMAX-30", 34), ("1", 1), ("64", 64), ("34", 34), ("09", nil), ("SIG15", nil),
      ("0", nil),
      ("65", nil), ("", nil), ("SIG", nil), ("SIGSIGTERM", nil), ("TERM ", nil), ("RTMIN-1", nil),
      ("RTMAX+1", nil),
      ("RTMIN+31", nil), ("RTMAX-31", nil), ("RTMIN+", nil), ("RTMIN++1", nil), ("RTMIN3", nil), ("-15", nil),
      ("+15", nil), ("15.0", nil), ("99999999999999999999", nil), ("TERMINATE", nil), ("KILL", nil),
      ("9", nil),
      ("sigkill", nil), ("STOP", nil), ("19", nil), ("CHLD", nil), ("CLD", nil), ("17", nil), ("32", nil),
      ("33", nil),
    ] as [(String, Int32?)])
  func isTakenOrRefused(_ text: String, _ number: Int32?) {
    #expect((try? setting(text).stopSignal()) == number)
  }

  @Test(
    arguments: [
      ("TERM:QUIT", 15, 3), ("sigterm:SIGQUIT", 15, 3), ("15:3", 15, 3), ("HUP:0", 1, 0),
      ("TERM:KILL", 15, 9),
      ("USR1:STOP", 10, 19), ("RTMIN+1:TERM", 35, 15), ("TERM:TERM", 15, 15), ("TERM:CHLD", 15, 17),
    ] as [(String, Int32, Int32)])
  func areRewritten(_ text: String, _ received: Int32, _ sent: Int32) throws {
    #expect(try setting(text).rewrite() == (received, sent))
  }

  @Test func rewritingsAndStatusesAreLists() throws {
    let swap: [Int32: Int32] = [10: 12, 12: 10]
    #expect(try options(["--rewrite=USR1:USR2", "--rewrite=USR2:USR1"]).process.rewrites == swap)
    #expect(try options([], ["SERVICEWRAPPER_REWRITE=USR1:USR2, USR2:USR1"]).process.rewrites == swap)
    #expect(try options(["--expect-exit=143", "--expect-exit=1"]).process.expectedExits == [143, 1])
    #expect(try options([], ["SERVICEWRAPPER_EXPECT_EXIT=143, 1"]).process.expectedExits == [143, 1])
  }

  @Test func listsAreKeptInOrderAndEachOnce() throws {
    #expect(
      try options(["--stop-signal=QUIT", "--stop-signal=3", "--stop-signal=HUP"]).stop.signals == [3, 1])
    #expect(try options([], ["SERVICE_STOP_SIGNALS=QUIT, SIGUSR1,3,"]).stop.signals == [3, 10])
    #expect(try options([], ["SERVICE_STOP_SIGNALS=,"]).stop.signals == [15, 2])
  }
}

@Suite struct PortText {
  @Test(arguments: [("1", 1), ("80", 80), ("65535", 65535)])
  func isTaken(_ text: String, _ port: Int) throws {
    #expect(try setting(text).port() == port)
  }

  @Test(arguments: [
    "", "0", "65536", "080", "+80", "-80", "80 ", " 80", "80.0", "0x50", "abc", "８０", "99999999999999999999",
  ])
  func isRefused(_ text: String) {
    #expect(throws: UsageError.self) { try setting(text).port() }
  }
}

@Suite struct ListText {
  @Test(arguments: [
    ("a", ["a"]), ("a,b", ["a", "b"]), ("a, b ,c", ["a", "b", "c"]), ("a,,b,", ["a", "b"]), (",", []),
    ("a b", ["a b"]),
    (#"a\,b,c"#, ["a,b", "c"]), (#"\,"#, [","]), (#"a\b"#, [#"a\b"#]), (#"a\"#, [#"a\"#]),
    (#"a\\,b"#, [#"a\,b"#]),
  ])
  func isSplitAtCommas(_ list: String, _ items: [String]) throws {
    #expect(splitList(Array(list.utf8)).map { String(decoding: $0, as: UTF8.self) } == items)
    #expect(try service([], ["SERVICE_TAGS=" + list]).tags == items)
  }

  @Test func flagsAreNotSplit() throws {
    #expect(try service(["--tag=a,b", "--tag= c"]).tags == ["a,b", " c"])
  }
}

@Suite struct Quoting {
  @Test(arguments: [
    ("é漢", "é漢"), ("a\tb\r\n", #"a\tb\r\n"#), ("\u{0}\u{1B}\u{7F}", #"\x00\x1b\x7f"#), ("\"\\", #"\"\\"#),
    ("\u{9B}\u{2028}\u{202E}", #"\u{9b}\u{2028}\u{202e}"#),
    (String(repeating: "a", count: 40), String(repeating: "a", count: 40)),
    (String(repeating: "a", count: 41), String(repeating: "a", count: 40) + "…"),
  ])
  func leavesNothingThatMovesTheCursor(_ text: String, _ shown: String) {
    #expect(quoted(Array(text.utf8)) == "\"" + shown + "\"")
  }

  @Test func showsWhatIsNotUTF8AsBytes() {
    #expect(escaped([0x61, 0xFF, 0xC3, 0x0A]) == #"a\xff\xc3\n"#)
    #expect(escaped(Array(repeating: 0xFF, count: 99)) == String(repeating: #"\xff"#, count: 10) + "…")
  }
}
