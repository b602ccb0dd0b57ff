extension Options {
  /// With `--no-register` nothing that is about Consul is looked at: be it wrong, the process starts.
  init(_ settings: Settings, hostname: String, read: FileReader) throws(UsageError) {
    dryRun = settings.words.has(.dryRun)
    command = settings.words.command
    log = try LogOptions(settings)
    process = try ProcessOptions(settings)
    guard try registers(settings) else {
      var settings = settings
      let ports = try? settings.ports()
      settings.port = ports?.count == 1 ? ports?.first : nil
      (services, consul, token) = ([], .standard, .none)
      (readyTimeout, warnings) = (nil, [])
      stop = try StopOptions(settings)
      return
    }
    let file = try settings.serviceFile(read)
    let each = try settings.ofEachService(file?.services ?? [])
    var warnings = file?.warnings ?? []
    services = try readServices(each, hostname: hostname, warnings: &warnings)
    consul = try consulAddress(settings)
    token = try TokenSource(settings)
    let ofProcess = try settings.ofProcess(beside: each)
    readyTimeout = try ofProcess[.readyTimeout]?.limit()
    stop = try StopOptions(ofProcess)
    self.warnings = warnings
  }
}

private func registers(_ settings: Settings) throws(UsageError) -> Bool {
  if settings.words.has(.noRegister) { return false }
  return try settings[.noRegister]?.boolean() ?? true
}

func consulAddress(_ settings: Settings) throws(UsageError) -> ConsulAddress {
  // As with consul itself, an address in http:// doesn't undo it.
  if let tls = settings.environment.setting("CONSUL_HTTP_SSL"), try tls.boolean() {
    throw tls.wrong("TLS isn't supported yet; unset it to talk to Consul in plain HTTP")
  }
  guard let address = settings[.consulAddr] else { return .standard }
  return try ConsulAddress(address)
}

extension TokenSource {
  /// The flag, then `CONSUL_HTTP_TOKEN_FILE`, then `CONSUL_HTTP_TOKEN`, as with consul itself.
  init(_ settings: Settings) throws(UsageError) {
    if let file = settings[.tokenFile] {
      self = .file(file.value)
    } else if let token = settings.environment.setting("CONSUL_HTTP_TOKEN") {
      guard token.value.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
        throw UsageError("\(token.source): has a space or another byte no token has; it isn't shown here")
      }
      self = .value(token.value)
    } else {
      self = .none
    }
  }
}

extension StopOptions {
  init(_ settings: Settings) throws(UsageError) {
    var signals: [Int32] = []
    for setting in settings.list(.stopSignal) {
      let signal = try setting.stopSignal()
      if !signals.contains(signal) { signals.append(signal) }
    }
    if !signals.isEmpty { self.signals = signals }
    drain = try settings[.drain]?.duration() ?? .zero
    timeout = try settings[.stopTimeout]?.limit()
  }
}

extension LogOptions {
  init(_ settings: Settings) throws(UsageError) {
    if let level = settings[.logLevel] { self.level = try Level(level) }
    if let format = settings[.logFormat] { self.format = try Format(format) }
  }
}

extension LogOptions.Level {
  init(_ setting: Setting) throws(UsageError) {
    switch true {
    case setting.matches("debug"): self = .debug
    case setting.matches("info"): self = .info
    case setting.matches("warning"): self = .warning
    case setting.matches("error"): self = .error
    default: throw setting.wrong("not a level; give debug, info, warning or error")
    }
  }
}

extension LogOptions.Format {
  init(_ setting: Setting) throws(UsageError) {
    switch true {
    case setting.matches("text"): self = .text
    case setting.matches("json"): self = .json
    default: throw setting.wrong("not a format; give text or json")
    }
  }
}
