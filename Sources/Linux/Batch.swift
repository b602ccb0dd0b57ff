/// The results of one system call, at most 16, without heap memory: there may be a call for each of thousands of
/// orphans.
public struct Batch<Element>: Sequence, IteratorProtocol {
  static var capacity: Int { 16 }

  private var elements: InlineArray<16, Element>
  private var count = 0
  private var taken = 0

  init(filler: Element) { elements = InlineArray(repeating: filler) }

  mutating func append(_ element: Element) {
    elements[count] = element
    count += 1
  }

  /// The next result; nil after the last.
  public mutating func next() -> Element? {
    guard taken < count else { return nil }
    defer { taken += 1 }
    return elements[taken]
  }
}
