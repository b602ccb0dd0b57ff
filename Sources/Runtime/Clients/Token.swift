internal import Consul
internal import Formats
internal import Linux
public import Options

/// Consul's ACL token. A file is read again for each exchange, since a token may be renewed there.
public struct Token {
  private let source: TokenSource
  private var last: [UInt8]?

  /// Fails if the file can't be read or has no valid token.
  public init(_ source: TokenSource) throws(StartError) {
    self.source = source.fromAnywhere
    switch source {
    case .none: last = nil
    case .value(let bytes): last = bytes
    case .file(let path):
      let file = "token file \(escaped(path, limit: 200))"
      do throws(SystemCallError) {
        last = try Token.read(path)
      } catch { throw StartError("\(file): \(error.reason)") }
      if last == nil { throw StartError("\(file): no token in it") }
    }
  }

  /// The file's token, or the last one that was read: the file may be being replaced.
  public var current: [UInt8]? {
    mutating get {
      if case .file(let path) = source, let fresh = try? Token.read(path) { last = fresh }
      return last
    }
  }

  /// Nil where there is no token in it.
  private static func read(_ path: [UInt8]) throws(SystemCallError) -> [UInt8]? {
    let content = try File.read(path: path, limit: 4_096)
    let token = [UInt8](content.trimmed { $0.isBlank })
    return ConsulAPIRequest.isValid(token: token) ? token : nil
  }
}

extension TokenSource {
  /// Absolute, because we leave the working directory and read the file again later.
  fileprivate var fromAnywhere: TokenSource {
    if case .file(let path) = self { .file(ProcessEnvironment.absolute(path)) } else { self }
  }
}
