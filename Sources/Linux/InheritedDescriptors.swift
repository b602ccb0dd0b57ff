internal import CLinux

/// Inherited descriptors beyond the standard streams.
public enum InheritedDescriptors {
  /// Closes all but these; close_range(2), since Linux 5.9. An older kernel keeps them open until we end.
  public static func close(except kept: [Int32]) {
    var first: UInt32 = 3
    for number in kept.sorted() {
      let number = UInt32(number)
      if number > first { _ = close_range(first, number - 1, 0) }
      first = number + 1
    }
    _ = close_range(first, UInt32.max, 0)
  }
}
