internal import Consul
internal import Formats

extension Settings {
  /// The TTL checks; nil for none.
  func ttlChecks(warnings: inout [String]) throws(UsageError) -> Definition.TTLChecks? {
    let (ttlSetting, reapSetting) = (self[.ttl], self[.deregisterAfter])
    let ttl = try ttlSetting?.duration() ?? .seconds(15)
    // Below it a busy machine turns the checks critical all the time.
    if let ttlSetting, ttl > .zero, ttl < .milliseconds(100) {
      throw ttlSetting.wrong("too short for three heartbeats; give at least 100ms, or 0s for no checks")
    }
    let reap = try reapSetting?.duration() ?? .seconds(60)
    if let ttlSetting, ttl > .zero, ttl < .seconds(1) {
      note(ttlSetting.complaint("the check may turn critical by itself; 1s is safer"), in: &warnings)
    }
    if let reapSetting, reap > .zero, ttl == .zero || reap < .seconds(60) {
      let reason =
        ttl == .zero
        ? "without a TTL there is no check, and nothing will be reaped" : "Consul takes it for its least, 1m"
      note(reapSetting.complaint(reason), in: &warnings)
    }
    // Consul reaps by the check: without one there is nothing to reap.
    return ttl == .zero ? nil : Definition.TTLChecks(ttl: ttl, deregisterAfter: reap == .zero ? nil : reap)
  }

  /// The check that Consul's agent runs itself, configured by registrator's variables; at most one, as with
  /// registrator: the first that is configured, in its order.
  func agentChecks(port: Int?, warnings: inout [String]) throws(UsageError) -> [AgentCheck] {
    // Both run something in this container by way of Docker's socket: `check-cmd` was a program in an image of Consul
    // that did, the other is the agent's own. From inside neither can be set up to work, and it needs neither.
    for setting in ["CHECK_CMD", "CHECK_DOCKER"].compactMap({ variable($0) }) {
      note("\(setting.source): not used; SERVICE_READY=exec:COMMAND runs it in here", in: &warnings)
    }
    let configured = try targets()
    guard let (setting, target) = configured.first else { return [] }
    for (other, _) in configured.dropFirst() {
      note("\(other.source): not used beside \(setting.source), as with registrator", in: &warnings)
    }
    if port == nil, target.needsPort { throw setting.wrong("no port to check; give --port PORT too") }
    return [AgentCheck(target, fields: try fields(of: target))]
  }

  private func targets() throws(UsageError) -> [(Setting, AgentCheck.Target)] {
    var found: [(Setting, AgentCheck.Target)] = []
    if let path = variable("CHECK_HTTP") { found.append((path, .http(path: try path.urlPath()))) }
    if let path = variable("CHECK_HTTPS") { found.append((path, .https(path: try path.urlPath()))) }
    if let script = variable("CHECK_SCRIPT") { found.append((script, .script(try script.text()))) }
    if let tcp = variable("CHECK_TCP"), try tcp.boolean() { found.append((tcp, .tcp)) }
    if let grpc = variable("CHECK_GRPC"), try grpc.boolean() { found.append((grpc, .grpc)) }
    return found
  }

  private func fields(of target: AgentCheck.Target) throws(UsageError) -> [JSON.Member] {
    var fields: [JSON.Member] = []
    var usesTLS = false
    switch target {
    case .http: fields.append("Method", text: try variable("CHECK_HTTP_METHOD")?.method())
    case .https:
      fields.append("Method", text: try variable("CHECK_HTTPS_METHOD")?.method())
      usesTLS = true
    case .grpc:
      usesTLS = try variable("CHECK_GRPC_USE_TLS")?.boolean() == true
      if usesTLS { fields.append("GRPCUseTLS", .bool(true)) }
    case .tcp, .script: break
    }
    if usesTLS, try variable("CHECK_TLS_SKIP_VERIFY")?.boolean() == true {
      fields.append("TLSSkipVerify", .bool(true))
    }
    // registrator's own default, since Consul has none.
    fields.append("Interval", text: try variable("CHECK_INTERVAL")?.goDuration() ?? "10s")
    fields.append("Timeout", text: try variable("CHECK_TIMEOUT")?.goDuration())
    let status: CheckStatus? = try variable("CHECK_INITIAL_STATUS")?.choice(
      "not a status; give passing, warning or critical")
    fields.append("Status", text: status?.rawValue)
    return fields
  }
}

extension AgentCheck.Target {
  fileprivate var needsPort: Bool { if case .script = self { false } else { true } }
}

extension Setting {
  fileprivate func urlPath() throws(UsageError) -> String {
    guard value.first == .slash, value.allSatisfy({ $0.isVisible }) else {
      throw wrong("not a path; give /PATH in ASCII without blanks")
    }
    return try text()
  }

  fileprivate func method() throws(UsageError) -> String {
    guard 1...16 ~= value.count, value.allSatisfy({ $0.isLetter && $0 == $0.uppercased }) else {
      throw wrong("not a method; give one in capitals, such as GET or HEAD")
    }
    return try text()
  }
}
