internal import Linux

/// The signal mask and working directory for a probe's command: the same as the process's.
struct ProbeEnvironment {
  let mask: SignalMask
  let folder: [UInt8]
}
