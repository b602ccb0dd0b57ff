import Foundation
import Testing

/// What each module may import, and nothing else: no Foundation, no Dispatch, no Glibc, and the pure modules
/// nothing but Formats.
private let allowed: [String: Set<String>] = [
  "WrapperCore": [],
  "WatcherCore": [],
  "Formats": [],
  "Consul": ["Formats"],
  "Engine": ["Formats"],
  "Options": ["Formats", "Consul"],
  "Linux": ["CLinux"],
  "Runtime": ["Formats", "Consul", "Options", "Linux"],
  "servicewrapper": ["WrapperCore", "Formats", "Consul", "Options", "Linux", "Runtime"],
  "servicewatcher": ["WatcherCore", "Formats", "Consul", "Engine", "Options", "Linux", "Runtime"],
]

@Suite("Dependencies point one way")
struct ImportDirectionTests {
  @Test("each module imports only what it may", arguments: allowed.keys.sorted())
  func importsOnlyWhatItMay(module: String) throws {
    let files = try Sources.swiftFiles(of: module)
    #expect(!files.isEmpty, "nothing was read: this test would pass whatever the code says")
    for file in files {
      let foreign = Set(imports(in: try Sources.text(of: file))).subtracting(allowed[module]!)
      #expect(foreign.isEmpty, "\(module)/\(file.lastPathComponent) imports \(foreign.sorted())")
    }
  }

  @Test("every folder of Sources is judged")
  func everyFolderIsJudged() throws {
    #expect(try Sources.modules() == Set(allowed.keys).union(["CLinux"]))
  }

  /// The real code has at least these: a scanner that finds none of them finds nothing at all.
  @Test(
    "the imports that must be there are found",
    arguments: [("Linux", "CLinux"), ("servicewrapper", "WrapperCore")])
  func findsTheImportsThatMustBeThere(module: String, expected: String) throws {
    let found = try Sources.swiftFiles(of: module).flatMap { imports(in: try Sources.text(of: $0)) }
    #expect(found.contains(expected))
  }
}

@Suite("CLinux has no logic to link")
struct CLinuxTests {
  @Test("it is one header and its module map")
  func isOneHeader() throws {
    let names = try Sources.files(of: "CLinux").map(\.lastPathComponent).sorted()
    #expect(names.filter { $0 != "module.modulemap" }.map { ($0 as NSString).pathExtension } == ["h"])
    #expect(names.contains("module.modulemap"))
  }

  @Test("it declares only static inline functions")
  func declaresOnlyStaticInlineFunctions() throws {
    let headers = try Sources.files(of: "CLinux").filter { $0.pathExtension == "h" }
    let declared = try headers.flatMap { declarations(inHeader: try Sources.text(of: $0)) }
    #expect(!declared.isEmpty)
    for declaration in declared {
      #expect(declaration.hasPrefix("static inline ") && !declaration.hasSuffix(";"), "\(declaration)")
    }
  }
}
