/// The address that is registered for the service.
public enum Address: Equatable, Sendable {
  /// The local address of our own connection to Consul.
  case auto
  /// An IP address, IPv6 without brackets, or a host name.
  case literal(String)
  /// An address of this network interface, of that family.
  case interface(String, Family)

  /// The IP version of an interface's address.
  public enum Family: Equatable, Sendable {
    /// IPv4 if it has one, else IPv6.
    case any
    case inet, inet6
  }
}

private let wanted = "give an IP address, a host name, interface:NAME or auto"

extension Address {
  init(_ setting: Setting?) throws(UsageError) {
    guard let setting, !setting.matches("auto") else {
      self = .auto
      return
    }
    let value = setting.value[...]
    if value.starts(with: "interface:".utf8) {
      self = try Address(interface: value.dropFirst("interface:".utf8.count), setting)
      return
    }
    if isUnspecified(value) { throw setting.wrong("nobody can connect to it; \(wanted)") }
    guard isIPv4(value) || isIPv6(value) || isHostName(value) else {
      throw setting.wrong("not an address; \(wanted)")
    }
    self = .literal(String(decoding: value, as: UTF8.self))
  }
}

extension Address {
  /// `eth0`, or `eth0:inet6` where the family matters.
  private init(interface text: ArraySlice<UInt8>, _ setting: Setting) throws(UsageError) {
    let parts = text.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    let family: Family
    switch parts.dropFirst().first {
    case nil: family = .any
    case let word? where word.elementsEqual("inet".utf8): family = .inet
    case let word? where word.elementsEqual("inet6".utf8): family = .inet6
    default:
      throw setting.wrong("no such family; give interface:eth0, interface:eth0:inet or interface:eth0:inet6")
    }
    self = .interface(try interfaceName(parts.first ?? [], setting), family)
  }
}

/// `0.0.0.0` and `::` in any spelling. Consul refuses these two, and takes `0::0` as if it could be reached.
private func isUnspecified(_ value: ArraySlice<UInt8>) -> Bool {
  value.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
}

/// What the kernel takes for a name (dev_valid_name): at most 15 bytes, no slash, colon or space.
private func interfaceName(_ name: ArraySlice<UInt8>, _ setting: Setting) throws(UsageError) -> String {
  let isValid = name.allSatisfy {
    $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":")
  }
  guard isValid, 1...15 ~= name.count else { throw setting.wrong("not an interface; give interface:eth0") }
  return String(decoding: name, as: UTF8.self)
}
