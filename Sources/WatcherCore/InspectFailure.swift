/// Why a container couldn't be inspected.
struct InspectFailure {
  /// Logged once.
  let reason: String
  let since: Duration
  /// A dead container isn't inspected again before that.
  var until: Duration
}
