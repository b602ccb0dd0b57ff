import Glibc
import Testing

@testable import Linux

@Suite struct CheckedCalls {
  @Test func callAgainWhenASignalInterrupted() throws {
    var calls = 0
    let result = try checked("read") {
      calls += 1
      errno = EINTR
      return calls < 3 ? -1 : 7
    }
    #expect(result == 7)
    #expect(calls == 3)
  }

  @Test(arguments: [EACCES, EAGAIN, ENOENT, ECONNREFUSED])
  func throwTheCallAndItsErrno(_ number: Int32) {
    #expect(throws: SystemCallError("open", errno: number)) {
      try checked("open") {
        errno = number
        return -1
      }
    }
  }

  /// A negative result other than -1 isn't errno's business.
  @Test(arguments: [0, 1, -2])
  func returnEveryOtherResult(_ result: Int) throws {
    errno = EACCES
    #expect(try checked("any") { result } == result)
  }

  @Test func thatReturnTheNumberThrowIt() throws {
    #expect(throws: SystemCallError("pthread_create", errno: EAGAIN)) {
      try checkedNumber("pthread_create", EAGAIN)
    }
    try checkedNumber("pthread_create", 0)
  }

  @Test func sayTheReasonInTheKernelsWords() {
    #expect(SystemCallError("connect", errno: ECONNREFUSED).reason == "Connection refused")
    #expect(Errno.text(Errno.noEntry) == "No such file or directory")
  }
}
