/// The agent's entries beside what runs.
struct Comparison: Hashable {
  /// Whether the agent's list is complete.
  var isComplete = false
  /// Something is to be looked at that isn't in it.
  var isOutdated = false
  /// What no container that we believe to run has: to be verified, one by one.
  var suspects: [AgentEntry] = []
  /// Containers that run here and have entries.
  var running: Set<String> = []
  /// Entries of containers that this engine doesn't know: to be removed only if their checks say so.
  var unconfirmed: [AgentEntry] = []
  /// IDs of services whose *alive* check is critical; nil: not asked yet.
  var critical: [String]?
  /// The one of which the engine has just said so, or whose end was just heard.
  var dead: AgentEntry?
  /// How long that holds, if it was only heard.
  var certainUntil: Duration?
  /// Who has its ID now: its container.
  var holder: String?
  /// The one that is still the dead one's.
  var verified: AgentEntry?
  /// Our own that the agent has.
  var ownRegistrations: [Registration] = []
  /// Our own that are to be known by another ID.
  var misnamed: [AgentEntry] = []
  /// What the agent refused, until the next comparison.
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
