import Formats
import Testing

private typealias Machine = ClientMachine<Int>
private typealias Effect = ClientMachine<Int>.Effect

/// ECONNRESET, ETIMEDOUT, ECONNREFUSED and EADDRNOTAVAIL of errno(3).
private let (reset, timedOut, refused, unavailable): (Int32, Int32, Int32, Int32) = (104, 110, 111, 99)

@Suite("An HTTP client decides where to connect, what to send again, and when to give up")
struct ClientMachineTests {
  private func connected(to addresses: [Int] = [1, 2], sending requests: Int = 2) -> Machine {
    var machine = Machine(known: addresses)
    #expect(machine.send(requests) == [.connect(1)])
    #expect(machine.handle(.connected) == [.write(requests)])
    return machine
  }

  @Test("requests that come while it connects are written with the first ones")
  func writesAllThatWaits() {
    var machine = Machine(known: [1])
    #expect(machine.send(1) == [.connect(1)])
    #expect(machine.send(2) == [])
    #expect(machine.handle(.connected) == [.write(3)])
    #expect(machine.send(1) == [.write(1)])
    #expect(machine.unanswered == 4)
  }

  @Test("the next address is tried after a failure, and the requests fail after the last")
  func triesEachAddress() {
    var machine = Machine(known: [1, 2])
    #expect(machine.send(1) == [.connect(1)])
    #expect(machine.handle(.connectFailed(refused)) == [.close, .connect(2)])
    #expect(machine.handle(.connectFailed(unavailable)) == [.close, .fail(.unreachable(refused))])
    #expect(machine.send(1) == [.connect(1)])
  }

  @Test(
    "the reported error is the one that says most about the server",
    arguments: [
      ([refused, unavailable], ClientFailure.unreachable(refused)),
      ([unavailable, refused], .unreachable(refused)),
      ([unavailable, timedOut], .unreachable(timedOut)),
      ([refused, reset], .closed(reset)), ([reset, refused], .closed(reset)),
    ])
  func reportsTheMostTellingError(errors: [Int32], expected: ClientFailure) {
    var machine = Machine(known: [1, 2])
    _ = machine.send(1)
    _ = machine.handle(.connectFailed(errors[0]))
    #expect(machine.handle(.connectFailed(errors[1])) == [.close, .fail(expected)])
  }

  @Test("a server that answered is the first to be tried again")
  func staysAtTheServerThatAnswered() {
    var machine = Machine(known: [1, 2])
    _ = machine.send(1)
    _ = machine.handle(.connectFailed(refused))
    _ = machine.handle(.connected)
    _ = machine.handle(.received(answers: 1, closes: false))
    #expect(machine.drop() == [.close])
    #expect(machine.send(1) == [.connect(2)])
  }

  @Test("an address that never answered isn't the first to be tried again")
  func leavesASilentAddress() {
    var machine = Machine(known: [1, 2])
    #expect(machine.send(1) == [.connect(1)])
    #expect(machine.drop() == [.close])
    #expect(machine.send(1) == [.connect(2)])
    #expect(machine.drop() == [.close])
    #expect(machine.send(1) == [.connect(1)])
  }

  @Test("requests behind an answer are sent again when the server closes")
  func sendsAgainBehindAnAnswer() {
    var machine = connected(sending: 3)
    #expect(machine.handle(.received(answers: 1, closes: true)) == [.close, .connect(1)])
    #expect(machine.handle(.connected) == [.write(2)])
    #expect(machine.handle(.received(answers: 1, closes: false)) == [])
    #expect(machine.handle(.failed(reset)) == [.close, .connect(1)])
    #expect(machine.handle(.connected) == [.write(1)])
  }

  @Test("nothing is sent again without an answer on the connection, since it may have been processed")
  func sendsNothingAgainWithoutAnAnswer() {
    var closed = connected()
    #expect(closed.handle(.received(answers: 0, closes: true)) == [.close, .fail(.closed(0))])
    var broken = connected()
    #expect(broken.handle(.failed(reset)) == [.close, .fail(.closed(reset))])
    #expect(broken.unanswered == 0)
  }

  @Test("an answer that is no HTTP fails all requests, answered ones before it or not")
  func failsAtAMalformedAnswer() {
    var machine = connected(sending: 3)
    _ = machine.handle(.received(answers: 1, closes: false))
    #expect(
      machine.handle(.broken(.malformed(.statusLine))) == [.close, .fail(.malformed(.statusLine))])
  }

  @Test("a connection that the server ends is not used again")
  func opensANewConnectionAfterTheEnd() {
    var machine = connected(sending: 1)
    #expect(machine.handle(.received(answers: 1, closes: true)) == [])
    #expect(machine.send(1) == [.close, .connect(1)])
    #expect(machine.handle(.connected) == [.write(1)])
  }

  @Test("a name is resolved, again after its addresses have failed, and a late result isn't lost")
  func resolvesNames() {
    var machine = Machine(known: [])
    #expect(machine.send(1) == [.resolve])
    #expect(machine.handle(.unresolvable(-2)) == [.fail(.unresolvable(-2))])
    #expect(machine.send(1) == [.resolve])
    #expect(machine.drop() == [])
    #expect(machine.handle(.resolved([7])) == [])
    #expect(machine.send(1) == [.connect(7)])
    #expect(machine.handle(.connectFailed(refused)) == [.close, .fail(.unreachable(refused))])
    #expect(machine.send(1) == [.resolve])
    #expect(machine.handle(.resolved([])) == [.fail(.unreachable(timedOut))])
  }

  @Test("other addresses can be named with a request, which drops the pending ones")
  func sendsToOtherAddresses() {
    var machine = connected()
    #expect(machine.send(1, to: [5]) == [.close, .connect(5)])
    #expect(machine.handle(.connected) == [.write(1)])
  }
}
