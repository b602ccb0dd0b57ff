internal import CLinux

/// A stream socket that never blocks; tcp(7), unix(7).
public struct Connection: ~Copyable {
  /// The socket.
  public let descriptor: Descriptor
  private let peer: SocketAddress
  private let began = Clock.monotonic
  /// False while connect(2) is under way: the socket becomes writable when that is over.
  public private(set) var isConnected = false
  /// Our end, of a TCP connection that is made; getsockname(2).
  public private(set) var localAddress: SocketAddress?

  /// The purpose of the connection.
  public enum Purpose: Sendable {
    case exchange
    /// Only to find out whether the server accepts. Our last packet of the handshake is held back, so that `Ending.abandoned`
    /// ends the connection before the server's process sees it.
    case handshake
  }

  /// Begins to connect; connect(2).
  ///
  /// Throws a failure that the kernel knows at once, as of unix sockets and of TCP on loopback.
  /// `finishConnecting` throws any other. Fails with EADDRINUSE where no source port is free.
  public static func open(
    to address: SocketAddress, from ports: SourcePorts, for purpose: Purpose = .exchange
  ) throws(SystemCallError) -> Connection {
    var candidates = address.port.flatMap { ports.candidates(to: $0) }.map { $0[...] }
    var conflicts = 0
    while true {
      do throws(SystemCallError) {
        var connection = Connection(try socket(to: address, for: purpose, from: &candidates), to: address)
        try connection.start()
        return connection
      } catch  where error.errno == EADDRNOTAVAIL && candidates != nil && conflicts < maximumConflicts {
        // A live connection has both ports already.
        conflicts += 1
      }
    }
  }

  /// EADDRNOTAVAIL also means that the host has no such network, which no other port changes.
  private static let maximumConflicts = 3

  private init(_ descriptor: consuming Descriptor, to peer: SocketAddress) {
    self.descriptor = descriptor
    self.peer = peer
  }

  /// A socket that is bound to one of the ports, if there are any; it takes that and those before it out of them.
  private static func socket(
    to address: SocketAddress, for purpose: Purpose, from candidates: inout ArraySlice<Int>?
  ) throws(SystemCallError) -> Descriptor {
    let descriptor = Descriptor(try checked("socket") { cl_socket_stream(address.family) })
    guard address.port != nil else { return descriptor }
    if purpose == .handshake { _ = cl_delay_acknowledgements(descriptor.number) }
    // A server that sets it too can bind our port while we have it, and in TIME_WAIT; socket(7). A handshake has its port
    // for microseconds and leaves none, so that matters only where servers' ports are in the range.
    if purpose == .exchange || candidates != nil { _ = cl_reuse_address(descriptor.number) }
    guard candidates != nil else { return descriptor }
    while let port = candidates?.popFirst() {
      let own = SocketAddress.any(family: address.family, port: port)
      do throws(SystemCallError) {
        try checked("bind") { unsafe own.withPointer { unsafe cl_bind(descriptor.number, $0, $1) } }
        return descriptor
      } catch  where error.errno == EADDRINUSE { continue }
    }
    throw SystemCallError("bind", errno: EADDRINUSE)
  }

  /// On loopback the handshake is over when connect(2) returns; a second call returns its result.
  private mutating func start() throws(SystemCallError) {
    var isOver = try connect()
    if !isOver, peer.isLocal { isOver = try connect() }
    if isOver { try finish() }
  }

  /// Whether the connection is established already.
  private func connect() throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      try checked("connect") { unsafe peer.withPointer { unsafe cl_connect(descriptor.number, $0, $1) } }
      return true
    } catch  where error.errno == EINPROGRESS || error.errno == EALREADY {
      return false
    }
  }

  /// Called once the socket has become writable. Throws the reason why there is no connection; SO_ERROR of socket(7).
  public mutating func finishConnecting() throws(SystemCallError) {
    var (result, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    try checked("getsockopt") {
      unsafe getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &result, &size)
    }
    try checkedNumber("connect", result)
    try finish()
  }

  private mutating func finish() throws(SystemCallError) {
    if peer.port != nil { localAddress = unsafe address(by: cl_getsockname) }
    if isSelfConnected {
      resetOnClose()
      throw SystemCallError("connect", errno: ECONNREFUSED)
    }
    isConnected = true
  }

  /// Whether both ends are the same: then no server listens.
  private var isSelfConnected: Bool {
    guard let localAddress, localAddress.port == peer.port else { return false }
    return unsafe localAddress == address(by: cl_getpeername)
  }

  private func address(
    by call: (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32
  ) -> SocketAddress? {
    var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
    var size = socklen_t(bytes.count)
    let result = unsafe bytes.withUnsafeMutableBytes {
      unsafe call(descriptor.number, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &size)
    }
    return result == 0 ? SocketAddress(bytes: [UInt8](bytes.prefix(Int(size)))) : nil
  }
}

// MARK: Bytes
extension Connection {
  /// How many of the bytes the kernel took; 0 where it takes none now.
  ///
  /// Throws if send(2) fails: EPIPE or ECONNRESET once the peer has closed the connection.
  public func send(_ bytes: [UInt8]) throws(SystemCallError) -> Int {
    do throws(SystemCallError) {
      return try checked("send") {
        unsafe bytes.withUnsafeBytes { unsafe cl_send(descriptor.number, $0.baseAddress!, $0.count) }
      }
    } catch  where error.errno == Errno.again {
      return 0
    }
  }

  /// At most 4 KiB that have arrived; empty at the end of the stream; nil if nothing has arrived.
  ///
  /// Throws if read(2) fails: ECONNRESET if the peer reset the connection.
  public func receive() throws(SystemCallError) -> [UInt8]? { try descriptor.read(limit: 4_096) }
}

// MARK: The end
extension Connection {
  /// How a connection that is then closed ends.
  public enum Ending: Sendable {
    /// A handshake ends with RST instead of ACK: the server's process never sees the connection, and no TIME_WAIT is left.
    ///
    /// The kernel sends the ACK by itself after 200 ms (TCP_DELACK_MAX). A connection that is older is closed as usual:
    /// some servers treat a reset after accept(2) as an error.
    case abandoned
    /// All of the answer was received. No TIME_WAIT is left on our side, since RST follows when the server has
    /// acknowledged our FIN; the server's process reads the end of the stream; tcp(7), TCP_LINGER2.
    case complete
    /// FIN is sent at once, so that a close with unread bytes isn't the reset that it would be; shutdown(2).
    case early
  }

  /// Prepares the close that follows.
  public func prepareClose(_ ending: Ending) {
    switch ending {
    case .abandoned:
      if peer.port != nil, Clock.monotonic - began < .milliseconds(100) { resetOnClose() }
    case .complete: if peer.port != nil { _ = cl_forget_after_close(descriptor.number) }
    case .early: _ = shutdown(descriptor.number, Int32(SHUT_WR))
    }
  }

  private func resetOnClose() { _ = cl_reset_on_close(descriptor.number) }
}
