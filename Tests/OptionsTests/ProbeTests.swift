import Testing

@testable import Options

private let longest = "unix:///" + String(repeating: "x", count: 106)

@Suite struct TheProbe {
  @Test(
    arguments: [
      ("none", .none), ("tcp", .tcp),
      ("tcp://127.0.0.1:5432", .tcpAt(host: "127.0.0.1", port: 5432)),
      ("tcp://10.0.0.1:1", .tcpAt(host: "10.0.0.1", port: 1)),
      ("tcp://[::1]:80", .tcpAt(host: "::1", port: 80)),
      ("tcp://localhost:65535", .tcpAt(host: "localhost", port: 65535)),
      ("unix:///run/php/fpm.sock", .unix(path: "/run/php/fpm.sock")),
      (longest, .unix(path: String(longest.dropFirst(7)))),
      ("http://127.0.0.1:8080/health", .http(host: "127.0.0.1", port: 8080, path: "/health")),
      ("http://localhost", .http(host: "localhost", port: 80, path: "/")),
      ("http://localhost/", .http(host: "localhost", port: 80, path: "/")),
      ("http://[::1]/a/b?c=d&e=%20", .http(host: "::1", port: 80, path: "/a/b?c=d&e=%20")),
      ("http://[::1]:81?x", .http(host: "::1", port: 81, path: "/?x")),
      ("http://127.0.0.1/a@b:c//", .http(host: "127.0.0.1", port: 80, path: "/a@b:c//")),
      ("exec:pg_isready -q", .exec(Array("pg_isready -q".utf8))),
      ("exec: a\t| b\n", .exec(Array(" a\t| b\n".utf8))),
    ] as [(String, Probe)])
  func isTaken(_ text: String, _ probe: Probe) throws {
    #expect(try service(["--port=80", "--ready", text]).ready == probe)
    #expect(try service([], ["SERVICE_PORT=80", "SERVICE_80_READY=" + text]).ready == probe)
    if probe != .tcp { #expect(try service(["--ready", text]).ready == probe) }
  }

  @Test(arguments: [
    "", "TCP", "udp", "tcp:", "tcp:80", "tcp://", "tcp://:80", "tcp://127.0.0.1", "tcp://127.0.0.1:",
    "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:80/", "tcp://::1:80", "tcp://[::1]",
    "tcp://db:5432", "tcp://256.0.0.1:1", "tcp://LOCALHOST:1", "unix:/a", "unix://", "unix://a",
    longest + "x", "http://", "http:///", "http://web/", "http://127.0.0.1:/", "http://127.0.0.1:x/",
    "http://127.0.0.1/a#b", "http://127.0.0.1/a b", "http://127.0.0.1/é", "http://127.0.0.1/\n",
    "https://127.0.0.1/", "exec:", "none ", "http://u:p@127.0.0.1/",
  ])
  func isRefused(_ text: String) {
    #expect(complaint(["--port=80", "--ready=" + text]) != nil)
  }

  @Test(arguments: ["http://u:secret@127.0.0.1/", "tcp://u:secret@127.0.0.1:1", "http://secret@web"])
  func passwordsAreNotShown(_ text: String) {
    #expect(complaint(["--ready", text])?.contains("secret") == false)
  }

  @Test func commandsNeedNotBeText() throws {
    let words: [[UInt8]] = [Array("--name=web".utf8), Array("--ready=exec:".utf8) + [0xFF], [0x6C]]
    guard
      case .run(let options) = try Invocation.parse(
        arguments: words, environment: [], hostname: "h", read: nothing)
    else {
      Issue.record("not a run")
      return
    }
    #expect(options.service?.ready == .exec([0xFF]))
  }

  @Test(arguments: [([], Probe.none), (["--port=80"], .tcp), (["--advertise-port=80"], Probe.none)])
  func isTCPWhereThereIsAPort(_ arguments: [String], _ probe: Probe) throws {
    #expect(try service(arguments).ready == probe)
  }
}
