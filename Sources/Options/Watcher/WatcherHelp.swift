/// What `servicewatcher --help` shows, with a line feed at its end.
public let watcherHelpText = """
  usage: servicewatcher [OPTION...]
  Listens to the container engine, one for each host: takes out of Consul what a container that died
  has left there, be it killed, and registers containers that publish ports and have no
  servicewrapper, as registrator does. Flags beat the environment variables in brackets.

  The engine
    --engine ADDRESS       unix:///PATH or tcp://HOST:PORT;
                           default: unix:///var/run/docker.sock [DOCKER_HOST]

  Consul
    --consul-addr ADDRESS  HOST[:PORT], http://HOST[:PORT] or unix:///PATH;
                           default: 127.0.0.1:8500 [CONSUL_HTTP_ADDR]
    --token-file FILE      default: none [CONSUL_HTTP_TOKEN_FILE, or the token in CONSUL_HTTP_TOKEN]

  What has no wrapper
    --cleanup-only         isn't registered [SERVICEWATCHER_CLEANUP_ONLY=true]
    --explicit             only if it has a SERVICE_NAME [SERVICEWATCHER_EXPLICIT=true]
    --internal             at the container's own address and port [SERVICEWATCHER_INTERNAL=true]
    --ip ADDRESS           at this address; default: the one that the port is published on, or the
                           agent's own [SERVICEWATCHER_IP]
    --tags TAG,TAG         with these tags too [SERVICEWATCHER_TAGS]
    --deregister-on-exit   taken out when we end [SERVICEWATCHER_DEREGISTER_ON_EXIT=true]

  Logging, on standard error
    --log-level LEVEL      debug, info, warning or error; default: info [SERVICEWATCHER_LOG_LEVEL]
    --log-format FORMAT    text or json; default: text [SERVICEWATCHER_LOG_FORMAT]

    --help
    --version

  Exit status: 0 after TERM or INT; 125 where it was told something wrong.

  """
