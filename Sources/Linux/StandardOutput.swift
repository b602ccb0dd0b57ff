internal import CLinux

/// Where help, the version and `--dry-run` go.
public enum StandardOutput {
  /// Writes all of it, waiting for the reader.
  ///
  /// Throws if write(2) fails: EPIPE without a reader, ENOSPC on a full disk, EBADF if it is closed.
  public static func write(_ bytes: [UInt8]) throws(SystemCallError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = try checked("write") {
        unsafe rest.withUnsafeBytes { unsafe CLinux.write(1, $0.baseAddress!, $0.count) }
      }
      rest = rest.dropFirst(count)
    }
  }
}
