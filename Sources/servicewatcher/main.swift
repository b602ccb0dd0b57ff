import Options
import Runtime

let context = StartupContext.blockingEverySignal("servicewatcher")

do throws(UsageError) {
  switch try WatcherInvocation.parse(arguments: context.arguments, environment: context.environment) {
  case .help: context.finish(printing: watcherHelpText)
  case .version: context.finish(printing: watcherVersion + "\n")
  case .run(let options):
    do throws(StartError) {
      var loop = try WatcherLoop(options, hostname: context.hostname)
      loop.run()
    } catch { context.end(error, log: options.log) }
  }
} catch {
  context.refuse(error.message)
}
