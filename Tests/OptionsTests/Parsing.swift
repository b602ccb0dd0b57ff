@testable import Options

/// Parses as if on a container called `host`, with a command after the options unless `command` is empty.
func parse(_ arguments: [String], _ environment: [String] = [], command: [String] = ["redis-server"])
  throws(UsageError) -> Invocation
{
  try Invocation.parse(
    arguments: (arguments + command).map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) },
    hostname: "host")
}

/// The options when the name is given, unless `arguments` or `environment` give another.
func options(_ arguments: [String] = [], _ environment: [String] = []) throws(UsageError) -> Options {
  guard case .run(let options) = try parse(arguments, environment + ["SERVICE_NAME=redis"]) else {
    throw UsageError("not a run")
  }
  return options
}

func service(_ arguments: [String] = [], _ environment: [String] = []) throws(UsageError) -> Service {
  guard let service = try options(arguments, environment).services.first else {
    throw UsageError("no service")
  }
  return service
}

/// What is said about wrong options; nil if they are right.
func complaint(_ arguments: [String], _ environment: [String] = []) -> String? {
  do throws(UsageError) {
    _ = try options(arguments, environment)
    return nil
  } catch {
    return error.message
  }
}

func setting(_ value: String) -> Setting {
  Setting(source: "--x", value: Array(value.utf8))
}

/// Usage errors and warnings are shown as they are: one line, bounded, nothing that moves the cursor.
func isOneShortLine(_ message: String) -> Bool {
  let scalars = message.unicodeScalars
  return !message.isEmpty && message.utf8.count <= 200
    && scalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x2028 }
}
