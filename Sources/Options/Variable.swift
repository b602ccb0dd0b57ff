/// The environment variable that stands in for an option.
enum Variable {
  /// `SERVICE_X`, which `SERVICE_<port>_X` beats.
  case service(String)
  case other(String)

  var name: String {
    switch self {
    case .service(let suffix): "SERVICE_" + suffix
    case .other(let name): name
    }
  }
}
