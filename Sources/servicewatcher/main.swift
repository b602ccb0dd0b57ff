import Options
import Reporting
import Watcher

let caller = Caller.blockingEverySignal("servicewatcher")

do throws(UsageError) {
  switch try WatcherInvocation.parse(arguments: caller.arguments, environment: caller.environment) {
  case .help: caller.finish(printing: watcherHelpText)
  case .version: caller.finish(printing: watcherVersion + "\n")
  case .run(let options): caller.watch(options)
  }
} catch {
  caller.refuse(error.message)
}
