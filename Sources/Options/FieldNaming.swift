internal import Formats

/// Words that the API writes in capitals. Consul's JSON ignores case, so a missing word is no fault; only the dry run
/// shows it.
private let capitals = [
  "acl", "ca", "dns", "grpc", "h2ping", "http", "id", "ip", "os", "sni", "tcp", "tls", "ttl", "udp",
]

/// Fields whose members have the user's own keys.
private let userData = ["Arguments", "Config", "Header", "Meta"]

/// `tagged_addresses` as the API has it: `TaggedAddresses`. What is in the API's form already stays as it is.
func fieldName(_ key: String) -> String {
  var name: [UInt8] = []
  for word in key.utf8.split(separator: UInt8(ascii: "_")) {
    let isCapital = capitals.contains { isSame(word, $0) }
    let length = isCapital ? word.count : 1
    name += word.prefix(length).map { $0.uppercased } + Array(word.dropFirst(length))
  }
  return String(decoding: name, as: UTF8.self)
}

/// Renames the fields of a service file to those of the API.
struct FieldNaming {
  /// Whether a token was left out: it belongs to the request, and isn't a field of the API.
  private(set) var hasToken = false

  /// - Parameter path: its path in the file, for messages.
  mutating func members(_ members: [JSON.Member], at path: JSONPath) throws(UsageError) -> [JSON.Member] {
    var named: [JSON.Member] = []
    var names: Set<[UInt8]> = []
    for member in members {
      let name = fieldName(member.key)
      // The parser has seen to the same key twice, not to `tls_x` beside `TLSX`.
      guard names.insert(Array(name.utf8)).inserted else {
        throw path[member.key].wrong("given twice; give it once")
      }
      if isSame(name, "Token") {
        hasToken = true
      } else {
        named.append(JSON.Member(name, try value(member.value, of: name, at: path[member.key])))
      }
    }
    return named
  }

  private mutating func value(_ value: JSON, of name: String, at path: JSONPath) throws(UsageError) -> JSON {
    if userData.contains(where: { isSame($0, name) }) { return value }
    switch value {
    case .object(var members) where isSame(name, "TaggedAddresses"):
      for (index, member) in members.enumerated() {
        members[index].value = try self.value(member.value, of: "", at: path[member.key])
      }
      return .object(members)
    case .object(let members):
      var named = try self.members(members, at: path)
      // A check's `id` has another name in the API than a service's.
      if isSame(name, "Check") || isSame(name, "Checks") {
        for index in named.indices where isSame(named[index].key, "ID") { named[index].key = "CheckID" }
      }
      return .object(named)
    case .array(var elements):
      for (index, element) in elements.enumerated() {
        elements[index] = try self.value(element, of: name, at: path[index])
      }
      return .array(elements)
    default: return value
    }
  }
}
