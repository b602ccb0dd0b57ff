internal import Linux
public import Options
public import Runtime

extension StartupContext {
  /// Watches until a stop signal.
  public func watch(_ options: WatcherOptions) -> Never {
    do throws(StartError) {
      var loop = try WatcherLoop(options, hostname: hostname)
      loop.run()
      exitNow(0)
    } catch {
      end(error, log: options.log)
    }
  }
}
