extension Options {
  /// With `--no-register`, Consul settings are ignored, so invalid ones don't prevent the start.
  init(_ settings: Settings, hostname: String, read: FileReader) throws(UsageError) {
    dryRun = settings.commandLine.has(.dryRun)
    command = settings.commandLine.command
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
  if settings.commandLine.has(.noRegister) { return false }
  return try settings[.noRegister]?.boolean() ?? true
}

func consulAddress(_ settings: Settings) throws(UsageError) -> ServerAddress {
  // As with consul itself, an address in http:// doesn't undo it.
  if let tls = settings.environment.setting("CONSUL_HTTP_SSL"), try tls.boolean() {
    throw tls.wrong("TLS isn't supported yet; unset it to talk to Consul in plain HTTP")
  }
  guard let address = settings[.consulAddr] else { return .standard }
  return try ServerAddress(address)
}
