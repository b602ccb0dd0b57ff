internal import Formats

private let wanted = "give an IP address, a host name, interface:NAME or auto"

/// The address that is registered for the service.
public enum Address: Equatable, Sendable {
  /// The local address of our own connection to Consul.
  case auto
  /// An IP address, IPv6 without brackets, or a host name.
  case literal(String)
  /// An address of this network interface, of that family.
  case interface(String, Family)

  /// The IP version of an interface's address.
  public enum Family: String, Equatable, Sendable {
    /// IPv4 if it has one, else IPv6.
    case any
    case inet, inet6
  }

  init(_ setting: Setting?) throws(UsageError) {
    guard let setting, !isSame(setting.value, "auto") else {
      self = .auto
      return
    }
    if let name = setting.rest(after: "interface:") {
      self = try Address(interface: name, setting)
      return
    }
    let value = setting.value[...]
    // `0.0.0.0` and `::` in any spelling. Consul refuses these two, and takes `0::0` as if it could be reached.
    if value.allSatisfy({ "0.:".utf8.contains($0) }) {
      throw setting.wrong("nobody can connect to it; \(wanted)")
    }
    guard isIPv4(value) || isIPv6(value) || isHostName(value) else {
      throw setting.wrong("not an address; \(wanted)")
    }
    self = .literal(String(decoding: value, as: UTF8.self))
  }

  /// `eth0`, or `eth0:inet6` where the family matters.
  private init(interface text: ArraySlice<UInt8>, _ setting: Setting) throws(UsageError) {
    let name = text.prefix { $0 != .colon }
    let suffix = text[name.endIndex...].dropFirst()
    let named = [Family.inet, .inet6].first { isSame(suffix, $0.rawValue) }
    guard let family = name.endIndex == text.endIndex ? .any : named else {
      throw setting.wrong("no such family; give interface:eth0, interface:eth0:inet or interface:eth0:inet6")
    }
    // What the kernel takes for a name (dev_valid_name): at most 15 bytes, no slash, colon or space.
    guard 1...15 ~= name.count, name.allSatisfy({ $0.isVisible && $0 != .slash }) else {
      throw setting.wrong("not an interface; give interface:eth0")
    }
    self = .interface(String(decoding: name, as: UTF8.self), family)
  }
}
