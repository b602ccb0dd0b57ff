import Testing

@testable import Engine

@Suite struct APIVersionTests {
  @Test(arguments: [("1.9", "1.41"), ("1.44", "1.53"), ("1.100", "2.0")])
  func numbersAreCompared(older: String, newer: String) throws {
    #expect(try #require(APIVersion(older)) < #require(APIVersion(newer)))
    #expect(try !(#require(APIVersion(newer)) < #require(APIVersion(older))))
  }

  @Test(arguments: ["", "1", "1.", ".41", "1.41.0", "v1.41", "1.x", "1.-4", "1.4000000"])
  func otherTextsAreNone(_ text: String) { #expect(APIVersion(text) == nil) }
}

@Suite struct EngineHandshakeTests {
  /// The step after these answers.
  private func step(_ answers: (Int, String)...) -> (EngineHandshake, EngineHandshake.Step) {
    var handshake = EngineHandshake()
    var step = handshake.first
    for (status, body) in answers { step = handshake.receive(status, "\(status)", Array(body.utf8)) }
    return (handshake, step)
  }

  private func versions(_ newest: String, from oldest: String) -> String {
    #"{"ApiVersion":"\#(newest)","MinAPIVersion":"\#(oldest)"}"#
  }

  @Test func theFirstRequestNamesNoVersion() {
    let (handshake, step) = step()
    #expect(step == .ask(.version))
    #expect(handshake.version == nil)
  }

  @Test(
    "the lowest version from 1.41 up that both know is used",
    arguments: [
      ("1.41", "1.12", APIVersion(1, 41)), ("1.51", "1.24", APIVersion(1, 41)),
      ("1.53", "1.44", APIVersion(1, 44)), ("1.54", "1.40", APIVersion(1, 41)),
      ("1.100", "1.60", APIVersion(1, 60)), ("2.1", "2.0", APIVersion(2, 0)),
    ])
  func chooses(newest: String, oldest: String, chosen: APIVersion) {
    let (handshake, step) = step((200, versions(newest, from: oldest)))
    #expect(step == .subscribe(.events))
    #expect(handshake.version == chosen)
  }

  @Test(
    "an engine that reports no versions gets the oldest",
    arguments: ["{}", #"{"ApiVersion":7}"#])
  func reportsNoVersions(body: String) {
    #expect(step((200, body)).0.version == APIVersion(1, 41))
  }

  @Test func anEngineThatIsTooOldIsReported() {
    let (_, step) = step((200, versions("1.40", from: "1.12")))
    #expect(step == .failed("its API 1.40 is too old; 1.41 or later is needed"))
  }

  @Test(
    "if a proxy denies paths without a version, 1.44 is tried, then 1.41",
    arguments: [400, 403, 404])
  func triesVersions(denial: Int) {
    let (first, second) = (step((denial, "")), step((denial, ""), (denial, "")))
    #expect(first.1 == .ask(.version))
    #expect(first.0.version == APIVersion(1, 44))
    #expect(second.1 == .ask(.version))
    #expect(second.0.version == APIVersion(1, 41))
    #expect(step((denial, ""), (denial, ""), (denial, "")).1 == .failed("\(denial)"))
    let old = step((denial, ""), (denial, ""), (200, versions("1.41", from: "1.12")))
    #expect(old.1 == .subscribe(.events))
    #expect(old.0.version == APIVersion(1, 41))
  }

  @Test("any other status fails the handshake", arguments: [500, 503, 301, 401])
  func fails(status: Int) {
    #expect(step((status, "")).1 == .failed("\(status)"))
  }

  /// A proxy may allow only paths without a version.
  @Test(arguments: [400, 403, 404])
  func fallsBackToPlainPaths(denial: Int) {
    let known = versions("1.53", from: "1.44")
    let (handshake, next) = step((200, known), (denial, ""))
    #expect(next == .subscribe(.events))
    #expect(handshake.version == nil)
    #expect(step((200, known), (denial, ""), (denial, "")).1 == .failed("\(denial)"))
    // A path without a version was never answered.
    #expect(step((denial, ""), (200, known), (denial, "")).1 == .failed("\(denial)"))
  }

  @Test func isReadyWhenTheStreamIsAnswered() {
    #expect(step((200, "{}"), (200, "")).1 == .ready)
    #expect(step((200, "{}"), (200, "")).0.kind == "docker")
  }

  @Test func knowsPodman() {
    let podman = #"{"ApiVersion":"1.41","Components":[{"Name":"Podman Engine"},{"Name":"Conmon"}]}"#
    #expect(step((200, podman)).0.kind == "podman")
  }
}

@Suite struct EngineIDTests {
  private let info = Array(#"{"ID":"7f0c","DockerRootDir":"/var/lib/docker"}"#.utf8)

  @Test func ofDockerIsItsIDAndItsStorage() {
    #expect(engineID(info: info, kind: "docker") == "7f0c /var/lib/docker")
  }

  /// Podman's ID differs in each answer.
  @Test func ofPodmanIsItsStorage() { #expect(engineID(info: info, kind: "podman") == "/var/lib/docker") }

  @Test(arguments: ["", "{}", "[]", #"{"ID":7}"#])
  func canBeMissing(info: String) { #expect(engineID(info: Array(info.utf8), kind: "docker") == nil) }

  @Test func isNilIfItIsTooLongForConsul() {
    let long = #"{"ID":"\#(String(repeating: "x", count: 513))"}"#
    #expect(engineID(info: Array(long.utf8), kind: "docker") == nil)
  }
}
