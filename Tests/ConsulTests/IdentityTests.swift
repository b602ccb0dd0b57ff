import Formats
import Testing

@testable import Consul

private let here = String(repeating: "a1", count: 32)
private let there = String(repeating: "b2", count: 32)

private func entry(_ meta: [(String, String)]) throws -> JSON {
  let members = meta.map { "\"\($0.0)\": \"\($0.1)\"" }.joined(separator: ", ")
  return try JSON(parsing: [UInt8]("{\"ID\": \"web-1\", \"Meta\": {\(members)}}".utf8))
}

@Suite struct WhoHasOurID {
  static let ours = [("managed-by", "servicewrapper")]

  @Test(
    arguments: [
      (here, "1", here, "1", nil), (here, "1", here, "2", nil),
      (here, "1", there, "1", "container b2b2b2b2b2b2"),
      (here, "1", nil, "1", "a process outside of containers"),
      (nil, "1", there, "1", "container b2b2b2b2b2b2"),
      (nil, "1", nil, "1", nil), (nil, "1", nil, "2", "a process of another boot"), (nil, nil, nil, "2", nil),
      (nil, "1", nil, nil, nil),
    ] as [(String?, String?, String?, String?, String?)])
  func isToldByContainerAndBoot(
    container: String?, boot: String?, theirs: String?, theirBoot: String?, foreignOwner: String?
  ) throws {
    var meta = Self.ours
    if let theirs { meta.append(("container-id", theirs)) }
    if let theirBoot { meta.append(("boot-id", theirBoot)) }
    let identity = Identity(containerID: container, bootID: boot)
    #expect(identity.foreignOwner(in: try entry(meta)) == foreignOwner)
  }

  @Test(arguments: ["[]", "{}", "{\"Meta\": null}", "7", "{\"Meta\": {\"managed-by\": 7}}"])
  func isNotToldByWhatSaysNothingOfIt(body: String) throws {
    let identity = Identity(containerID: here, bootID: "1")
    #expect(identity.foreignOwner(in: try JSON(parsing: [UInt8](body.utf8))) == nil)
    #expect(
      identity.foreignOwner(in: try entry([("managed-by", "another"), ("container-id", there)])) == nil)
  }

  @Test func isShownWithoutWhatCouldSteerATerminal() throws {
    let meta = Self.ours + [("container-id", "\\u001b[31mred")]
    #expect(Identity(containerID: here).foreignOwner(in: try entry(meta)) == "container 31mred")
  }
}

@Suite struct TheMetaThatIdentifiesUs {
  @Test func leavesTheUsersOwnWordsAndConsulsLimit() {
    let identity = Identity(containerID: here, bootID: "1")
    var definition = Definition(name: "web", id: "web-1", meta: [.init(key: "boot-id", value: "mine")])
    definition.identify(as: identity)
    #expect(definition.meta.map(\.key) == ["boot-id", "managed-by", "container-id"])
    #expect(definition.meta[0].value == "mine")
    var full = Definition(name: "web", id: "web-1", meta: (0..<63).map { .init(key: "k\($0)", value: "") })
    full.identify(as: identity)
    #expect(full.meta.count == 64)
    var nobody = Definition(name: "web", id: "web-1")
    nobody.identify(as: Identity())
    #expect(nobody.meta.map(\.key) == ["managed-by"])
  }

  @Test("from outside what the container says of itself doesn't count")
  func winsFromOutside() {
    let theirs = ["managed-by", "region", "container-id", "boot-id", "container-engine"]
    var definition = Definition(
      name: "web", id: "web-1", meta: theirs.map { .init(key: $0, value: "theirs") })
    definition.mark(as: Identity(containerID: here, bootID: "1", engine: "docker"))
    #expect(
      definition.meta == [
        .init(key: "region", value: "theirs"), .init(key: "managed-by", value: "servicewatcher"),
        .init(key: "container-id", value: here), .init(key: "boot-id", value: "1"),
        .init(key: "container-engine", value: "docker"),
      ])
  }
}
