internal import Formats

/// Gives a file's content.
public typealias FileReader = (_ path: [UInt8]) throws(UnreadableFile) -> [UInt8]

// Service definitions as Consul's own configuration files have them, in JSON.

private let shape = "give {\"service\": {…}} or {\"services\": [{…}]}"

extension Settings {
  /// The services of the service file; one that is nil without a file.
  func fileEntries(
    _ read: FileReader, warnings: inout [String]
  ) throws(UsageError) -> [ServiceFileEntry?] {
    guard let setting = self[.serviceFile] else { return [nil] }
    let content: [UInt8]
    do throws(UnreadableFile) {
      content = try read(setting.value)
    } catch {
      throw setting.wrong("\(error.reason); give the path of a file that we may read")
    }
    let found = try setting.objects(in: setting.document(content))
    return try found.map { key, members throws(UsageError) in
      var naming = FieldNaming()
      let path = JSONPath(text: "\(setting.source): \(key)")
      let named = try naming.members(members, at: path)
      if naming.hasToken { note("\(path.text): its token isn't used; give --token-file", in: &warnings) }
      return try ServiceFileEntry(named, at: path, isOwn: found.count > 1)
    }
  }
}

extension Setting {
  /// The parsed content of the file that this setting names.
  fileprivate func document(_ content: [UInt8]) throws(UsageError) -> JSON {
    if content.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw wrong("begins with a byte order mark; save it as UTF-8 without one")
    }
    if content.allSatisfy({ $0 <= .space }) { throw wrong("nothing is in it; \(shape)") }
    do throws(JSON.Malformed) {
      return try JSON(parsing: content)
    } catch {
      throw wrong("\(position(error.offset, in: content)): \(error.reason.rawValue)")
    }
  }

  /// The services in the file's document, each with its path.
  fileprivate func objects(in document: JSON) throws(UsageError) -> [(String, [JSON.Member])] {
    guard case .object(let members) = document, members.count == 1 else {
      throw wrong("not one service or one list of them; \(shape)")
    }
    switch members[0].value {
    case .object(let service) where isSame(members[0].key, "service"): return [("service", service)]
    case .array(let elements) where isSame(members[0].key, "services"):
      if elements.isEmpty { throw wrong("no service is in its list; \(shape)") }
      if elements.count > Settings.mostServices {
        throw wrong("one of \(elements.count) services; give at most \(Settings.mostServices)")
      }
      return try elements.enumerated().map { index, element throws(UsageError) in
        guard case .object(let service) = element else {
          throw wrong("services[\(index)] isn't an object; \(shape)")
        }
        return ("services[\(index)]", service)
      }
    default:
      throw wrong("\(quoted(Array(members[0].key.utf8))) isn't a service definition; \(shape)")
    }
  }
}

/// As editors count: from 1, and in characters.
private func position(_ offset: Int, in content: [UInt8]) -> String {
  let before = content.prefix(offset)
  let line = before.count { $0 == .lineFeed } + 1
  let start = before.lastIndex(of: .lineFeed).map { $0 + 1 } ?? 0
  let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
  return "line \(line), column \(column)"
}
