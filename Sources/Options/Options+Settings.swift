extension Options {
  /// With `--no-register`, Consul settings are ignored, so invalid ones don't prevent the start.
  init(_ settings: Settings, hostname: String, read: FileReader) throws(UsageError) {
    dryRun = settings.commandLine.has(.dryRun)
    command = settings.commandLine.command
    log = try LogOptions(settings)
    process = try ProcessOptions(settings)
    var ofProcess = settings
    if try settings.isOff(.noRegister) {
      let ports = try? settings.ports()
      ofProcess.port = ports?.count == 1 ? ports?.first : nil
    } else {
      let each = try settings.ofEachService(settings.fileEntries(read, warnings: &warnings))
      services = try readServices(each, hostname: hostname, warnings: &warnings)
      consul = try settings.consulAddress()
      token = try TokenSource(settings)
      ofProcess = try settings.ofProcess(beside: each)
      readyTimeout = try ofProcess[.readyTimeout]?.limit()
    }
    stop = try StopOptions(ofProcess)
  }
}

extension Settings {
  func consulAddress() throws(UsageError) -> ServerAddress {
    // As with consul itself, an address in http:// doesn't undo it.
    if let tls = environment.setting("CONSUL_HTTP_SSL"), try tls.boolean() {
      throw tls.wrong("TLS isn't supported yet; unset it to talk to Consul in plain HTTP")
    }
    guard let address = self[.consulAddr] else { return .standard }
    return try ServerAddress(address)
  }
}
