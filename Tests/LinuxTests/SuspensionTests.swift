import Foundation
import Testing

@testable import Linux

/// In processes of their own, each with a process of its own to be stopped.
@Suite(.timeLimit(.minutes(5))) struct Suspensions {
  /// A test's process is in our group, whose members have parents in other groups of the session or not, as whoever
  /// runs the tests has it; a session of its own has an orphaned group for certain.
  @Test func areNoneWhereNobodyCouldContinueUs() async {
    await #expect(processExitsWith: .success) {
      _ = SignalMask.blockAll()
      #expect(setsid() != -1)
      for signal in [SIGTSTP, SIGTTIN, SIGTTOU] { Suspension.suspend(by: signal) }
      var pending = sigset_t()
      sigpending(&pending)
      #expect([SIGTSTP, SIGTTIN, SIGTTOU].allSatisfy { sigismember(&pending, $0) == 0 })
    }
  }

  @Test func leaveTheSignalBlocked() async {
    await #expect(processExitsWith: .success) {
      _ = SignalMask.blockAll()
      #expect(setsid() != -1)
      Suspension.suspend(by: SIGTSTP)
      let queue = try SignalQueue()
      // To this thread: the others of a test would take it.
      pthread_kill(pthread_self(), SIGTSTP)
      #expect(Array(queue.next()).map(\.number) == [SIGTSTP])
    }
  }
}

@Suite(.timeLimit(.minutes(5))) struct ReleasedStreams {
  @Test func tellWhoeverIsAtTheOtherEnd() async {
    await #expect(processExitsWith: .success) {
      let pipe = try Pipe()
      dup2(pipe.writing.number, 1)
      close(pipe.writing.number)
      #expect(!isNow(POLLHUP, pipe.reading.number))
      try StandardStreams.release()
      #expect(becomes(POLLHUP, pipe.reading.number))
      #expect([0, 1].allSatisfy { fcntl($0, F_GETFD) != -1 })
    }
  }
}

@Suite struct AbsolutePaths {
  @Test func startFromTheWorkingDirectory() {
    let folder = FileManager.default.currentDirectoryPath
    #expect(ProcessEnvironment.absolute([UInt8]("a/b".utf8)) == [UInt8]("\(folder)/a/b".utf8))
    #expect(ProcessEnvironment.absolute([UInt8]("/a/b".utf8)) == [UInt8]("/a/b".utf8))
  }
}
