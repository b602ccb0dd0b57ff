"""Free ports on loopback."""

import itertools
import os
import socket

# Below what the kernel hands out to outgoing connections, so that nobody takes one between here and its use; started at a
# place of its own in each test run. Tests that run side by side share none: a port that one has closed must stay closed.
_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_span = 12000 // _workers
_candidates = itertools.cycle(range(20000 + _worker * _span, 20000 + (_worker + 1) * _span))
for _ in range(os.getpid() * 97 % _span):
    next(_candidates)


def free_port(host="127.0.0.1"):
    while True:
        port = next(_candidates)
        if is_free(host, port):
            return port


def is_free(host, port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


_LISTENS, _IS_ESTABLISHED = "0A", "01"


def _connections(port):
    """The state of each connection of the server on this loopback port, and how much it hasn't read yet; proc(5),
    /proc/net/tcp."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [row.split() for row in list(table)[1:]]
    ours = [row for row in rows if int(row[1].split(":")[1], 16) == port and row[3] != _LISTENS]
    return [(row[3], int(row[4].split(":")[1], 16)) for row in ours]


def count_connected(port):
    """How many clients the server on this loopback port has."""
    return sum(state == _IS_ESTABLISHED for state, _ in _connections(port))


def count_unread(port):
    """How many connections bring the server on this loopback port what it hasn't read yet."""
    return sum(state == _IS_ESTABLISHED and unread > 0 for state, unread in _connections(port))


def waits_unread(port):
    return count_unread(port) > 0
