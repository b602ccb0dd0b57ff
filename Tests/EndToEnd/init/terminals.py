"""Terminals, a pty each: what is typed on them, and what they show."""

import fcntl
import os
import select
import struct
import termios
import threading

from ..waiting import eventually


class Terminal:
    """`slave` is the terminal to start programs on."""

    def __init__(self):
        self.master, self.slave = os.openpty()
        os.set_inheritable(self.master, False)
        self.shown = b""
        self._closing, self._close = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        """Never waits in a read, which would keep the terminal from going away."""
        while self._closing not in select.select([self.master, self._closing], [], [])[0]:
            try:
                self.shown += os.read(self.master, 4096)
            except OSError:
                return

    def control(self):
        """To be called in a session leader that has the slave as standard input: makes it its terminal."""
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def type(self, text):
        os.write(self.master, text)

    def shows(self, text, times=1, within=5.0):
        """Waits for it to be shown so many times since the terminal is there."""
        eventually(lambda: self.shown.count(text) >= times, within, f"{times} × {text} on {self.shown}")

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def foreground(self):
        """The process group that it belongs to, as seen from here."""
        return os.tcgetpgrp(self.master)

    def hang_up(self):
        """Closes it: everybody on it loses it."""
        if self._close is None:
            return
        os.write(self._close, b"x")
        self._reader.join()
        for descriptor in (self.slave, self.master, self._close, self._closing):
            os.close(descriptor)
        self._close = None
