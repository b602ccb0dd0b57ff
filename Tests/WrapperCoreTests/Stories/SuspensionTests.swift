import Testing
import WrapperCore

@Suite("A process that was stopped")
struct SuspensionTests {
  private let critical: [Effect] = [.log(.healthChanged(.stopped)), Effect.checks(.stopped)]

  @Test("Ctrl-Z suspends us with it, and it goes on when we do")
  func terminalStop() {
    var story = Story.registered()
    let expected: [Effect] = [.suspend(Signal.terminalStop), .signal(Signal.continue)]
    #expect(story.on(.stopped(by: Signal.terminalStop)) == expected)
    #expect(story.on(.continued) == [])
  }

  @Test(
    "One that waits for the terminal is critical, and waits for whoever continues us",
    arguments: [Signal.terminalInput, Signal.terminalOutput])
  func terminalWait(signal: Int32) {
    var story = Story.registered()
    #expect(story.on(.stopped(by: signal)) == critical + [.suspend(signal)])
  }

  @Test("STOP is somebody's own will: critical at once, although the backlog accepts, until it goes on")
  func stop() {
    var story = Story.registered()
    #expect(story.on(.stopped(by: Signal.stop)) == critical)
    story.play(.answered(.done), .answered(.done))
    #expect(story.wait() == [Effect.checks(.stopped)])
    story.play(.answered(.done), .answered(.done))
    #expect(story.on(.continued) == [.probe])
    #expect(story.on(.probed(.accepting)) == [.log(.healthChanged(.accepting)), Effect.checks()])
  }

  @Test("Without a probe it passes again as soon as it goes on")
  func withoutProbe() {
    var story = Story.registered(Plan(probes: false))
    #expect(story.on(.stopped(by: Signal.stop)) == critical)
    story.play(.answered(.done), .answered(.done))
    #expect(story.on(.continued) == [.log(.healthChanged(.accepting)), Effect.checks()])
  }

  @Test("What becomes known while the agent is being told of the last beat is told right after it")
  func duringABeat() {
    var story = Story.registered()
    story.wait()
    story.on(.probed(.accepting))
    #expect(story.on(.stopped(by: Signal.stop)) == [.log(.healthChanged(.stopped))])
    story.on(.answered(.done))
    #expect(story.on(.answered(.done)) == [.disconnect, Effect.checks(.stopped)])
  }

  @Test("A probe under way is of no more interest")
  func duringAProbe() {
    var story = Story.registered()
    story.wait()
    #expect(story.on(.stopped(by: Signal.stop)) == [.cancelProbe] + critical)
    #expect(story.on(.probed(.accepting)) == [])
  }

  @Test("One that is stopped before it is ready isn't registered, whatever its backlog accepts")
  func beforeReady() {
    var story = Story()
    story.start()
    story.play(.answered(.unknown), .stopped(by: Signal.stop))
    #expect(story.on(.probed(.accepting)) == [])
    #expect(story.wait() == [.probe])
    story.on(.continued)
    #expect(story.on(.probed(.accepting)) == [Effect.registration()])
  }

  @Test("A stop signal to one that is stopped still deregisters first")
  func stopSignal() {
    var story = Story.registered()
    story.play(.stopped(by: Signal.stop), .answered(.done), .answered(.done))
    #expect(story.on(signal: Signal.terminate) == [.send([.deregister])])
    #expect(story.on(.answered(.done)).suffix(2) == Effect.stop(Signal.terminate)[...])
  }
}
