internal import CLinux

/// A stream socket that never blocks; tcp(7), unix(7).
public struct Connection: ~Copyable {
  public let descriptor: Descriptor
  /// False while connect(2) is still at it: then it becomes writable when that is over.
  public private(set) var isConnected: Bool

  private init(_ descriptor: consuming Descriptor, isConnected: Bool) {
    self.descriptor = descriptor
    self.isConnected = isConnected
  }

  /// Begins to connect. Fails at once where the kernel knows at once, as it does with unix sockets; with TCP even a
  /// refusal on loopback is for `finishConnecting` to tell, which then needn't be waited for.
  public static func open(to address: SocketAddress) throws(SystemCallError) -> Connection {
    let descriptor = Descriptor(try checked("socket") { cl_socket_stream(address.family) })
    let isConnected = try connect(descriptor.number, to: address)
    return Connection(descriptor, isConnected: isConnected)
  }

  /// Whether that is over already.
  private static func connect(_ number: Int32, to address: SocketAddress) throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      try checked("connect") { unsafe address.withPointer { unsafe cl_connect(number, $0, $1) } }
      return true
    } catch  where error.errno == EINPROGRESS {
      return false
    }
  }

  /// Says how connecting ended, once the socket has become writable; SO_ERROR of socket(7).
  public mutating func finishConnecting() throws(SystemCallError) {
    var (result, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    try checked("getsockopt") {
      unsafe getsockopt(descriptor.number, SOL_SOCKET, SO_ERROR, &result, &size)
    }
    try checkedNumber("connect", result)
    isConnected = true
  }

  /// Our own end; getsockname(2).
  public var localAddress: SocketAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe cl_getsockname(descriptor.number, $0, &size)
      }
    }
    guard result == 0 else { return nil }
    return unsafe withUnsafeBytes(of: storage) { unsafe SocketAddress(bytes: [UInt8]($0.prefix(Int(size)))) }
  }

  /// How many of the bytes the kernel took; 0 where it takes none now.
  public func send(_ bytes: [UInt8]) throws(SystemCallError) -> Int {
    do throws(SystemCallError) {
      return try checked("send") {
        unsafe bytes.withUnsafeBytes { unsafe cl_send(descriptor.number, $0.baseAddress!, $0.count) }
      }
    } catch  where error.errno == Errno.again {
      return 0
    }
  }

  /// What has arrived, 4 KiB at most; empty at the end; nil where there is nothing yet.
  public func receive() throws(SystemCallError) -> [UInt8]? { try descriptor.read(limit: 4_096) }
}
