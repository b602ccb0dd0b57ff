internal import CLinux

/// Exits at once, without exit handlers; _exit(2).
public func exitNow(_ status: Int32) -> Never { _exit(status) }
