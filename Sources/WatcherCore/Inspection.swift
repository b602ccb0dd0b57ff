/// What inspecting a running container has shown.
enum Inspection: Hashable {
  case pending
  /// The request failed; it is repeated with the next list, which then comes sooner.
  case failed
  /// The registrations that the container needs, and since when we know them.
  case wanted([Registration], since: Duration)

  var wanted: [Registration] { if case .wanted(let wanted, _) = self { wanted } else { [] } }
}
