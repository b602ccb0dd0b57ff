internal import CLinux

/// Small files.
public enum File {
  /// The first bytes of a file, `limit` at most.
  ///
  /// Throws if open(2) or read(2) fails: ENOENT without such a file, EACCES without permission,
  /// EISDIR for a folder.
  public static func read(path: [UInt8], limit: Int) throws(SystemCallError) -> [UInt8] {
    let path = terminated(path)
    let file = Descriptor(try checked("open") { unsafe cl_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) })
    var content: [UInt8] = []
    while content.count < limit, let part = try file.read(limit: min(4_096, limit - content.count)),
      !part.isEmpty
    {
      content += part
    }
    return content
  }
}
