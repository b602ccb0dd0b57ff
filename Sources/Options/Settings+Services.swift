// One service for each port, or for each that the file has.

internal import Formats

extension Settings {
  /// Each has a connection of its own to the agent, which takes 200 from one address.
  static let mostServices = 100

  /// The settings of each service.
  func ofEachService(_ fileEntry: [ServiceFileEntry]) throws(UsageError) -> [Settings] {
    if fileEntry.count > 1 { return try ofEach(fileEntry) }
    var common = self
    common.fileEntry = fileEntry.first
    let ports = try common.ports()
    guard !ports.isEmpty else { return [common] }
    common.isOneOfMany = ports.count > 1
    return ports.map { common.on(port: $0) }
  }

  /// The probed ports, each once.
  func ports() throws(UsageError) -> [Int] {
    var ports: [Int] = []
    let given = list(.port)
    if given.count > Settings.mostServices, let last = given.last { throw last.tooMany(given.count, "ports") }
    for setting in given {
      let port = try setting.port()
      if ports.contains(port) { throw setting.wrong("given twice; give it once") }
      ports.append(port)
    }
    return ports
  }

  private func ofEach(_ fileEntry: [ServiceFileEntry]) throws(UsageError) -> [Settings] {
    if let port = self[.port] {
      throw port.wrong("the service file has \(fileEntry.count) services, each with its own; leave it out")
    }
    var each: [Settings] = []
    for service in fileEntry {
      var one = self
      (one.fileEntry, one.isOneOfMany) = (service, true)
      each.append(one.on(port: try one.ports().first))
    }
    return each
  }

  private func on(port: Int?) -> Settings {
    var one = self
    one.port = port
    return one
  }

  /// Settings of the process, which exist once for all services: `SERVICE_<port>_X` holds if there is one port.
  func ofProcess(beside each: [Settings]) throws(UsageError) -> Settings {
    guard each.count > 1 else { return each.first ?? self }
    for suffix in ["READY_TIMEOUT", "STOP_SIGNALS", "DRAIN", "STOP_TIMEOUT"] {
      for one in each {
        guard let setting = one.ofPort(suffix) else { continue }
        throw setting.wrong("there is one process for several ports; give SERVICE_\(suffix)")
      }
    }
    return self
  }
}

extension Setting {
  func tooMany(_ count: Int, _ things: String) -> UsageError {
    wrong("one of \(count) \(things); give at most \(Settings.mostServices)")
  }
}

/// The services, no two with one ID.
func readServices(
  _ each: [Settings], hostname: String, warnings: inout [String]
) throws(UsageError) -> [Service] {
  var services: [Service] = []
  for settings in each {
    let service = try Service(settings, hostname: hostname, warnings: &warnings)
    if services.contains(where: { $0.id.utf8.elementsEqual(service.id.utf8) }) {
      let id = settings[.id] ?? Setting(source: "default --id", value: Array(service.id.utf8))
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
  var seen: Set<[UInt8]> = []
  for service in services where service.ttl != nil {
    for kind in ["alive", "ready"] { seen.insert(Array("\(service.id):\(kind)".utf8)) }
  }
  for service in services {
    for check in service.fileChecks {
      guard let id = check["CheckID"]?.string, !id.utf8.isEmpty else { continue }
      if !seen.insert(Array(id.utf8)).inserted { return Array(id.utf8) }
    }
  }
  return nil
}
