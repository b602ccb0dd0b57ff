/// An event, of the process or of one of its services, given by its index in `Policy.services`.
public enum Event: Hashable, Sendable {
  case process(ProcessEvent)
  case service(ServiceEvent, of: Int)
}
