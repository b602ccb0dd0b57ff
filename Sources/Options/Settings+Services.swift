// One service for each port, or for each that the file has.

internal import Consul
internal import Formats

extension Settings {
  /// Each has a connection of its own to the agent, which takes 200 from one address.
  static let mostServices = 100

  /// The settings of each service.
  /// - Parameter entries: those of the service file; one that is nil without a file.
  func ofEachService(_ entries: [ServiceFileEntry?]) throws(UsageError) -> [Settings] {
    if entries.count > 1, let port = self[.port] {
      throw port.wrong("the service file has \(entries.count) services, each with its own; leave it out")
    }
    var each: [Settings] = []
    for entry in entries {
      var one = self
      one.fileEntry = entry
      let ports = try one.ports()
      one.isOneOfMany = max(entries.count, ports.count) > 1
      if ports.isEmpty { each.append(one) }
      for port in ports {
        one.port = port
        each.append(one)
      }
    }
    return each
  }

  /// The probed ports, each once.
  func ports() throws(UsageError) -> [Int] {
    var ports: [Int] = []
    let given = list(.port)
    if given.count > Settings.mostServices, let last = given.last {
      throw last.wrong("one of \(given.count) ports; give at most \(Settings.mostServices)")
    }
    for setting in given {
      let port = try setting.port()
      if ports.contains(port) { throw setting.wrong("given twice; give it once") }
      ports.append(port)
    }
    return ports
  }

  /// Settings of the process, which exist once for all services: `SERVICE_<port>_X` holds if there is one port.
  func ofProcess(beside each: [Settings]) throws(UsageError) -> Settings {
    guard each.count > 1 else { return each.first ?? self }
    for suffix in ["READY_TIMEOUT", "STOP_SIGNALS", "DRAIN", "STOP_TIMEOUT"] {
      if let setting = each.lazy.compactMap({ $0.ofPort(suffix) }).first {
        throw setting.wrong("there is one process for several ports; give SERVICE_\(suffix)")
      }
    }
    return self
  }
}

/// The services, no two with one ID.
func readServices(
  _ each: [Settings], hostname: String, warnings: inout [String]
) throws(UsageError) -> [Service] {
  var services: [Service] = []
  for settings in each {
    let service = try Service(settings, hostname: hostname, warnings: &warnings)
    if services.contains(where: { isSame($0.id, service.id) }) {
      let id = settings[.id] ?? Setting(source: "default --id", text: service.id)
      throw id.wrong("two services have this ID, and Consul would keep one; give each its own")
    }
    services.append(service)
  }
  if let id = repeatedCheck(of: services) {
    let check = Setting(source: "--service-file: check", value: id)
    throw check.wrong("two checks have this ID, and Consul would keep one; give each its own")
  }
  return services
}

/// An agent identifies a check by its ID alone, across services; two of each service are ours.
private func repeatedCheck(of services: [Service]) -> [UInt8]? {
  let definitions = services.map { $0.definition }
  let ours = definitions.filter { $0.checks != nil }.flatMap { definition in
    CheckKind.allCases.map { Array($0.id(of: definition.id).utf8) }
  }
  var seen = Set(ours)
  let ids = definitions.flatMap { $0.moreChecks.map { Array(($0["CheckID"]?.string ?? "").utf8) } }
  return ids.first { !$0.isEmpty && !seen.insert($0).inserted }
}
