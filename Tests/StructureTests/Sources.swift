import Foundation

/// The repository's `Sources`, found from where this file is.
enum Sources {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources")

  static func modules() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
  }

  /// The paths of a module's files, those in folders of its own included.
  static func files(of module: String) throws -> [URL] {
    let root = folder.appending(path: module)
    return try FileManager.default.subpathsOfDirectory(atPath: root.path)
      .map { root.appending(path: $0) }
      .filter {
        !$0.hasDirectoryPath && (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
      }
  }

  static func swiftFiles(of module: String) throws -> [URL] {
    try files(of: module).filter { $0.pathExtension == "swift" }
  }

  static func text(of file: URL) throws -> String {
    try String(contentsOf: file, encoding: .utf8)
  }
}
