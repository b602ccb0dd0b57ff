/// What `--version` of servicewrapper prints.
public let version = "servicewrapper 0.1.0"
/// What `--version` of servicewatcher prints.
public let watcherVersion = "servicewatcher 0.1.0"

/// What `--help` shows, with a line feed at its end.
public let helpText = """
  usage: servicewrapper [OPTION...] [--] COMMAND [ARG...]
  Starts COMMAND, waits until its port accepts, registers it with Consul, keeps that true, forwards
  signals, deregisters it, and ends with its exit status. Flags beat the environment variables in
  brackets, SERVICE_<port>_X beats SERVICE_X, and both beat the file. Durations: 500ms, 15s, 1m30s.

  The service
    --name NAME            name in Consul; required [SERVICE_NAME]
    --port PORT            port that COMMAND accepts on; again for one more service, NAME-PORT;
                           default: none [SERVICE_PORT, commas]
    --advertise-port PORT  registered in its place; default: the port [SERVICE_ADVERTISE_PORT]
    --id ID                this instance; default: NAME-HOSTNAME-PORT [SERVICE_ID]
    --address ADDRESS      IP address, host name, interface:eth0, or auto, our own address towards
                           Consul; default: auto [SERVICE_ADDRESS]
    --tag TAG              again for more; default: none [SERVICE_TAGS, commas; \\, is one in a tag]
    --meta KEY=VALUE       again for more; default: none [SERVICE_META_KEY, the key in lower case]
    --meta-from-env        any other SERVICE_X is Meta too [SERVICE_META_FROM_ENV=true]
    --service-file FILE    Consul's service definition, in JSON [SERVICEWRAPPER_SERVICE_FILE]

  Consul
    --consul-addr ADDRESS  HOST[:PORT], http://HOST[:PORT] or unix:///PATH;
                           default: 127.0.0.1:8500 [CONSUL_HTTP_ADDR]
    --token-file FILE      default: none [CONSUL_HTTP_TOKEN_FILE, or the token in CONSUL_HTTP_TOKEN]
    --no-meta              no Meta that says who registered it [SERVICEWRAPPER_META=false]
    --no-register          be an init only [SERVICEWRAPPER_REGISTER=false]
    --dry-run              print what would be registered, as JSON, and exit

  Readiness and health
    --ready PROBE          tcp, tcp://HOST:PORT, unix:///PATH, http://HOST:PORT/PATH, exec:COMMAND or
                           none; default: tcp if there is a port [SERVICE_READY]
    --ready-timeout DURATION  then stop and exit 124; default: never [SERVICE_READY_TIMEOUT]
    --ttl DURATION         critical after this long without us; 0s: no checks; default: 15s
                           [SERVICE_CHECK_TTL]
    --deregister-after DURATION
                           gone after this long critical, 1m at least; 0s: never; default: 1m
                           [SERVICE_CHECK_DEREGISTER_AFTER]

  Stopping and signals
    --stop-signal SIGNAL   means stop; again for more; default: TERM and INT; a terminal's hang-up
                           always does [SERVICE_STOP_SIGNALS, commas]
    --drain DURATION       from deregistered to signalled; default: 0s [SERVICE_DRAIN]
    --stop-timeout DURATION  from signalled to killed; default: never [SERVICE_STOP_TIMEOUT]
    --wait-for-all DURATION  TERM, this long, then KILL for what COMMAND left running; default: it
                           isn't waited for [SERVICEWRAPPER_WAIT_FOR_ALL]
    --expect-exit STATUS   reported as 0; again for more [SERVICEWRAPPER_EXPECT_EXIT, commas]
    --rewrite SIG:SIG      send the second for the first; SIG:0 drops it; again for more
                           [SERVICEWRAPPER_REWRITE, commas]
    --process-group        COMMAND leads a group of its own, and signals go to all of it
                           [SERVICEWRAPPER_PROCESS_GROUP=true]

  Log, on standard error
    --log-level LEVEL      debug, info, warning or error; default: info [SERVICEWRAPPER_LOG_LEVEL]
    --log-format FORMAT    text or json; default: text [SERVICEWRAPPER_LOG_FORMAT]

    --help                 show this
    --version              show the version

  An option that may be given again replaces the whole list of its variable.
  Exit status: that of COMMAND; 128+n if signal n killed it; 124 not ready in time; 125 our own
  failure; 126 COMMAND can't be executed; 127 COMMAND not found.

  """
