internal import CLinux

/// Waits for descriptors; epoll(7), level-triggered.
public struct Poller: ~Copyable {
  /// What to wait for; the events of epoll_ctl(2).
  public struct Interest: OptionSet, Sendable {
    /// The bits of `epoll_event.events`.
    public let rawValue: UInt32
    /// The interest with these bits of `epoll_event.events`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// EPOLLIN: there are bytes to read, or the end of the stream.
    public static let readable = Interest(rawValue: EPOLLIN.rawValue)
    /// EPOLLOUT: a write doesn't block, or a connect(2) is over.
    public static let writable = Interest(rawValue: EPOLLOUT.rawValue)
  }

  /// The epoll descriptor: readable when an added descriptor is ready.
  public let descriptor: Descriptor

  /// A poller without descriptors. Throws if epoll_create1(2) fails: EMFILE, ENFILE or ENOMEM.
  public init() throws(SystemCallError) {
    descriptor = Descriptor(try checked("epoll_create1") { cl_epoll_create() })
  }

  /// From now on `wait` returns the tag when the descriptor is ready or broken, until it is closed; EPOLL_CTL_ADD.
  ///
  /// Throws if epoll_ctl(2) fails: EEXIST if it was added before, EPERM for a regular file, ENOMEM, ENOSPC.
  public func add(_ number: Int32, for interest: Interest, tag: UInt64) throws(SystemCallError) {
    try control(EPOLL_CTL_ADD, number, interest, tag)
  }

  /// Changes the interest and the tag of an added descriptor; EPOLL_CTL_MOD.
  ///
  /// Throws if epoll_ctl(2) fails: ENOENT for a descriptor that wasn't added.
  public func modify(_ number: Int32, for interest: Interest, tag: UInt64) throws(SystemCallError) {
    try control(EPOLL_CTL_MOD, number, interest, tag)
  }

  private func control(
    _ operation: Int32, _ number: Int32, _ interest: Interest, _ tag: UInt64
  ) throws(SystemCallError) {
    var event = unsafe epoll_event(events: interest.rawValue, data: epoll_data_t(u64: tag))
    try checked("epoll_ctl") { unsafe epoll_ctl(descriptor.number, operation, number, &event) }
  }

  /// Waits without a time-out; returns the tags of the ready descriptors.
  public func wait() -> Batch<UInt64> {
    unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Batch<UInt64>.capacity) { events in
      let count = try? checked("epoll_wait") {
        unsafe epoll_wait(descriptor.number, events.baseAddress, Int32(events.count), -1)
      }
      var tags = Batch<UInt64>(filler: 0)
      for index in 0..<Int(count ?? 0) { unsafe tags.append(events[index].data.u64) }
      return tags
    }
  }
}
