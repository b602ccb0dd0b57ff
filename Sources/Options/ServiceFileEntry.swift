internal import Formats

/// A service of a service file: the values that have a flag, and the other fields as the API names them.
struct ServiceFileEntry {
  private var values: [(flag: Flag, setting: Setting)] = []
  private(set) var meta: [MetaEntry] = []
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

  func list(_ flag: Flag) -> [Setting] {
    var settings: [Setting] = []
    for one in values where one.flag == flag { settings.append(one.setting) }
    return settings
  }

  private mutating func take(_ member: JSON.Member, at path: JSONPath) throws(UsageError) {
    let value = member.value
    switch true {
    case member.isNamed("Name"): add(.name, try value.text(at: path["name"]))
    case member.isNamed("ID"): add(.id, try value.text(at: path["id"]))
    case member.isNamed("Address"): add(.address, try value.text(at: path["address"]))
    case member.isNamed("Port"): add(.port, try value.number(at: path["port"]))
    case member.isNamed("Tags"):
      for (index, tag) in try value.elements(at: path["tags"]).enumerated() {
        add(.tag, try tag.text(at: path["tags"][index]))
      }
    case member.isNamed("Meta"): meta = try value.meta(at: path["meta"])
    case member.isNamed("Namespace"): namespace = try value.text(at: path["namespace"])
    case member.isNamed("Partition"): partition = try value.text(at: path["partition"])
    case member.isNamed("Check"): checks.append(try value.checkedObject(at: path["check"]))
    case member.isNamed("Checks"):
      for (index, check) in try value.elements(at: path["checks"]).enumerated() {
        checks.append(try check.checkedObject(at: path["checks"][index]))
      }
    default: fields.append(member)
    }
  }

  /// An empty value or 0 counts as absent, as in Consul.
  private mutating func add(_ flag: Flag, _ setting: Setting?) {
    guard var setting else { return }
    setting.isOwn = isOwn
    values.append((flag, setting))
  }
}

extension JSON {
  fileprivate func text(at path: JSONPath) throws(UsageError) -> Setting? {
    guard let string else { throw path.wrong("not a string; give \"…\"") }
    return string.utf8.isEmpty ? nil : Setting(source: path.text, value: Array(string.utf8))
  }

  fileprivate func number(at path: JSONPath) throws(UsageError) -> Setting? {
    guard case .number(let lexeme) = self else { throw path.wrong("not a number; give one without quotes") }
    return lexeme.utf8.elementsEqual("0".utf8) ? nil : Setting(source: path.text, value: Array(lexeme.utf8))
  }

  fileprivate func elements(at path: JSONPath) throws(UsageError) -> [JSON] {
    guard case .array(let elements) = self else { throw path.wrong("not a list; give [ … ]") }
    return elements
  }

  fileprivate func checkedObject(at path: JSONPath) throws(UsageError) -> JSON {
    guard case .object = self else { throw path.wrong("not an object; give { … }") }
    return self
  }

  fileprivate func meta(at path: JSONPath) throws(UsageError) -> [MetaEntry] {
    guard case .object(let members) = self else { throw path.wrong("not an object; give { … }") }
    try limit(members.count, path.text)
    var entries: [MetaEntry] = []
    for member in members {
      let setting =
        try member.value.text(at: path[member.key]) ?? Setting(source: path[member.key].text, value: [])
      entries.append(try MetaEntry(Array(member.key.utf8), setting.value, setting))
    }
    return entries
  }
}
