internal import Clients
internal import Linux
internal import WrapperCore

/// What a probe's command is run with: what the process was given too.
struct ProbeEnvironment {
  let mask: SignalMask
  let folder: [UInt8]
}

/// Runs a command by the shell, in a process group of its own, and goes by how it ends.
struct CommandProbe {
  private let command: [[UInt8]]
  private let environment: ProbeEnvironment
  private var child: Child?

  init(_ command: [UInt8], in environment: ProbeEnvironment) {
    self.command = [[UInt8]("/bin/sh".utf8), [UInt8]("-c".utf8), command]
    self.environment = environment
  }

  /// Gives the result where the command can't even be started.
  mutating func start() -> Health? {
    cancel()
    do throws(SystemCallError) {
      child = try Child.spawnApart(command, mask: environment.mask, folder: environment.folder)
      return nil
    } catch { return .failing(error.errno) }
  }

  /// Kills all that it started and is in its group still. Whoever reaps it later knows it no more.
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
