import Consul
import Engine
import Formats
import Options

@testable import servicewatcher

/// What a container engine says: its stream of events, a list, a version, or what it knows of one container.
func takeEngine(_ bytes: [UInt8]) {
  promise(lines(bytes, inPiecesOf: 1) == lines(bytes, inPiecesOf: 4096), "a line depends on its pieces")
  promise(
    elements(bytes, inPiecesOf: 1) == elements(bytes, inPiecesOf: 4096), "an element depends on its pieces")
  for line in lines(bytes, inPiecesOf: 4096) {
    if let event = ContainerEvent(line: line) { promise(!event.container.isEmpty, "of no container") }
  }
  for element in elements(bytes, inPiecesOf: 4096) { _ = runningContainer(listed: element) }
  takeHandshake(bytes)
  if let container = Container(inspected: bytes) { take(container) }
}

/// Whatever an engine says of its version and of itself, the handshake ends.
private func takeHandshake(_ bytes: [UInt8]) {
  var handshake = EngineHandshake()
  var step = handshake.first
  for _ in 0..<8 {
    switch step {
    case .ask, .subscribe: step = handshake.receive(200, "200", bytes)
    case .ready: return promise(["docker", "podman"].contains(handshake.kind), handshake.kind)
    case .failed(let reason): return promiseOneShortLine(reason, limit: 100)
    }
  }
  promise(false, "the handshake has no end")
}

/// What is registered for it is a definition that Consul can take, with our marks and no one else's.
private func take(_ container: Container) {
  var inside = PublishOptions()
  inside.isInternal = true
  for publish in [PublishOptions(), inside] {
    let builder = DefinitionBuilder(options: publish, hostname: "host")
    let (definitions, wrong) = builder.definitions(
      of: container, engine: Identity(bootID: "boot", engine: "docker", engineID: "id"))
    // The container's name and the port stand before and behind the words.
    for complaint in wrong { promiseOneShortLine(complaint, limit: 600) }
    for definition in definitions {
      promise((try? JSON(parsing: definition.json.bytes)) == definition.json, "no JSON")
      promise(definition.meta.count <= 64, "\(definition.meta.count) keys")
      promise(
        definition.meta.filter { $0.key == "managed-by" }.map(\.value) == ["servicewatcher"], "another's")
      promise(definition.meta.filter { $0.key == "boot-id" }.map(\.value) == ["boot"], "of another boot")
      promise(
        definition.meta.filter { $0.key == "container-id" }.map(\.value) == [container.id],
        "another container's")
    }
  }
}

private func lines(_ bytes: [UInt8], inPiecesOf size: Int) -> [[UInt8]] {
  var splitter = LineSplitter()
  return pieces(bytes, size).flatMap { splitter.receive($0) }
}

private func elements(_ bytes: [UInt8], inPiecesOf size: Int) -> [[UInt8]] {
  var splitter = ElementSplitter()
  return pieces(bytes, size).flatMap { splitter.receive($0) }
}

private func pieces(_ bytes: [UInt8], _ size: Int) -> [ArraySlice<UInt8>] {
  stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
}
