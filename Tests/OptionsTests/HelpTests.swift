import Testing

@testable import Options

@Suite struct HelpText {
  private let lines = helpText.split(separator: "\n", omittingEmptySubsequences: false)

  /// All the words in it that begin with `start`, each once.
  private func words(_ start: String) -> Set<String> {
    let separators: Set<Character> = [" ", "\n", "[", "]", ",", ";", "=", "."]
    return Set(helpText.split { separators.contains($0) }.map(String.init).filter { $0.hasPrefix(start) })
  }

  @Test func hasEveryOptionAndNoOther() {
    #expect(words("--").subtracting(["--"]) == Set(Flag.allCases.map(\.name)))
  }

  @Test func hasEveryVariableAndNoOther() {
    let variables = Set(Flag.allCases.compactMap { $0.variable?.name } + ["CONSUL_HTTP_TOKEN"])
    #expect(
      words("SERVICE").union(words("CONSUL_")).subtracting(["SERVICE_<port>_X", "SERVICE_X"]) == variables)
  }

  @Test(arguments: Flag.allCases)
  func beginsALineWithEachOptionAndItsValue(_ flag: Flag) {
    let start = "  " + flag.name + (flag.value.map { " " + $0 } ?? "")
    #expect(lines.contains { $0 == start || $0.hasPrefix(start + " ") })
  }

  @Test func fitsAScreen() {
    #expect(lines.count <= 60)
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(helpText.hasPrefix("usage: servicewrapper [OPTION...] [--] COMMAND [ARG...]\n"))
    #expect(helpText.hasSuffix("\n") && !helpText.hasSuffix("\n\n"))
  }

  @Test(arguments: ["124", "125", "126", "127", "128+n"])
  func saysEachExitStatus(_ status: String) {
    #expect(helpText.contains(status + " "))
  }

  @Test func versionIsOneLine() {
    #expect(version == "servicewrapper 0.1.0")
  }
}
