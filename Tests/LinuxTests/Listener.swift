import Glibc
import Testing

@testable import Linux

/// Where it doesn't matter which port a connection comes from.
let anyPort = SourcePorts(avoiding: [])

/// A socket at a free loopback port, or at a path.
struct Listener: ~Copyable {
  let descriptor: Descriptor
  let address: SocketAddress

  /// Bound and listening; without a backlog bound only, so that the kernel refuses connections.
  init(at wanted: SocketAddress = .loopback(port: 0), backlog: Int32? = 16) throws {
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    descriptor = Descriptor(socket(wanted.family, type, 0))
    let number = descriptor.number
    try #require(wanted.withPointer { bind(number, $0, $1) } == 0)
    if let backlog { try #require(listen(number, backlog) == 0) }
    address = try #require(boundAddress(of: number))
  }

  var port: Int { Int(address.bytes[2]) << 8 | Int(address.bytes[3]) }

  /// The next connection; it never blocks.
  func accept() throws -> Descriptor {
    try #require(becomes(POLLIN, descriptor.number))
    return Descriptor(unblocking: Glibc.accept(descriptor.number, nil, nil))
  }
}

private func boundAddress(of number: Int32) -> SocketAddress? {
  var storage = sockaddr_storage()
  var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
  let result = withUnsafeMutablePointer(to: &storage) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &size) }
  }
  return result == 0
    ? withUnsafeBytes(of: storage) { SocketAddress(bytes: [UInt8]($0.prefix(Int(size)))) } : nil
}

extension Connection {
  /// Connects, and waits until that is over.
  static func opened(to address: SocketAddress) throws -> Connection {
    var connection = try Connection.open(to: address, from: anyPort)
    if !connection.isConnected {
      try #require(becomes(POLLOUT, connection.descriptor.number))
      try connection.finishConnecting()
    }
    return connection
  }

  /// What arrives next.
  func received() throws -> [UInt8]? {
    try #require(becomes(POLLIN, descriptor.number))
    return try receive()
  }
}

/// A property of what isn't copyable, taken before `#expect` looks.
func expect(
  _ connection: borrowing Connection, isConnected wanted: Bool,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let isConnected = connection.isConnected
  #expect(isConnected == wanted, sourceLocation: sourceLocation)
}
