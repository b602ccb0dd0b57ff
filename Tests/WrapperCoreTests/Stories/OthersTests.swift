import Testing
import WrapperCore

@Suite("What the process left running")
struct OthersTests {
  private static let waiting = Plan(registers: false, waitForAll: .seconds(2))

  private func ended(_ plan: Plan = waiting) -> Story {
    var story = Story(plan)
    story.start()
    story.on(.ended(.exited(7), othersLeft: true))
    return story
  }

  @Test("It isn't waited for where nobody asked for that")
  func unasked() {
    var story = Story(Plan(registers: false, probes: false))
    story.start()
    #expect(story.on(.ended(.exited(7), othersLeft: true)) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("Where nothing is left, nothing is waited for")
  func alone() {
    var story = Story(Plan(registers: false, probes: false, waitForAll: .seconds(2)))
    story.start()
    #expect(story.on(.ended(.exited(7))) == [.log(.ended(.exited(7))), .exit(7)])
  }

  @Test("It is told to end, once it is gone we are as well, with the status of the process")
  func inTime() {
    var story = Story(Plan(registers: false, probes: false, waitForAll: .seconds(2)))
    story.start()
    let told: [Effect] = [.log(.ended(.exited(7))), .log(.waitingForOthers(.seconds(2))), .terminateOthers]
    #expect(story.on(.ended(.exited(7), othersLeft: true)) == told)
    #expect(story.on(.otherEnded(othersLeft: true), after: .seconds(1)) == [.terminateOthers])
    #expect(story.on(.otherEnded(othersLeft: false)) == [.exit(7)])
  }

  @Test("It is killed when its time is over, and waited for a second more")
  func killed() {
    var story = ended()
    #expect(story.timeLeft == .seconds(2))
    #expect(story.wait() == [.log(.killingOthers), .killOthers])
    #expect(story.on(.otherEnded(othersLeft: true)) == [.killOthers])
    #expect(story.timeLeft == .seconds(1))
    #expect(story.wait() == [.exit(7)])
  }

  @Test("What dies of the KILL isn't waited for any longer")
  func killedAtOnce() {
    var story = ended()
    story.wait()
    #expect(story.on(.otherEnded(othersLeft: false)) == [.exit(7)])
  }

  @Test("A stop signal while it is waited for is nothing new; another one skips the waiting")
  func impatience() {
    var story = ended()
    #expect(story.on(signal: Signal.terminate) == [])
    #expect(story.on(signal: user1) == [])
    #expect(story.on(signal: Signal.terminate) == [.log(.killingOthers), .killOthers])
    #expect(story.on(signal: Signal.terminate) == [])
  }

  @Test("After a stop signal that the process has got, the next one skips the waiting")
  func impatienceAfterAStop() {
    var story = Story(Self.waiting)
    story.start()
    story.on(signal: Signal.terminate)
    story.on(.ended(.exited(7), othersLeft: true))
    #expect(story.on(signal: Signal.interrupt) == [.log(.killingOthers), .killOthers])
  }

  @Test("Consul is asked meanwhile, as long as there is time")
  func deregistered() {
    var story = Story.registered(Plan(waitForAll: .seconds(20)))
    story.on(.ended(.exited(7), othersLeft: true))
    story.on(.lost(.closed))
    story.pass(.seconds(5))
    #expect(story.on(.elapsed) == [.send([.deregister])])
    story.on(.answered(.done))
    #expect(story.on(.otherEnded(othersLeft: false)) == [.exit(7)])
  }

  @Test("Where they outlive Consul's time and it stayed silent, we end with them")
  func leftBehind() {
    var story = Story.registered(Plan(waitForAll: .seconds(20)))
    story.on(.ended(.exited(7), othersLeft: true))
    story.pass(.seconds(5))
    #expect(story.on(.otherEnded(othersLeft: false)) == [])
    #expect(story.timeLeft.map { $0 <= .zero } == true)
    #expect(story.on(.elapsed) == [.log(.leftBehind), .exit(7)])
  }
}
