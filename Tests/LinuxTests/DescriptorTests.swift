import Glibc
import Testing

@testable import Linux

@Suite struct DescriptorOwnership {
  @Test func isClosedWhenItsOwnerLetsGo() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    let reading = Descriptor(unblocking: ends[0])
    letGo(Descriptor(unblocking: ends[1]), while: !isNow(POLLIN, reading.number))
    #expect(becomes(POLLIN, reading.number))
    #expect(try reading.read(limit: 1) == [])
  }

  @Test func doesNotTrapWhereClosingFails() { letGo(Descriptor(-1)) }

  private func letGo(_ descriptor: consuming Descriptor, while isOpen: Bool = true) { #expect(isOpen) }
}

@Suite struct DescriptorReading {
  @Test func takesAtMostTheLimitAndLeavesTheRest() throws {
    let pipe = try Pipe()
    #expect(write(pipe.writing.number, "abc", 3) == 3)
    #expect(try pipe.reading.read(limit: 2) == [0x61, 0x62])
    #expect(try pipe.reading.read(limit: 2) == [0x63])
  }

  @Test func isNilWhereThereIsNothingYet() throws {
    let pipe = try Pipe()
    #expect(try pipe.reading.read(limit: 1) == nil)
  }

  @Test func throwsWhatTheKernelSays() throws {
    let pipe = try Pipe()
    #expect(throws: SystemCallError("read", errno: EBADF)) { try pipe.writing.read(limit: 1) }
  }
}

@Suite struct ReservedStandardStreams {
  @Test func leaveNumbersAboveTwoToUs() async {
    await #expect(processExitsWith: .success) {
      close(0)
      close(1)
      close(2)
      try StandardStreams.reserve()
      #expect((0...2).map { fcntl($0, F_GETFD) } == [FD_CLOEXEC, FD_CLOEXEC, FD_CLOEXEC])
      let timer = try Linux.Timer()
      #expect(timer.descriptor.number > 2)
    }
  }

  @Test func areLeftAloneWhereTheyAreOpen() async {
    await #expect(processExitsWith: .success) {
      let before = try openDescriptors().count
      let flags = (0...2).map { fcntl($0, F_GETFD) }
      for _ in 0..<100 { try StandardStreams.reserve() }
      // The test runner may open a few meanwhile.
      #expect(try openDescriptors().count < before + 10)
      #expect((0...2).map { fcntl($0, F_GETFD) } == flags)
    }
  }
}
