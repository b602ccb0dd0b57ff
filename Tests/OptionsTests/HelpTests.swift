import Testing

@testable import Options

@Suite struct HelpText {
  @Test(arguments: ProgramName.allCases)
  func hasEveryOptionAndNoOther(_ program: ProgramName) {
    #expect(program.helpWords("--").subtracting(["--"]) == Set(program.flags.map(\.name)))
  }

  @Test(arguments: ProgramName.allCases)
  func hasEveryVariableAndNoOther(_ program: ProgramName) {
    let variables = program.flags.compactMap { $0.variable.map { program.variable($0) } }
    let words = ["SERVICE", "CONSUL_", "DOCKER_"].reduce(into: Set<String>()) {
      $0.formUnion(program.helpWords($1))
    }
    let general: Set = ["SERVICE_<port>_X", "SERVICE_X", "SERVICE_NAME"]
    let expected = Set(variables + ["CONSUL_HTTP_TOKEN"]).subtracting(general)
    #expect(words.subtracting(general) == expected)
  }

  @Test(arguments: ProgramName.allCases)
  func beginsALineWithEachOptionAndItsValue(_ program: ProgramName) {
    for flag in program.flags {
      let start = "  " + flag.name + (flag.value.map { " " + $0 } ?? "")
      #expect(program.helpLines.contains { $0 == start || $0.hasPrefix(start + " ") }, "\(flag.name)")
    }
  }

  @Test(arguments: [
    (ProgramName.wrapper, "usage: servicewrapper [OPTION...] [--] COMMAND [ARG...]\n"),
    (.watcher, "usage: servicewatcher [OPTION...]\n"),
  ])
  func fitsAScreen(_ program: ProgramName, usage: String) {
    #expect(program.helpLines.count <= 60)
    #expect(program.helpLines.allSatisfy { $0.count <= 100 })
    #expect(program.help.hasPrefix(usage))
    #expect(program.help.hasSuffix("\n") && !program.help.hasSuffix("\n\n"))
  }

  @Test(arguments: ["124", "125", "126", "127", "128+n"])
  func saysEachExitStatus(_ status: String) {
    #expect(helpText.contains(status + " "))
  }

  @Test func versionIsOneLine() {
    #expect(version == "servicewrapper 0.1.0")
    #expect(watcherVersion == "servicewatcher 0.1.0")
  }
}

extension ProgramName {
  fileprivate var help: String { self == .wrapper ? helpText : watcherHelpText }

  fileprivate var helpLines: [Substring] { help.split(separator: "\n", omittingEmptySubsequences: false) }

  /// All the words in it that begin with `start`, each once.
  fileprivate func helpWords(_ start: String) -> Set<String> {
    let separators: Set<Character> = [" ", "\n", "[", "]", ",", ";", "=", "."]
    return Set(help.split { separators.contains($0) }.map(String.init).filter { $0.hasPrefix(start) })
  }
}
