/// One comparison of the agent's entries with the running containers.
struct Comparison {
  /// Whether the agent's list is complete.
  var isComplete = false
  /// Something changed after the list was requested.
  var isOutdated = false
  /// Entries without a running container; the engine is asked about one after the other.
  var suspects: [AgentEntry] = []
  /// Entries of containers that this engine doesn't know; removed only if their checks are critical.
  var unconfirmed: [AgentEntry] = []
  /// IDs of services whose *alive* check is critical; nil: not requested yet.
  var critical: [String]?
  /// Our own entries that are registered under a wrong ID.
  var misnamed: [AgentEntry] = []
  /// The entry that is being removed; one at a time.
  var candidate: Candidate?
  /// Our own registrations in the list, by service ID.
  var ownRegistrations: [String: Registration] = [:]
  /// IDs that the agent refused, until the next comparison.
  var refused: Set<String> = []

  /// Whether the next candidate can be chosen.
  var isFree: Bool { isComplete && candidate == nil }

  /// The next entry whose container the engine is asked about.
  var suspect: AgentEntry? { isFree ? suspects.first : nil }

  /// Whether the engine has been asked about every suspect.
  private var isCleared: Bool { isFree && suspects.isEmpty }

  /// Whether the checks of unknown containers are to be listed.
  var needsChecks: Bool { isCleared && !unconfirmed.isEmpty && critical == nil }

  /// Whether only registrations are left to do.
  var isClean: Bool { isCleared && !needsChecks }

  /// Chooses an entry with a critical *alive* check: a living wrapper would have kept it passing, so no
  /// engine is asked.
  mutating func takeCritical() {
    guard isFree, let critical else { return }
    let isCritical = { (entry: AgentEntry) in critical.contains { isSame($0, entry.id) } }
    guard let index = unconfirmed.firstIndex(where: isCritical) else { return }
    candidate = Candidate(entry: unconfirmed.remove(at: index))
  }

  /// Chooses an entry under a wrong ID, once nothing is left of dead containers.
  mutating func takeMisnamed() {
    guard isClean, let index = misnamed.firstIndex(where: { !refused.contains($0.id) }) else { return }
    candidate = Candidate(entry: misnamed.remove(at: index), isMisnamed: true)
  }
}
