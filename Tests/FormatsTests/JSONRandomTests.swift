import Foundation
import Testing

@testable import Formats

@Suite struct JSONRandomTests {
  @Test(arguments: 0..<8)
  func whatIsWrittenIsReadBack(seed: UInt64) throws {
    var random = FixedRandom(state: seed)
    for _ in 0..<200 {
      let value = random.value(depth: 4)
      #expect(try JSON(parsing: value.bytes) == value)
      #expect(try JSON(parsing: value.pretty) == value)
    }
  }

  @Test(arguments: 0..<8)
  func foundationReadsWhatWeWrite(seed: UInt64) throws {
    var random = FixedRandom(state: seed)
    for _ in 0..<200 {
      let value = random.value(depth: 4)
      for bytes in [value.bytes, value.pretty] {
        let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        #expect(same(theirs, foundation(value)), "\(value)")
      }
    }
  }

  @Test(arguments: 0..<8)
  func weReadWhatFoundationWrites(seed: UInt64) throws {
    var random = FixedRandom(state: seed)
    for _ in 0..<200 {
      let value = foundation(random.value(depth: 4))
      let theirs = try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
      #expect(same(foundation(try JSON(parsing: Array(theirs))), value), "\(value)")
    }
  }

  /// Whatever comes in, there is no trap, the offset is within the text, and what is read can be written.
  @Test(arguments: 0..<8)
  func textsAlmostRight(seed: UInt64) throws {
    var random = FixedRandom(state: seed)
    for _ in 0..<1000 {
      let bytes = random.mutated(random.value(depth: 4).bytes)
      do throws(JSON.Malformed) {
        let value = try JSON(parsing: bytes)
        let again = try JSON(parsing: value.bytes)
        #expect(again == value)
      } catch {
        #expect(0...bytes.count ~= error.offset)
      }
    }
  }

  private func foundation(_ value: JSON) -> Any {
    switch value {
    case .null: NSNull()
    case .bool(let value): value
    case .number(let lexeme): Int(lexeme) ?? Double(lexeme) ?? .nan
    case .string(let text): text
    case .array(let elements): elements.map(foundation)
    case .object(let members):
      Dictionary(uniqueKeysWithValues: members.map { ($0.key, foundation($0.value)) })
    }
  }

  private func same(_ one: Any, _ other: Any) -> Bool {
    NSArray(array: [one]).isEqual(to: [other])
  }
}

extension FixedRandom {
  fileprivate mutating func value(depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &self) {
    case 0: return .null
    case 1: return .bool(.random(using: &self))
    case 2: return .number(numbers.randomElement(using: &self) ?? "0")
    case 3: return .string(text())
    case 4: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth - 1) })
    default:
      let keys = Set((0..<Int.random(in: 0...4, using: &self)).map { _ in text() })
      return .object(keys.sorted().map { JSON.Member($0, value(depth: depth - 1)) })
    }
  }

  private mutating func text() -> String {
    let characters = [
      "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\0", "\u{1F}", "\u{7F}", "é", "✓", "🙂",
    ]
    return (0..<Int.random(in: 0...6, using: &self)).map { _ in
      characters.randomElement(using: &self) ?? ""
    }.joined()
  }
}

private let numbers = [
  "0", "-1", "42", "6379", "1.5", "-0.25", "1e3", "2.5E-2", "9007199254740991", "-9007199254740991",
]
