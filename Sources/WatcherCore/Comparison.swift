/// One comparison of the agent's entries with the running containers.
struct Comparison: Hashable {
  /// Whether the agent's list is complete.
  var isComplete = false
  /// Something changed after the list was requested.
  var isOutdated = false
  /// Entries without a running container; they are verified one by one.
  var suspects: [AgentEntry] = []
  /// Containers that run here and have entries.
  var running: Set<String> = []
  /// Entries of containers that this engine doesn't know; removed only if their checks are critical.
  var unconfirmed: [AgentEntry] = []
  /// IDs of services whose *alive* check is critical; nil: not requested yet.
  var critical: [String]?
  /// The entry whose container the engine has just reported dead.
  var dead: AgentEntry?
  /// When its container's last run ended, if the engine was asked.
  var finishedAt: String?
  /// How long that is certain, if it comes from a die event.
  var certainUntil: Duration?
  /// The container that holds the dead entry's ID now.
  var holder: String?
  /// The entry that is verified to be still the dead container's.
  var verified: AgentEntry?
  /// Our own registrations that the agent has.
  var ownRegistrations: [Registration] = []
  /// Our own entries that are registered under a wrong ID.
  var misnamed: [AgentEntry] = []
  /// IDs that the agent refused, until the next comparison.
  var refused: [String] = []
}

extension Comparison {
  mutating func note(_ entry: AgentEntry, beside running: [String: Inspection]) {
    self.running.insert(entry.container)
    if let registration = entry.registration { ownRegistrations.append(registration) }
    switch running[entry.container] {
    case .wanted(let wanted, _) where entry.registration != nil:
      if !wanted.contains(where: { isSame($0.id, entry.id) }) { misnamed.append(entry) }
    case .pending, .failed, .wanted, nil: break
    }
  }
}
