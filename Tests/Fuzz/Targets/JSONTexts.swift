import Formats

/// What is read can be written and read again, and is the same; what isn't read is wrong at a place in the text.
func takeJSON(_ bytes: [UInt8]) {
  do throws(JSON.Malformed) {
    let value = try JSON(parsing: bytes)
    for written in [value.bytes, value.pretty] {
      promise((try? JSON(parsing: written)) == value, "written and read it is another")
    }
    promise(value.bytes.allSatisfy { $0 >= 0x20 }, "a control character is written")
  } catch {
    promise(0...bytes.count ~= error.offset, "wrong at \(error.offset) of \(bytes.count)")
  }
}
