import Testing

@testable import Options

private let notARewriting =
  "not a rewriting; give the signal received and the one to send, TERM:QUIT, or TERM:0"
private let notASignal = "not a signal; give a name such as TERM or RTMIN+3, or a number from 1 to 64"
private let probes = "give tcp, tcp://HOST:PORT, unix:///PATH, http://HOST:PORT/PATH, exec:COMMAND or none"
private let notAProbe = "not a probe; " + probes
private let resolvesNothing = "the probe resolves no names; give an IP address or localhost"
private let notAStatus = "not an exit status; give a number from 0 to 255"

/// Options that are wrong, and all that is said about them.
private let complaints: [(arguments: [String], environment: [String], message: String)] = [
  // The words themselves.
  (["--name", "--port", "80"], [], "--name: needs a value; give --name NAME"),
  (["--name", "--", "ls"], [], "--name: needs a value; give --name NAME"),
  (["--meta="], [], "--meta \"\": empty; give --meta KEY=VALUE"),
  (["--address", ""], [], "--address \"\": empty; give --address ADDRESS"),
  (["--tag="], [], "--tag \"\": empty; give --tag TAG"),
  (["--id=a", "--id=a"], [], "--id: given twice; give it once"),
  (["--no-register", "--no-register"], [], "--no-register: given twice; give it once"),
  (["--dry-run=x"], [], "--dry-run \"x\": takes no value; give --dry-run alone"),
  (["--no-register=false"], [], "--no-register \"false\": takes no value; give --no-register alone"),
  (["--help="], [], "--help \"\": takes no value; give --help alone"),
  // Of several, the first.
  (["--foo", "--port=x"], [], "unknown option --foo; see servicewrapper --help"),
  (["--tag=", "--foo"], [], "--tag \"\": empty; give --tag TAG"),

  (["--port=abc"], [], "--port \"abc\": not a port; give a number from 1 to 65535"),
  (
    [], ["SERVICE_PORT=tcp://10.0.0.1:80"],
    "SERVICE_PORT \"tcp://10.0.0.1:80\": not a port; give a number from 1 to 65535"
  ),
  (["--advertise-port=0"], [], "--advertise-port \"0\": not a port; give a number from 1 to 65535"),
  (["--name=a\u{7}b"], [], "--name \"a\\x07b\": has a control character; give printable text"),
  (["--tag=a\u{85}"], [], "--tag \"a\\u{85}\": has a control character; give printable text"),
  ([], ["SERVICE_TAGS=a,b\n"], "SERVICE_TAGS \"b\\n\": has a control character; give printable text"),
  (["--id=\u{7F}"], [], "--id \"\\x7f\": has a control character; give printable text"),

  (
    [], ["SERVICE_CHECK_TTL=15"],
    "SERVICE_CHECK_TTL \"15\": a duration needs a unit; give 15s, 500ms or 1m30s"
  ),
  (
    ["--port=80"], ["SERVICE_80_CHECK_TTL=15"],
    "SERVICE_80_CHECK_TTL \"15\": a duration needs a unit; give 15s, 500ms or 1m30s"
  ),
  (["--ttl=x"], [], "--ttl \"x\": not a duration; give 15s, 500ms or 1m30s"),
  (["--drain", "-5s"], [], "--drain \"-5s\": can't be negative; give 15s, 500ms or 1m30s"),
  (
    ["--stop-timeout=0s"], [],
    "--stop-timeout \"0s\": gives it no time; leave it out for no limit, or give 30s"
  ),
  (
    ["--ready-timeout=0s"], [],
    "--ready-timeout \"0s\": gives it no time; leave it out for no limit, or give 30s"
  ),

  (["--ready=tcp"], [], "--ready \"tcp\": no port to probe; give --port PORT too"),
  (["--ready=udp"], [], "--ready \"udp\": \(notAProbe)"),
  (["--ready=tcp:80"], [], "--ready \"tcp:80\": \(notAProbe)"),
  (["--ready=tcp://a:1"], [], "--ready \"tcp://a:1\": \(resolvesNothing)"),
  ([], ["SERVICE_READY=http://web/"], "SERVICE_READY \"http://web/\": \(resolvesNothing)"),
  (
    ["--port=80"], ["SERVICE_80_READY=tcp://127.0.0.1"],
    "SERVICE_80_READY \"tcp://127.0.0.1\": no port from 1 to 65535 after the host; \(probes)"
  ),
  (["--ready=tcp:///"], [], "--ready \"tcp:///\": not a host and a port; \(probes)"),
  (["--ready=tcp://::1:80"], [], "--ready \"tcp://::1:80\": an IPv6 address needs brackets; give [::1]:80"),
  (["--ready=http://u:p@127.0.0.1"], [], "--ready: no user or password can be in it; \(probes)"),
  (
    ["--ready=https://127.0.0.1"], [],
    "--ready \"https://127.0.0.1\": the probe speaks no TLS; give http://, tcp:// or exec:COMMAND"
  ),
  (
    ["--ready=http://127.0.0.1/a b"], [],
    "--ready \"http://127.0.0.1/a b\": blanks and what isn't ASCII have no place in a path; give them as %20"
  ),
  (
    ["--ready=http://127.0.0.1/#a"], [],
    "--ready \"http://127.0.0.1/#a\": a # is never sent; leave it out"
  ),
  (["--ready=unix://a"], [], "--ready \"unix://a\": not the path of a socket; give unix:///PATH"),
  (
    ["--ready=unix:///" + String(repeating: "x", count: 107)], [],
    "--ready \"unix:///" + String(repeating: "x", count: 32)
      + "…\": too long for a socket's path; give at most 107 bytes"
  ),
  (["--ready=exec:"], [], "--ready \"exec:\": no command; give exec:COMMAND"),

  (["--port=80", "--port=80"], [], "--port \"80\": given twice; give it once"),
  ((1...101).map { "--port=\($0)" }, [], "--port \"101\": one of 101 ports; give at most 100"),
  ([], ["SERVICE_PORT=80,81,80"], "SERVICE_PORT \"80\": given twice; give it once"),
  (["--port=80", "--port=0"], [], "--port \"0\": not a port; give a number from 1 to 65535"),
  (
    ["--port=80", "--port=81", "--id=x"], [],
    "--id \"x\": several services can't share it; give SERVICE_80_ID"
  ),
  (
    ["--port=80", "--port=81"], ["SERVICE_ID=x", "SERVICE_80_ID=y"],
    "SERVICE_ID \"x\": several services can't share it; give SERVICE_81_ID"
  ),
  (
    ["--port=80", "--port=81", "--advertise-port=8080"], ["SERVICE_80_ADVERTISE_PORT=1"],
    "--advertise-port \"8080\": several services can't share it; give SERVICE_80_ADVERTISE_PORT"
  ),
  (
    ["--port=80", "--port=81"], ["SERVICE_80_ID=x", "SERVICE_81_ID=x"],
    "SERVICE_81_ID \"x\": two services have this ID, and Consul would keep one; give each its own"
  ),
  (
    ["--port=80", "--port=81"], ["SERVICE_80_ID=redis-host-81"],
    "default --id \"redis-host-81\": two services have this ID, and Consul would keep one; give each its own"
  ),
  (
    ["--port=80", "--port=81"], ["SERVICE_81_DRAIN=1s"],
    "SERVICE_81_DRAIN \"1s\": there is one process for several ports; give SERVICE_DRAIN"
  ),

  (
    ["--port=80"], ["SERVICE_CHECK_HTTP=health"],
    "SERVICE_CHECK_HTTP \"health\": not a path; give /PATH in ASCII without blanks"
  ),
  (
    ["--port=80"], ["SERVICE_80_CHECK_HTTPS=/a b"],
    "SERVICE_80_CHECK_HTTPS \"/a b\": not a path; give /PATH in ASCII without blanks"
  ),
  ([], ["SERVICE_CHECK_TCP=true"], "SERVICE_CHECK_TCP \"true\": no port to check; give --port PORT too"),
  (
    ["--port=80"], ["SERVICE_CHECK_TCP=yes"],
    "SERVICE_CHECK_TCP \"yes\": neither true nor false; give true, false, 1 or 0"
  ),
  (
    ["--port=80"], ["SERVICE_CHECK_GRPC=1", "SERVICE_CHECK_GRPC_USE_TLS=x"],
    "SERVICE_CHECK_GRPC_USE_TLS \"x\": neither true nor false; give true, false, 1 or 0"
  ),
  (
    ["--port=80"], ["SERVICE_CHECK_HTTPS=/", "SERVICE_CHECK_TLS_SKIP_VERIFY=x"],
    "SERVICE_CHECK_TLS_SKIP_VERIFY \"x\": neither true nor false; give true, false, 1 or 0"
  ),
  (
    ["--port=80"], ["SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_INTERVAL=10"],
    "SERVICE_CHECK_INTERVAL \"10\": a duration needs a unit; give 10s, 500ms or 1m30s"
  ),
  (
    ["--port=80"], ["SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_TIMEOUT=0s"],
    "SERVICE_CHECK_TIMEOUT \"0s\": gives it no time; leave it out for no limit, or give 30s"
  ),
  (
    ["--port=80"], ["SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_HTTP_METHOD=get"],
    "SERVICE_CHECK_HTTP_METHOD \"get\": not a method; give one in capitals, such as GET or HEAD"
  ),
  (
    ["--port=80"], ["SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_INITIAL_STATUS=up"],
    "SERVICE_CHECK_INITIAL_STATUS \"up\": not a status; give passing, warning or critical"
  ),
  (
    ["--port=80"], ["SERVICE_CHECK_SCRIPT=a\nb"],
    "SERVICE_CHECK_SCRIPT \"a\\nb\": has a control character; give printable text"
  ),

  (["--meta-from-env=x"], [], "--meta-from-env \"x\": takes no value; give --meta-from-env alone"),
  (
    [], ["SERVICE_META_FROM_ENV=maybe"],
    "SERVICE_META_FROM_ENV \"maybe\": neither true nor false; give true, false, 1 or 0"
  ),
  (
    ["--meta-from-env"], ["SERVICE_A.B=c"],
    "SERVICE_A.B \"c\": not a key; give 1 to 128 letters, digits, _ or -"
  ),
  (
    ["--meta-from-env", "--port=80"], ["SERVICE_80_CONSUL-X=c"],
    "SERVICE_80_CONSUL-X \"c\": keys in consul- are Consul's; give another"
  ),
  (
    ["--meta-from-env"], ["SERVICE_A=" + String(repeating: "x", count: 513)],
    "SERVICE_A \"" + String(repeating: "x", count: 40) + "…\": 513 bytes; give a value of at most 512"
  ),
  (
    ["--meta-from-env"], ["SERVICE_A=1", "SERVICE_a=2"],
    "SERVICE_a \"2\": this key was given before; give it once"
  ),
  (
    ["--meta-from-env"], (1...64).map { "SERVICE_K\($0)=v" },
    "--meta-from-env: 65 keys; give at most 64"
  ),
  (
    [], ["SERVICE_META_FROM_ENV=true"] + (1...64).map { "SERVICE_K\($0)=v" },
    "SERVICE_META_FROM_ENV: 65 keys; give at most 64"
  ),
  (
    [], ["SERVICEWRAPPER_META=maybe"],
    "SERVICEWRAPPER_META \"maybe\": neither true nor false; give true, false, 1 or 0"
  ),
  (
    [], ["CONSUL_NAMESPACE=a\n"],
    "CONSUL_NAMESPACE \"a\\n\": has a control character; give printable text"
  ),
  (["--service-file="], [], "--service-file \"\": empty; give --service-file FILE"),

  (["--log-level=INFO"], [], "--log-level \"INFO\": not a level; give debug, info, warning or error"),
  (["--log-format=xml"], [], "--log-format \"xml\": not a format; give text or json"),
  (
    [], ["SERVICEWRAPPER_REGISTER=maybe"],
    "SERVICEWRAPPER_REGISTER \"maybe\": neither true nor false; give true, false, 1 or 0"
  ),

  (
    ["--stop-signal=FOO"], [],
    "--stop-signal \"FOO\": not a signal; give a name such as TERM or RTMIN+3, or a number from 1 to 64"
  ),
  (
    ["--stop-signal=KILL"], [],
    "--stop-signal \"KILL\": no program can catch it; give one that can be caught, such as TERM"
  ),
  (
    [], ["SERVICE_STOP_SIGNALS=TERM, sigstop"],
    "SERVICE_STOP_SIGNALS \"sigstop\": no program can catch it; give one that can be caught, such as TERM"
  ),
  (
    ["--stop-signal=CHLD"], [],
    "--stop-signal \"CHLD\": it says that a process has ended; give another, such as TERM"
  ),
  (
    ["--stop-signal=32"], [],
    "--stop-signal \"32\": the C library keeps it for itself; give another, such as TERM"
  ),

  (["--rewrite=TERM"], [], "--rewrite \"TERM\": \(notARewriting)"),
  (["--rewrite=TERM:INT:HUP"], [], "--rewrite \"TERM:INT:HUP\": \(notARewriting)"),
  (["--rewrite=TERM=QUIT"], [], "--rewrite \"TERM=QUIT\": \(notARewriting)"),
  (["--rewrite=:"], [], "--rewrite \":\": \(notASignal)"),
  (["--rewrite=TERM:"], [], "--rewrite \"TERM:\": \(notASignal)"),
  (["--rewrite=0:TERM"], [], "--rewrite \"0:TERM\": \(notASignal)"),
  (["--rewrite=TERM:65"], [], "--rewrite \"TERM:65\": \(notASignal)"),
  (["--rewrite=TERM:FOO"], [], "--rewrite \"TERM:FOO\": \(notASignal)"),
  (
    ["--rewrite=KILL:TERM"], [],
    "--rewrite \"KILL:TERM\": no program can catch it; give one that can be caught, such as TERM"
  ),
  (
    ["--rewrite=CHLD:TERM"], [],
    "--rewrite \"CHLD:TERM\": it says that a process has ended; give another, such as TERM"
  ),
  (
    ["--rewrite=TERM:33"], [],
    "--rewrite \"TERM:33\": the C library keeps it for itself; give another, such as TERM"
  ),
  (
    ["--rewrite=TERM:INT", "--rewrite=15:QUIT"], [],
    "--rewrite \"15:QUIT\": SIGTERM is rewritten twice; give it once"
  ),
  ([], ["SERVICEWRAPPER_REWRITE=HUP:0,TERM"], "SERVICEWRAPPER_REWRITE \"TERM\": \(notARewriting)"),
  (
    ["--ttl=99ms"], [],
    "--ttl \"99ms\": too short for three heartbeats; give at least 100ms, or 0s for no checks"
  ),
  (["--expect-exit=256"], [], "--expect-exit \"256\": \(notAStatus)"),
  (["--expect-exit=x"], [], "--expect-exit \"x\": \(notAStatus)"),
  (["--expect-exit=-1"], [], "--expect-exit \"-1\": \(notAStatus)"),
  ([], ["SERVICEWRAPPER_EXPECT_EXIT=143,256"], "SERVICEWRAPPER_EXPECT_EXIT \"256\": \(notAStatus)"),
  (
    ["--wait-for-all=0s"], [],
    "--wait-for-all \"0s\": gives it no time; leave it out for no limit, or give 30s"
  ),
  (["--wait-for-all=2"], [], "--wait-for-all \"2\": a duration needs a unit; give 2s, 500ms or 1m30s"),
  (
    [], ["SERVICEWRAPPER_PROCESS_GROUP=maybe"],
    "SERVICEWRAPPER_PROCESS_GROUP \"maybe\": neither true nor false; give true, false, 1 or 0"
  ),

  (
    ["--consul-addr=https://c:8501"], [],
    "--consul-addr \"https://c:8501\": TLS isn't supported yet; give http://HOST:PORT or unix:///PATH"
  ),
  (
    [], ["CONSUL_HTTP_SSL=true"],
    "CONSUL_HTTP_SSL \"true\": TLS isn't supported yet; unset it to talk to Consul in plain HTTP"
  ),
  (
    ["--consul-addr=http://c"], ["CONSUL_HTTP_SSL=1"],
    "CONSUL_HTTP_SSL \"1\": TLS isn't supported yet; unset it to talk to Consul in plain HTTP"
  ),
  ([], ["CONSUL_HTTP_SSL=yes"], "CONSUL_HTTP_SSL \"yes\": neither true nor false; give true, false, 1 or 0"),
  (
    ["--consul-addr=tcp://c:1"], [],
    "--consul-addr \"tcp://c:1\": not an address of Consul; give HOST:PORT, http://HOST:PORT or unix:///PATH"
  ),
  (
    ["--consul-addr=http://me:secret@c"], [],
    "--consul-addr: no user or password can be in it; give HOST:PORT, http://HOST:PORT or unix:///PATH"
  ),
  (
    ["--consul-addr=http://c/v1"], [],
    "--consul-addr \"http://c/v1\": no path can follow the host; give HOST:PORT, http://HOST:PORT or unix:///PATH"
  ),
  (
    ["--consul-addr=c:0"], [],
    "--consul-addr \"c:0\": no port from 1 to 65535 after the host; give HOST:PORT, http://HOST:PORT or unix:///PATH"
  ),
  (["--consul-addr=::1"], [], "--consul-addr \"::1\": an IPv6 address needs brackets; give [::1]:8500"),
  (["--consul-addr=unix://a"], [], "--consul-addr \"unix://a\": not the path of a socket; give unix:///PATH"),

  (
    ["--address=0.0.0.0"], [],
    "--address \"0.0.0.0\": nobody can connect to it; give an IP address, a host name, interface:NAME or auto"
  ),
  (
    ["--address=a:80"], [],
    "--address \"a:80\": not an address; give an IP address, a host name, interface:NAME or auto"
  ),
  (["--address=interface:"], [], "--address \"interface:\": not an interface; give interface:eth0"),

  (
    ["--id=a//b"], [],
    "--id \"a//b\": Consul couldn't deregister it: no \"//\", \".\" or \"..\" part, no \"/\" at an end;"
      + " give another --id"
  ),
  (
    ["--name=/a"], [],
    "default --id \"/a-host\": Consul couldn't deregister it: no \"//\", \".\" or \"..\" part, no \"/\" at an end;"
      + " give another --id"
  ),

  (["--meta=a"], [], "--meta \"a\": no = in it; give KEY=VALUE"),
  (["--meta=a b=c"], [], "--meta \"a b=c\": not a key; give 1 to 128 letters, digits, _ or -"),
  (["--meta==c"], [], "--meta \"=c\": not a key; give 1 to 128 letters, digits, _ or -"),
  ([], ["SERVICE_META_A.B=c"], "SERVICE_META_A.B \"c\": not a key; give 1 to 128 letters, digits, _ or -"),
  (
    [], ["SERVICE_META_CONSUL-X=c"], "SERVICE_META_CONSUL-X \"c\": keys in consul- are Consul's; give another"
  ),
  (["--meta=a=1", "--meta=a=2"], [], "--meta \"a=2\": this key was given before; give it once"),
  (["--meta=a=\u{1}"], [], "--meta \"\\x01\": has a control character; give printable text"),
]

@Test(arguments: complaints)
func aWrongOptionIsNamedWithWhatWouldBeRight(
  _ wrong: (arguments: [String], environment: [String], message: String)
) {
  #expect(complaint(wrong.arguments, wrong.environment) == wrong.message)
  #expect(isOneShortLine(wrong.message))
}

@Test func aMissingNameIsSaid() {
  let expected = UsageError("no service name; give --name NAME or SERVICE_NAME, or --no-register")
  #expect(throws: expected) { try parse([], ["SERVICE_NAME="]) }
}

@Test func aLastOptionWithoutItsValueIsSaid() {
  #expect(throws: UsageError("--port: needs a value; give --port PORT")) {
    try parse(["--port"], command: [])
  }
}

@Test(
  arguments: ProgramName.wrapper.flags.filter { $0.value != nil },
  ["\u{0}", "\n\u{1B}[2J\u{2028}", "é", "\"\\", "-", "\u{202E}"])
func whatIsSaidIsOneShortLine(_ flag: Flag, _ piece: String) {
  for count in [1, 7, 5000] {
    let value = String(repeating: piece, count: count)
    let variable = (flag.variable ?? "") + (flag == .meta ? value : "") + "=" + value
    for message in [complaint([flag.name + "=" + value]), complaint(["--port=65535"], [variable])] {
      if let message { #expect(isOneShortLine(message)) }
    }
  }
}

@Test(arguments: ProgramName.wrapper.flags.filter { $0.value != nil && ![.tokenFile].contains($0) })
func whatIsNotUTF8IsRefused(_ flag: Flag) {
  let words = [Array((flag.name + "=").utf8) + [0x61, 0x3D, 0xFF], [0x6C, 0x73]]
  let environment = flag == .name ? [] : [Array("SERVICE_NAME=redis".utf8)]
  do throws(UsageError) {
    _ = try Invocation.parse(arguments: words, environment: environment, hostname: "host", read: nothing)
    Issue.record("taken")
  } catch {
    #expect(isOneShortLine(error.message))
    #expect(error.message.hasPrefix("\(flag.name) \""))
  }
}
