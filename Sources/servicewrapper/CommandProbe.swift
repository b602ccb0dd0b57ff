internal import Runtime
internal import Linux
internal import WrapperCore

/// Runs a command in a shell, in its own process group; its exit status is the result.
struct CommandProbe {
  private let command: [[UInt8]]
  private let environment: ProbeEnvironment
  private var child: Child?

  init(_ command: [UInt8], in environment: ProbeEnvironment) {
    self.command = [[UInt8]("/bin/sh".utf8), [UInt8]("-c".utf8), command]
    self.environment = environment
  }

  /// Returns the result if the command can't be started.
  mutating func start() -> Health? {
    cancel()
    do throws(SystemCallError) {
      child = try Child.spawnApart(command, mask: environment.mask, folder: environment.folder)
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
