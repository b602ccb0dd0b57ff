internal import CLinux

/// A signal that was read; signalfd(2).
public struct ReceivedSignal: Hashable, Sendable {
  /// The signal's number; signal(7).
  public let number: Int32
  /// The pid of the sender, by kill(2) or similar; 0 for the kernel.
  public let sender: Int32
  /// Whether the kernel made it: for the signals of a terminal, the terminal driver.
  public let isFromKernel: Bool

  /// SIGCHLD: a child ended, was suspended or was continued.
  public static let child = SIGCHLD

  /// Whether our own failed log write caused it: the pipe has no reader, or the file may not grow; write(2). Any
  /// other signal with our own pid was sent before we were executed.
  public var isFromOwnLogWrite: Bool {
    !isFromKernel && sender == getpid() && (number == SIGPIPE || number == SIGXFSZ)
  }
}
