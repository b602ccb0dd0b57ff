import Foundation
import Testing

@testable import Linux

/// In processes of their own, whose only thread that matters blocks everything; the signals are sent to that thread,
/// because the others would take them.
@Suite(.timeLimit(.minutes(5))) struct QueuedSignals {
  @Test func areReadInOrderWithTheirSender() async {
    await #expect(processExitsWith: .success) {
      _ = SignalMask.blockAll()
      let queue = try SignalQueue()
      #expect(Array(queue.next()).isEmpty)
      #expect(!isNow(POLLIN, queue.descriptor.number))
      pthread_kill(pthread_self(), SIGUSR1)
      pthread_kill(pthread_self(), SIGTERM)
      #expect(isNow(POLLIN, queue.descriptor.number))
      // Of those that wait the lowest number comes first; signal(7).
      let signals = [SIGUSR1, SIGTERM].map {
        ReceivedSignal(number: $0, sender: getpid(), isFromKernel: false)
      }
      #expect(Array(queue.next()) == signals)
      #expect(Array(queue.next()).isEmpty)
    }
  }

  @Test func areReadSixteenAtATimeAndNoneIsLost() async {
    await #expect(processExitsWith: .success) {
      _ = SignalMask.blockAll()
      let queue = try SignalQueue()
      for _ in 0..<40 { pthread_kill(pthread_self(), 34) }
      for count in [16, 16, 8, 0] { #expect(Array(queue.next()).count == count) }
    }
  }

  @Test func canBeWaitedForOneByOne() async {
    await #expect(processExitsWith: .success) {
      _ = SignalMask.blockAll()
      let queue = try SignalQueue()
      for number in [SIGTERM, SIGUSR1] { pthread_kill(pthread_self(), number) }
      #expect(queue.wait() == ReceivedSignal(number: SIGUSR1, sender: getpid(), isFromKernel: false))
      #expect(Array(queue.next()).map(\.number) == [SIGTERM])
    }
  }

  @Test func includeEverySignalThatCanBeBlocked() async {
    await #expect(processExitsWith: .success) {
      _ = SignalMask.blockAll()
      let queue = try SignalQueue()
      // 32 and 33 are the threading library's own; nptl(7).
      for number in Array(Int32(1)...31) + Array(34...64) where number != SIGKILL && number != SIGSTOP {
        #expect(pthread_kill(pthread_self(), number) == 0)
        #expect(Array(queue.next()).map(\.number) == [number])
      }
    }
  }

  /// Python, because a shell can't send to a thread.
  @Test func nameAnotherProcessAsTheirSender() async {
    await #expect(processExitsWith: .success) {
      let before = SignalMask.blockAll()
      let queue = try SignalQueue()
      let script = "import ctypes, sys; ctypes.CDLL(None).tgkill(*map(int, sys.argv[1:]))"
      let words = ["python3", "-c", script, "\(getpid())", "\(try threadID())", "\(SIGHUP)"]
      let child = try Child.spawn(words.map { [UInt8]($0.utf8) }, mask: before)
      #expect(becomes(POLLIN, queue.descriptor.number))
      var signals = Array(queue.next()).filter { $0.number != SIGCHLD }
      if signals.isEmpty, becomes(POLLIN, queue.descriptor.number) { signals = Array(queue.next()) }
      #expect(signals.first == ReceivedSignal(number: SIGHUP, sender: child.id, isFromKernel: false))
      waitpid(child.id, nil, 0)
    }
  }

  /// SIGIO of a pipe is the kernel's, as SIGINT of a terminal is; fcntl(2), F_SETOWN_EX.
  @Test func areKnownAsTheKernels() async {
    await #expect(processExitsWith: .success) {
      _ = SignalMask.blockAll()
      let queue = try SignalQueue()
      let pipe = try Pipe()
      var owner: [Int32] = [0, try threadID()]
      #expect(fcntl(pipe.reading.number, 15, &owner) == 0)
      #expect(fcntl(pipe.reading.number, F_SETFL, O_NONBLOCK | 0o20000) == 0)
      #expect(write(pipe.writing.number, "x", 1) == 1)
      #expect(Array(queue.next()) == [ReceivedSignal(number: SIGIO, sender: 0, isFromKernel: true)])
    }
  }
}

@Suite struct SignalMasks {
  @Test func sayWhatWasBlockedBefore() async {
    await #expect(processExitsWith: .success) {
      var own = sigset_t()
      sigaddset(&own, SIGUSR2)
      pthread_sigmask(SIG_SETMASK, &own, nil)
      var before = SignalMask.blockAll().set
      #expect((1...31).filter { sigismember(&before, $0) == 1 } == [SIGUSR2])
      var now = SignalMask.blockAll().set
      #expect((1...31).filter { sigismember(&now, $0) == 0 } == [SIGKILL, SIGSTOP])
    }
  }
}

@Suite struct IgnoredChildren {
  /// Where SIGCHLD is ignored the kernel reaps; wait(2).
  @Test func areReportedOnceThereIsAQueue() async {
    await #expect(processExitsWith: .success) {
      signal(SIGCHLD, SIG_IGN)
      _ = try SignalQueue()
      let child = try Child.spawn([[UInt8]("true".utf8)], mask: SignalMask(set: sigset_t()))
      var info = siginfo_t()
      #expect(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0)
      #expect(WaitEvent.next() == .ended(ExitedChild(id: child.id, status: 0, hasExited: true)))
    }
  }
}

/// Ours, of gettid(2), from proc(5).
private func threadID() throws -> Int32 {
  let link = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
  return try #require(Int32(link.split(separator: "/").last ?? ""))
}
