internal import Consul
internal import JSON
internal import Linux
public import Options

/// Whoever started us: what it gave us, and how we report back before there is a process to report on.
public struct Caller: Sendable {
  private let mask: SignalMask
  /// Without our own name.
  public let arguments: [[UInt8]]
  /// `KEY=VALUE` each.
  public let environment: [[UInt8]]
  public let hostname: String

  public static func blockingEverySignal() -> Caller { Caller(mask: SignalMask.blockAll()) }

  private init(mask: SignalMask) {
    self.mask = mask
    arguments = [[UInt8]](Surroundings.arguments.dropFirst())
    environment = Surroundings.environment
    hostname = Surroundings.hostname
  }

  /// Prints on standard output and ends with 0.
  public func finish(printing text: String) -> Never {
    do throws(SystemCallError) {
      try StandardOutput.write([UInt8](text.utf8))
      exitNow(0)
    } catch {
      refuse("standard output: \(error.reason)")
    }
  }

  /// The service file, of at most a mebibyte: enough for thousands of services.
  public func read(_ path: [UInt8]) throws(Unreadable) -> [UInt8] {
    let limit = 1 << 20
    let content: [UInt8]
    do throws(SystemCallError) {
      content = try File.read(path: path, limit: limit + 1)
    } catch { throw Unreadable(reason: error.reason) }
    if content.count > limit { throw Unreadable(reason: "more than 1 MiB") }
    return content
  }

  /// What would be registered, a body for Consul for each service, and nothing else done.
  public func showRegistration(_ options: Options) -> Never {
    if options.services.isEmpty { refuse("--dry-run: nothing would be registered") }
    var texts = ""
    for service in options.services {
      let address = try? service.address.registered(connection: nil)
      let definition = Definition(service, address: address ?? nil, isReady: true, identity: .own)
      texts += String(decoding: definition.json.pretty, as: UTF8.self) + "\n"
    }
    finish(printing: texts)
  }

  /// Starts the process and stays with it until it ends.
  public func supervise(_ options: Options) -> Never {
    do throws(StartError) {
      var supervisor = try Supervisor.start(options, mask: mask, hostname: hostname)
      // The point of no return: a process runs, so from here on nothing fails, and nothing ends us but its end.
      exitNow(supervisor.run())
    } catch {
      end(error, format: options.log.format)
    }
  }

  /// One line, and the status that says that it was us: nothing was started.
  public func refuse(_ message: String) -> Never { end(StartError(message)) }

  private func end(_ error: StartError, format: LogOptions.Format = .text) -> Never {
    _ = StandardError.write(Journal.line(.error, error.message, in: format))
    exitNow(error.status)
  }
}

/// Why there is no process to supervise.
struct StartError: Error {
  /// As env(1), nohup(1) and timeout(1) have them.
  static let ownFailure: Int32 = 125
  static let notExecutable: Int32 = 126
  static let notFound: Int32 = 127

  let message: String
  let status: Int32

  /// Something that we need and couldn't have.
  init(_ error: SystemCallError) {
    message = "\(error.call): \(error.reason)"
    status = StartError.ownFailure
  }

  init(_ message: String) {
    self.message = message
    status = StartError.ownFailure
  }

  /// The program couldn't be executed.
  init(command: [UInt8], _ error: SystemCallError) {
    let isThere = error.errno == Errno.noEntry && Program.path(of: command) != nil
    let why = isThere ? "; it is there, so its interpreter or loader isn't" : ""
    let name = command.isEmpty ? "the command, an empty word" : escaped(command, limit: 200)
    message = "\(name): \(error.reason)\(why)"
    status = StartError.status(of: error)
  }

  private static func status(of error: SystemCallError) -> Int32 {
    switch error.errno {
    case Errno.noEntry: notFound
    // No process could be had to execute it in.
    case Errno.again, Errno.noMemory: ownFailure
    default: notExecutable
    }
  }
}
