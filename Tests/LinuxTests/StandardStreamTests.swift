import Foundation
import Testing

@testable import Linux

/// In processes of their own, whose standard streams are pipes, files and sockets of ours.
@Suite(.timeLimit(.minutes(5))) struct LogLines {
  @Test func areWrittenWholeOrNotAtAll() async {
    await #expect(processExitsWith: .success) {
      let pipe = try Pipe()
      let stream = Replaced(2, by: pipe.writing.number)
      let line = [UInt8](repeating: 0x6c, count: 4_000)
      #expect(StandardError.write(line))
      #expect(try pipe.reading.read(limit: 8_192) == line)

      pipe.fill()
      #expect(!StandardError.write([0x78]))
      #expect(!StandardError.write(line))
      // Room for the half of a line isn't room for a line.
      while let part = try pipe.reading.read(limit: 4_096) { #expect(part.allSatisfy { $0 == 0x2e }) }
      #expect(StandardError.write(line))
      #expect(try pipe.reading.read(limit: 8_192) == line)
      stream.restore()
    }
  }

  /// The process shares the pipe, and expects it to block.
  @Test func leaveTheModeOfThePipe() async {
    await #expect(processExitsWith: .success) {
      let pipe = try Pipe()
      pipe.fill()
      let stream = Replaced(2, by: pipe.writing.number)
      #expect(fcntl(2, F_SETFL, 0) == 0)
      #expect(!StandardError.write([0x78]))
      #expect(fcntl(2, F_GETFL) & O_NONBLOCK == 0)
      stream.restore()
    }
  }

  @Test func areLostWhereNobodyReads() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_IGN)
      do {
        let pipe = try Pipe()
        dup2(pipe.writing.number, 2)
      }
      #expect(!StandardError.write([0x78]))
      close(2)
      #expect(!StandardError.write([0x78]))
      try StandardStreams.reserve()
      #expect(!StandardError.write([0x78]))
    }
  }

  @Test func areAppendedToAFile() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try folder.write([0x30], to: "log")
      dup2(open(folder.path + "/log", O_WRONLY | O_APPEND | O_CLOEXEC), 2)
      #expect(StandardError.write([0x31]))
      #expect(StandardError.write([0x32]))
      #expect(try File.read(path: folder.path(of: "log"), limit: 9) == [0x30, 0x31, 0x32])
    }
  }

  /// As under journald.
  @Test func areSentThroughASocket() async {
    await #expect(processExitsWith: .success) {
      var ends: [Int32] = [-1, -1]
      #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      let reading = Descriptor(unblocking: ends[0])
      let stream = Replaced(2, by: ends[1])
      #expect(StandardError.write([0x31]))
      let arrived = try reading.read(limit: 9)
      #expect(arrived == [0x31])
      var count = 0
      while count < 10_000, StandardError.write([UInt8](repeating: 0x6c, count: 1_000)) { count += 1 }
      #expect(count > 0 && count < 10_000)
      while try reading.read(limit: 1 << 20) != nil {}
      // More than fits: sent in part, and said so.
      #expect(!StandardError.write([UInt8](repeating: 0x6c, count: 16 << 20)))
      stream.restore()
    }
  }

  @Test func vanishInTheNullDevice() async {
    await #expect(processExitsWith: .success) {
      dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 2)
      #expect(StandardError.write([0x31]))
    }
  }
}

@Suite(.timeLimit(.minutes(5))) struct Answers {
  @Test func areWrittenToTheEnd() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let text = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
      dup2(open(folder.path + "/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600), 1)
      try StandardOutput.write(text)
      try StandardOutput.write([])
      #expect(try File.read(path: folder.path(of: "out"), limit: 1 << 20) == text)
    }
  }

  /// A file that may not grow takes the part that fits, and says so at the next call; setrlimit(2).
  @Test func areContinuedWhereTheKernelTookAPart() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      signal(SIGXFSZ, SIG_IGN)
      var (limit, before) = (rlimit(), rlimit())
      #expect(getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before) == 0)
      limit = rlimit(rlim_cur: 1_000, rlim_max: before.rlim_max)
      dup2(open(folder.path + "/out", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600), 1)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #expect(throws: SystemCallError("write", errno: EFBIG)) {
        try StandardOutput.write([UInt8](repeating: 0x6c, count: 2_000))
      }
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &before)
      #expect(try File.read(path: folder.path(of: "out"), limit: 9_000).count == 1_000)
    }
  }

  @Test func sayWhereTheyCannotBeWritten() async {
    await #expect(processExitsWith: .success) {
      dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), 1)
      #expect(throws: SystemCallError("write", errno: ENOSPC)) { try StandardOutput.write([1]) }
    }
  }
}

/// A standard stream that leads elsewhere until it is restored: the test runner writes to it when a test ends.
private struct Replaced {
  let number: Int32
  let saved: Int32

  init(_ number: Int32, by other: Int32) {
    // A write that waits ends the process, and with it the test.
    alarm(20)
    (self.number, saved) = (number, dup(number))
    dup2(other, number)
  }

  func restore() {
    dup2(saved, number)
    close(saved)
  }
}
