import Options
import Reporting
import Wrapper

// Before anything else, so that no signal is lost: while one isn't blocked, the kernel discards it for PID 1.
let caller = Caller.blockingEverySignal("servicewrapper")

do throws(UsageError) {
  switch try Invocation.parse(
    arguments: caller.arguments, environment: caller.environment, hostname: caller.hostname,
    read: caller.read)
  {
  case .help: caller.finish(printing: helpText)
  case .version: caller.finish(printing: version + "\n")
  case .run(let options) where options.dryRun: caller.showRegistration(options)
  case .run(let options): caller.supervise(options)
  }
} catch {
  caller.refuse(error.message)
}
