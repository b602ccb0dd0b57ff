public import Formats
internal import Linux

extension ClientFailure {
  /// The reason for the log.
  public var text: String {
    switch self {
    case .unresolvable(let code): Resolver.reason(code)
    case .unreachable(let errno): Errno.text(errno)
    case .closed(0): "connection lost before the answer"
    case .closed(let errno): Errno.text(errno)
    case .malformed(.truncated): "connection lost in the middle of the answer"
    case .malformed(let reason): reason.rawValue
    case .tooLong: "its answer is too long"
    }
  }

  /// Whether there was no connection.
  public var isUnreachable: Bool {
    switch self {
    case .unresolvable, .unreachable: true
    case .closed, .malformed, .tooLong: false
    }
  }
}
