import Consul
import Formats

extension Recorded {
  static let registered = Recorded(
    "PUT register",
    """
    HTTP/1.1 200 OK
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:05 GMT
    Content-Length: 0
    """, is: 200, .done, reason: "200")

  static let service = Recorded(
    "GET service",
    """
    HTTP/1.1 200 OK
    Content-Type: application/json
    Vary: Accept-Encoding
    X-Consul-Contenthash: 319e464812ac90df
    Date: Mon, 23 Nov 2026 23:14:06 GMT
    Content-Length: 249
    """,
    """
    {
        "ID": "web-1",
        "Service": "web",
        "Tags": [],
        "Meta": {},
        "Port": 80,
        "Address": "",
        "Weights": {
            "Passing": 1,
            "Warning": 1
        },
        "EnableTagOverride": false,
        "ContentHash": "319e464812ac90df"
    }

    """, is: 200, .done, reason: "{")

  static let unknownService = Recorded(
    "GET service, unknown",
    """
    HTTP/1.1 404 Not Found
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:08 GMT
    Content-Length: 25
    Content-Type: text/plain; charset=utf-8
    """, "unknown service ID: web-1", is: 404, .unknown, reason: "unknown service ID: web-1")

  static let unknownCheck = Recorded(
    "PUT update, unknown check",
    """
    HTTP/1.1 500 Internal Server Error
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:10 GMT
    Content-Length: 50
    Content-Type: text/plain; charset=utf-8
    """, #"CheckID "web-1:alive" does not have associated TTL"#, is: 500, .unknown,
    reason: #"CheckID "web-1:alive" does not have associated TTL"#)

  static let unknownCheckWithACLs = Recorded(
    "PUT update, unknown check, ACLs on",
    """
    HTTP/1.1 500 Internal Server Error
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:18 GMT
    Content-Length: 20
    Content-Type: text/plain; charset=utf-8
    """, #"Unknown check "nope""#, is: 500, .unknown, reason: #"Unknown check "nope""#)

  static let unknownServiceWithACLs = Recorded(
    "PUT deregister, unknown service, ACLs on",
    """
    HTTP/1.1 500 Internal Server Error
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:19 GMT
    Content-Length: 27
    Content-Type: text/plain; charset=utf-8
    """, #"Unknown service {"nope" {}}"#, is: 500, .unknown, reason: #"Unknown service {"nope" {}}"#)

  static let denied = Recorded(
    "PUT register, no token",
    """
    HTTP/1.1 403 Forbidden
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:16 GMT
    Content-Length: 47
    Content-Type: text/plain; charset=utf-8
    """, "Permission denied: Missing service:write on web", is: 403, .denied,
    reason: "Permission denied: Missing service:write on web")

  static let tokenNotFound = Recorded(
    "PUT register, unknown token",
    """
    HTTP/1.1 403 Forbidden
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:17 GMT
    Content-Length: 13
    Content-Type: text/plain; charset=utf-8
    """, "ACL not found", is: 403, .denied, reason: "ACL not found")
}

extension Recorded {
  static let noName = Recorded(
    "PUT register, no Name",
    """
    HTTP/1.1 400 Bad Request
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:11 GMT
    Content-Length: 20
    Content-Type: text/plain; charset=utf-8
    """, "Missing service name", is: 400, .rejected, reason: "Missing service name")

  static let unknownField = Recorded(
    "PUT register, a field of newer versions",
    """
    HTTP/1.1 400 Bad Request
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:12 GMT
    Content-Length: 53
    Content-Type: text/plain; charset=utf-8
    """, #"Request decode failed: json: unknown field "Locality""#, is: 400, .rejected,
    reason: #"Request decode failed: json: unknown field "Locality""#)

  static let postNotAllowed = Recorded(
    "POST register",
    """
    HTTP/1.1 405 Method Not Allowed
    Allow: OPTIONS,PUT
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:13 GMT
    Content-Length: 23
    Content-Type: text/plain; charset=utf-8
    """, "method POST not allowed", is: 405, .rejected, reason: "method POST not allowed")

  static let cleanedPath = Recorded(
    "PUT deregister a//b",
    """
    HTTP/1.1 301 Moved Permanently
    Location: /v1/agent/service/deregister/a/b
    Date: Mon, 23 Nov 2026 23:14:14 GMT
    Content-Length: 0
    """, is: 301, .rejected, reason: "301")

  /// The only one without a length: the close ends it.
  static let noHost = Recorded(
    "GET without Host",
    """
    HTTP/1.1 400 Bad Request: missing required Host header
    Content-Type: text/plain; charset=utf-8
    Connection: close
    """, "400 Bad Request: missing required Host header", is: 400, .rejected,
    reason: "400 Bad Request: missing required Host header", closes: true)

  static let http10 = Recorded(
    "GET leader, HTTP/1.0",
    """
    HTTP/1.0 200 OK
    Content-Type: application/json
    Vary: Accept-Encoding
    Date: Mon, 23 Nov 2026 23:14:15 GMT
    Content-Length: 18
    """, "\"127.0.0.1:18502\"\n", is: 200, .done, reason: "\"127.0.0.1:18502\"", closes: true)

  /// From 2 kB on, the agent sends chunks.
  static let chunked = Recorded(
    "GET service, a long one",
    chunked: """
      HTTP/1.1 200 OK
      Content-Type: application/json
      Vary: Accept-Encoding
      X-Consul-Contenthash: 87b59783033fbec5
      Date: Mon, 23 Nov 2026 23:19:05 GMT
      Transfer-Encoding: chunked
      """,
    """
    {
        "ID": "web-1",
        "Service": "web",
        "Tags": [],
        "Meta": {
            "a": "\(long("a"))",
            "b": "\(long("b"))",
            "c": "\(long("c"))",
            "d": "\(long("d"))"
        },
        "Port": 0,
        "Address": "",
        "Weights": {
            "Passing": 1,
            "Warning": 1
        },
        "EnableTagOverride": false,
        "ContentHash": "87b59783033fbec5"
    }

    """, size: "940", reason: "{")

  /// Update, deregister and ask again, down one connection: the agent's three answers.
  static let pipelined = Recorded(
    "three requests at once", pipelined: [.registered, .registered, .unknownService])

  private static func long(_ letter: Character) -> String { String(repeating: letter, count: 512) }

  static let all = [
    registered, service, unknownService, unknownCheck, unknownCheckWithACLs, unknownServiceWithACLs, denied,
    tokenNotFound, noName, unknownField, postNotAllowed, cleanedPath, noHost, http10, chunked, pipelined,
  ]
}
