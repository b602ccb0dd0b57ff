internal import CLinux

/// The values of errno(3) that we distinguish, and their texts.
public enum Errno {
  public static let noEntry = ENOENT
  public static let timedOut = ETIMEDOUT
  public static let connectionRefused = ECONNREFUSED
  public static let connectionReset = ECONNRESET
  public static let again = EAGAIN
  public static let noMemory = ENOMEM

  public static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
