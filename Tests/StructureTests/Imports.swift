import Foundation

/// The modules that a Swift source names in its import declarations, whatever stands around the word
/// `import`: an access level, an attribute, a kind of symbol. Comments don't count.
func imports(in source: String) -> [String] {
  let code = withoutComments(source)
  let declaration =
    #/
    (?:^|;) \s*
    (?: @\w+ (?: \( [^)]* \) )? \s+ )*
    (?: (?:public|package|internal|fileprivate|private) \s+ )?
    import \s+
    (?: (?:typealias|struct|class|actor|enum|protocol|macro|let|var|func) \s+ )?
    (?<module> \w+ )
    /#.anchorsMatchLineEndings()
  return code.matches(of: declaration).map { String($0.output.module) }
}

/// C and Swift write comments alike.
func withoutComments(_ source: String) -> String {
  source
    .replacing(#//\*(?:.|\n)*?\*//#, with: " ")
    .replacing(#///[^\n]*/#, with: "")
}

/// What stands at the outermost level of a C header, one entry for each declaration: a function's body is left
/// out, and so are preprocessor lines.
func declarations(inHeader source: String) -> [String] {
  let code = withoutComments(source)
    .replacing(#/\\\n/#, with: " ")
    .replacing(#/^[ \t]*\#[^\n]*/#.anchorsMatchLineEndings(), with: "")
  var depth = 0
  var found = [""]
  for character in code {
    switch character {
    case "{": depth += 1
    case "}": depth -= 1
    default: if depth == 0 { found[found.count - 1].append(character) }
    }
    if depth == 0 && (character == "}" || character == ";") { found.append("") }
  }
  return found.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
}
