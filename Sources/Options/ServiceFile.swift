internal import Formats

/// Gives a file's content.
public typealias FileReader = (_ path: [UInt8]) throws(UnreadableFile) -> [UInt8]

/// Service definitions as Consul's own configuration files have them, in JSON.
struct ServiceFile {
  private static let shape = "give {\"service\": {…}} or {\"services\": [{…}]}"

  private(set) var services: [ServiceFileEntry] = []
  private(set) var warnings: [String] = []

  /// - Parameter setting: names the file.
  init(_ setting: Setting, content: [UInt8]) throws(UsageError) {
    let path = JSONPath(text: setting.source)
    let found = try ServiceFile.objects(in: try ServiceFile.document(content, setting), setting)
    for (key, members) in found {
      var naming = FieldNaming()
      let service = JSONPath(text: "\(path.text): \(key)")
      let named = try naming.members(members, at: service)
      services.append(try ServiceFileEntry(named, at: service, isOwn: found.count > 1))
      if naming.hasToken { note("\(service.text): its token isn't used; give --token-file", in: &warnings) }
    }
  }

  private static func document(_ content: [UInt8], _ setting: Setting) throws(UsageError) -> JSON {
    if content.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw setting.wrong("begins with a byte order mark; save it as UTF-8 without one")
    }
    if content.allSatisfy({ $0 <= UInt8(ascii: " ") }) { throw setting.wrong("nothing is in it; \(shape)") }
    do throws(JSON.Malformed) {
      return try JSON(parsing: content)
    } catch {
      throw setting.wrong("\(position(error.offset, in: content)): \(error.reason.rawValue)")
    }
  }

  private typealias Objects = [(key: String, members: [JSON.Member])]

  private static func objects(in document: JSON, _ setting: Setting) throws(UsageError) -> Objects {
    guard case .object(let members) = document, members.count == 1 else {
      throw setting.wrong("not one service or one list of them; \(shape)")
    }
    switch members[0].value {
    case .object(let service) where members[0].isNamed("service"): return [("service", service)]
    case .array(let elements) where members[0].isNamed("services"):
      if elements.isEmpty { throw setting.wrong("no service is in its list; \(shape)") }
      if elements.count > Settings.mostServices { throw setting.tooMany(elements.count, "services") }
      var found: Objects = []
      for (index, element) in elements.enumerated() {
        guard case .object(let service) = element else {
          throw setting.wrong("services[\(index)] isn't an object; \(shape)")
        }
        found.append(("services[\(index)]", service))
      }
      return found
    default:
      throw setting.wrong("\(quoted(Array(members[0].key.utf8))) isn't a service definition; \(shape)")
    }
  }
}

/// As editors count: from 1, and in characters.
private func position(_ offset: Int, in content: [UInt8]) -> String {
  let before = content.prefix(offset)
  let line = before.count { $0 == UInt8(ascii: "\n") } + 1
  let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
  let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
  return "line \(line), column \(column)"
}

extension Settings {
  /// The parsed service file, if one is given.
  func serviceFile(_ read: FileReader) throws(UsageError) -> ServiceFile? {
    guard let setting = self[.serviceFile] else { return nil }
    let content: [UInt8]
    do throws(UnreadableFile) {
      content = try read(setting.value)
    } catch {
      throw setting.wrong("\(error.reason); give the path of a file that we may read")
    }
    return try ServiceFile(setting, content: content)
  }
}
