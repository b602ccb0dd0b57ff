/// A container that is believed to run.
struct RunningContainer<Service: Registrable> {
  /// What inspecting it has shown.
  enum Inspection {
    case pending
    /// The request failed; it is repeated with the next list, which then comes sooner.
    case failed
    /// The services that the container needs, and since when we know them.
    case wanted([Service], since: Duration)
  }

  let id: String
  /// Counts the containers. The first to arrive is served first; a dictionary's own order differs in each
  /// process.
  let arrival: Int
  var inspection = Inspection.pending
  /// The agent has an entry of it.
  var hasEntry = false

  var isPending: Bool { if case .pending = inspection { true } else { false } }
  var wanted: [Service] { if case .wanted(let wanted, _) = inspection { wanted } else { [] } }
}
