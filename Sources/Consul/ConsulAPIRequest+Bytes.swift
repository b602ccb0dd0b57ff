internal import Formats

extension ConsulAPIRequest {
  /// Whether a token can go into a header: visible ASCII, at least one byte of it. A file's trailing
  /// newline is the caller's to trim.
  public static func isValid(token: [UInt8]) -> Bool { Formats.isValid(token: token) }

  /// - Parameters:
  ///   - host: for the `Host` field: `127.0.0.1:8500`; any name will do on a unix socket.
  ///   - token: for `X-Consul-Token`; one that isn't valid is left out.
  public func bytes(host: String, token: [UInt8]?) -> [UInt8] {
    let valid = token.flatMap { ConsulAPIRequest.isValid(token: $0) ? $0 : nil }
    let fields = valid.map { [(name: "X-Consul-Token", value: $0)] } ?? []
    return message(method.rawValue, path, host: host, fields: fields, body: body)
  }
}
