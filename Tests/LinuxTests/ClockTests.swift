import Glibc
import Testing

@testable import Linux

@Suite struct DueTimers {
  @Test(arguments: [.zero, .seconds(-1), .nanoseconds(1), .milliseconds(20), .seconds(-1) + .nanoseconds(1)])
  func becomeReadableUntilSetAgain(_ delay: Duration) throws {
    var timer = try Linux.Timer()
    timer.set(delay)
    #expect(becomes(POLLIN, timer.descriptor.number))
    timer.acknowledge()
    timer.set(.seconds(3_600), mayBeEarly: true)
    #expect(!isNow(POLLIN, timer.descriptor.number))
  }

  @Test func stayWhereTheyMayBeEarly() throws {
    var timer = try Linux.Timer()
    timer.set(.milliseconds(30))
    timer.set(.seconds(3_600), mayBeEarly: true)
    #expect(becomes(POLLIN, timer.descriptor.number))
  }

  @Test func becomeLaterAndEarlierOtherwise() throws {
    var timer = try Linux.Timer()
    timer.set(.milliseconds(30))
    timer.set(.seconds(3_600))
    #expect(!becomes(POLLIN, timer.descriptor.number, within: 60))
    timer.set(.milliseconds(1), mayBeEarly: true)
    #expect(becomes(POLLIN, timer.descriptor.number))
  }

  @Test func areNotDueBeforeTheirTime() throws {
    var timer = try Linux.Timer()
    let start = Linux.Clock.boottime
    timer.set(.milliseconds(30))
    #expect(becomes(POLLIN, timer.descriptor.number))
    #expect(Linux.Clock.boottime - start >= .milliseconds(30))
  }

  @Test func areDueOnce() throws {
    var timer = try Linux.Timer()
    timer.set(.milliseconds(1))
    #expect(becomes(POLLIN, timer.descriptor.number))
    timer.acknowledge()
    timer.set(nil)
    #expect(!becomes(POLLIN, timer.descriptor.number, within: 20))
  }

  @Test func areNotDueWhenDisarmed() throws {
    var timer = try Linux.Timer()
    timer.set(.milliseconds(20))
    timer.set(nil)
    #expect(!becomes(POLLIN, timer.descriptor.number, within: 60))
    timer.set(.zero)
    #expect(becomes(POLLIN, timer.descriptor.number))
    timer.set(nil)
    #expect(!isNow(POLLIN, timer.descriptor.number))
  }

  @Test func areNotDueBeforeTheyAreSet() throws {
    let timer = try Linux.Timer()
    #expect(!isNow(POLLIN, timer.descriptor.number))
  }

  @Test(arguments: [.seconds(3_600), .seconds(Int64.max), .seconds(1) - .nanoseconds(1)])
  func takeAnyDelay(_ delay: Duration) throws {
    var timer = try Linux.Timer()
    timer.set(delay)
    let state = try File.read(
      path: [UInt8]("/proc/self/fdinfo/\(timer.descriptor.number)".utf8), limit: 4_096)
    #expect(!String(decoding: state, as: UTF8.self).contains("it_value: (0, 0)"))
  }
}

@Suite struct Clocks {
  @Test func moveForward() {
    let (monotonic, boottime) = (Linux.Clock.monotonic, Linux.Clock.boottime)
    #expect(monotonic > .zero)
    #expect(Linux.Clock.monotonic >= monotonic)
    #expect(Linux.Clock.boottime >= boottime)
  }

  /// The boot time counts the machine's sleep too.
  @Test func agreeButForTheMachinesSleep() {
    let monotonic = Linux.Clock.monotonic
    #expect(Linux.Clock.boottime >= monotonic)
  }
}
