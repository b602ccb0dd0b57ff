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
  var variable: Variable? { row.variable }
  var isRepeatable: Bool {
    switch self {
    case .port, .tag, .meta, .stopSignal, .rewrite, .expectExit: true
    default: false
    }
  }

  private typealias Row = (name: String, value: String?, variable: Variable?)

  private var row: Row {
    switch self {
    case .name: ("--name", "NAME", .service("NAME"))
    case .port: ("--port", "PORT", .service("PORT"))
    case .advertisePort: ("--advertise-port", "PORT", .service("ADVERTISE_PORT"))
    case .id: ("--id", "ID", .service("ID"))
    case .address: ("--address", "ADDRESS", .service("ADDRESS"))
    case .tag: ("--tag", "TAG", .service("TAGS"))
    case .meta: ("--meta", "KEY=VALUE", .service("META_KEY"))
    case .metaFromEnv: ("--meta-from-env", nil, .service("META_FROM_ENV"))
    case .serviceFile: ("--service-file", "FILE", .other("SERVICEWRAPPER_SERVICE_FILE"))
    case .consulAddr: ("--consul-addr", "ADDRESS", .other("CONSUL_HTTP_ADDR"))
    case .tokenFile: ("--token-file", "FILE", .other("CONSUL_HTTP_TOKEN_FILE"))
    case .ready: ("--ready", "PROBE", .service("READY"))
    case .readyTimeout: ("--ready-timeout", "DURATION", .service("READY_TIMEOUT"))
    case .ttl: ("--ttl", "DURATION", .service("CHECK_TTL"))
    case .deregisterAfter: ("--deregister-after", "DURATION", .service("CHECK_DEREGISTER_AFTER"))
    case .stopSignal: ("--stop-signal", "SIGNAL", .service("STOP_SIGNALS"))
    case .drain: ("--drain", "DURATION", .service("DRAIN"))
    case .stopTimeout: ("--stop-timeout", "DURATION", .service("STOP_TIMEOUT"))
    case .rewrite: ("--rewrite", "SIG:SIG", .other("SERVICEWRAPPER_REWRITE"))
    case .processGroup: ("--process-group", nil, .other("SERVICEWRAPPER_PROCESS_GROUP"))
    case .waitForAll: ("--wait-for-all", "DURATION", .other("SERVICEWRAPPER_WAIT_FOR_ALL"))
    case .expectExit: ("--expect-exit", "STATUS", .other("SERVICEWRAPPER_EXPECT_EXIT"))
    case .noMeta: ("--no-meta", nil, .other("SERVICEWRAPPER_META"))
    case .noRegister: ("--no-register", nil, .other("SERVICEWRAPPER_REGISTER"))
    case .dryRun: ("--dry-run", nil, nil)
    case .engine: ("--engine", "ADDRESS", .other("DOCKER_HOST"))
    case .cleanupOnly: ("--cleanup-only", nil, .other("SERVICEWATCHER_CLEANUP_ONLY"))
    case .internalPorts: ("--internal", nil, .other("SERVICEWATCHER_INTERNAL"))
    case .explicit: ("--explicit", nil, .other("SERVICEWATCHER_EXPLICIT"))
    case .ip: ("--ip", "ADDRESS", .other("SERVICEWATCHER_IP"))
    case .tags: ("--tags", "TAG,TAG", .other("SERVICEWATCHER_TAGS"))
    case .deregisterOnExit: ("--deregister-on-exit", nil, .other("SERVICEWATCHER_DEREGISTER_ON_EXIT"))
    case .logLevel: ("--log-level", "LEVEL", .other("SERVICEWRAPPER_LOG_LEVEL"))
    case .logFormat: ("--log-format", "FORMAT", .other("SERVICEWRAPPER_LOG_FORMAT"))
    case .help: ("--help", nil, nil)
    case .version: ("--version", nil, nil)
    }
  }

  /// The program's option of exactly this name, dashes included.
  init?(named word: [UInt8], of program: ProgramName) {
    for flag in program.flags where flag.name.utf8.elementsEqual(word) {
      self = flag
      return
    }
    return nil
  }
}
