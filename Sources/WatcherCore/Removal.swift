/// An entry that was removed because its container was gone.
struct Removal: Hashable {
  let container: String
  let at: Duration
  /// Whether its return was logged.
  var isReturnLogged = false
}
