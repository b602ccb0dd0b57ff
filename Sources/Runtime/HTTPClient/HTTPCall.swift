public import Formats
public import Linux
public import Options

/// One request to an HTTP server on its own connection, and the response as it arrives.
public struct HTTPCall: ~Copyable {
  /// What a call reports; every event but `part` ends it.
  public enum Event {
    /// A part of the body of a response with this status; more follows.
    case part([UInt8], status: Int)
    /// The end of the response; its body is what wasn't reported in parts.
    case answered(Response)
    /// Why there is no response, or no more of it; for the log.
    case lost(String)
    /// The same without a connection.
    case unreachable(String)
  }

  /// How the response's body is reported.
  public typealias Body = HTTPClient.Body

  private var client: HTTPClient
  private var request: [UInt8] = []

  /// - Parameter id: the lower half of the call's tags at the poller.
  public init(to server: ServerAddress, from ports: SourcePorts, id: UInt32) {
    client = HTTPClient(to: server, from: ports, id: id)
  }

  /// Whether the poller's tag belongs to this call.
  public func owns(_ tag: UInt64) -> Bool { client.owns(tag) }

  /// Connects and sends; a pending call is dropped. Returns events that are known at once.
  public mutating func start(_ request: [UInt8], _ body: Body, _ poller: borrowing Poller) -> [Event] {
    client.drop()
    self.request = request
    return convert(client.send(1, reading: body, poller), poller)
  }

  /// Closes the connection and discards the request and its response. No event follows.
  public mutating func drop() { client.drop() }

  /// Called when the poller returns a tag of this call.
  public mutating func proceed(_ tag: UInt64, _ poller: borrowing Poller) -> [Event] {
    convert(client.proceed(tag, poller), poller)
  }

  private mutating func convert(_ events: [HTTPClient.Event], _ poller: borrowing Poller) -> [Event] {
    var converted: [Event] = []
    for event in events {
      switch event {
      case .ready: converted += convert(client.write(request, poller), poller)
      case .part(let bytes, let status): converted.append(.part(bytes, status: status))
      case .answered(let response): converted.append(.answered(response))
      case .failed(let failure) where failure.isUnreachable: converted.append(.unreachable(failure.text))
      case .failed(let failure): converted.append(.lost(failure.text))
      }
    }
    return converted
  }
}
