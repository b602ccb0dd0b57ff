extension Flag {
  /// The option that an unknown one was probably meant to be: it begins with all of `word`, or differs in at
  /// most two letters, one if it is short.
  static func nearest(to word: [UInt8], of program: ProgramName) -> Flag? {
    guard 4..<40 ~= word.count else { return nil }
    if let flag = program.flags.first(where: { $0.name.utf8.starts(with: word) }) { return flag }
    let distances = program.flags.map { (flag: $0, distance: editDistance(Array($0.name.utf8), word)) }
    guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return nearest.distance < (word.count < 7 ? 2 : 3) ? nearest.flag : nil
  }
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour to make `a` of `b`
/// (optimal string alignment).
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var before: [Int] = []
  var above = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var least = min(row[j] + 1, above[j + 1] + 1, above[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
      row.append(least)
    }
    (before, above) = (above, row)
  }
  return above[b.count]
}
