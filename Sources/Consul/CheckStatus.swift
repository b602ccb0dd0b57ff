/// The states that a check can be set to.
public enum CheckStatus: String, Hashable, Sendable, CaseIterable {
  case passing, warning, critical
}
