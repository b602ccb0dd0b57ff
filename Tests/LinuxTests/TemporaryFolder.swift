import Foundation

/// A new folder, removed when its owner lets go of it.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws {
    var template = [CChar]("/tmp/linuxtests.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func path(of name: String) -> [UInt8] { [UInt8]("\(path)/\(name)".utf8) }

  func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o600) throws {
    try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    chmod("\(path)/\(name)", mode)
  }
}
