internal import Linux
internal import Runtime
internal import WrapperCore

/// Runs a command in a shell, in its own process group; its exit status is the result.
struct CommandProbe {
  private let command: [[UInt8]]
  /// The same as the process's.
  private let mask: SignalMask
  private let folder: [UInt8]
  private var child: Child?

  init(_ command: [UInt8], mask: SignalMask, folder: [UInt8]) {
    self.command = [[UInt8]("/bin/sh".utf8), [UInt8]("-c".utf8), command]
    (self.mask, self.folder) = (mask, folder)
  }

  /// Returns the result if the command can't be started.
  mutating func start() -> Health? {
    cancel()
    do throws(SystemCallError) {
      child = try Child.spawnApart(command, mask: mask, folder: folder)
      return nil
    } catch { return .failing(error.errno) }
  }

  /// Kills the command's process group. The child is reaped later without effect.
  mutating func cancel() {
    try? child?.send(Signal.kill)
    child = nil
  }

  mutating func take(_ ended: ExitedChild) -> Health? {
    guard ended.id == child?.id else { return nil }
    child = nil
    let status = ExitStatus(ended)
    return status == .exited(0) ? .accepting : .unsuccessful(status)
  }
}
