internal import CLinux

/// Where a program is.
public enum Program {
  /// Where a shell would find it: by PATH, unless its name has a slash. Nil: nowhere.
  public static func path(of name: [UInt8]) -> [UInt8]? {
    let slash = UInt8(ascii: "/")
    if name.contains(slash) { return isThere(name) ? name : nil }
    for folder in searchPath.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
      // An empty one is the working directory.
      let path = folder.isEmpty ? name : folder + [slash] + name
      if isThere(path) { return path }
    }
    return nil
  }

  /// What execvp(3) has where PATH isn't set.
  private static var searchPath: [UInt8] {
    let start = [UInt8]("PATH=".utf8)
    let path = Surroundings.environment.first { $0.starts(with: start) }
    return path.map { [UInt8]($0.dropFirst(start.count)) } ?? [UInt8]("/bin:/usr/bin".utf8)
  }

  private static func isThere(_ path: [UInt8]) -> Bool {
    let terminated = (path + [0]).map { CChar(bitPattern: $0) }
    return unsafe access(terminated, X_OK) == 0
  }
}
