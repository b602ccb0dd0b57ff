extension Duration {
  /// `41ms`, `1.5s`, `1m30s`.
  public var text: String {
    let (seconds, attoseconds) = components
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if self < .milliseconds(1) { return self <= .zero ? "0ms" : "<1ms" }
    if seconds == 0 { return "\(milliseconds)ms" }
    if seconds < 60 { return milliseconds < 100 ? "\(seconds)s" : "\(seconds).\(milliseconds / 100)s" }
    return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds / 60)m\(seconds % 60)s"
  }
}
