/// The options of both programs, in the order of the help texts. This is the only table of them.
enum Flag: CaseIterable {
  case name, port, advertisePort, id, address, tag, meta, metaFromEnv, serviceFile
  case consulAddr, tokenFile
  case ready, readyTimeout, ttl, deregisterAfter
  case stopSignal, drain, stopTimeout
  case rewrite, processGroup, waitForAll, expectExit
  case noMeta, noRegister, dryRun
  case engine, cleanupOnly, internalPorts, explicit, ip, tags, deregisterOnExit
  case logLevel, logFormat, help, version

  /// As written on the command line.
  var name: String { row.name }
  /// What stands for its value in the help text; nil if it takes none.
  var value: String? { row.value }
  /// Where it is looked up when the command line doesn't have it.
  var variable: String? { row.variable }
  /// What follows `SERVICE_` in its variable, which `SERVICE_<port>_X` beats; nil if it is another's.
  var suffix: String? {
    guard let variable, variable.utf8.starts(with: "SERVICE_".utf8) else { return nil }
    return String(decoding: variable.utf8.dropFirst(8), as: UTF8.self)
  }
  var isRepeatable: Bool { [.port, .tag, .meta, .stopSignal, .rewrite, .expectExit].contains(self) }

  private var row: (name: String, value: String?, variable: String?) {
    switch self {
    case .name: ("--name", "NAME", "SERVICE_NAME")
    case .port: ("--port", "PORT", "SERVICE_PORT")
    case .advertisePort: ("--advertise-port", "PORT", "SERVICE_ADVERTISE_PORT")
    case .id: ("--id", "ID", "SERVICE_ID")
    case .address: ("--address", "ADDRESS", "SERVICE_ADDRESS")
    case .tag: ("--tag", "TAG", "SERVICE_TAGS")
    case .meta: ("--meta", "KEY=VALUE", "SERVICE_META_KEY")
    case .metaFromEnv: ("--meta-from-env", nil, "SERVICE_META_FROM_ENV")
    case .serviceFile: ("--service-file", "FILE", "SERVICEWRAPPER_SERVICE_FILE")
    case .consulAddr: ("--consul-addr", "ADDRESS", "CONSUL_HTTP_ADDR")
    case .tokenFile: ("--token-file", "FILE", "CONSUL_HTTP_TOKEN_FILE")
    case .ready: ("--ready", "PROBE", "SERVICE_READY")
    case .readyTimeout: ("--ready-timeout", "DURATION", "SERVICE_READY_TIMEOUT")
    case .ttl: ("--ttl", "DURATION", "SERVICE_CHECK_TTL")
    case .deregisterAfter: ("--deregister-after", "DURATION", "SERVICE_CHECK_DEREGISTER_AFTER")
    case .stopSignal: ("--stop-signal", "SIGNAL", "SERVICE_STOP_SIGNALS")
    case .drain: ("--drain", "DURATION", "SERVICE_DRAIN")
    case .stopTimeout: ("--stop-timeout", "DURATION", "SERVICE_STOP_TIMEOUT")
    case .rewrite: ("--rewrite", "SIG:SIG", "SERVICEWRAPPER_REWRITE")
    case .processGroup: ("--process-group", nil, "SERVICEWRAPPER_PROCESS_GROUP")
    case .waitForAll: ("--wait-for-all", "DURATION", "SERVICEWRAPPER_WAIT_FOR_ALL")
    case .expectExit: ("--expect-exit", "STATUS", "SERVICEWRAPPER_EXPECT_EXIT")
    case .noMeta: ("--no-meta", nil, "SERVICEWRAPPER_META")
    case .noRegister: ("--no-register", nil, "SERVICEWRAPPER_REGISTER")
    case .dryRun: ("--dry-run", nil, nil)
    case .engine: ("--engine", "ADDRESS", "DOCKER_HOST")
    case .cleanupOnly: ("--cleanup-only", nil, "SERVICEWATCHER_CLEANUP_ONLY")
    case .internalPorts: ("--internal", nil, "SERVICEWATCHER_INTERNAL")
    case .explicit: ("--explicit", nil, "SERVICEWATCHER_EXPLICIT")
    case .ip: ("--ip", "ADDRESS", "SERVICEWATCHER_IP")
    case .tags: ("--tags", "TAG,TAG", "SERVICEWATCHER_TAGS")
    case .deregisterOnExit: ("--deregister-on-exit", nil, "SERVICEWATCHER_DEREGISTER_ON_EXIT")
    case .logLevel: ("--log-level", "LEVEL", "SERVICEWRAPPER_LOG_LEVEL")
    case .logFormat: ("--log-format", "FORMAT", "SERVICEWRAPPER_LOG_FORMAT")
    case .help: ("--help", nil, nil)
    case .version: ("--version", nil, nil)
    }
  }
}
