import Options
import WrapperCore

@testable import Consul
@testable import Formats
@testable import servicewrapper

/// An agent's bytes: the pieces in which they arrive make no difference, limits hold, and what is said of them
/// is one line.
func takeResponses(_ bytes: [UInt8]) {
  for limits in [ResponseParser.Limits.standard, .init(header: 200, body: 40)] {
    let whole = Connection([bytes[...]], limits)
    promise(Connection(pieces(of: bytes), limits) == whole, "the pieces make a difference")
    promise(whole.responses.allSatisfy { $0.body.count <= limits.body }, "longer than the limit")
    for response in whole.responses { takeResponse(response) }
    guard let first = whole.responses.first else { continue }
    promise(earlyStatus(bytes) == first.status, "the status that is known early differs")
  }
}

/// Cut after as many bytes as the bytes themselves say.
private func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
  var (pieces, start): ([ArraySlice<UInt8>], Int) = ([], 0)
  while start < bytes.count {
    let end = min(start + Int(bytes[bytes.count - 1 - pieces.count] % 32), bytes.count)
    pieces.append(bytes[start..<max(start + 1, end)])
    start = max(start + 1, end)
  }
  return pieces
}

/// All that comes of a connection up to its end.
private struct Connection: Equatable {
  var responses: [Response] = []
  var malformed: ResponseParser.Malformed?

  init(_ pieces: [ArraySlice<UInt8>], _ limits: ResponseParser.Limits) {
    var parser = ResponseParser(limits: limits)
    do throws(ResponseParser.Malformed) {
      for piece in pieces { responses += try parser.receive(piece) }
      if let last = try parser.end() { responses.append(last) }
    } catch {
      malformed = error
      promise(parser.malformed == error, "the error is forgotten")
      promise((try? parser.receive([0x48])) == nil && (try? parser.end()) == nil, "broken, and goes on")
    }
  }
}

/// The first status that the parser names, before the response is complete.
private func earlyStatus(_ bytes: [UInt8]) -> Int? {
  var parser = ResponseParser()
  for byte in bytes {
    guard (try? parser.receive([byte])) != nil else { return nil }
    if let status = parser.status { return status }
  }
  return nil
}

private let requestBuilder: ConsulRequestBuilder = {
  guard let service = try? services(["--name=web", "--port=80"]).first else { fatalError("no service") }
  return ConsulRequestBuilder(
    service: service, hostname: "host", identity: Identity(containerID: "4f2a", bootID: "b"))
}()

private func takeResponse(_ response: Response) {
  promise(100...999 ~= response.status, "status \(response.status)")
  promiseOneShortLine(response.reason)
  switch requestBuilder.answer(response, address: nil) {
  case .foreign(let words): promiseOneShortLine(words)
  case .failed(.denied(let reason)), .failed(.rejected(let reason)), .failed(.busy(let reason)),
    .failed(.failing(let reason)):
    promiseOneShortLine(reason, limit: 205)
  case .failed(let failure): promise(false, "no failure of the connection: \(failure)")
  case .done, .different, .unknown: break
  }
}
