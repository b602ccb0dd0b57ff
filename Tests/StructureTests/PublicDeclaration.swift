import Foundation

/// A public declaration of a Swift source.
struct PublicDeclaration: Equatable {
  /// Its first line, without blanks around it.
  let text: String
  /// Counted from 1.
  let line: Int
  /// The text of its docstring; empty if it has none.
  let docstring: String
  /// Whether it is a function or an initializer that throws. A parameter that throws doesn't count.
  let throwsError: Bool

  var isThrowDocumented: Bool { docstring.contains(#/\b(?:[Tt]hrows|[Ff]ails)\b/#) }
}

/// The public declarations in a Swift source, without imports. The format forbids public extensions.
func publicDeclarations(in source: String) -> [PublicDeclaration] {
  let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map {
    $0.trimmingCharacters(in: .whitespaces)
  }
  let pattern =
    #/
    ^ (?: @\w+ (?: \( [^)]* \) )? \s+ )*
    (?: (?!public|open) \w+ (?: \( \w+ \) )? \s+ )*
    (?: public | open ) \s+ (?! (?:import|extension) \b )
    (?<rest> .* )
    /#
  return lines.indices.compactMap { index in
    guard let match = lines[index].firstMatch(of: pattern) else { return nil }
    let isFunction = match.output.rest.contains(#/\b(?:func|init)\b/#)
    return PublicDeclaration(
      text: lines[index], line: index + 1, docstring: docstring(before: index, in: lines),
      throwsError: isFunction && signatureThrows(lines[index...].joined(separator: "\n")))
  }
}

private func docstring(before index: Int, in lines: [String]) -> String {
  let above = lines[..<index].reversed().drop { $0.hasPrefix("@") }
  return above.prefix { $0.hasPrefix("///") }.reversed().map { $0.dropFirst(3) }.joined(separator: "\n")
    .trimmingCharacters(in: .whitespacesAndNewlines)
}

/// Whether `throws` is in the function's signature, outside of its parameters.
private func signatureThrows(_ text: String) -> Bool {
  var (depth, outside) = (0, "")
  for character in text {
    switch character {
    case "(", "[": depth += 1
    case ")", "]": depth -= 1
    case "{" where depth == 0, "}" where depth == 0: return outside.contains(#/\bthrows\b/#)
    default: break
    }
    if depth == 0 { outside.append(character) }
  }
  return outside.contains(#/\bthrows\b/#)
}
