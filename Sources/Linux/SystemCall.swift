internal import CLinux

/// The one gate of every call that reports by -1 and errno: copies errno before anything can change it, and calls
/// again when a signal interrupted the call.
@discardableResult
func checked<Result: SignedInteger>(_ call: String, _ body: () -> Result) throws(SystemCallError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let number = cl_errno()
    if number != EINTR { throw SystemCallError(call, errno: number) }
  }
}

/// The bytes with a zero behind them, as calls take a path.
func terminated(_ bytes: [UInt8]) -> [CChar] { (bytes + [0]).map { CChar(bitPattern: $0) } }

/// The gate of calls that return the error's number.
func checkedNumber(_ call: String, _ number: Int32) throws(SystemCallError) {
  if number != 0 { throw SystemCallError(call, errno: number) }
}
