import Testing
import WrapperCore

/// Two services of one process, the second without a probe.
private let two = Plan(services: [ServicePlan(), ServicePlan(probe: nil)], drain: .seconds(4))

extension Story {
  /// Both registered and confirmed.
  fileprivate static func bothRegistered(_ plan: Plan = two) -> Story {
    var story = Story(plan)
    story.start()
    for place in 0...1 {
      if place == 0 {
        for event in [Event.answered(.unknown), .probed(.accepting)] { story.on(event, of: 0) }
      }
      for _ in 0..<3 { story.on(.answered(.done), of: place) }
    }
    return story
  }
}

private func effects(_ actions: [Action], of service: Int) -> [Effect] {
  actions.filter { $0.service == service }.map(\.effect)
}

@Suite("Several services of one process")
struct ServicesTests {
  @Test("Each is registered when it is ready itself")
  func readiness() {
    var story = Story(two)
    let start = story.startAll()
    #expect(effects(start, of: 0) == [.send([.inspect]), .probe])
    #expect(effects(start, of: 1) == [Effect.registration()])
    story.on(.answered(.unknown), of: 0)
    let ready = story.on(.probed(.accepting), of: 0)
    #expect(effects(ready, of: 0) == [Effect.registration()])
    #expect(effects(ready, of: 1) == [])
  }

  @Test("Each has its own health")
  func health() {
    var story = Story.bothRegistered()
    story.wait()
    let sick = story.on(.probed(.failing(refused)), of: 0)
    #expect(
      effects(sick, of: 0) == [.log(.healthChanged(.failing(refused))), Effect.checks(.failing(refused))])
    #expect(effects(sick, of: 1) == [])
  }

  @Test("A process that is stopped can't serve any of them")
  func stopped() {
    var story = Story.bothRegistered()
    let actions = story.on(.stopped(by: Signal.stop), of: 0)
    for place in 0...1 {
      #expect(effects(actions, of: place) == [.log(.healthChanged(.stopped)), Effect.checks(.stopped)])
    }
  }

  @Test("A stop signal waits until the last of them is deregistered, and no longer than for one")
  func stop() {
    var story = Story.bothRegistered()
    let asked = story.on(.signal(Signal(Signal.terminate)), of: 0)
    for place in 0...1 { #expect(effects(asked, of: place) == [.send([.deregister])]) }
    #expect(story.on(.answered(.done), of: 1).map(\.effect) == [.disconnect])
    let told = Notice.stopping(signal: Signal.terminate, .deregistered(after: .zero), drain: .seconds(4))
    #expect(story.on(.answered(.done), of: 0).map(\.effect) == [.disconnect, .log(told)])
    #expect(story.wait() == Effect.stop(Signal.terminate))
  }

  @Test("One that stays unanswered doesn't hold the signal longer than 300 ms")
  func hung() {
    var story = Story.bothRegistered()
    story.on(signal: Signal.terminate)
    story.on(.answered(.done), of: 0)
    #expect(story.timeLeft == .milliseconds(300))
    let told = Notice.stopping(signal: Signal.terminate, .unconfirmed, drain: .seconds(4))
    #expect(story.wait() == [.log(told)])
  }

  @Test("The end waits for every deregistration, and tells which are left behind")
  func end() {
    var story = Story.bothRegistered()
    story.on(.ended(.exited(7)))
    #expect(story.on(.answered(.done), of: 1).map(\.effect).contains(.exit(7)) == false)
    #expect(story.timeLeft == .seconds(1))
    #expect(story.wait() == [.log(.leftBehind), .exit(7)])
    var other = Story.bothRegistered()
    other.on(.ended(.exited(7)))
    other.on(.answered(.done), of: 1)
    #expect(other.on(.answered(.done), of: 0).map(\.effect).last == .exit(7))
  }

  @Test("Where everything is due at once, the exit is still the last that is done")
  func lateEnd() {
    var story = Story.bothRegistered()
    story.on(.ended(.exited(7)))
    story.on(.answered(.denied("ACL")), of: 1)
    #expect(story.on(.elapsed, after: .seconds(3_600)).last == .exit(7))
  }

  @Test("The ready time-out is for the slowest, and takes all of them out")
  func readyTimeout() {
    var story = Story(
      Plan(services: [ServicePlan(), ServicePlan()], readyTimeout: .seconds(9)))
    story.start()
    for event in [Event.answered(.unknown), .probed(.accepting)] { story.on(event, of: 0) }
    for _ in 0..<3 { story.on(.answered(.done), of: 0) }
    story.pass(.seconds(9))
    let actions = story.on(.elapsed, of: 0)
    #expect(effects(actions, of: 0).contains(.send([.deregister])))
    let told = actions.filter { if case .log(.readyTimedOut) = $0.effect { true } else { false } }
    #expect(told.map(\.service) == [1])
    #expect(actions.map(\.effect).contains(.signal(Signal.terminate)))
    story.on(.answered(.done), of: 0)
    #expect(story.on(.ended(.exited(0))).last == .exit(124))
  }
}

@Suite("Kinds of probes")
struct ProbePlanTests {
  @Test("One that costs a process isn't repeated faster than its pause")
  func pause() {
    var story = Story(Plan(services: [ServicePlan(probe: ProbePlan(pause: .seconds(1)))]))
    story.start()
    story.on(.answered(.unknown))
    story.on(.probed(.unsuccessful(.exited(1))))
    #expect(story.timeLeft == .seconds(1))
  }

  @Test(
    "It is given up after its time-out, and early enough for *alive* not to run out meanwhile",
    arguments: [(15, 5, 5_000), (15, 1, 1_000), (6, 5, 2_000), (nil, 5, 5_000)] as [(Int?, Int, Int)])
  func timeout(ttl: Int?, timeout: Int, given: Int) {
    let probe = ProbePlan(timeout: .seconds(timeout))
    var story = Story(Plan(services: [ServicePlan(probe: probe, ttl: ttl.map { .seconds($0) })]))
    story.start()
    story.on(.answered(.unknown))
    #expect(story.timeLeft == .milliseconds(given))
  }
}
