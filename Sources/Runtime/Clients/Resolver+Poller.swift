public import Linux

extension Resolver {
  /// Creates a resolver whose descriptor is reported by the poller with this tag.
  ///
  /// Throws if eventfd(2) or epoll_ctl(2) fails.
  public static func polled(by poller: borrowing Poller, tag: UInt64) throws(SystemCallError) -> Resolver {
    let resolver = try Resolver()
    try poller.add(resolver.descriptor.number, for: .readable, tag: tag)
    return resolver
  }
}
