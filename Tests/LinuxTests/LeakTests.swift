import Foundation
import Testing

@testable import Linux

/// In processes of their own, in which nobody opens and closes but the test runner, which may want a timer or two at
/// any time.
@Suite(.timeLimit(.minutes(5))) struct OpenDescriptors {
  @Test func areAllClosedOnExec() async {
    await #expect(processExitsWith: .success) {
      let listener = try Listener()
      let before = try openDescriptors()
      let poller = try Poller()
      let timer = try Linux.Timer()
      let resolver = try Resolver()
      let queue = try SignalQueue()
      let first = try Connection.opened(to: listener.address)
      let refused = SocketAddress.unix(path: [UInt8]("/nonexistent".utf8))!
      #expect(throws: SystemCallError.self) { _ = try Connection.open(to: refused, from: anyPort) }
      let made = try openDescriptors().subtracting(before)
      #expect(made.count >= 5)
      for number in made { #expect(fcntl(number, F_GETFD) == FD_CLOEXEC) }
      try poller.add(timer.descriptor.number, for: .readable, tag: 1)
      #expect(
        made.isSuperset(of: [resolver.descriptor.number, queue.descriptor.number, first.descriptor.number]))
    }
  }

  @Test func areAsManyAfterAHundredRounds() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try folder.write([1, 2, 3], to: "file")
      let before = try openDescriptors().count
      var highest = 0
      for _ in 0..<100 { highest = max(highest, try round(folder)) }
      let after = try openDescriptors()
      // One that each round, or a single call of a round, left open would make a hundred.
      #expect(after.count < before + 10)

      // The count isn't blind: the rounds opened something, and one that is kept is seen.
      #expect(highest >= before + 8)
      let kept = try Linux.Timer()
      let number = kept.descriptor.number
      #expect(!after.contains(number))
      #expect(try openDescriptors().contains(number))
    }
  }
}

/// Opens one of everything, lets each fail that can, and says how many descriptors were open at its height.
private func round(_ folder: borrowing TemporaryFolder) throws -> Int {
  let poller = try Poller()
  let timer = try Linux.Timer()
  let queue = try SignalQueue()
  try poller.add(timer.descriptor.number, for: .readable, tag: 1)
  try poller.add(queue.descriptor.number, for: .readable, tag: 2)
  let listener = try Listener()
  let refusing = try Listener(backlog: nil)
  let connection = try Connection.opened(to: listener.address)
  let peer = try listener.accept()
  _ = try connection.send([1])

  let (refused, missing) = (refusing.address, SocketAddress.unix(path: folder.path(of: "socket"))!)
  #expect(throws: SystemCallError.self) { _ = try Connection.opened(to: refused) }
  #expect(throws: SystemCallError.self) { _ = try Connection.open(to: missing, from: anyPort) }
  #expect(try File.read(path: folder.path(of: "file"), limit: 9) == [1, 2, 3])
  let (file, absent) = (folder.path, folder.path(of: "absent"))
  #expect(throws: SystemCallError.self) { try File.read(path: [UInt8](file.utf8), limit: 9) }
  #expect(throws: SystemCallError.self) { try File.read(path: absent, limit: 9) }
  #expect(throws: SystemCallError.self) { try Child.spawn([absent], mask: SignalMask(set: sigset_t())) }
  try StandardStreams.reserve()
  _ = try Interfaces.address(of: "lo")

  var resolver = try Resolver()
  try resolver.resolve(host: "localhost", port: 80)
  try #require(becomes(POLLIN, resolver.descriptor.number))
  #expect(resolver.takeResolution() != nil)
  #expect(peer.number > 2)
  return try openDescriptors().count
}
