/// The command line, split into options and the command. Nothing is thrown here: `--help` further on wins over
/// whatever is wrong before it.
struct CommandLine {
  struct Given {
    let flag: Flag
    let value: [UInt8]
  }

  let program: ProgramName
  private(set) var given: [Given] = []
  private(set) var command: [[UInt8]] = []
  /// The first thing that is wrong.
  private(set) var error: UsageError?

  init(_ arguments: [[UInt8]], of program: ProgramName = .wrapper) {
    self.program = program
    var rest = arguments[...]
    while let word = rest.first, isOption(word) {
      rest.removeFirst()
      if word.elementsEqual("--".utf8) { break }
      take(word, followedBy: &rest)
    }
    command = Array(rest)
  }

  func has(_ flag: Flag) -> Bool {
    for one in given where one.flag == flag { return true }
    return false
  }

  private mutating func take(_ word: [UInt8], followedBy rest: inout ArraySlice<[UInt8]>) {
    let equals = word.firstIndex(of: UInt8(ascii: "="))
    let name = Array(word[..<(equals ?? word.endIndex)])
    guard let flag = Flag(named: name, of: program) else { return note(unknown(name, program)) }
    let attached = equals.map { Array(word[($0 + 1)...]) }
    guard let placeholder = flag.value else { return take(flag, attached: attached) }
    guard let value = attached ?? detachedValue(&rest) else {
      return note("\(flag.name): needs a value; give \(flag.name) \(placeholder)")
    }
    if value.isEmpty { return note("\(flag.name) \"\": empty; give \(flag.name) \(placeholder)") }
    add(flag, value)
  }

  /// For a program that takes no command.
  mutating func expectNoCommand() {
    if let word = command.first {
      note("\(quoted(word)): takes options only; see \(program.rawValue) --help")
    }
  }

  private mutating func take(_ flag: Flag, attached: [UInt8]?) {
    guard let attached else { return add(flag, []) }
    note("\(flag.name) \(quoted(attached)): takes no value; give \(flag.name) alone")
  }

  private mutating func add(_ flag: Flag, _ value: [UInt8]) {
    if !flag.isRepeatable, has(flag) { note("\(flag.name): given twice; give it once") }
    given.append(Given(flag: flag, value: value))
  }

  private mutating func note(_ message: String) {
    if error == nil { error = UsageError(message) }
  }
}

/// A lone `-` is none: by custom it means standard input, so it is a command's own word.
private func isOption(_ word: [UInt8]) -> Bool {
  word.count > 1 && word[0] == UInt8(ascii: "-")
}

/// The next word, unless it is an option itself: in `--name --port 80` the name was forgotten, and taking
/// `--port` for it would make `80` the command. `--name=--port` says that it is meant.
private func detachedValue(_ rest: inout ArraySlice<[UInt8]>) -> [UInt8]? {
  guard let next = rest.first, !next.starts(with: "--".utf8) else { return nil }
  return rest.removeFirst()
}

private func unknown(_ name: [UInt8], _ program: ProgramName) -> String {
  let see = "see \(program.rawValue) --help"
  guard let nearest = Flag.nearest(to: name, of: program) else {
    return "unknown option \(escaped(name)); \(see)"
  }
  return "unknown option \(escaped(name)); did you mean \(nearest.name)? \(see)"
}
