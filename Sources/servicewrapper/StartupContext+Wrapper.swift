internal import Consul
internal import Formats
internal import Linux
public import Options
public import Runtime

extension StartupContext {
  /// The service file, of at most a mebibyte: enough for thousands of services.
  ///
  /// Throws if it can't be read or is larger.
  public func read(_ path: [UInt8]) throws(UnreadableFile) -> [UInt8] {
    let limit = 1 << 20
    let content: [UInt8]
    do throws(SystemCallError) {
      content = try File.read(path: path, limit: limit + 1)
    } catch { throw UnreadableFile(reason: error.reason) }
    if content.count > limit { throw UnreadableFile(reason: "more than 1 MiB") }
    return content
  }

  /// `--dry-run`: prints the registration of each service and exits.
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

  /// Starts the process, supervises it and exits with its status.
  public func supervise(_ options: Options) -> Never {
    do throws(StartError) {
      var loop = try WrapperLoop(options, mask: mask, hostname: hostname)
      // The point of no return: a process runs, so from here on nothing fails, and nothing ends us but its end.
      exitNow(loop.run())
    } catch {
      end(error, log: options.log)
    }
  }
}
