/// The name of one service: the one given, or, as with registrator, `NAME-PORT` where several were given the same.
struct ServiceName {
  let given: Setting
  let registered: Setting

  init(_ settings: Settings) throws(UsageError) {
    guard let name = settings[.name] ?? settings.defaultName else {
      throw UsageError("no service name; give --name NAME or SERVICE_NAME, or --no-register")
    }
    given = name
    guard settings.isOneOfMany, !name.isOwn, let port = settings.port else {
      registered = name
      return
    }
    registered = Setting(source: name.source, value: name.value + Array("-\(port)".utf8))
  }

  /// Consul takes any name, and merely logs that its DNS can't answer for this one.
  var warnings: [String] {
    let bytes = registered.value
    let dash = UInt8(ascii: "-")
    let isLabel = bytes.allSatisfy { isWordByte($0) && $0 != UInt8(ascii: "_") } && bytes.count <= 63
    if isLabel, bytes.first != dash, bytes.last != dash { return [] }
    let reason = "can't be found by DNS; it takes 1 to 63 letters, digits and inner dashes"
    return ["\(registered.source) \(quoted(bytes)): \(reason)"]
  }
}
