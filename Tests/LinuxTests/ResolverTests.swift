import Foundation
import Testing

@testable import Linux

@Suite(.timeLimit(.minutes(5))) struct Resolving {
  @Test(arguments: ["localhost", "127.0.0.1", "::1"])
  func findsLoopbackWithThePort(_ host: String) throws {
    var resolver = try Resolver()
    try resolver.resolve(host: host, port: 8500)
    let addresses = try found(&resolver)
    #expect(!addresses.isEmpty)
    for address in addresses {
      #expect(address == .loopback(port: 8500) || address == .loopback6(port: 8500))
    }
  }

  /// Waits for an answer that comes from files.
  private func found(_ resolver: inout Resolver) throws -> [SocketAddress] {
    try #require(becomes(POLLIN, resolver.descriptor.number))
    guard case .found(let addresses) = resolver.takeResolution() else {
      Issue.record("not found")
      return []
    }
    return addresses
  }

  @Test func hasNoAnswerBeforeItIsAsked() throws {
    var resolver = try Resolver()
    #expect(resolver.takeResolution() == nil)
  }

  @Test func answersOnceAndCanBeAskedAgain() throws {
    var resolver = try Resolver()
    try resolver.resolve(host: "127.0.0.1", port: 1)
    #expect(try found(&resolver) == [.loopback(port: 1)])
    #expect(!isNow(POLLIN, resolver.descriptor.number))
    #expect(resolver.takeResolution() == nil)
    try resolver.resolve(host: "::1", port: 2)
    #expect(try found(&resolver) == [.loopback6(port: 2)])
  }

  @Test func searchesOnceAtATime() throws {
    var resolver = try Resolver()
    try resolver.resolve(host: "127.0.0.1", port: 1)
    try resolver.resolve(host: "::1", port: 2)
    #expect(try found(&resolver) == [.loopback(port: 1)])
    // The second search would have been as quick.
    #expect(!becomes(POLLIN, resolver.descriptor.number, within: 100))
  }

  /// What can't be a name fails without asking anybody: a label has 63 bytes at most; RFC 1035 section 2.3.4.
  @Test func failsWithTheCodeOfGetaddrinfo() throws {
    var resolver = try Resolver()
    try resolver.resolve(host: String(repeating: "a", count: 64) + ".invalid", port: 80)
    try #require(becomes(POLLIN, resolver.descriptor.number))
    guard case .failed(let code) = resolver.takeResolution() else {
      Issue.record("found")
      return
    }
    #expect(code != 0)
    #expect(!Resolver.reason(code).isEmpty)
  }

  @Test func saysTheReasonOfAFailure() {
    #expect(Resolver.reason(EAI_NONAME) == "Name or service not known")
  }
}
