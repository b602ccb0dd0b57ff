import Foundation

/// The numbers of our open descriptors; proc(5).
func openDescriptors() throws -> Set<Int32> {
  let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
  // The listing's own descriptor is among them and closed by now.
  return Set(names.compactMap { Int32($0) }.filter { fcntl($0, F_GETFD) != -1 })
}

/// What they lead to: a path, or a kind with its number.
func descriptorTargets() throws -> Set<String> {
  Set(
    try openDescriptors().compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    })
}
