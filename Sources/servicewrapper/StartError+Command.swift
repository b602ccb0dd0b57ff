internal import Formats
internal import Linux
internal import Options
internal import Runtime

extension StartError {
  static let notExecutable: Int32 = 126
  static let notFound: Int32 = 127

  /// The program couldn't be executed.
  init(command: [UInt8], _ error: SystemCallError) {
    let isThere = error.errno == Errno.noEntry && Program.path(of: command) != nil
    let why = isThere ? "; it is there, so its interpreter or loader isn't" : ""
    let name = command.isEmpty ? "the command, an empty word" : escaped(command, limit: 200)
    self.init("\(name): \(error.reason)\(why)", status: StartError.status(of: error))
  }

  private static func status(of error: SystemCallError) -> Int32 {
    switch error.errno {
    case Errno.noEntry: notFound
    // No process could be made to execute it in.
    case Errno.again, Errno.noMemory: ownFailure
    default: notExecutable
    }
  }
}
