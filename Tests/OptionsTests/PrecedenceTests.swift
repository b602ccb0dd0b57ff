import Consul
import Testing

@testable import Options

@Suite struct Precedence {
  @Test(arguments: OptionCase.all.filter { $0.flag != .noRegister })
  func flagsBeatTheEnvironmentWhateverItHolds(_ option: OptionCase) throws {
    let name = option.flag == .meta ? "SERVICE_META_B" : option.flag.variable ?? ""
    let words = option.others + [option.flag.name, option.value]
    for value in ["\u{1}", "x"] { #expect(option.isRead(try options(words, [name + "=" + value]))) }
  }

  @Test func theFlagBeatsAnEnvironmentThatRegisters() throws {
    #expect(try options(["--no-register"], ["SERVICEWRAPPER_REGISTER=true"]).service == nil)
  }

  @Test(arguments: OptionCase.all.filter { $0.variable.hasPrefix("SERVICE_") && $0.flag != .port })
  func theVariableOfThePortBeatsTheCommonOne(_ option: OptionCase) throws {
    let ofPort = option.variable.replacing("SERVICE_", with: "SERVICE_6379_")
    let common = option.variable.prefix { $0 != "=" } + "=\u{1}"
    let environment = [ofPort, option.flag == .meta ? "SERVICE_META_A=z" : String(common)]
    let others = option.others.isEmpty ? ["--port", "6379"] : ["--port=6379"]
    #expect(option.isRead(try options(others, environment)))
    #expect(option.isRead(try options([], environment + ["SERVICE_PORT=6379"])))
  }

  @Test func thePortOfAVariableIsTheProbedOne() throws {
    let environment = [
      "SERVICE_80_ID=probed", "SERVICE_81_ID=registered", "SERVICE_8_ID=x", "SERVICE_80_PORT=9",
    ]
    let service = try service(["--port=80", "--advertise-port=81"], environment)
    #expect(service.id == "probed")
    #expect(service.port == 80)
  }

  @Test func flagsReplaceTheWholeListOfTheVariable() throws {
    let environment = ["SERVICE_TAGS=a,b", "SERVICE_META_A=1", "SERVICE_STOP_SIGNALS=HUP"]
    let options = try options(["--tag=c", "--tag=d", "--meta=x=2", "--stop-signal=QUIT"], environment)
    #expect(options.service?.tags == ["c", "d"])
    #expect(options.service?.meta == [Definition.Meta(key: "x", value: "2")])
    #expect(options.stop.signals == [3])
  }

  @Test(arguments: OptionCase.all.filter { $0.flag != .name })
  func anEmptyVariableCountsAsUnset(_ option: OptionCase) throws {
    let name = option.variable.prefix { $0 != "=" }
    #expect(try options(option.others, [name + "="]) == options(option.others))
    #expect(try parse(["--name=web"], [name + "="]) == parse(["--name=web"]))
  }

  @Test func ofTwoVariablesWithOneNameTheFirstHolds() throws {
    #expect(try service([], ["SERVICE_ID=a", "SERVICE_ID=b"]).id == "a")
    #expect(try service([], ["SERVICE_ID=", "SERVICE_ID=b"]).id == "redis-host")
    let meta = [
      "SERVICE_META_A=1", "SERVICE_META_A=2", "SERVICE_META_B=", "SERVICE_META_B=3", "SERVICE_META_A1=4",
    ]
    #expect(try service([], meta).meta.map(\.value) == ["1", "4"])
  }

  @Test(arguments: [
    "SERVICE_IGNORE=true", "SERVICE_PASSWORD=x", "SERVICE=x", "SERVICE_NAMEX=y", "=x", "", "SERVICE_NAME",
  ])
  func otherVariablesAreNone(_ entry: String) throws {
    #expect(try options([], [entry]) == options())
  }
}

@Suite struct TheToken {
  @Test func comesFromTheFlagThenTheFileThenTheValue() throws {
    let value = "CONSUL_HTTP_TOKEN=secret"
    let file = "CONSUL_HTTP_TOKEN_FILE=/b"
    #expect(try options(["--token-file=/a"], [file, value]).token == .file(Array("/a".utf8)))
    #expect(try options([], [value, file]).token == .file(Array("/b".utf8)))
    #expect(try options([], [value, "CONSUL_HTTP_TOKEN_FILE="]).token == .value(Array("secret".utf8)))
    #expect(try options([], ["CONSUL_HTTP_TOKEN="]).token == .none)
  }

  @Test(arguments: ["secret\n", "secret\r\nX: y", "sec ret", "sécret"])
  func isRefusedUnseenWhenAHeaderCouldNotCarryIt(_ token: String) {
    let expected = "CONSUL_HTTP_TOKEN: has a space or another byte no token has; it isn't shown here"
    #expect(complaint([], ["CONSUL_HTTP_TOKEN=" + token]) == expected)
  }
}

@Suite struct InitOnly {
  @Test func needsNoName() throws {
    guard case .run(let options) = try parse(["--no-register"]) else { return }
    #expect(options.service == nil)
  }

  @Test(arguments: [
    "SERVICE_PORT=abc", "SERVICE_NAME=\u{1}", "CONSUL_HTTP_ADDR=https://x", "CONSUL_HTTP_SSL=true",
    "CONSUL_HTTP_TOKEN=a b", "SERVICE_READY=x", "SERVICE_READY_TIMEOUT=x", "SERVICE_ID=/",
    "SERVICE_META_A.B=x", "SERVICE_CHECK_HTTP=x", "SERVICE_META_FROM_ENV=x", "SERVICEWRAPPER_META=x",
    "SERVICEWRAPPER_SERVICE_FILE=/nonexistent", "CONSUL_NAMESPACE=\u{1}", "CONSUL_PARTITION=\u{1}",
  ])
  func looksAtNothingThatIsAboutConsul(_ variable: String) throws {
    #expect(complaint([], [variable]) != nil)
    #expect(
      try options(["--no-register", "--port=80"], [variable]) == options(["--no-register", "--port=80"]))
    #expect(try options(["--no-register"], [variable]) == options(["--no-register"]))
  }

  @Test func probesNothingAndStopsAsTold() throws {
    let options = try options(
      ["--no-register", "--port=80", "--ready=tcp"], ["SERVICE_80_STOP_SIGNALS=QUIT"])
    #expect(options.services == [])
    #expect(options.stop.signals == [3])
  }

  @Test(arguments: [
    ("false", false), ("0", false), ("FALSE", false), ("true", true), ("1", true), ("True", true),
  ])
  func isAskedForByAVariableToo(_ value: String, _ registers: Bool) throws {
    #expect(try (options([], ["SERVICEWRAPPER_REGISTER=" + value]).service != nil) == registers)
  }
}
