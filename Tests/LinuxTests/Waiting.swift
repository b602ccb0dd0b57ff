import Glibc

/// Whether a descriptor becomes as asked within the time, in milliseconds; poll(2).
func becomes(_ events: Int32, _ number: Int32, within bound: Int32 = 10_000) -> Bool {
  var state = pollfd(fd: number, events: Int16(events), revents: 0)
  return poll(&state, 1, bound) == 1
}

/// Whether it is as asked already.
func isNow(_ events: Int32, _ number: Int32) -> Bool { becomes(events, number, within: 0) }
