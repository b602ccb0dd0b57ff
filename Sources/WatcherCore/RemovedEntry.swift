/// An entry that was removed because its container was gone.
struct RemovedEntry {
  let container: String
  let at: Duration
  /// The end of the container's last run, as the engine said it; nil where it wasn't asked.
  let finishedAt: String?
  /// Whether its return was logged.
  var isReturnLogged = false
}
