import Consul
import Formats
import Runtime
import WrapperCore

@testable import Options
@testable import servicewrapper

/// The words of a command line between NULs; those that begin as a variable does are the environment.
func takeOptions(_ bytes: [UInt8]) {
  let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map { [UInt8]($0) }
  let isVariable = { (word: [UInt8]) in
    ["SERVICE", "CONSUL_"].contains { word.starts(with: $0.utf8) }
  }
  take(words.filter { !isVariable($0) }, words.filter(isVariable))
}

/// A file's text; what it has no name and no command for is given.
func takeServiceFile(_ bytes: [UInt8]) {
  take(["--service-file=f", "true"].map { [UInt8]($0.utf8) }, ["SERVICE_NAME=web"].map { [UInt8]($0.utf8) }) {
    _ throws(UnreadableFile) in bytes
  }
}

/// The services that these options give.
func services(_ arguments: [String]) throws(UsageError) -> [Service] {
  let invocation = try Invocation.parse(
    arguments: (arguments + ["true"]).map { [UInt8]($0.utf8) }, environment: [], hostname: "host",
    read: noFile)
  guard case .run(let options) = invocation else { return [] }
  return options.services
}

private func noFile(_: [UInt8]) throws(UnreadableFile) -> [UInt8] {
  throw UnreadableFile(reason: "not there")
}

private func take(_ arguments: [[UInt8]], _ environment: [[UInt8]], read: FileReader = noFile) {
  do throws(UsageError) {
    let invocation = try Invocation.parse(
      arguments: arguments, environment: environment, hostname: "host", read: read)
    if case .run(let options) = invocation { take(options) }
  } catch {
    promiseOneShortLine(error.message)
  }
}

/// What was accepted is a definition that is JSON, and a request that is one.
private func take(_ options: Options) {
  for warning in options.warnings { promiseOneShortLine(warning) }
  promise(Set(options.services.map(\.id)).count == options.services.count, "two with one ID")
  promise(options.stop.signals.allSatisfy { 1...64 ~= $0 }, "no signal")
  _ = Policy(options)
  for service in options.services {
    for address in [nil, "2001:db8::1"] {
      let definition = Definition(
        service, address: address, isReady: true, identity: Identity(containerID: "4f2a", bootID: "b"))
      promise((try? JSON(parsing: definition.json.bytes)) == definition.json, "no JSON")
      promise(definition.meta.count <= 64, "\(definition.meta.count) keys")
    }
  }
}
