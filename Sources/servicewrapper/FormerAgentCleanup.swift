internal import Runtime
internal import Consul
internal import Formats
internal import Linux

/// Deregisters the service from a former agent, one that failed and was replaced by another, when it is back: one ID
/// must not stay on two agents.
struct FormerAgentCleanup: ~Copyable {
  private let index: Int
  private let ports: SourcePorts
  /// Agents that may still have the service, the latest last.
  private var agents: [SocketAddress] = []
  /// The agent of the current connection.
  private var current: SocketAddress?
  private var connection: Connection?
  private var isSent = false
  private var status = StatusReader()
  /// Counts connections, so that a closed connection's events aren't taken for the next one's.
  private var generation: UInt64 = 0

  init(from ports: SourcePorts, at index: Int) {
    self.index = index
    self.ports = ports
  }

  var tag: UInt64 { PollerTag.formerAgent(index, generation) }

  mutating func remember(_ agent: SocketAddress) {
    if !agents.contains(agent) { agents.append(agent) }
  }

  /// The agent has our registration again, or no longer: no cleanup there.
  mutating func forget(_ agent: SocketAddress) {
    agents.removeAll { $0 == agent }
    if agent == current { connection = nil }
  }

  /// Tries the next agent; called with every heartbeat.
  mutating func attempt(_ poller: borrowing Poller) {
    connection = nil
    guard let agent = agents.first else { return }
    // The next attempt goes to another agent.
    agents.append(agents.removeFirst())
    current = agent
    guard let opened = try? Connection.open(to: agent, from: ports) else { return }
    generation += 1
    guard (try? poller.add(opened.descriptor.number, for: .writable, tag: tag)) != nil else { return }
    (status, isSent) = (StatusReader(), false)
    connection = consume opened
  }

  /// Called when the connection is writable or readable.
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
    // 404: the agent doesn't have the service. Any other status is retried.
    if let current, 200...299 ~= status || status == 404 { forget(current) }
  }
}
