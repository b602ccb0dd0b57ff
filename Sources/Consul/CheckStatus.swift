/// The states a check can be set to, in Consul's words.
public enum CheckStatus: String, Hashable, Sendable, CaseIterable {
  case passing, warning, critical
}
