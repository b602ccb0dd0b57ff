/// An entry that is about to be removed: the agent is asked who holds its ID, and the next request
/// deregisters it.
struct Candidate {
  let entry: AgentEntry
  /// The end of its container's last run, if the engine reported it.
  var finishedAt: String?
  /// How long the death is certain, if it is known from a die event; nil: without a limit.
  var certainUntil: Duration?
  /// Our own entry of a running container, under a wrong ID.
  var isMisnamed = false
  /// The container that holds the ID, by the agent's answer.
  var holder: String?
  /// Nothing speaks against the removal; the deregistration is sent.
  var isVerified = false
}
