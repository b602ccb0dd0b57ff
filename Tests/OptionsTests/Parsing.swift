import Consul
import Formats

@testable import Options

/// The service files that there are.
let files: [String: String] = [
  "web.json": #"{"service": {"name": "filed", "weights": {"passing": 10, "warning": 1}}}"#
]

/// Parses as if on a container called `host`, with a command after the options unless `command` is empty.
func parse(
  _ arguments: [String], _ environment: [String] = [], command: [String] = ["redis-server"],
  files: [String: String] = files
) throws(UsageError) -> Invocation {
  try Invocation.parse(
    arguments: (arguments + command).map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) },
    hostname: "host"
  ) { path throws(UnreadableFile) in
    guard let text = files[String(decoding: path, as: UTF8.self)] else {
      throw UnreadableFile(reason: "No such file or directory")
    }
    return Array(text.utf8)
  }
}

/// The options when the name is given, unless `arguments` or `environment` give another. There is a variable too
/// that is nobody's but the user's.
func options(
  _ arguments: [String] = [], _ environment: [String] = [], files: [String: String] = files
) throws(UsageError) -> Options {
  let environment = environment + ["SERVICE_NAME=redis", "SERVICE_REGION=eu"]
  guard case .run(let options) = try parse(arguments, environment, files: files) else {
    throw UsageError("not a run")
  }
  return options
}

extension Options {
  /// The only one, or the first.
  var service: Service? { services.first }
}

/// What is registered.
extension Service {
  var tags: [String] { definition.tags }
  var meta: [Definition.Meta] { definition.meta }
  var agentChecks: [AgentCheck] { definition.agentChecks }
  var moreChecks: [JSON] { definition.moreChecks }
  var fields: [JSON.Member] { definition.fields }
}

func service(_ arguments: [String] = [], _ environment: [String] = []) throws(UsageError) -> Service {
  guard let service = try options(arguments, environment).service else { throw UsageError("no service") }
  return service
}

/// What is said about wrong options; nil if they are right.
func complaint(
  _ arguments: [String], _ environment: [String] = [], files: [String: String] = files
) -> String? {
  do throws(UsageError) {
    _ = try options(arguments, environment, files: files)
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

/// Where there are no files.
func nothing(_ path: [UInt8]) throws(UnreadableFile) -> [UInt8] {
  throw UnreadableFile(reason: "No such file or directory")
}
