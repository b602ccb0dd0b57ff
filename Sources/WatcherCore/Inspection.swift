/// What is known of a container that runs.
enum Inspection: Hashable {
  case pending
  /// The engine didn't say; asked again with the next list, which then comes sooner.
  case failed
  /// And since when we know.
  case wanted([Registration], since: Duration)

  var wanted: [Registration] { if case .wanted(let wanted, _) = self { wanted } else { [] } }
}

/// What an engine answers instead of telling of a container.
struct InspectFailure: Hashable {
  /// Said once.
  let reason: String
  let since: Duration
  /// A dead one is left alone until then.
  var until: Duration
}
