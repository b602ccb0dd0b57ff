internal import Formats

/// The start of a connection to an engine: the API version, the engine's identity, and the subscription to
/// its events. It is repeated for each connection, because an engine may have been upgraded or replaced.
///
/// Docker 29.0 answers 400 to every version below 1.44, and Docker 20.10 to every version above 1.41. A proxy
/// before the engine may allow only paths with a version, or only paths without.
public struct EngineHandshake: Hashable, Sendable {
  /// What the caller has to do next.
  public enum Step: Hashable, Sendable {
    /// Send a request with one response.
    case ask(EngineAPIRequest)
    /// Request the event stream.
    case subscribe(EngineAPIRequest)
    /// The handshake is complete.
    case ready
    /// The handshake failed; with the reason for the log.
    case failed(String)
  }

  /// The oldest version with everything that we use.
  static let oldest = APIVersion(1, 41)

  /// The version in request paths; nil: none, which means the engine's newest.
  public private(set) var version: APIVersion?
  /// `docker` or `podman`, as in a wrapper's Meta.
  public private(set) var kind = ""
  /// The versions with which `/version` is still to be tried.
  private var left: [APIVersion?] = [APIVersion(1, 44), oldest]
  private var request = EngineAPIRequest.version
  /// Whether the engine answered a path without a version.
  private var knowsPlainPaths = false

  /// A handshake of which nothing has been sent.
  public init() {}

  /// The first step: the request for the engine's version.
  public var first: Step { .ask(request) }

  /// - Parameters:
  ///   - status: of the answer to the last step.
  ///   - reason: what the log is to say of it.
  ///   - body: empty for the stream of events.
  public mutating func receive(_ status: Int, _ reason: String, _ body: [UInt8] = []) -> Step {
    // The engine refused the version, or a proxy the path.
    let isDenied = [400, 403, 404].contains(status)
    return switch request {
    case .version where status == 200: choose(body)
    case .version where isDenied && !left.isEmpty: askAgain()
    case .events where status == 200: .ready
    case .events where isDenied && knowsPlainPaths && version != nil: subscribe(nil)
    case .version, .info, .events, .list, .inspect: .failed(reason)
    }
  }

  private mutating func askAgain() -> Step {
    version = left.removeFirst()
    return .ask(.version)
  }

  /// Takes the lowest common version, which changes least with the engine.
  private mutating func choose(_ body: [UInt8]) -> Step {
    guard let json = try? JSON(parsing: body) else { return .failed("its version can't be read") }
    kind = engineKind(version: json)
    let requested = version ?? EngineHandshake.oldest
    let newest = json["ApiVersion"]?.string.flatMap { APIVersion($0) } ?? requested
    let lowest = json["MinAPIVersion"]?.string.flatMap { APIVersion($0) } ?? EngineHandshake.oldest
    let chosen = max(lowest, EngineHandshake.oldest)
    guard chosen <= newest else {
      return .failed("its API \(newest.text) is too old; \(EngineHandshake.oldest.text) or later is needed")
    }
    knowsPlainPaths = version == nil
    return subscribe(chosen)
  }

  private mutating func subscribe(_ version: APIVersion?) -> Step {
    (self.version, request) = (version, .events)
    return .subscribe(.events)
  }
}

/// The kind of engine in the response to `EngineAPIRequest.version`: `docker` or `podman`.
func engineKind(version: JSON) -> String {
  let components = version["Components"]?.elements ?? []
  return components.contains { $0["Name"] == .string("Podman Engine") } ? "podman" : "docker"
}

/// An engine's ID among others of its kind on one kernel, from the response to `EngineAPIRequest.info`: its
/// ID and the path of its storage. Docker 20.10 keeps its ID in /etc/docker, which several may share. Podman
/// makes one up for each response (seen with 4.3), so only the path counts. At most 512 bytes, as the value
/// of a Meta key.
public func engineID(info bytes: [UInt8], kind: String) -> String? {
  let json = try? JSON(parsing: bytes)
  let id = isSame(kind, "podman") ? nil : json?["ID"]
  let parts = [id, json?["DockerRootDir"]].compactMap { $0?.string }
  let both = parts.filter { !$0.utf8.isEmpty }.joined(separator: " ")
  return both.utf8.isEmpty || both.utf8.count > 512 ? nil : both
}
