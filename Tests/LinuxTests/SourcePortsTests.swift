import Glibc
import Testing

@testable import Linux

@Suite struct ChoosingSourcePorts {
  private func candidates(
    to target: Int, avoiding: [Int] = [], range: String = "100\t109\n", reserved: String = "\n"
  ) -> [Int]? {
    SourcePorts(avoiding: avoiding, range: [UInt8](range.utf8), reserved: [UInt8](reserved.utf8))
      .candidates(to: target)
  }

  @Test func leavesTheChoiceToTheKernelWhereNoServersPortIsInItsRange() {
    #expect(candidates(to: 99) == nil)
    #expect(candidates(to: 110, avoiding: [99, 6_379]) == nil)
  }

  @Test func neverTakesThePortThatItConnectsTo() {
    for _ in 0..<100 {
      #expect(candidates(to: 105)?.sorted() == [100, 101, 102, 103, 104, 106, 107, 108, 109])
    }
  }

  @Test func neverTakesAServersPort() {
    for _ in 0..<100 {
      #expect(candidates(to: 8_500, avoiding: [100, 109, 8_500])?.sorted() == [Int](101...108))
    }
  }

  @Test func neverTakesAReservedPort() {
    #expect(candidates(to: 100, reserved: "103,105-108\n")?.sorted() == [101, 102, 104, 109])
  }

  @Test func leavesTheChoiceToTheKernelWhereAllAreServers() {
    #expect(candidates(to: 100, range: "100 100") == nil)
  }

  @Test func startsAnywhereInTheRange() {
    let firsts = Set((0..<1_000).compactMap { _ in candidates(to: 105)?.first })
    #expect(firsts.count == 9)
  }

  @Test func triesNoMoreThan64() {
    #expect(candidates(to: 40_000, range: "32768\t60999\n")?.count == 64)
  }

  @Test(arguments: ["", "abc", "60999 32768"])
  func takesTheUsualRangeWhereItCannotBeRead(_ range: String) {
    #expect(candidates(to: 32_767, range: range) == nil)
    #expect(candidates(to: 32_768, range: range) != nil)
  }
}

@Suite struct SourcePortsOfConnections {
  @Test(arguments: [SocketAddress.loopback(port: 0), .loopback6(port: 0)])
  func areThoseThatWereChosen(_ loopback: SocketAddress) throws {
    let listener = try Listener(at: loopback)
    let wanted = try Listener(at: loopback, backlog: nil).port
    let ports = only(wanted, besides: listener.port)
    let connection = try Connection.open(to: listener.address, from: ports)
    #expect(connection.localAddress?.port == wanted)
  }

  @Test func areNotOnesThatAreTaken() throws {
    let listener = try Listener()
    let taken = try Listener()
    let (ports, address) = (only(taken.port, besides: listener.port), listener.address)
    #expect(throws: SystemCallError("bind", errno: EADDRINUSE)) {
      _ = try Connection.open(to: address, from: ports)
    }
  }

  @Test func canBeBoundByAServerThatReusesAddresses() throws {
    let listener = try Listener()
    let connection = try Connection.opened(to: listener.address)
    let port = try #require(connection.localAddress?.port)
    let server = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var on: Int32 = 1
    setsockopt(server.number, SOL_SOCKET, SO_REUSEADDR, &on, 4)
    let number = server.number
    #expect(SocketAddress.loopback(port: port).withPointer { bind(number, $0, $1) } == 0)
    #expect(listen(number, 1) == 0)
  }

  private func only(_ port: Int, besides server: Int) -> SourcePorts {
    let (first, last) = (min(port, server), max(port, server))
    let between = last - first > 1 ? "\(first + 1)-\(last - 1)" : ""
    return SourcePorts(
      avoiding: [server], range: [UInt8]("\(first) \(last)".utf8), reserved: [UInt8](between.utf8))
  }
}

@Suite struct Handshakes {
  @Test(arguments: [SocketAddress.loopback(port: 0), .loopback6(port: 0)])
  func areNotSeenByTheServerWhereTheyAreAbandoned(_ loopback: SocketAddress) throws {
    let listener = try Listener(at: loopback)
    try abandon(listener.address)
    #expect(!becomes(POLLIN, listener.descriptor.number, within: 400))
  }

  private func abandon(_ address: SocketAddress) throws {
    let connection = try Connection.open(to: address, from: anyPort, for: .handshake)
    expect(connection, isConnected: true)
    connection.prepareClose(.abandoned)
  }

  /// By then the kernel has finished the handshake, and a reset would be seen.
  @Test func endAsUsualWhereTheyTookLong() throws {
    let listener = try Listener()
    let peer = try abandonLate(listener)
    #expect(becomes(POLLIN, peer.number))
    #expect(try peer.read(limit: 9) == [])
  }

  private func abandonLate(_ listener: borrowing Listener) throws -> Descriptor {
    let connection = try Connection.open(to: listener.address, from: anyPort, for: .handshake)
    let peer = try listener.accept()
    connection.prepareClose(.abandoned)
    return peer
  }
}

@Suite struct ClosingWithoutTrace {
  /// Not a reset: the end, as of any client.
  @Test func endsTheStreamOfAServerThatGoesOnReading() throws {
    let listener = try Listener()
    let peer = try exchange(listener)
    #expect(becomes(POLLIN, peer.number))
    #expect(try peer.read(limit: 9) == [1, 2, 3])
    #expect(try peer.read(limit: 9) == [])
  }

  private func exchange(_ listener: borrowing Listener) throws -> Descriptor {
    let connection = try Connection.opened(to: listener.address)
    let peer = try listener.accept()
    #expect(try connection.send([1, 2, 3]) == 3)
    connection.prepareClose(.complete)
    return peer
  }
}
