internal import CLinux

/// The arguments, environment, host name and working directory of this process.
public enum ProcessEnvironment {
  /// The command line, with our own name first.
  ///
  /// Read off the stack, where the kernel put their count and addresses right below the environment (System V ABI,
  /// figure 3.9): Embedded Swift has no CommandLine, and /proc may not be mounted.
  public static var arguments: [[UInt8]] {
    guard let environment = unsafe cl_environ() else { return [] }
    let stack = unsafe UnsafeMutableRawPointer(environment).assumingMemoryBound(to: Int.self)
    var count = 0
    while unsafe stack[-2 - count] != count { count += 1 }
    return (0..<count).map { unsafe text(UnsafePointer(bitPattern: stack[$0 - count - 1])) }
  }

  /// `KEY=VALUE` each.
  public static var environment: [[UInt8]] {
    guard let entries = unsafe cl_environ() else { return [] }
    var result: [[UInt8]] = []
    while let entry = unsafe entries[result.count] { unsafe result.append(text(UnsafePointer(entry))) }
    return result
  }

  /// gethostname(2).
  public static var hostname: String {
    var buffer = [UInt8](repeating: 0, count: 256)
    _ = unsafe buffer.withUnsafeMutableBytes {
      unsafe gethostname($0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count - 1)
    }
    return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// getcwd(3); nil where it was removed or can't be seen.
  public static var workingDirectory: [UInt8]? {
    guard let folder = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(folder) }
    return unsafe text(UnsafePointer(folder))
  }

  /// The same file from every working directory. As it is where there is none.
  public static func absolute(_ path: [UInt8]) -> [UInt8] {
    guard path.first != UInt8(ascii: "/"), let workingDirectory else { return path }
    return workingDirectory + [UInt8(ascii: "/")] + path
  }

  /// Leaves the working directory, so that its file system can be unmounted; chdir(2).
  public static func leaveWorkingDirectory() { _ = unsafe chdir("/") }

  /// Releases memory that only the start needed: free heap memory, malloc_trim(3), and pages of our code, which stay
  /// in the page cache and come back when they are executed again, madvise(2).
  public static func releaseStartupMemory() {
    _ = malloc_trim(0)
    guard let start = unsafe cl_code_start(), let end = unsafe cl_code_end() else { return }
    // The page with the end has data as well.
    let pageSize = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let length = UInt(bitPattern: end) / pageSize * pageSize - UInt(bitPattern: start)
    _ = unsafe madvise(start, Int(length), MADV_DONTNEED)
  }

  private static func text(_ start: UnsafePointer<CChar>?) -> [UInt8] {
    guard let start = unsafe start else { return [] }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: strlen(start)))
  }
}
