import Testing

@testable import Options

private func command(_ arguments: [String]) throws -> [String] {
  guard case .run(let options) = try parse(arguments, command: []) else { return [] }
  return options.command.map { String(decoding: $0, as: UTF8.self) }
}

@Suite struct TheCommand {
  @Test(arguments: [
    (["--name", "web", "ls", "-l", "--port"], ["ls", "-l", "--port"]),
    (["--name=web", "--", "--ls", "-l"], ["--ls", "-l"]),
    (["--name", "web", "--", "--", "x"], ["--", "x"]),
    (["--name", "web", "-", "--help"], ["-", "--help"]),
    (["--name", "web", "ls", "--", "--version"], ["ls", "--", "--version"]),
    (["--name", "web", "", "x"], ["", "x"]),
    (["--tag", "-x", "--name", "web", "ls"], ["ls"]),
    (["--tag", "-", "--name", "web", "ls"], ["ls"]),
  ])
  func startsAtTheFirstWordThatIsNoOption(_ arguments: [String], _ expected: [String]) throws {
    #expect(try command(arguments) == expected)
  }

  @Test func keepsBytesThatAreNotText() throws {
    let words: [[UInt8]] = [Array("--no-register".utf8), [0xFF], [0x80, 0x0A]]
    guard
      case .run(let options) = try Invocation.parse(
        arguments: words, environment: [], hostname: "h", read: nothing)
    else {
      Issue.record("not a run")
      return
    }
    #expect(options.command == [[0xFF], [0x80, 0x0A]])
  }

  @Test(arguments: [[], ["--name", "web"], ["--name", "web", "--"], ["--no-register"]])
  func mustBeThere(_ arguments: [String]) {
    let expected = UsageError("no command; give it after the options, or see servicewrapper --help")
    #expect(throws: expected) { try parse(arguments, command: []) }
  }

  @Test func isNotNeededForADryRun() throws {
    guard case .run(let options) = try parse(["--name", "web", "--dry-run"], command: []) else {
      Issue.record("not a run")
      return
    }
    #expect(options.dryRun)
    #expect(options.command.isEmpty)
  }
}

@Suite struct HelpAndVersion {
  @Test(arguments: [
    ["--help"], ["--help", "--version"], ["--port", "abc", "--help"], ["--foo", "--help"],
    ["--help", "--foo"],
    ["--help", "--help"], ["--name", "--help"], ["--name", "a", "--name", "b", "--help"],
    ["--dry-run=x", "--help"],
    ["--help", "ls"], ["--name=", "--help"],
  ])
  func helpWinsOverWhateverElseIsWrong(_ arguments: [String]) throws {
    #expect(try parse(arguments, ["SERVICE_PORT=x"], command: []) == .help)
  }

  @Test(arguments: [["--version"], ["--version", "--help"], ["--foo", "--version", "--port", "x"]])
  func versionDoesToo(_ arguments: [String]) throws {
    #expect(try parse(arguments, ["SERVICE_PORT=x"], command: []) == .version)
  }

  @Test(arguments: [["ls", "--help"], ["--", "--help"], ["--name=--help", "ls"]])
  func areTheCommandsOwnBehindIt(_ arguments: [String]) throws {
    guard case .run = try parse(arguments, ["SERVICE_NAME=web"], command: []) else {
      Issue.record("not a run")
      return
    }
  }
}

@Suite struct WhatIsNoOption {
  @Test(arguments: ["--foo", "-x", "-9", "--é", "--=", "--no-such-thing"])
  func isRefused(_ word: String) {
    let name = word == "--=" ? "--" : word
    #expect(complaint([word, "x"]) == "unknown option \(name); see servicewrapper --help")
    #expect(complaint([word + "=x"]) == "unknown option \(name); see servicewrapper --help")
  }

  @Test(arguments: [
    ("--prot", "--port"), ("--nmae", "--name"), ("--consul", "--consul-addr"), ("-name", "--name"),
    ("--tags", "--tag"), ("--Port", "--port"), ("--dryrun", "--dry-run"), ("--dreain", "--drain"),
    ("--stop-signals", "--stop-signal"), ("--deregister", "--deregister-after"),
    ("--ready_timeout", "--ready-timeout"),
    ("--no-registre", "--no-register"), ("-help", "--help"), ("--tll", "--ttl"),
  ])
  func isAnsweredWithTheNearest(_ word: String, _ nearest: String) {
    #expect(complaint([word]) == "unknown option \(word); did you mean \(nearest)? see servicewrapper --help")
  }

  @Test func isShownEscapedAndCut() {
    #expect(complaint(["--\u{1B}[1m"]) == "unknown option --\\x1b[1m; see servicewrapper --help")
    let long = "--" + String(repeating: "x", count: 38) + "…"
    #expect(
      complaint(["--" + String(repeating: "x", count: 900)])
        == "unknown option \(long); see servicewrapper --help")
  }

  @Test(arguments: [
    ("port", "port", 0), ("prot", "port", 1), ("pot", "port", 1), ("", "ab", 2), ("ab", "ba", 1),
    ("abc", "xyz", 3), ("kitten", "sitting", 3),
  ])
  func distanceIsCountedInLetters(_ a: String, _ b: String, _ distance: Int) {
    #expect(editDistance(Array(a.utf8), Array(b.utf8)) == distance)
    #expect(editDistance(Array(b.utf8), Array(a.utf8)) == distance)
  }
}
