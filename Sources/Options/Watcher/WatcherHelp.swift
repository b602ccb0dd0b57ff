/// What `servicewatcher --help` shows, with a line feed at its end.
public let watcherHelpText = """
  usage: servicewatcher [OPTION...]
  Listens to the container engine. Takes out of Consul what a container that died has left there, be it killed, and
  registers containers that publish ports and have no servicewrapper, as registrator does. One for each host. Flags beat
  the environment variables in brackets.

  The engine
    --engine ADDRESS       unix:///PATH or tcp://HOST:PORT; default: unix:///var/run/docker.sock [DOCKER_HOST]

  Consul
    --consul-addr ADDRESS  HOST[:PORT], http://HOST[:PORT] or unix:///PATH;
                           default: 127.0.0.1:8500 [CONSUL_HTTP_ADDR]
    --token-file FILE      default: none [CONSUL_HTTP_TOKEN_FILE, or the token in CONSUL_HTTP_TOKEN]

  What has no wrapper
    --cleanup-only         isn't registered [SERVICEWATCHER_CLEANUP_ONLY=true]
    --explicit             is registered if it has a SERVICE_NAME [SERVICEWATCHER_EXPLICIT=true]
    --internal             is registered with the container's own addresses and ports, not the published ones
                           [SERVICEWATCHER_INTERNAL=true]
    --ip ADDRESS           is registered at this address; default: the one that a port is published on, or the
                           agent's own [SERVICEWATCHER_IP]
    --tags TAG,TAG         has these tags too [SERVICEWATCHER_TAGS]
    --deregister-on-exit   is taken out when servicewatcher ends [SERVICEWATCHER_DEREGISTER_ON_EXIT=true]

  More
    --log-level LEVEL      debug, info, warning, error; default: info [SERVICEWATCHER_LOG_LEVEL]
    --log-format FORMAT    text or json; default: text [SERVICEWATCHER_LOG_FORMAT]
    --help
    --version

  Exit status: 0 after TERM or INT; 125 for what it was told wrong.

  """
