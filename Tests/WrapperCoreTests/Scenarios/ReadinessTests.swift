import Testing
import WrapperCore

@Suite("Readiness")
struct ReadinessTests {
  @Test(
    "Probes come every 2 ms in the first second, then every 20 ms, later every 100 ms",
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

  @Test("A process that accepts late is registered at once")
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

  @Test("A process that isn't ready after 30 s is logged once")
  func warning() {
    var simulation = Simulation()
    simulation.start()
    simulation.play(.answered(.unknown))
    simulation.on(.probed(.failing(refused)), after: .milliseconds(29_899))
    #expect(simulation.wait() == [.probe])
    simulation.on(.probed(.failing(refused)))
    let notice = ServiceNotice.notAccepting(.failing(refused), after: .milliseconds(30_099))
    #expect(simulation.wait() == [.probe, .log(notice)])
    simulation.on(.probed(.failing(refused)))
    #expect(simulation.wait() == [.probe])
  }

  @Test("A probe without a result fails after a second")
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

  @Test("After the ready time-out come TERM, KILL after 10 s, and status 124")
  func readyTimeout() {
    var simulation = Simulation(Policy(readyTimeout: .seconds(60)))
    simulation.start()
    simulation.play(.answered(.unknown), .probed(.failing(refused)))
    simulation.pass(.milliseconds(59_999))
    let tooLate = ServiceNotice.readyTimedOut(.failing(refused), after: .seconds(60))
    #expect(simulation.on(.elapsed) == [.probe])
    let effects: [Effect] = [.log(tooLate), .cancelProbe] + Effect.stop(Signal.terminate)
    #expect(simulation.wait() == effects)
    #expect(simulation.timeLeft == .seconds(10))
    #expect(simulation.on(.elapsed, after: .milliseconds(9_999)) == [])
    #expect(simulation.wait() == [.log(.killing), .signal(Signal.kill)])
    #expect(simulation.timeLeft == nil)
    #expect(simulation.on(.ended(.killed(signal: 9))).last == .exit(124))
  }

  @Test("After the ready time-out KILL waits for the stop time-out")
  func readyTimeoutWithStopTimeout() {
    var simulation = Simulation(Policy(readyTimeout: .seconds(60), stopTimeout: .seconds(2)))
    simulation.start()
    simulation.on(.elapsed, after: .seconds(60))
    #expect(simulation.timeLeft == .seconds(2))
    #expect(simulation.wait() == [.disconnect, .log(.killing), .signal(Signal.kill)].suffix(2))
  }

  @Test("After the ready time-out the status is 124 even if the process exits with 0")
  func readyTimeoutStatus() {
    var simulation = Simulation(Policy(readyTimeout: .seconds(60)))
    simulation.start()
    simulation.on(.elapsed, after: .seconds(60))
    #expect(simulation.on(.ended(.exited(0))).last == .exit(124))
  }

  @Test("A process that is ready in time isn't stopped")
  func readyInTime() {
    var simulation = Simulation.registered(Policy(readyTimeout: .seconds(60)))
    #expect(simulation.on(.elapsed, after: .seconds(61)) == [.probe])
    #expect(simulation.on(.ended(.exited(0)), after: .zero).contains(.exit(124)) == false)
  }
}
