internal import Formats

/// Where the token for Consul comes from. The value must never be shown.
public enum TokenSource: Equatable, Sendable {
  case none
  /// The path of a file.
  case file([UInt8])
  /// The token itself, fit for an HTTP header.
  case value([UInt8])

  /// The flag, then `CONSUL_HTTP_TOKEN_FILE`, then `CONSUL_HTTP_TOKEN`, as with consul itself.
  init(_ settings: Settings) throws(UsageError) {
    if let file = settings[.tokenFile] {
      self = .file(file.value)
    } else if let token = settings.environment.setting("CONSUL_HTTP_TOKEN") {
      guard token.value.allSatisfy({ $0.isVisible }) else {
        throw UsageError("\(token.source): has a space or another byte no token has; it isn't shown here")
      }
      self = .value(token.value)
    } else {
      self = .none
    }
  }
}
