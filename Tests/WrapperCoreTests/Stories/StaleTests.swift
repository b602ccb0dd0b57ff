import Testing
import WrapperCore

/// Started, with the entry of an earlier life found in Consul.
private func found(_ plan: Plan = Plan()) -> (Story, [Effect]) {
  var story = Story(plan)
  story.start()
  let effects = story.on(.answered(.done))
  return (story, effects)
}

@Suite("What an earlier life left behind")
struct StaleTests {
  @Test("Its *ready* check turns critical now, not when we are ready")
  func retired() {
    var (story, effects) = found()
    #expect(effects == [.disconnect, .send([.retire])])
    #expect(story.on(.answered(.done)) == [.disconnect])
    #expect(story.on(.probed(.accepting)) == [.registration()])
    story.play(.answered(.done), .answered(.done))
    let replaced = Notice.registered(.replacing, after: .zero)
    #expect(story.on(.answered(.done)) == [.disconnect, .log(replaced)])
  }

  @Test("An entry that has none of our checks is deregistered")
  func unchecked() {
    var (story, _) = found()
    #expect(story.on(.answered(.unknown)) == [.disconnect, .send([.deregister])])
    #expect(story.on(.answered(.done)) == [.disconnect])
  }

  @Test("Where there are no checks it is deregistered")
  func withoutChecks() {
    var (story, effects) = found(Plan(ttl: nil))
    #expect(effects == [.disconnect, .send([.deregister])])
    #expect(story.on(.answered(.done)) == [.disconnect])
    #expect(story.on(.probed(.accepting)) == [.send([.register(.accepting)])])
    #expect(
      story.on(.answered(.done)) == [.disconnect, .log(.registered(.replacing, after: .zero))])
  }

  @Test("An entry that is another's is told of and left alone, until our process is ready or ends")
  func foreign() {
    var story = Story()
    story.start()
    #expect(
      story.on(.answered(.foreign("container 4f2a"))) == [.log(.idTaken(by: "container 4f2a")), .disconnect])
    var ended = story
    #expect(ended.on(.ended(.exited(7))).last == .exit(7))
    #expect(story.on(.probed(.accepting)) == [.registration()])
  }

  @Test("One that has taken our ID while we were registered without checks is told of once")
  func overwritten() {
    var story = Story.registered(Plan(ttl: nil))
    for told in [[Effect.log(.idTaken(by: "another"))], []] {
      story.wait()
      story.on(.probed(.accepting))
      #expect(story.on(.answered(.foreign("another"))) == told + [.disconnect])
    }
  }

  @Test("A ready process is registered over it, once the question is answered")
  func readyFirst() {
    var story = Story()
    story.start()
    #expect(story.on(.probed(.accepting)) == [])
    #expect(story.on(.answered(.done)) == [.disconnect, .registration()])
  }

  @Test("A failure is tried again, while the process isn't ready")
  func retry() {
    var (story, _) = found()
    let failed = Notice.consulFailed(.failing("no"), registered: false)
    #expect(story.on(.answered(.failing("no"))) == [.disconnect, .log(failed)])
    story.on(.probed(.failing(refused)))
    #expect(story.on(.elapsed, after: .milliseconds(50)).last == .send([.retire]))
  }

  @Test("A stop before we are ready takes it out as well")
  func stopped() {
    var (story, _) = found()
    story.on(.answered(.done))
    #expect(story.on(signal: Signal.terminate) == [.cancelProbe, .send([.deregister])])
    #expect(story.timeLeft == .milliseconds(300))
  }
}
