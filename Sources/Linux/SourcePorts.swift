internal import CLinux

/// Chooses the local ports that our TCP connections come from.
///
/// The kernel may give a connection any port of `ip_local_port_range`; ip(7). If it gives one that a server is about to
/// bind, the server fails with EADDRINUSE. If it gives the port that we connect to, the connection leads to itself (a
/// simultaneous open; RFC 9293, section 3.5) and succeeds although no server listens. So where one of these ports lies in
/// the range, we choose another port ourselves.
public struct SourcePorts: Sendable {
  private let range: ClosedRange<Int>
  /// Ports that the administrator keeps for servers: `ip_local_reserved_ports` of ip(7).
  private let reserved: [ClosedRange<Int>]
  private let avoided: [Int]

  /// The kernel's default, for where /proc isn't mounted.
  private static let usual = 32_768...60_999
  /// The number of ports to try: even if half of all ports are taken, one of these will be free.
  private static let limit = 64

  /// Reads the range from /proc, once: a later change isn't noticed.
  /// - Parameter ports: the ports that servers of this host are to bind.
  public init(avoiding ports: [Int]) {
    self.init(
      avoiding: ports, range: SourcePorts.read("ip_local_port_range"),
      reserved: SourcePorts.read("ip_local_reserved_ports"))
  }

  /// - Parameters:
  ///   - range: two numbers, as in the file.
  ///   - reserved: such as `8080,9148-9150`, as in the file.
  init(avoiding ports: [Int], range: [UInt8], reserved: [UInt8]) {
    self.range = SourcePorts.bounds(range[...]) ?? SourcePorts.usual
    self.reserved = reserved.split(separator: UInt8(ascii: ",")).compactMap { SourcePorts.bounds($0) }
    avoided = ports
  }

  /// The ports to try in turn for a connection to the port `target`; nil where the kernel may choose, or no other is left.
  func candidates(to target: Int) -> [Int]? {
    let isInRange = range.contains(target) || avoided.contains { range.contains($0) }
    guard isInRange else { return nil }
    let first = Int.random(in: range)
    let ports = (0..<range.count).lazy.map {
      (first - range.lowerBound + $0) % range.count + range.lowerBound
    }
    let allowed = Array(ports.filter { $0 != target && isAllowed($0) }.prefix(SourcePorts.limit))
    return allowed.isEmpty ? nil : allowed
  }

  private func isAllowed(_ port: Int) -> Bool {
    !avoided.contains(port) && !reserved.contains { $0.contains(port) }
  }

  private static func read(_ name: String) -> [UInt8] {
    (try? File.read(path: [UInt8]("/proc/sys/net/ipv4/\(name)".utf8), limit: 4_096)) ?? []
  }

  /// The first and the last number in a text; nil where there is none, or they are in the wrong order.
  private static func bounds(_ text: ArraySlice<UInt8>) -> ClosedRange<Int>? {
    let numbers = text.split { !(0x30...0x39 ~= $0) }.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    guard let first = numbers.first, let last = numbers.last, first <= last else { return nil }
    return first...last
  }
}
