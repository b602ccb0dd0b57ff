"""A server that binds its port late. It records what happens, one line of JSON each, in the way of server.py: whether
bind(2) failed, whether Consul knew the service before listen(2), and how each connection that it accepted ended.
"""

import argparse
import errno
import itertools
import json
import os
import signal
import socket
import time

# Whatever goes wrong in a test, the server doesn't outlive it by much.
LIFETIME = 120  # seconds


def record(event, **more):
    line = {"event": event, "at": time.monotonic_ns(), "pid": os.getpid(), **more}
    os.write(record_to, json.dumps(line).encode() + b"\n")


def bound():
    listener = socket.socket(socket.AF_INET6 if ":" in arguments.host else socket.AF_INET)
    if arguments.reuse:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((arguments.host, arguments.port))
    except OSError as error:
        record("bind failed", error=errno.errorcode[error.errno])
        raise SystemExit(1) from error
    return listener


def ask_consul():
    """The status of the agent's answer about the service: 200 or 404."""
    path, url = arguments.ask.split(",")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(path)
        connection.sendall(f"GET {url} HTTP/1.1\r\nHost: consul\r\nConnection: close\r\n\r\n".encode())
        return int(connection.recv(12, socket.MSG_WAITALL).split()[1])


def serve(connection):
    """Answers one request and reads until the client's end."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(4096) or b"\r\n\r\n"
    body = b"x" * arguments.body
    status = 503 if accepted <= arguments.unhealthy else 200
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    if arguments.split:
        connection.sendall(head)
        time.sleep(0.02)
        connection.sendall(body)
    else:
        connection.sendall(head + body)
    if arguments.half_close:
        connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


def accept(listener):
    connection = listener.accept()[0]
    try:
        with connection:
            connection.settimeout(5)
            serve(connection)
    except OSError as error:
        record("served", error=errno.errorcode.get(error.errno, str(error)))
    else:
        record("served", error=None)


parser = argparse.ArgumentParser()
parser.add_argument("--record", required=True)
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--after", type=float, default=0, help="seconds until it binds")
parser.add_argument("--reuse", action="store_true", help="with SO_REUSEADDR")
parser.add_argument(
    "--ask", help="Consul's unix socket, a comma, and a path: queried between bind and listen"
)
parser.add_argument("--body", type=int, default=2, help="bytes of the answer's body")
parser.add_argument("--unhealthy", type=int, default=0, help="how many answers are 503 before the first 200")
parser.add_argument("--split", action="store_true", help="the body comes later than the headers")
parser.add_argument(
    "--half-close", action="store_true", help="end the answer by FIN, then read until the client's end"
)
arguments = parser.parse_args()
record_to = os.open(arguments.record, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
signal.alarm(LIFETIME)
record("started")
time.sleep(arguments.after)
server = bound()
known = ask_consul() if arguments.ask else None
server.listen(64)
record("listening", known=known)
for accepted in itertools.count(1):
    accept(server)
