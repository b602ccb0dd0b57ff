/// The times of the service's checks, with warnings.
struct CheckTimes {
  private(set) var ttl: Duration?
  private(set) var deregisterAfter: Duration?
  private(set) var warnings: [String] = []

  /// Below it a busy machine turns the checks critical all the time.
  private static let shortest: Duration = .milliseconds(100)

  init(_ settings: Settings) throws(UsageError) {
    let (ttl, reap) = (settings[.ttl], settings[.deregisterAfter])
    self.ttl = nonZero(try ttl?.duration() ?? .seconds(15))
    if let ttl, let time = self.ttl, time < CheckTimes.shortest {
      throw ttl.wrong("too short for three heartbeats; give at least 100ms, or 0s for no checks")
    }
    deregisterAfter = nonZero(try reap?.duration() ?? .seconds(60))
    if let ttl { warn(ofTTL: ttl) }
    if let reap { warn(ofReaping: reap) }
    // Consul reaps by the check, and there is none.
    if self.ttl == nil { deregisterAfter = nil }
  }

  private mutating func warn(ofTTL setting: Setting) {
    guard let ttl, ttl < .seconds(1) else { return }
    warnings.append(
      "\(setting.source) \(quoted(setting.value)): the check may turn critical by itself; 1s is safer")
  }

  private mutating func warn(ofReaping setting: Setting) {
    guard let deregisterAfter else { return }
    let start = "\(setting.source) \(quoted(setting.value)): "
    if ttl == nil {
      warnings.append(start + "without a TTL there is no check, and nothing will be reaped")
    } else if deregisterAfter < .seconds(60) {
      warnings.append(start + "Consul takes it for its least, 1m")
    }
  }
}

private func nonZero(_ duration: Duration) -> Duration? {
  duration == .zero ? nil : duration
}
