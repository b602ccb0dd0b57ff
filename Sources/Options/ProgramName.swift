/// The program that a command line belongs to.
enum ProgramName: String, CaseIterable {
  case wrapper = "servicewrapper"
  case watcher = "servicewatcher"

  var flags: [Flag] {
    let watchers: [Flag] = [.engine, .cleanupOnly, .internalPorts, .explicit, .ip, .tags, .deregisterOnExit]
    let common: [Flag] = [.consulAddr, .tokenFile, .logLevel, .logFormat, .help, .version]
    return switch self {
    case .wrapper: Flag.allCases.filter { !watchers.contains($0) }
    case .watcher: watchers + common
    }
  }

  /// The watcher's name of a variable that both programs have.
  func variable(_ name: String) -> String {
    let prefix = "SERVICEWRAPPER_"
    guard self == .watcher, name.utf8.starts(with: prefix.utf8) else { return name }
    return "SERVICEWATCHER_" + String(decoding: name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
  }
}
