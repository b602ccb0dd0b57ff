import Foundation
import Testing

@testable import Linux

@Suite struct OurSurroundings {
  @Test func haveTheWordsOfTheCommandLine() async {
    await #expect(processExitsWith: .success) {
      // setenv(3) moves the environment away from the words. The product never calls it, the test runner does.
      let first = try #require(try initialEnvironment())
      let variable = try #require(dlsym(nil, "environ")).assumingMemoryBound(to: Environment.self)
      let moved = variable.pointee
      variable.pointee = first
      let words = ProcessEnvironment.arguments
      variable.pointee = moved
      #expect(words == CommandLine.arguments.map { [UInt8]($0.utf8) })
      #expect(!words.isEmpty)
    }
  }

  @Test func haveTheEnvironment() {
    let entries = ProcessInfo.processInfo.environment.map { [UInt8]("\($0)=\($1)".utf8) }
    #expect(Set(ProcessEnvironment.environment) == Set(entries))
    #expect(!entries.isEmpty)
  }

  @Test func nameTheHost() {
    #expect(ProcessEnvironment.hostname == ProcessInfo.processInfo.hostName)
  }

  @Test func endWithoutRunningAnythingMore() async {
    await #expect(processExitsWith: .exitCode(42)) {
      atexit { _exit(1) }
      exitNow(42)
    }
  }
}

private typealias Environment = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Where the kernel put it, below the text of the words, which starts at arg_start of proc(5): behind the count of
/// the words, where the first one starts, where the others do, and a zero.
private func initialEnvironment() throws -> Environment? {
  let stat = try String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
  let fields = stat.drop { $0 != ")" }.split(separator: " ")
  let text = try #require(UInt(fields[46]))
  let count = UInt(CommandLine.arguments.count)

  let size = UInt(MemoryLayout<UInt>.size)
  let index = stride(from: text - text % size, to: 0, by: -Int(size)).first {
    word(at: $0) == text && word(at: $0 - size) == count
  }
  return index.flatMap { Environment(bitPattern: $0 + size * (count + 1)) }
}

private func word(at address: UInt) -> UInt? { UnsafePointer<UInt>(bitPattern: address)?.pointee }
