import Glibc
import Testing

@testable import Linux

@Suite struct Connecting {
  @Test(arguments: [SocketAddress.loopback(port: 0), .loopback6(port: 0)])
  func reachesAListener(_ loopback: SocketAddress) throws {
    let listener = try Listener(at: loopback)
    let connection = try Connection.opened(to: listener.address)
    expect(connection, isConnected: true)
    let peer = try listener.accept()
    #expect(try connection.send([0x68, 0x69]) == 2)
    #expect(becomes(POLLIN, peer.number))
    #expect(try peer.read(limit: 9) == [0x68, 0x69])
    let ours = connection.localAddress
    #expect(ours?.host == loopback.host)
    #expect(ours != listener.address)
  }

  @Test(arguments: [SocketAddress.loopback(port: 0), .loopback6(port: 0)])
  func isRefusedWhereNobodyListens(_ loopback: SocketAddress) throws {
    let bound = try Listener(at: loopback, backlog: nil)
    let address = bound.address
    #expect(throws: SystemCallError("connect", errno: ECONNREFUSED)) {
      _ = try Connection.opened(to: address)
    }
  }

  /// A listener whose queue is full drops the first packet; it is sent again after a second.
  @Test(.timeLimit(.minutes(5)))
  func finishesLaterWhereTheListenerIsBusy() throws {
    let listener = try Listener(backlog: 0)
    let first = try Connection.opened(to: listener.address)
    var second = try Connection.open(to: listener.address, from: anyPort)
    expect(second, isConnected: false)
    #expect(!becomes(POLLOUT, second.descriptor.number, within: 50))
    _ = try listener.accept()
    #expect(becomes(POLLOUT, second.descriptor.number))
    try second.finishConnecting()
    expect(second, isConnected: true)
    expect(first, isConnected: true)
  }

  @Test func throwsWhatTheKernelKnowsAtOnce() throws {
    let address = try #require(SocketAddress.numeric(host: "255.255.255.255", port: 80))
    let error = #expect(throws: SystemCallError.self) { _ = try Connection.open(to: address, from: anyPort) }
    #expect(error?.call == "connect")
    #expect(error?.errno != EINPROGRESS)
  }
}

@Suite struct UnixConnecting {
  @Test func reachesAListener() throws {
    let folder = try TemporaryFolder()
    let address = try #require(SocketAddress.unix(path: folder.path(of: "socket")))
    let listener = try Listener(at: address)
    let connection = try Connection.open(to: address, from: anyPort)
    expect(connection, isConnected: true)
    #expect(try connection.send([1, 2, 3]) == 3)
    let peer = try listener.accept()
    #expect(try peer.read(limit: 9) == [1, 2, 3])
    let ours = connection.localAddress
    #expect(ours == nil)
  }

  @Test func failsAtOnceWhereNobodyListens() throws {
    let folder = try TemporaryFolder()
    let address = try #require(SocketAddress.unix(path: folder.path(of: "socket")))
    #expect(throws: SystemCallError("connect", errno: ENOENT)) {
      _ = try Connection.open(to: address, from: anyPort)
    }
    _ = try Listener(at: address, backlog: nil)
    #expect(throws: SystemCallError("connect", errno: ECONNREFUSED)) {
      _ = try Connection.open(to: address, from: anyPort)
    }
  }

  /// Other than with TCP, there is nothing to wait for.
  @Test func failsAtOnceWhereTheListenerIsBusy() throws {
    let folder = try TemporaryFolder()
    let address = try #require(SocketAddress.unix(path: folder.path(of: "socket")))
    let listener = try Listener(at: address, backlog: 0)
    let first = try Connection.open(to: address, from: anyPort)
    #expect(throws: SystemCallError("connect", errno: EAGAIN)) {
      _ = try Connection.open(to: address, from: anyPort)
    }
    expect(first, isConnected: true)
    _ = try listener.accept()
  }
}

@Suite struct Exchanging {
  @Test func receivesNothingYetThenBytesThenTheEnd() throws {
    let listener = try Listener()
    let connection = try Connection.opened(to: listener.address)
    #expect(try connection.receive() == nil)
    try answer(listener.accept(), [0x6f, 0x6b])
    #expect(try connection.received() == [0x6f, 0x6b])
    #expect(try connection.received() == [])
  }

  /// Writes, and closes when it returns.
  private func answer(_ peer: consuming Descriptor, _ bytes: [UInt8]) {
    #expect(write(peer.number, bytes, bytes.count) == bytes.count)
  }

  @Test func receivesAtMost4KiBAtATime() throws {
    let listener = try Listener()
    let connection = try Connection.opened(to: listener.address)
    answer(try listener.accept(), [UInt8](repeating: 0x61, count: 10_000))
    var sizes: [Int] = []
    while let part = try connection.received(), !part.isEmpty { sizes.append(part.count) }
    #expect(sizes.reduce(0, +) == 10_000)
    #expect(sizes.max() == 4_096)
  }

  @Test func sendsNothingWhereTheKernelTakesNone() throws {
    let listener = try Listener()
    let connection = try Connection.opened(to: listener.address)
    let peer = try listener.accept()
    let sent = try fill(connection)
    #expect(sent > 0)
    #expect(!isNow(POLLOUT, connection.descriptor.number))

    var taken = 0
    while taken < sent {
      try #require(becomes(POLLIN, peer.number))
      taken += try #require(try peer.read(limit: 1 << 20)).count
    }
    #expect(becomes(POLLOUT, connection.descriptor.number))
    #expect(try connection.send([1]) == 1)
  }

  /// How many bytes the kernel took before it took none.
  private func fill(_ connection: borrowing Connection) throws -> Int {
    let block = [UInt8](repeating: 0x61, count: 1 << 20)
    var sent = 0
    for _ in 0..<1_000 {
      let count = try connection.send(block)
      if count == 0 { return sent }
      sent += count
    }
    Issue.record("the kernel takes everything")
    return sent
  }

  /// By SIGPIPE we would be gone.
  @Test func throwsWhereThePeerIsGone() throws {
    let folder = try TemporaryFolder()
    let address = try #require(SocketAddress.unix(path: folder.path(of: "socket")))
    let listener = try Listener(at: address)
    let connection = try Connection.open(to: address, from: anyPort)
    answer(try listener.accept(), [])
    #expect(throws: SystemCallError("send", errno: EPIPE)) { try connection.send([1]) }
  }
}
