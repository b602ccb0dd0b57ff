internal import CLinux

/// Finds the addresses of host names; getaddrinfo(3). That call blocks for as long as a name server is silent, so it
/// has a thread of its own, at most one at a time.
public struct Resolver: ~Copyable {
  /// Readable when an answer is there.
  public let descriptor: Descriptor
  private var job: Job?

  /// A resolver without a search. Throws if eventfd(2) fails: EMFILE, ENFILE or ENOMEM.
  public init() throws(SystemCallError) {
    descriptor = Descriptor(try checked("eventfd") { cl_eventfd() })
    // A second arena of the allocator would outlive the thread that it was made for; mallopt(3).
    _ = mallopt(M_ARENA_MAX, 1)
  }

  /// Starts a search, unless the last one is still pending: then its result is used.
  ///
  /// Throws if pthread_create(3) fails: EAGAIN where no more threads are allowed.
  public mutating func resolve(host: String, port: Int) throws(SystemCallError) {
    guard job == nil else { return }
    let job = Job(host: host, port: port, descriptor: descriptor.number)
    let argument = unsafe Unmanaged.passRetained(job)
    var thread = pthread_t()
    let number = unsafe pthread_create(
      &thread, nil,
      {
        if let argument = unsafe $0 { unsafe Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    if number != 0 { unsafe argument.release() }
    try checkedNumber("pthread_create", number)
    // A search that hangs must not be waited for.
    _ = pthread_detach(thread)
    self.job = job
  }

  /// The answer, once it is there: addresses in the order in which to try them, or the code of getaddrinfo(3).
  public mutating func takeResolution() -> Resolution? {
    guard (try? descriptor.read(limit: 8)) != nil else { return nil }
    defer { job = nil }
    return job?.answer
  }

  /// The result of a search: the addresses, or the code of getaddrinfo(3).
  public enum Resolution: Sendable {
    case found([SocketAddress])
    case failed(Int32)
  }

  /// The text for a code of getaddrinfo(3); gai_strerror(3).
  public static func reason(_ code: Int32) -> String { unsafe String(cString: gai_strerror(code)) }
}

/// One search. The thread writes the answer before it writes to the eventfd; we read in the other order.
private final class Job {
  let host: String
  let port: Int
  let descriptor: Int32
  var answer: Resolver.Resolution?

  init(host: String, port: Int, descriptor: Int32) {
    self.host = host
    self.port = port
    self.descriptor = descriptor
  }

  func run() {
    answer = search()
    var one: UInt64 = 1
    _ = unsafe write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  private func search() -> Resolver.Resolution {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0 else { return .failed(code) }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next?.pointee {
      addresses.append(unsafe SocketAddress(entry.ai_addr, length: Int(entry.ai_addrlen)))
      unsafe next = entry.ai_next
    }
    return .found(addresses)
  }
}
