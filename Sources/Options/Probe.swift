/// What says whether the process is ready.
public enum Probe: Equatable, Sendable {
  /// It was started.
  case none
  /// Its port accepts a connection: on loopback, or on the registered address.
  case tcp
  /// A connection is accepted there; the host is an IP address, IPv6 without brackets, or `localhost`.
  case tcpAt(host: String, port: Int)
  case unix(path: String)
  /// A GET is answered with 2xx; the host as above, the path with its query.
  case http(host: String, port: Int, path: String)
  /// `/bin/sh -c` with it exits with 0.
  case exec([UInt8])
}
