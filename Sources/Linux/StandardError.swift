internal import CLinux

/// Where log lines go.
public enum StandardError {
  /// Writes a line whole or not at all: false if the pipe is full. Never waits, and doesn't change the mode of the
  /// pipe, which the process shares.
  public static func write(_ line: [UInt8]) -> Bool {
    do throws(SystemCallError) {
      return unsafe try attempt(line) { unsafe cl_write_nowait(2, $0.baseAddress!, $0.count) }
    } catch {
      return isUnsupported(error.errno) ? writeIfReady(line) : false
    }
  }

  /// A regular file never waits for a reader, yet on XFS nearly every appended line gives EAGAIN: the kernel would
  /// wait for the lock to note the time of the change.
  private static func isUnsupported(_ number: Int32) -> Bool {
    switch number {
    case EOPNOTSUPP, EINVAL, ESPIPE: true
    case Errno.again: isRegularFile
    default: false
    }
  }

  private static var isRegularFile: Bool {
    var status = stat()
    return unsafe fstat(2, &status) == 0 && status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG)
  }

  /// For a terminal, and for pipes before Linux 6.4, that don't know RWF_NOWAIT: a line of at most PIPE_BUF bytes
  /// fits where poll(2) finds room.
  private static func writeIfReady(_ line: [UInt8]) -> Bool {
    var state = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
    guard unsafe poll(&state, 1, 0) == 1, state.revents & Int16(POLLOUT) != 0 else { return false }
    return unsafe (try? attempt(line) { unsafe CLinux.write(2, $0.baseAddress!, $0.count) }) ?? false
  }

  private static func attempt(
    _ line: [UInt8], _ call: (UnsafeRawBufferPointer) -> Int
  ) throws(SystemCallError) -> Bool {
    try checked("write") { unsafe line.withUnsafeBytes { unsafe call($0) } } == line.count
  }
}
