public import Formats

/// A check that Consul's agent runs itself, configured by registrator's variables.
public struct ConsulCheck: Equatable, Sendable {
  /// The kind of check; its host and port are the registered ones.
  public enum Target: Equatable, Sendable {
    case http(path: String)
    case https(path: String)
    case tcp
    case grpc
    /// For a shell on the agent's host, with `$SERVICE_IP` and `$SERVICE_PORT` to be replaced.
    case script(String)
  }

  /// What the agent checks.
  public let target: Target
  /// The check's other fields, as the API names them.
  public let fields: [JSON.Member]
}

/// At most one, as with registrator: the first that is configured, in its order.
func readChecks(
  _ settings: Settings, port: Int?, warnings: inout [String]
) throws(UsageError) -> [ConsulCheck] {
  // Both run something in this container by way of Docker's socket: `check-cmd` was a program in an image of Consul
  // that did, the other is the agent's own. From inside neither can be set up to work, and it needs neither.
  for suffix in ["CHECK_CMD", "CHECK_DOCKER"] {
    guard let setting = settings.variable(suffix) else { continue }
    note("\(setting.source): not used; SERVICE_READY=exec:COMMAND runs it in here", in: &warnings)
  }
  let configured = try targets(settings)
  guard let (setting, target) = configured.first else { return [] }
  for (other, _) in configured.dropFirst() {
    note("\(other.source): not used beside \(setting.source), as with registrator", in: &warnings)
  }
  if port == nil, target.needsPort { throw setting.wrong("no port to check; give --port PORT too") }
  return [ConsulCheck(target: target, fields: try target.fields(settings))]
}

private func targets(_ settings: Settings) throws(UsageError) -> [(Setting, ConsulCheck.Target)] {
  var found: [(Setting, ConsulCheck.Target)] = []
  if let path = settings.variable("CHECK_HTTP") { found.append((path, .http(path: try path.checkedPath()))) }
  if let path = settings.variable("CHECK_HTTPS") {
    found.append((path, .https(path: try path.checkedPath())))
  }
  if let script = settings.variable("CHECK_SCRIPT") { found.append((script, .script(try script.text()))) }
  for (suffix, target) in [("CHECK_TCP", ConsulCheck.Target.tcp), ("CHECK_GRPC", .grpc)] {
    if let setting = settings.variable(suffix), try setting.boolean() { found.append((setting, target)) }
  }
  return found
}

extension ConsulCheck.Target {
  fileprivate var needsPort: Bool { if case .script = self { false } else { true } }

  fileprivate func fields(_ settings: Settings) throws(UsageError) -> [JSON.Member] {
    var fields: [JSON.Member] = []
    var usesTLS = false
    switch self {
    case .http: try add("Method", settings.variable("CHECK_HTTP_METHOD")?.method(), to: &fields)
    case .https:
      try add("Method", settings.variable("CHECK_HTTPS_METHOD")?.method(), to: &fields)
      usesTLS = true
    case .grpc:
      usesTLS = try settings.isTrue("CHECK_GRPC_USE_TLS")
      if usesTLS { fields.append(JSON.Member("GRPCUseTLS", .bool(true))) }
    case .tcp, .script: break
    }
    if usesTLS, try settings.isTrue("CHECK_TLS_SKIP_VERIFY") {
      fields.append(JSON.Member("TLSSkipVerify", .bool(true)))
    }
    // registrator's own default, since Consul has none.
    try add("Interval", settings.variable("CHECK_INTERVAL")?.goDuration() ?? "10s", to: &fields)
    try add("Timeout", settings.variable("CHECK_TIMEOUT")?.goDuration(), to: &fields)
    try add("Status", settings.variable("CHECK_INITIAL_STATUS")?.status(), to: &fields)
    return fields
  }

  private func add(_ key: String, _ text: String?, to fields: inout [JSON.Member]) {
    if let text { fields.append(JSON.Member(key, .string(text))) }
  }
}

extension Settings {
  fileprivate func isTrue(_ suffix: String) throws(UsageError) -> Bool {
    try variable(suffix)?.boolean() ?? false
  }
}

extension Setting {
  fileprivate func checkedPath() throws(UsageError) -> String {
    guard value.first == UInt8(ascii: "/"), value.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw wrong("not a path; give /PATH in ASCII without blanks")
    }
    return try text()
  }

  /// The duration as it was written: Go reads the same format.
  func goDuration() throws(UsageError) -> String {
    _ = try limit()
    return try text()
  }

  fileprivate func method() throws(UsageError) -> String {
    guard 1...16 ~= value.count, value.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }) else {
      throw wrong("not a method; give one in capitals, such as GET or HEAD")
    }
    return try text()
  }

  fileprivate func status() throws(UsageError) -> String {
    guard matches("passing") || matches("warning") || matches("critical") else {
      throw wrong("not a status; give passing, warning or critical")
    }
    return try text()
  }
}
