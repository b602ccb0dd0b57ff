"""Free ports on loopback."""

import itertools
import os
import socket

# Below what the kernel hands out to outgoing connections, so that nobody takes one between here and its use;
# started at a place of its own in each test run.
_candidates = itertools.cycle(range(20000, 32000))
for _ in range(os.getpid() * 97 % 12000):
    next(_candidates)


def free_port(host="127.0.0.1"):
    while True:
        port = next(_candidates)
        if _is_free(host, port):
            return port


def _is_free(host, port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


def waits_unread(port):
    """Whether the server on this loopback port has been sent what it hasn't read yet; proc(5), /proc/net/tcp."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in list(table)[1:]:
            fields = row.split()
            if int(fields[1].split(":")[1], 16) == port and fields[3] != "0A":
                if int(fields[4].split(":")[1], 16) > 0:
                    return True
    return False
