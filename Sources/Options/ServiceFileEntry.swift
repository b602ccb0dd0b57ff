internal import Consul
internal import Formats

/// A service of a service file: the values that have a flag, and the other fields as the API names them.
struct ServiceFileEntry {
  private(set) var values: [Flag: [Setting]] = [:]
  private(set) var meta: [Definition.Meta] = []
  private(set) var checks: [JSON] = []
  private(set) var fields: [JSON.Member] = []
  private(set) var namespace: Setting?
  private(set) var partition: Setting?
  private let isOwn: Bool

  /// - Parameter isOwn: the file has others beside it.
  init(_ members: [JSON.Member], at path: JSONPath, isOwn: Bool) throws(UsageError) {
    self.isOwn = isOwn
    for member in members { try take(member, at: path) }
  }

  private mutating func take(_ member: JSON.Member, at service: JSONPath) throws(UsageError) {
    let (key, value) = (member.key, member.value)
    let path = service[String(decoding: key.utf8.map { $0.lowercased }, as: UTF8.self)]
    switch true {
    case isSame(key, "Name"): add(.name, try value.text(at: path))
    case isSame(key, "ID"): add(.id, try value.text(at: path))
    case isSame(key, "Address"): add(.address, try value.text(at: path))
    case isSame(key, "Port"): add(.port, try value.number(at: path))
    case isSame(key, "Tags"):
      for (tag, path) in try value.elements(at: path) { add(.tag, try tag.text(at: path)) }
    case isSame(key, "Meta"): meta = try value.meta(at: path)
    case isSame(key, "Namespace"): namespace = try value.text(at: path)
    case isSame(key, "Partition"): partition = try value.text(at: path)
    case isSame(key, "Check"): checks.append(.object(try value.members(at: path)))
    case isSame(key, "Checks"):
      for (check, path) in try value.elements(at: path) {
        checks.append(.object(try check.members(at: path)))
      }
    default: fields.append(member)
    }
  }

  /// An empty value or 0 counts as absent, as in Consul.
  private mutating func add(_ flag: Flag, _ setting: Setting?) {
    guard var setting else { return }
    setting.isOwn = isOwn
    values[flag, default: []].append(setting)
  }
}

extension JSON {
  fileprivate func text(at path: JSONPath) throws(UsageError) -> Setting? {
    guard let string else { throw path.wrong("not a string; give \"…\"") }
    return string.utf8.isEmpty ? nil : Setting(source: path.text, text: string)
  }

  fileprivate func number(at path: JSONPath) throws(UsageError) -> Setting? {
    guard case .number(let lexeme) = self else { throw path.wrong("not a number; give one without quotes") }
    return isSame(lexeme, "0") ? nil : Setting(source: path.text, text: lexeme)
  }

  fileprivate func elements(at path: JSONPath) throws(UsageError) -> [(JSON, JSONPath)] {
    guard case .array(let elements) = self else { throw path.wrong("not a list; give [ … ]") }
    return elements.enumerated().map { ($1, path[$0]) }
  }

  fileprivate func members(at path: JSONPath) throws(UsageError) -> [JSON.Member] {
    guard case .object(let members) = self else { throw path.wrong("not an object; give { … }") }
    return members
  }

  fileprivate func meta(at path: JSONPath) throws(UsageError) -> [Definition.Meta] {
    let members = try members(at: path)
    try limit(members.count, path.text)
    var meta: [Definition.Meta] = []
    for member in members {
      let path = path[member.key]
      let setting = try member.value.text(at: path) ?? Setting(source: path.text, text: "")
      try meta.add(Array(member.key.utf8), setting.value, setting)
    }
    return meta
  }
}
