"""What a real Consul or a real name server can't be asked to do: count, lie, and be silent."""

import os
import re
import socket
import struct
import threading
import time
import urllib.parse

_REQUEST = re.compile(rb"([A-Z]+) (\S+) HTTP/1\.1\r\n")


class TCPServer:
    """Gives each connection to `serve` in a thread of its own; a context."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.accepted = 0
        self._open = {self.listener}

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in list(self._open):
            # A thread that waits in accept or recv is woken by the shutdown, not by the close.
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.add(connection)
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection):
        try:
            self.serve(connection)
        except OSError:
            pass
        finally:
            self._open.discard(connection)
            connection.close()

    def serve(self, connection):
        raise NotImplementedError


class Proxy(TCPServer):
    """Stands before an agent, hands everything through, and keeps a list of the requests."""

    def __init__(self, port):
        super().__init__()
        self._agent_port = port
        self.requests = []  # (when, method, path)

    def serve(self, connection):
        with socket.create_connection(("127.0.0.1", self._agent_port)) as agent:
            self._open.add(agent)
            back = threading.Thread(target=self._hand_through, args=(agent, connection), daemon=True)
            back.start()
            self._hand_through(connection, agent, self._note)
            back.join()
            self._open.discard(agent)

    @staticmethod
    def _hand_through(source, destination, note=lambda _: None):
        try:
            while data := source.recv(65536):
                note(data)
                destination.sendall(data)
            destination.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _note(self, data):
        for method, path in _REQUEST.findall(data):
            self.requests.append((time.monotonic(), method.decode(), urllib.parse.unquote(path.decode())))

    def times(self, pattern):
        """When the requests whose path matches were sent."""
        return [when for when, _, path in list(self.requests) if re.search(pattern, path)]


class FakeConsul(TCPServer):
    """Answers each request of a connection with these bytes; or only the first, and then does `then`."""

    def __init__(self, answer=b"", then=None):
        super().__init__()
        self._answer, self._then = answer, then

    def serve(self, connection):
        while data := self._read_requests(connection):
            if self._then:
                connection.sendall(self._answer)
                return self._then(connection)
            connection.sendall(self._answer * len(_REQUEST.findall(data)))

    @staticmethod
    def _read_requests(connection):
        """Up to a blank line: one or more requests, the bodies being JSON, which has none."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        return data


class Front(Proxy, FakeConsul):
    """A proxy that turns into a fake, and back."""

    def __init__(self, port):
        super().__init__(port)
        self._lies = False

    def lie(self, answer, then=None):
        """From the next connection on."""
        self._lies, self._answer, self._then = True, answer, then

    def be_honest(self):
        self._lies = False

    def serve(self, connection):
        return (FakeConsul if self._lies else Proxy).serve(self, connection)


class NameServer:
    """A name server on port 53 of a loopback address of its own: silent, or answering every A question with
    `addresses`, which a test may change (RFC 1035). A context; needs root."""

    def __init__(self, host, answers):
        self.host, self._answers, self.addresses = host, answers, ["127.0.0.1"]
        self.questions = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 53))
        self._socket.settimeout(0.2)
        self._ended = threading.Event()

    def __enter__(self):
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while not self._ended.is_set():
            try:
                question, sender = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            self.questions += 1
            if self._answers:
                self._socket.sendto(self._answer(question), sender)

    def _answer(self, question):
        """Without an address: no such name."""
        end = question.index(b"\0", 12) + 5
        is_a = question[end - 4 : end - 2] == b"\0\1"
        addresses = [socket.inet_aton(address) for address in self.addresses]
        head = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4)
        records = [head + address for address in addresses if is_a]
        flags = 0x8180 if addresses else 0x8183
        header = question[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
        return header + question[12:end] + b"".join(records)

    def alone(self, folder):
        """A command that runs another one with this name server and no other, in a mount namespace."""
        configuration = os.path.join(folder, "resolv.conf")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(f"nameserver {self.host}\n")
        mount = f'mount --bind {configuration} /etc/resolv.conf && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", mount, "sh"]
