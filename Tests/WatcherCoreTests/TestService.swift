@testable import WatcherCore

// The machine's services are plain registrations here: what else a definition has doesn't concern it.
extension Registration: Registrable {
  public var registration: Registration { self }
}

typealias WatcherMachine = WatcherCore.WatcherMachine<Registration>
typealias WatcherEvent = WatcherCore.WatcherEvent<Registration>
typealias WatcherEffect = WatcherCore.WatcherEffect<Registration>
typealias AgentRequest = WatcherCore.AgentRequest<Registration>
typealias InspectResult = WatcherCore.InspectResult<Registration>
