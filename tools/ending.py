"""How a tool ends: by a signal too, it ends what it started."""

import signal
import sys


def run(main):
    """Runs it; a signal becomes an exit, so that every `finally` is reached."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
