internal import CLinux

/// The values of errno(3) that we distinguish, and their texts.
public enum Errno {
  /// ENOENT: no such file.
  public static let noEntry = ENOENT
  /// ECONNREFUSED: no process listens there.
  public static let connectionRefused = ECONNREFUSED
  /// EAGAIN: the call would block, or a limit on processes is reached.
  public static let again = EAGAIN
  /// ENOMEM: out of memory.
  public static let noMemory = ENOMEM

  /// The text for an error number; strerror(3).
  public static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
