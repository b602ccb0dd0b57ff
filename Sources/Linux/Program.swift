internal import CLinux

/// Finds programs.
public enum Program {
  /// The program's path as a shell would find it: by PATH, unless its name has a slash; nil if there is none.
  public static func path(of name: [UInt8]) -> [UInt8]? {
    let slash = UInt8(ascii: "/")
    if name.isEmpty { return nil }
    if name.contains(slash) { return isThere(name) ? name : nil }
    for folder in searchPath.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
      // An empty entry is the working directory; written as `.`, so that no name looks like an option.
      let path = (folder.isEmpty ? [UInt8(ascii: ".")] : [UInt8](folder)) + [slash] + name
      if isThere(path) { return path }
    }
    return nil
  }

  /// Whether a shell can make something of it: no binary, which has a NUL in its first line. One for another machine would
  /// be run as a script otherwise.
  ///
  /// Fails where it can't be read.
  static func isScript(_ path: [UInt8]) throws(SystemCallError) -> Bool {
    let start = try File.read(path: path, limit: 256)
    return !start.prefix { $0 != UInt8(ascii: "\n") }.contains(0)
  }

  /// PATH, or the default of execvp(3).
  private static var searchPath: [UInt8] {
    let start = [UInt8]("PATH=".utf8)
    let path = ProcessEnvironment.environment.first { $0.starts(with: start) }
    return path.map { [UInt8]($0.dropFirst(start.count)) } ?? [UInt8]("/bin:/usr/bin".utf8)
  }

  private static func isThere(_ path: [UInt8]) -> Bool { unsafe access(terminated(path), X_OK) == 0 }
}
