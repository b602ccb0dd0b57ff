internal import Formats

/// The command line, split into options and the command. Nothing is thrown here: `--help` further on wins over
/// whatever is wrong before it.
struct CommandLine {
  let program: ProgramName
  /// What is given for each option; an empty value for one that takes none.
  private(set) var given: [Flag: [Setting]] = [:]
  /// `--help` or `--version`, whichever came first.
  private(set) var helpOrVersion: Flag?
  private(set) var command: [[UInt8]] = []
  /// The first thing that is wrong.
  private(set) var error: UsageError?

  init(_ arguments: [[UInt8]], of program: ProgramName = .wrapper) {
    self.program = program
    var rest = arguments[...]
    // A lone `-` is no option: by custom it means standard input, so it is a command's own word.
    while let word = rest.first, word.count > 1, word[0] == .dash {
      rest.removeFirst()
      if isSame(word, "--") { break }
      take(word, followedBy: &rest)
    }
    command = Array(rest)
  }

  func has(_ flag: Flag) -> Bool { given[flag] != nil }

  private mutating func take(_ word: [UInt8], followedBy rest: inout ArraySlice<[UInt8]>) {
    let name = word.prefix { $0 != .equalsSign }
    let attached = name.count < word.count ? Array(word[(name.count + 1)...]) : nil
    guard let flag = program.flags.first(where: { isSame(name, $0.name) }) else {
      return note(unknown(Array(name)))
    }
    guard let placeholder = flag.value else {
      if let attached {
        return note("\(flag.name) \(quoted(attached)): takes no value; give \(flag.name) alone")
      }
      return add(flag, [])
    }
    // Not an option itself: in `--name --port 80` the name was forgotten, and taking `--port` for it would make `80`
    // the command. `--name=--port` says that it is meant.
    let isNextItsValue = rest.first?.starts(with: "--".utf8) == false
    guard let value = attached ?? (isNextItsValue ? rest.removeFirst() : nil) else {
      return note("\(flag.name): needs a value; give \(flag.name) \(placeholder)")
    }
    if value.isEmpty { return note("\(flag.name) \"\": empty; give \(flag.name) \(placeholder)") }
    add(flag, value)
  }

  private mutating func add(_ flag: Flag, _ value: [UInt8]) {
    if !flag.isRepeatable, has(flag) { note("\(flag.name): given twice; give it once") }
    given[flag, default: []].append(Setting(source: flag.name, value: value))
    if flag == .help || flag == .version { helpOrVersion = helpOrVersion ?? flag }
  }

  private mutating func note(_ message: String) { error = error ?? UsageError(message) }

  private func unknown(_ name: [UInt8]) -> String {
    let meant = Flag.nearest(to: name, of: program).map { "did you mean \($0.name)? " } ?? ""
    return "unknown option \(escaped(name)); \(meant)see \(program.rawValue) --help"
  }
}
