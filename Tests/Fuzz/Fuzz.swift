import CLinux

/// What libFuzzer gives us goes to the target that FUZZ_TARGET names: one program for all of them.
private let target: Target = {
  let name = unsafe getenv("FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = Target(rawValue: name) else {
    fatalError("FUZZ_TARGET: \(Target.allCases.map(\.rawValue))")
  }
  return target
}()

enum Target: String, CaseIterable {
  case responses, json
  case serviceFiles = "service-files"
  case options, mountinfo, engine, machine

  func take(_ bytes: [UInt8]) {
    switch self {
    case .responses: takeResponses(bytes)
    case .json: takeJSON(bytes)
    case .serviceFiles: takeServiceFile(bytes)
    case .options: takeOptions(bytes)
    case .mountinfo: takeMountinfo(bytes)
    case .engine: takeEngine(bytes)
    case .machine: takeEvents(bytes)
    }
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  unsafe target.take([UInt8](UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// A promise, whatever the input is. What doesn't hold is a crash to libFuzzer, which then keeps the input.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) {
  if !holds { fatalError("broken: " + words()) }
}

/// Shown as it is: one line, bounded, nothing that moves the cursor.
func promiseOneShortLine(_ text: String, limit: Int = 200) {
  promise(!text.isEmpty && text.utf8.count <= limit, "\(text.utf8.count) bytes: \(text)")
  for scalar in text.unicodeScalars {
    let isControl = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
    promise(!isControl && !(0x2028...0x202E ~= scalar.value), "steers a terminal: \(text.debugDescription)")
  }
}
