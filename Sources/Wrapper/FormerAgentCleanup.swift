internal import Clients
internal import Consul
internal import HTTP
internal import Linux

/// Tells an agent that had our registration, and was left for another while it was gone, to drop it when it is there
/// again: one ID isn't to stay on two agents.
struct FormerAgentCleanup: ~Copyable {
  private let index: Int
  private let ports: SourcePorts
  /// Who is still to be told, the latest last.
  private var agents: [SocketAddress] = []
  /// Who is being told.
  private var asked: SocketAddress?
  private var connection: Connection?
  private var isSent = false
  private var status = StatusReader()
  /// Counts connections, so that news of one that was given up can be told from news of the next.
  private var generation: UInt64 = 0

  init(from ports: SourcePorts, at index: Int) {
    self.index = index
    self.ports = ports
  }

  var tag: UInt64 { PollerTag.formerAgent(index, generation) }

  mutating func remember(_ agent: SocketAddress) {
    if !agents.contains(agent) { agents.append(agent) }
  }

  /// Whoever has us again is not to be told, nor to be told any further.
  mutating func forget(_ agent: SocketAddress) {
    agents.removeAll { $0 == agent }
    if agent == asked { connection = nil }
  }

  /// Tries the one whose turn it is; called with every heartbeat, which is how often it is tried.
  mutating func attempt(_ poller: borrowing Poller) {
    connection = nil
    guard let agent = agents.first else { return }
    // Another one is next if this one doesn't answer.
    agents.append(agents.removeFirst())
    asked = agent
    guard let opened = try? Connection.open(to: agent, from: ports) else { return }
    generation += 1
    guard (try? poller.add(opened.descriptor.number, for: .writable, tag: tag)) != nil else { return }
    (status, isSent) = (StatusReader(), false)
    connection = consume opened
  }

  /// Called when the connection can be gone on with.
  mutating func proceed(sending request: [UInt8], _ poller: borrowing Poller) {
    guard let isConnected = connection?.isConnected, let number = connection?.descriptor.number else {
      return
    }
    do throws(SystemCallError) {
      if !isConnected { try connection?.finishConnecting() }
      if !isSent {
        isSent = true
        _ = try connection?.send(request)
        return try poller.modify(number, for: .readable, tag: tag)
      }
      guard let bytes = try connection?.receive() ?? nil else { return }
      conclude(bytes)
    } catch { connection = nil }
  }

  private mutating func conclude(_ bytes: [UInt8]) {
    guard !bytes.isEmpty, let status = try? status.receive(bytes) else {
      connection = nil
      return
    }
    connection = nil
    // What it doesn't know, it needn't drop; anything else is tried again.
    if let asked, 200...299 ~= status || status == 404 { forget(asked) }
  }
}
