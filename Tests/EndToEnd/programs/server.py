"""A server to be supervised. It records what happens to it, one line of JSON each with the time
(CLOCK_MONOTONIC, nanoseconds), so that a test can tell what came first and how long it took.

USR1 makes it open its port, USR2 close it. TERM, INT and QUIT end it unless --ignore says otherwise.
"""

import argparse
import json
import os
import select
import signal
import socket
import sys
import time

# Whatever goes wrong in a test, the server doesn't outlive it by much.
LIFETIME = 120  # seconds, unless --lifetime says otherwise


class Server:
    def __init__(self, arguments):
        self.arguments = arguments
        self.listener = None
        self.is_open = not arguments.late
        self.ends_with = None
        # A signal ends the waiting in `accept` at once: its number is written to this.
        self.woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(waker)
        self.record_to = os.open(arguments.record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def record(self, event, at=None, **more):
        line = {"event": event, "at": at or time.monotonic_ns(), "pid": os.getpid(), **more}
        os.write(self.record_to, json.dumps(line).encode() + b"\n")

    def run(self):
        for number in signal.valid_signals() - {
            signal.SIGKILL,
            signal.SIGSTOP,
            signal.SIGALRM,
            signal.SIGCHLD,
        }:
            signal.signal(number, self.handle)
        signal.alarm(self.arguments.lifetime)
        self.record("started", argv=sys.argv, environment=dict(os.environ))
        self.open_or_close()
        if self.arguments.exit is not None:
            self.wait_to_be_registered()
            self.end(self.arguments.exit)
        while self.ends_with is None:
            self.accept()
            self.open_or_close()
        self.end(self.ends_with)

    def open_or_close(self):
        if not self.arguments.port or self.is_open == bool(self.listener):
            return
        if self.is_open:
            self.open()
        else:
            self.listener.close()
            self.listener = None
            self.record("closed")

    def open(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.arguments.host, self.arguments.port))
        opened = time.monotonic_ns()
        listener.listen(64)
        self.listener = listener
        self.record("accepting", at=opened)

    def accept(self):
        watched = [self.woken, self.listener] if self.listener else [self.woken]
        ready, _, _ = select.select(watched, [], [], 0.05)
        if self.woken in ready:
            os.read(self.woken, 64)
        if self.listener in ready:
            self.listener.accept()[0].close()

    def handle(self, number, _):
        at, name = time.monotonic_ns(), signal.Signals(number).name[3:] if number < 32 else str(number)
        is_stop = name in ("TERM", "INT", "QUIT")
        consul = self.ask_consul() if is_stop and self.arguments.ask else None
        self.record("signal", at=at, signal=name, consul=consul)
        if name == "USR1":
            self.is_open = True
        elif name == "USR2":
            self.is_open = False
        elif is_stop and name not in self.arguments.ignore:
            self.ends_with = self.arguments.status

    def wait_to_be_registered(self):
        deadline = time.monotonic() + 10
        while self.ask_consul() != 200 and time.monotonic() < deadline:
            self.accept()

    def ask_consul(self):
        """The status of the agent's answer about us: 200 or 404."""
        address, path = self.arguments.ask.split("/", 1)
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(f"GET /{path} HTTP/1.1\r\nHost: consul\r\nConnection: close\r\n\r\n".encode())
            return int(connection.recv(12, socket.MSG_WAITALL).split()[1])

    def end(self, status):
        """129 to 159: by that signal. Recorded first, as the last thing that happens."""
        self.record("ending")
        if 128 < status < 160:
            by = signal.Signals(status - 128)
            if by != signal.SIGKILL:
                signal.signal(by, signal.SIG_DFL)
            os.kill(os.getpid(), by)
        os._exit(status)


parser = argparse.ArgumentParser()
parser.add_argument("--record", required=True)
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int)
parser.add_argument("--late", action="store_true", help="open the port only when USR1 comes")
parser.add_argument("--ignore", action="append", default=[], help="a stop signal that doesn't end it")
parser.add_argument("--status", type=int, default=0, help="to end with when a stop signal came")
parser.add_argument("--ask", help="HOST:PORT/PATH of Consul, asked when a stop signal comes")
parser.add_argument("--exit", type=int, help="end by itself with this status, once Consul knows --ask")
parser.add_argument("--lifetime", type=int, default=LIFETIME, help="seconds after which it ends anyway")
Server(parser.parse_args()).run()
