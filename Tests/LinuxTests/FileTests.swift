import Foundation
import Testing

@testable import Linux

@Suite struct SmallFiles {
  @Test(arguments: [
    (0, []), (1, [0x61]), (2, [0x61, 0xff]), (3, [0x61, 0xff, 0x00]), (4_096, [0x61, 0xff, 0x00]),
  ])
  func areReadUpToTheLimit(_ limit: Int, _ expected: [UInt8]) throws {
    let folder = try TemporaryFolder()
    try folder.write([0x61, 0xff, 0x00], to: "file")
    #expect(try File.read(path: folder.path(of: "file"), limit: limit) == expected)
  }

  @Test func areReadWholeThoughTheKernelGivesThemInParts() throws {
    let maps = try File.read(path: [UInt8]("/proc/self/maps".utf8), limit: 1 << 20)
    #expect(maps.count > 4_096)
    #expect(maps.last == UInt8(ascii: "\n"))
    #expect(try File.read(path: [UInt8]("/proc/self/maps".utf8), limit: 4_097).count == 4_097)
  }

  @Test func thatNeverEndAreReadUpToTheLimit() throws {
    let zeros = try File.read(path: [UInt8]("/dev/zero".utf8), limit: 100_000)
    #expect(zeros == [UInt8](repeating: 0, count: 100_000))
  }

  /// In a process of its own, which an opening that waits ends by SIGALRM.
  @Test func thatNobodyWritesAreEmptyAndDoNotBlock() async {
    await #expect(processExitsWith: .success) {
      alarm(20)
      let folder = try TemporaryFolder()
      #expect(mkfifo(folder.path + "/fifo", 0o600) == 0)
      #expect(try File.read(path: folder.path(of: "fifo"), limit: 9) == [])
    }
  }

  @Test func thatCannotBeReadThrow() throws {
    let folder = try TemporaryFolder()
    #expect(throws: SystemCallError("open", errno: ENOENT)) {
      try File.read(path: folder.path(of: "missing"), limit: 9)
    }
    #expect(throws: SystemCallError("read", errno: EISDIR)) {
      try File.read(path: [UInt8](folder.path.utf8), limit: 9)
    }
  }

  @Test func mayHaveNamesThatAreNoText() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "") + [0xff]
    let number = open((path + [0]).map { CChar(bitPattern: $0) }, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    close(number)
    #expect(try File.read(path: path, limit: 9) == [])
    (path + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { _ = unlink($0.baseAddress!) }
  }
}
