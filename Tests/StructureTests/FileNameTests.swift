import Foundation
import Testing

@Suite("A file's name tells what it contains")
struct FileNameTests {
  private static func sources() throws -> [URL] {
    try Sources.modules().sorted().flatMap { try Sources.swiftFiles(of: $0) }
      .filter { $0.lastPathComponent != "main.swift" }
  }

  @Test("no two files of Sources share a name")
  func namesAreUnique() throws {
    let names = try Self.sources().map(\.lastPathComponent)
    let repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys
    #expect(names.count > 50 && repeated.isEmpty, "\(repeated.sorted())")
  }

  /// `Type.swift`, or `Type+Topic.swift` for an extension. Private types belong to the one they serve.
  @Test("a type is in the file with its name")
  func typesAreFound() throws {
    let declaration =
      #/^(?:(?:public|package|final|indirect)\ +)*(?:struct|enum|class|actor|protocol)\ +(?<name>\w+)/#
      .anchorsMatchLineEndings()
    var count = 0
    for file in try Self.sources() {
      for match in withoutComments(try Sources.text(of: file)).matches(of: declaration) {
        count += 1
        #expect(
          file.deletingPathExtension().lastPathComponent == match.output.name,
          "\(match.output.name) is in \(file.lastPathComponent)")
      }
    }
    #expect(count > 50, "nothing was read: this test would pass whatever the code says")
  }
}
