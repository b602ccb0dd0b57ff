internal import Formats

/// The namespace and partition of Consul Enterprise: sent only if set, since other editions refuse both.
public struct Tenancy: Hashable, Sendable {
  /// The namespace; nil: not sent, so the token's or the default one applies.
  public var namespace: String?
  /// The partition; nil: not sent, so the agent's own applies.
  public var partition: String?

  /// Neither is sent.
  public static let unset = Tenancy()

  /// For every request but a registration, which has them in its body.
  var query: String {
    let parts = [("ns", namespace), ("partition", partition)].compactMap { name, value in
      value.map { "\(name)=\(percentEncoded($0))" }
    }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }
}
