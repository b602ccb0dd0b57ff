/// An effect to perform, on the process or for one of its services, given by its index in `Policy.services`. The
/// interpreter performs effects in order and decides nothing.
public enum Effect: Hashable, Sendable {
  case process(ProcessEffect)
  case service(ServiceEffect, of: Int)
}
