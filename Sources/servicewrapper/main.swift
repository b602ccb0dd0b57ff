import Options
import Runtime

// Before anything else, so that no signal is lost: while one isn't blocked, the kernel discards it for PID 1.
let context = StartupContext.blockingEverySignal("servicewrapper")

do throws(UsageError) {
  switch try Invocation.parse(
    arguments: context.arguments, environment: context.environment, hostname: context.hostname,
    read: context.read)
  {
  case .help: context.finish(printing: helpText)
  case .version: context.finish(printing: version + "\n")
  case .run(let options) where options.dryRun: context.showRegistration(options)
  case .run(let options): context.supervise(options)
  }
} catch {
  context.refuse(error.message)
}
