import Testing

@Suite("Every public declaration is documented")
struct DocstringTests {
  private static let modules: [String] = (try? Sources.modules().sorted()) ?? []

  private static func declarations(of module: String) throws -> [(place: String, PublicDeclaration)] {
    try Sources.swiftFiles(of: module).flatMap { file in
      publicDeclarations(in: try Sources.text(of: file)).map {
        ("\(module)/\(file.lastPathComponent):\($0.line): \($0.text)", $0)
      }
    }
  }

  @Test("each has a docstring", arguments: modules)
  func hasDocstring(module: String) throws {
    let missing = try Self.declarations(of: module).filter { $0.1.docstring.isEmpty }.map(\.place)
    #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
  }

  /// The docstring contains 'throws' or 'fails'.
  @Test("each function and initializer that throws documents when", arguments: modules)
  func documentsWhatItThrows(module: String) throws {
    let missing = try Self.declarations(of: module)
      .filter { $0.1.throwsError && !$0.1.isThrowDocumented }.map(\.place)
    #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
  }

  @Test("declarations are found at all")
  func findsDeclarations() throws {
    let all = try Self.modules.flatMap { try Self.declarations(of: $0) }
    #expect(all.count > 400, "nothing was read: these tests would pass whatever the code says")
    #expect(all.count { $0.1.throwsError } > 20)
  }
}

@Suite("The reading of sources misses no public declaration")
struct PublicDeclarationTests {
  @Test(
    "one that has no docstring is found",
    arguments: [
      "public let a = 1",
      "  public private(set) var a = 1",
      "public static func < (a: A, b: A) -> Bool { true }",
      "static public func a() {}",
      "@inlinable public init() {}",
      "@inlinable\npublic func a() {}",
      "nonisolated(unsafe) public var a = 1",
      "open class A {}",
      "// A comment.\npublic struct A {}",
      "///\npublic struct A {}",
      "/// Another's.\nlet a = 1\npublic let b = 1",
      "/// Another's.\n\npublic let b = 1",
    ])
  func findsUndocumented(source: String) {
    #expect(publicDeclarations(in: source).map(\.docstring) == [""])
  }

  @Test(
    "a docstring is found",
    arguments: ["/// A.\npublic let a = 1", "  /// A.\n  @a\n  @b(c)\n  public let a = 1"])
  func findsDocstring(source: String) {
    #expect(publicDeclarations(in: source).map(\.docstring) == ["A."])
  }

  @Test(
    "what isn't a public declaration is passed over",
    arguments: [
      "public import A", "let a = 1", "// public let a = 1", "package let a = 1", "let publicName = 1",
    ])
  func passesOver(source: String) {
    #expect(publicDeclarations(in: source).isEmpty)
  }

  @Test(
    "a function that throws is recognized",
    arguments: [
      ("public func a() throws {}", true),
      ("public init(\n  a: Int\n) throws(E) {", true),
      ("public func a(b: () throws -> Void) {}", false),
      ("public func a() {}\nfunc b() throws {}", false),
      ("public func a() {\n  try b { throws }\n}", false),
      ("public typealias A = () throws -> Void", false),
    ])
  func recognizesThrowing(source: String, expected: Bool) {
    #expect(publicDeclarations(in: source).map(\.throwsError) == [expected])
  }

  @Test(
    "a docstring says when it throws",
    arguments: [
      ("Throws if it is closed.", true), ("Reads; fails at the end.", true), ("Failsafe.", false),
      ("", false),
    ])
  func saysWhen(docstring: String, expected: Bool) {
    let declaration = PublicDeclaration(text: "", line: 1, docstring: docstring, throwsError: true)
    #expect(declaration.isThrowDocumented == expected)
  }
}
