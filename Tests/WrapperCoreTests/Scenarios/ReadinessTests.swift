import Testing
import WrapperCore

@Suite("Readiness")
struct ReadinessTests {
  @Test(
    "Eager in the first second, then rarer: a process that takes minutes needs its processor",
    arguments: [
      (0, 2), (994, 2), (995, 2), (999, 2), (1_000, 20), (9_999, 20), (10_000, 100), (600_000, 100),
    ])
  func cadence(age: Int, pause: Int) {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown))
    simulation.pass(.milliseconds(age))
    simulation.on(.probed(.failing(refused)))
    #expect(simulation.timeLeft == .milliseconds(pause))
    #expect(simulation.wait().first == .probe)
  }

  @Test("A process that accepts after a minute is registered in that turn")
  func lateAccept() {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown))
    for _ in 0..<200 {
      #expect(simulation.on(.probed(.failing(refused)), after: .milliseconds(200)) == [])
      #expect(simulation.wait().first == .probe)
    }
    #expect(simulation.on(.probed(.accepting)) == [.registration()])
  }

  @Test("What isn't ready after 30 s is warned about, once")
  func warning() {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown))
    simulation.on(.probed(.failing(refused)), after: .milliseconds(29_899))
    #expect(simulation.wait() == [.probe])
    simulation.on(.probed(.failing(refused)))
    let notice = Notice.notAccepting(.failing(refused), after: .milliseconds(30_099))
    #expect(simulation.wait() == [.probe, .log(notice)])
    simulation.on(.probed(.failing(refused)))
    #expect(simulation.wait() == [.probe])
  }

  @Test("A probe that nobody answers counts as failed after a second")
  func silentProbe() {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown))
    #expect(simulation.timeLeft == .seconds(1))
    #expect(simulation.wait() == [.cancelProbe])
    #expect(simulation.on(.probed(.accepting)) == [])
    #expect(simulation.timeLeft == .milliseconds(20))
    #expect(simulation.wait() == [.probe])
  }

  @Test("Ready too late: TERM, then KILL after 10 s, and 124")
  func readyTimeout() {
    var simulation = Simulation(Policy(readyTimeout: .seconds(60)))
    simulation.start()
    simulation.play(.answered(.unknown), .probed(.failing(refused)))
    simulation.pass(.milliseconds(59_999))
    let tooLate = Notice.readyTimedOut(.failing(refused), after: .seconds(60))
    #expect(simulation.on(.elapsed) == [.probe])
    let effects: [Effect] = [.log(tooLate), .cancelProbe] + Effect.stop(Signal.terminate)
    #expect(simulation.wait() == effects)
    #expect(simulation.timeLeft == .seconds(10))
    #expect(simulation.on(.elapsed, after: .milliseconds(9_999)) == [])
    #expect(simulation.wait() == [.log(.killing), .signal(Signal.kill)])
    #expect(simulation.timeLeft == nil)
    #expect(simulation.on(.ended(.killed(signal: 9))).last == .exit(124))
  }

  @Test("The KILL of a process that wasn't ready in time waits for the stop time-out, where there is one")
  func readyTimeoutWithStopTimeout() {
    var simulation = Simulation(Policy(readyTimeout: .seconds(60), stopTimeout: .seconds(2)))
    simulation.start()
    simulation.on(.elapsed, after: .seconds(60))
    #expect(simulation.timeLeft == .seconds(2))
    #expect(simulation.wait() == [.disconnect, .log(.killing), .signal(Signal.kill)].suffix(2))
  }

  @Test("124 even if the process takes the TERM and ends with 0")
  func readyTimeoutStatus() {
    var simulation = Simulation(Policy(readyTimeout: .seconds(60)))
    simulation.start()
    simulation.on(.elapsed, after: .seconds(60))
    #expect(simulation.on(.ended(.exited(0))).last == .exit(124))
  }

  @Test("Once ready, the ready time-out is over")
  func readyInTime() {
    var simulation = Simulation.registered(Policy(readyTimeout: .seconds(60)))
    #expect(simulation.on(.elapsed, after: .seconds(61)) == [.probe])
    #expect(simulation.on(.ended(.exited(0)), after: .zero).contains(.exit(124)) == false)
  }
}
