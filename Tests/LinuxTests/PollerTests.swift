import Glibc
import Testing

@testable import Linux

/// Each waits for what has happened already, or requires it first: `wait` knows no bound.
@Suite(.timeLimit(.minutes(5))) struct Polling {
  @Test func namesTheTagOfWhatIsReadable() throws {
    let quiet = try Pipe()
    let ready = try Pipe()
    let poller = try Poller()
    try poller.add(quiet.reading.number, for: .readable, tag: 1)
    try poller.add(ready.reading.number, for: .readable, tag: .max)
    try #require(write(ready.writing.number, "x", 1) == 1)
    #expect(Array(poller.wait()) == [.max])
    // Level-triggered: it stays ready until it is read.
    #expect(Array(poller.wait()) == [.max])
  }

  @Test func namesAllThatAreReady() throws {
    let first = try Pipe()
    let second = try Pipe()
    let poller = try Poller()
    try poller.add(first.writing.number, for: .writable, tag: 1)
    try poller.add(second.writing.number, for: .writable, tag: 2)
    #expect(Set(poller.wait()) == [1, 2])
  }

  @Test func followsAChangeOfInterestAndTag() throws {
    let pipe = try Pipe()
    let fallback = try Pipe()
    let poller = try Poller()
    try poller.add(pipe.writing.number, for: .writable, tag: 1)
    try poller.add(fallback.writing.number, for: .writable, tag: 2)
    try poller.modify(pipe.writing.number, for: [], tag: 1)
    #expect(Array(poller.wait()) == [2])
    try poller.modify(fallback.writing.number, for: [], tag: 2)
    try poller.modify(pipe.writing.number, for: [.readable, .writable], tag: 3)
    #expect(Array(poller.wait()) == [3])
  }

  /// As the writing end of a pipe is when nobody reads any more.
  @Test func namesWhatIsBrokenWhateverWasAsked() throws {
    let pipe = try Pipe()
    let poller = try Poller()
    try poller.add(pipe.writing.number, for: [], tag: 4)
    letGo(pipe.reading)
    try #require(becomes(POLLERR, pipe.writing.number))
    #expect(Array(poller.wait()) == [4])
  }

  @Test func forgetsWhatIsClosed() throws {
    let pipe = try Pipe()
    let poller = try Poller()
    do {
      var closed = try Linux.Timer()
      closed.set(.zero)
      try poller.add(closed.descriptor.number, for: .readable, tag: 5)
      try #require(becomes(POLLIN, closed.descriptor.number))
      #expect(Array(poller.wait()) == [5])
    }
    try poller.add(pipe.writing.number, for: .writable, tag: 6)
    #expect(Array(poller.wait()) == [6])
  }

  @Test func throwsWhatTheKernelSays() throws {
    let pipe = try Pipe()
    let poller = try Poller()
    let number = pipe.reading.number
    #expect(throws: SystemCallError("epoll_ctl", errno: ENOENT)) {
      try poller.modify(number, for: .readable, tag: 1)
    }
    try poller.add(number, for: .readable, tag: 1)
    #expect(throws: SystemCallError("epoll_ctl", errno: EEXIST)) {
      try poller.add(number, for: .readable, tag: 1)
    }
  }

  private func letGo(_ descriptor: consuming Descriptor) {}
}
