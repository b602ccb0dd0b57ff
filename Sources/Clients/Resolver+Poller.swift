public import Linux

extension Resolver {
  public static func polled(by poller: borrowing Poller, tag: UInt64) throws(SystemCallError) -> Resolver {
    let resolver = try Resolver()
    try poller.add(resolver.descriptor.number, for: .readable, tag: tag)
    return resolver
  }
}
