import Foundation
import Testing

@testable import Linux

/// In processes of their own: `WaitEvent.next` takes any child, those of other tests too.
@Suite(.timeLimit(.minutes(5))) struct Spawning {
  @Test func givesTheWordsByteForByte() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let odd: [[UInt8]] = [[], [0xff, 0xc3, 0x28], [0x20, 0x0a, 0x27], []]
      let words: [[UInt8]] = shell("cat /proc/$$/cmdline >\"$0\"; :") + [folder.path(of: "out")] + odd
      #expect(try end(of: words).status == 0)
      let expected = words.flatMap { $0 + [UInt8(0)] }
      #expect(try File.read(path: folder.path(of: "out"), limit: 4_096) == expected)
    }
  }

  @Test func givesOurEnvironment() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      setenv("LINUX_TESTS", "é", 1)
      #expect(try end(of: shell("cat /proc/$$/environ >\"$0\"; :") + [folder.path(of: "out")]).status == 0)
      let entries = ProcessEnvironment.environment
      #expect(entries.contains([UInt8]("LINUX_TESTS=é".utf8)))
      #expect(try File.read(path: folder.path(of: "out"), limit: 1 << 20) == entries.flatMap { $0 + [0] })
    }
  }

  /// SIGHUP is bit 0, SIGUSR1 bit 9, SIGTERM bit 14; signal(7).
  @Test func givesTheMaskAndNotOurs() async {
    await #expect(processExitsWith: .success) {
      var set = sigset_t()
      for signal in [SIGHUP, SIGUSR1] { sigaddset(&set, signal) }
      var own = sigset_t()
      sigaddset(&own, SIGTERM)
      pthread_sigmask(SIG_SETMASK, &own, nil)
      let child = try Child.spawn([[UInt8]("sleep".utf8), [UInt8]("60".utf8)], mask: SignalMask(set: set))
      #expect(try blockedSignals(of: child.id) == 1 << 0 | 1 << 9)
      try child.send(SIGKILL)
      #expect(waitForAny() == child.id)
    }
  }

  /// By what they lead to, since the shell opens descriptors of its own.
  @Test func leavesOurDescriptorsToUs() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      // What the test runner left open is none of ours.
      for number in try openDescriptors() where number > 2 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
      let before = try descriptorTargets()
      let poller = try Poller()
      let timer = try Linux.Timer()
      let resolver = try Resolver()
      let listener = try Listener()
      let connection = try Connection.opened(to: listener.address)
      let ours = try descriptorTargets().filter { $0.hasPrefix("anon_inode:") || !before.contains($0) }
      #expect(
        ours.isSuperset(of: ["anon_inode:[eventpoll]", "anon_inode:[timerfd]", "anon_inode:[eventfd]"]))
      #expect(ours.count { $0.hasPrefix("socket:") } == 2)

      // The listing isn't blind: a pipe that isn't close-on-exec is in it.
      var ends: [Int32] = [-1, -1]
      #expect(pipe(&ends) == 0)
      let shared = try descriptorTargets().subtracting(before).subtracting(ours)
      #expect(shared.count == 1)
      let words = shell("readlink /proc/$$/fd/* >\"$0\"; :") + [folder.path(of: "out")]
      #expect(try end(of: words).status == 0)
      let listed = try File.read(path: folder.path(of: "out"), limit: 1 << 16).split(separator: 0x0a)
      let theirs = Set(listed.map { String(decoding: $0, as: UTF8.self) })
      #expect(theirs.isSuperset(of: shared))
      #expect(theirs.isDisjoint(with: ours))
      try poller.add(timer.descriptor.number, for: .readable, tag: 1)
      try poller.add(resolver.descriptor.number, for: .readable, tag: 2)
      expect(connection, isConnected: true)
    }
  }
}

@Suite struct FailingToSpawn {
  private static func spawn(_ path: [UInt8]) throws -> Child {
    try Child.spawn([path], mask: SignalMask(set: sigset_t()))
  }

  @Test(arguments: ["/nonexistent/program", "no-such-program-on-the-path"])
  func saysThatItIsNotThere(_ program: String) {
    #expect(throws: SystemCallError("posix_spawnp", errno: ENOENT)) {
      try Self.spawn([UInt8](program.utf8))
    }
  }

  @Test func saysThatItMayNotBeExecuted() throws {
    let folder = try TemporaryFolder()
    try folder.write([UInt8]("#!/bin/sh\n".utf8), to: "program")
    #expect(throws: SystemCallError("posix_spawnp", errno: EACCES)) {
      try Self.spawn(folder.path(of: "program"))
    }
    #expect(throws: SystemCallError("posix_spawnp", errno: EACCES)) {
      try Self.spawn([UInt8](folder.path.utf8))
    }
  }

  /// As execvp(3) does it. In a process of its own: a child that another test starts meanwhile would for a moment hold
  /// the file open for writing, and that can't be executed.
  @Test func isRunByTheShellWhereItSaysNothingOfItself() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try folder.write([UInt8]("exit $1\n".utf8), to: "program", mode: 0o700)
      setenv("PATH", "/nowhere:\(String(decoding: folder.path(of: "."), as: UTF8.self)):/bin", 1)
      for name in [folder.path(of: "program"), [UInt8]("program".utf8)] {
        #expect(try end(of: [name, [UInt8]("3".utf8)]).status == 3)
      }
    }
  }
}

@Suite(.timeLimit(.minutes(5))) struct Reaping {
  @Test func tellsWhetherAnyAreLeft() async {
    await #expect(processExitsWith: .success) {
      #expect(WaitEvent.next() == .noChildren)
      let child = try Child.spawn(
        [[UInt8]("sleep".utf8), [UInt8]("60".utf8)], mask: SignalMask(set: sigset_t()))
      #expect(WaitEvent.next() == .noChange)
      try child.send(SIGTERM)
      #expect(waitForAny() == child.id)
      #expect(WaitEvent.next() == .ended(ExitedChild(id: child.id, status: SIGTERM, hasExited: false)))
      #expect(WaitEvent.next() == .noChildren)
      // Gone and reaped: without harm.
      try child.send(SIGTERM)
    }
  }

  @Test func tellsExitsFromSignals() async {
    await #expect(processExitsWith: .success) {
      for (script, status, hasExited) in [
        ("exit 0", 0, true), ("exit 7", 7, true), ("exit 255", 255, true), ("kill -KILL $$", SIGKILL, false),
        ("ulimit -c 0; kill -ABRT $$", SIGABRT, false),
      ] {
        let reaped = try end(of: shell(script))
        #expect(reaped.status == status)
        #expect(reaped.hasExited == hasExited)
      }
    }
  }

  @Test func takesEveryChildOnce() async {
    await #expect(processExitsWith: .success) {
      var started: Set<Int32> = []
      for _ in 0..<20 {
        started.insert(try Child.spawn([[UInt8]("true".utf8)], mask: SignalMask(set: sigset_t())).id)
      }
      var reaped: Set<Int32> = []
      while waitForAny() != nil, case .ended(let next) = WaitEvent.next() {
        #expect(reaped.insert(next.id).inserted)
      }
      #expect(started.count == 20)
      #expect(reaped == started)
    }
  }
}

private func shell(_ script: String) -> [[UInt8]] { ["sh", "-c", script].map { [UInt8]($0.utf8) } }

/// Starts it, with no signal blocked, and reaps it.
private func end(of command: [[UInt8]]) throws -> ExitedChild {
  let child = try Child.spawn(command, mask: SignalMask(set: sigset_t()))
  #expect(waitForAny() == child.id)
  guard case .ended(let reaped) = WaitEvent.next() else { throw NothingEnded() }
  return reaped
}

private struct NothingEnded: Error {}

/// The id of a child that has ended and is still to be reaped; nil without children.
private func waitForAny() -> Int32? {
  var info = siginfo_t()
  guard waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0 else { return nil }
  return info._sifields._sigchld.si_pid
}

private func blockedSignals(of process: Int32) throws -> UInt64? {
  let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
  let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") })
  return UInt64(line.dropFirst("SigBlk:".count).filter { !$0.isWhitespace }, radix: 16)
}
