/// Why a client has no answer, or no usable one.
public enum ClientFailure: Hashable, Sendable {
  /// The server's name has no address; with the code of getaddrinfo(3).
  case unresolvable(Int32)
  /// No connection; with errno(3).
  case unreachable(Int32)
  /// The connection ended before the answer; with errno(3), 0 if the server closed it.
  case closed(Int32)
  /// Not an HTTP response, or one that ends in the middle.
  case malformed(ResponseParser.Malformed)
  /// Longer than the caller allows.
  case tooLong

  /// ECONNRESET, ETIMEDOUT and ECONNREFUSED of errno(3).
  static let (connectionReset, timedOut, connectionRefused): (Int32, Int32, Int32) = (104, 110, 111)

  /// Whether an error says more about the server than an earlier one: a reset or a refusal comes from its host.
  static func isMoreTelling(_ error: Int32, than earlier: Int32) -> Bool {
    switch earlier {
    case connectionReset: false
    case connectionRefused: error == connectionReset
    default: true
    }
  }
}
