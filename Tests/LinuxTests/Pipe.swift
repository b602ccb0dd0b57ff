import Glibc
import Testing

@testable import Linux

/// pipe(2), both ends close-on-exec and never blocking.
struct Pipe: ~Copyable {
  let reading: Descriptor
  let writing: Descriptor

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    reading = Descriptor(unblocking: ends[0])
    writing = Descriptor(unblocking: ends[1])
  }

  /// Writes until the kernel takes no more.
  func fill() {
    let page = [UInt8](repeating: 0x2e, count: 4_096)
    while write(writing.number, page, page.count) > 0 {}
  }
}

extension Descriptor {
  /// Takes a number that a call without flags of its own has made.
  init(unblocking number: Int32) {
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    self.init(number)
  }
}
