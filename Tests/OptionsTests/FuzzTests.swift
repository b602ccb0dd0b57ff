import Testing

@testable import Options

/// SplitMix64: the same words at every run.
private struct FixedRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

private let pieces: [[UInt8]] =
  [
    "", "-", "--", "=", ",", "\\", "/", "..", ":", "::", "[", "]", "@", "0", "1", "65535",
    "99999999999999999999", "1.5",
    "s", "ms", "h", "1h", "-1s", "http://", "https://", "unix://", "interface:", "auto", "SIG", "RTMIN+",
    "RTMAX-", "9",
    "tcp", "none", "true", "false", "SERVICE_", "SERVICE_80_", "SERVICE_META_", "META_", "TAGS", "80", "é",
    "\u{2028}", "a",
    "tcp://", "localhost", "exec:", "unix:///", "127.0.0.1", "[::1]:1", "CHECK_HTTP=/", "CHECK_TCP=1",
    "CHECK_",
    "true", "REGION=", "web.json", "CONSUL_NAMESPACE=", "CONSUL_HTTP_SSL", "CONSUL_HTTP_TOKEN", "consul-",
    "\u{0}", "\n", "=x", "SERVICE_NAME=a",
  ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]
  + ProgramName.wrapper.flags.flatMap {
    [Array($0.name.utf8), Array(($0.variable ?? "X").utf8) + [0x3D]]
  }

/// One to three pieces in a row, or a valid option with a piece for its value.
private func word(_ random: inout FixedRandom) -> [UInt8] {
  var word: [UInt8] = []
  for _ in 0..<Int.random(in: 1...3, using: &random) { word += pieces.randomElement(using: &random) ?? [] }
  return word
}

private func webFile(_ path: [UInt8]) throws(UnreadableFile) -> [UInt8] {
  guard path == Array("web.json".utf8) else { throw UnreadableFile(reason: "No such file or directory") }
  return Array((files["web.json"] ?? "").utf8)
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func whateverIsGivenIsReadOrRefusedInOneLine(_ seed: UInt64) {
  var random = FixedRandom(state: seed)
  var read = 0
  for _ in 0..<1500 {
    var arguments = [Array("--name=web".utf8)]
    for _ in 0..<Int.random(in: 0...4, using: &random) { arguments.append(word(&random)) }
    var environment: [[UInt8]] = []
    for _ in 0..<Int.random(in: 0...4, using: &random) { environment.append(word(&random)) }
    do throws(UsageError) {
      let invocation = try Invocation.parse(
        arguments: arguments, environment: environment, hostname: "host", read: webFile)
      read += 1
      guard case .run(let options) = invocation else { continue }
      #expect(options.warnings.allSatisfy(isOneShortLine))
    } catch {
      #expect(isOneShortLine(error.message), "\(arguments) \(environment)")
    }
  }
  // Neither everything nor nothing is refused, or the words would be badly chosen.
  #expect(50...1450 ~= read)
}

private let scraps = [
  "{", "}", "[", "]", ":", ",", " ", "\n", "{\"service\":{", "{\"services\":[{", "}}", "}]}", "null", "true",
  "0", "80",
  "1e9", "-1", "\"\"", "\"a\"", "\"é\"", "\"\\u0001\"", "\"\\ud800\"", "\"name\":", "\"id\":", "\"port\":",
  "\"address\":",
  "\"tags\":[\"a\"]", "\"tags\":", "\"meta\":{\"a\":\"b\"}", "\"meta\":", "\"check\":{\"id\":\"c\"}",
  "\"checks\":[{}]",
  "\"checks\":", "\"connect\":{\"sidecar_service\":{}}", "\"tagged_addresses\":{\"lan\":{}}", "\"proxy\":",
  "\"token\":\"t\"",
  "\"new_field\":", "\"_\":", "\"__\":1", "\"namespace\":\"n\"",
]

/// A file of one or two services with random fields, then perhaps with a scrap in the wrong place.
private func serviceFile(_ random: inout FixedRandom) -> String {
  let fields = (0..<Int.random(in: 0...4, using: &random)).map { _ in
    (scraps.filter { $0.hasSuffix(":") && $0.count > 1 }.randomElement(using: &random) ?? "")
      + (["80", "\"a\"", "[\"a\"]", "{\"b\":\"c\"}", "[{}]", "null", "{}"].randomElement(using: &random) ?? "")
  }
  let service = "{" + (["\"name\":\"web\""] + fields).joined(separator: ",\n") + "}"
  let isList = Bool.random(using: &random)
  var file = Array(isList ? "{\"services\":[\(service),{\"name\":\"b\"}]}" : "{\"service\":\(service)}")
  for _ in 0..<Int.random(in: 0...1, using: &random) {
    let position = Int.random(in: 0...file.count, using: &random)
    file.insert(contentsOf: scraps.randomElement(using: &random) ?? "", at: position)
  }
  return String(file)
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func whateverIsInAServiceFileIsReadOrRefusedInOneLine(_ seed: UInt64) {
  var random = FixedRandom(state: seed)
  var read = 0
  for _ in 0..<500 {
    let text = serviceFile(&random)
    do throws(UsageError) {
      let services = try options(["--service-file=f"], files: ["f": text]).services
      read += 1
      #expect(!services.isEmpty)
    } catch {
      #expect(isOneShortLine(error.message), "\(text)")
    }
  }
  #expect(25...475 ~= read)
}
