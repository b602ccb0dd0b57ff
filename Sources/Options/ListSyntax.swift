/// Splits at commas; `\,` is a comma in an item. Spaces around an item and empty items are dropped, so that
/// `a, b` and `a,$UNSET` mean what they look like.
func splitList(_ list: [UInt8]) -> [[UInt8]] {
  var items: [[UInt8]] = []
  var item: [UInt8] = []
  var index = 0
  while index < list.count {
    let isEscaped = list[index...].starts(with: "\\,".utf8)
    if list[index] == UInt8(ascii: ",") {
      items.append(item)
      item = []
    } else {
      item.append(list[index + (isEscaped ? 1 : 0)])
    }
    index += isEscaped ? 2 : 1
  }
  items.append(item)
  return items.map(trimmed).filter { !$0.isEmpty }
}

private func trimmed(_ item: [UInt8]) -> [UInt8] {
  let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") }
  return Array(item.reversed().drop(while: isSpace).reversed().drop(while: isSpace))
}
