import Testing
import WrapperCore

@Suite("Getting ready")
struct ReadinessTests {
  @Test(
    "Eager in the first second, then rarer: a process that takes minutes needs its processor",
    arguments: [
      (0, 2), (994, 2), (995, 2), (999, 2), (1_000, 20), (9_999, 20), (10_000, 100), (600_000, 100),
    ])
  func cadence(age: Int, pause: Int) {
    var story = Story()
    story.start()
    story.play(.answered(.unknown))
    story.pass(.milliseconds(age))
    story.on(.probed(.failing(refused)))
    #expect(story.timeLeft == .milliseconds(pause))
    #expect(story.wait().first == .probe)
  }

  @Test("A process that accepts after a minute is registered in that turn")
  func lateAccept() {
    var story = Story()
    story.start()
    story.play(.answered(.unknown))
    for _ in 0..<200 {
      #expect(story.on(.probed(.failing(refused)), after: .milliseconds(200)) == [])
      #expect(story.wait().first == .probe)
    }
    #expect(story.on(.probed(.accepting)) == [.registration()])
  }

  @Test("What isn't ready after 30 s is warned about, once")
  func warning() {
    var story = Story()
    story.start()
    story.play(.answered(.unknown))
    story.on(.probed(.failing(refused)), after: .milliseconds(29_899))
    #expect(story.wait() == [.probe])
    story.on(.probed(.failing(refused)))
    let notice = Notice.notAccepting(.failing(refused), after: .milliseconds(30_099))
    #expect(story.wait() == [.probe, .log(notice)])
    story.on(.probed(.failing(refused)))
    #expect(story.wait() == [.probe])
  }

  @Test("A probe that nobody answers counts as failed after a second")
  func silentProbe() {
    var story = Story()
    story.start()
    story.play(.answered(.unknown))
    #expect(story.timeLeft == .seconds(1))
    #expect(story.wait() == [.cancelProbe])
    #expect(story.on(.probed(.accepting)) == [])
    #expect(story.timeLeft == .milliseconds(20))
    #expect(story.wait() == [.probe])
  }

  @Test("Ready too late: TERM, then KILL after 10 s, and 124")
  func readyTimeout() {
    var story = Story(Plan(readyTimeout: .seconds(60)))
    story.start()
    story.play(.answered(.unknown), .probed(.failing(refused)))
    story.pass(.milliseconds(59_999))
    let tooLate = Notice.readyTimedOut(.failing(refused), after: .seconds(60))
    #expect(story.on(.elapsed) == [.probe])
    let effects: [Effect] = [.log(tooLate), .cancelProbe] + Effect.stop(Signal.terminate)
    #expect(story.wait() == effects)
    #expect(story.timeLeft == .seconds(10))
    #expect(story.on(.elapsed, after: .milliseconds(9_999)) == [])
    #expect(story.wait() == [.log(.killing), .signal(Signal.kill)])
    #expect(story.timeLeft == nil)
    #expect(story.on(.ended(.killed(signal: 9))).last == .exit(124))
  }

  @Test("The KILL of a process that wasn't ready in time waits for the stop time-out, where there is one")
  func readyTimeoutWithStopTimeout() {
    var story = Story(Plan(readyTimeout: .seconds(60), stopTimeout: .seconds(2)))
    story.start()
    story.on(.elapsed, after: .seconds(60))
    #expect(story.timeLeft == .seconds(2))
    #expect(story.wait() == [.disconnect, .log(.killing), .signal(Signal.kill)].suffix(2))
  }

  @Test("124 even if the process takes the TERM and ends with 0")
  func readyTimeoutStatus() {
    var story = Story(Plan(readyTimeout: .seconds(60)))
    story.start()
    story.on(.elapsed, after: .seconds(60))
    #expect(story.on(.ended(.exited(0))).last == .exit(124))
  }

  @Test("Once ready, the ready time-out is over")
  func readyInTime() {
    var story = Story.registered(Plan(readyTimeout: .seconds(60)))
    #expect(story.on(.elapsed, after: .seconds(61)) == [.probe])
    #expect(story.on(.ended(.exited(0)), after: .zero).contains(.exit(124)) == false)
  }
}
