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
    let bytes = Array(word)
    let isCapital = capitals.contains { $0.utf8.elementsEqual(bytes) }
    name += isCapital ? bytes.map(uppercased) : [uppercased(bytes[0])] + bytes.dropFirst()
  }
  return String(decoding: name, as: UTF8.self)
}

private func uppercased(_ byte: UInt8) -> UInt8 {
  UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte ? byte & ~0x20 : byte
}

extension JSON.Member {
  func isNamed(_ name: String) -> Bool { key.utf8.elementsEqual(name.utf8) }
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
      if name.utf8.elementsEqual("Token".utf8) {
        hasToken = true
      } else {
        named.append(JSON.Member(name, try value(member.value, of: name, at: path[member.key])))
      }
    }
    return named
  }

  private mutating func value(_ value: JSON, of name: String, at path: JSONPath) throws(UsageError) -> JSON {
    if userData.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return value }
    switch value {
    case .object(let members) where name.utf8.elementsEqual("TaggedAddresses".utf8):
      var addresses: [JSON.Member] = []
      for member in members {
        addresses.append(JSON.Member(member.key, try self.value(member.value, of: "", at: path[member.key])))
      }
      return .object(addresses)
    case .object(let members):
      let isCheck = name.utf8.elementsEqual("Check".utf8) || name.utf8.elementsEqual("Checks".utf8)
      let named = try self.members(members, at: path)
      return .object(isCheck ? named.map(checkField) : named)
    case .array(let elements):
      var values: [JSON] = []
      for (index, element) in elements.enumerated() {
        values.append(try self.value(element, of: name, at: path[index]))
      }
      return .array(values)
    default: return value
    }
  }
}

/// A check's `id` has another name in the API than a service's.
private func checkField(_ member: JSON.Member) -> JSON.Member {
  member.isNamed("ID") ? JSON.Member("CheckID", member.value) : member
}
