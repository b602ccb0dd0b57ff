"""A proxy that keeps a request or its answer back until it is told to let go."""

import queue
import socket
import threading

from ..fakes import Proxy

PATIENCE = 20  # seconds that it holds anything, whatever becomes of the test


class Holding(Proxy):
    """What follows on the same connection waits behind what is held. Requests are noted when they come."""

    def __init__(self, port):
        super().__init__(port)
        self._held, self._let_go = None, threading.Event()
        self.holds = threading.Event()

    def hold(self, what, path):
        """The `request` with this in its path, or the `answer` to it."""
        self._held = what, path.encode()

    def let_go(self):
        self._held = None
        self._let_go.set()

    def is_idle(self):
        """All that came was handed on."""
        return self._open == {self.listener}

    def serve(self, connection):
        with socket.create_connection(("127.0.0.1", self._agent_port)) as agent:
            self._open.add(agent)
            requests, answers_wait = queue.Queue(), threading.Event()
            threads = [
                threading.Thread(target=self._ask, args=(requests, agent, answers_wait), daemon=True),
                threading.Thread(target=self._answer, args=(agent, connection, answers_wait), daemon=True),
            ]
            for thread in threads:
                thread.start()
            self._read(connection, requests)
            for thread in threads:
                thread.join()
            self._open.discard(agent)

    def _read(self, connection, requests):
        try:
            while data := connection.recv(65536):
                self._note(data)
                requests.put(data)
        except OSError:
            pass
        requests.put(None)

    def _ask(self, requests, agent, answers_wait):
        try:
            while data := requests.get():
                if self._held and self._held[1] in data:
                    if self._held[0] == "answer":
                        answers_wait.set()
                    self.holds.set()
                    if not answers_wait.is_set():
                        self._let_go.wait(PATIENCE)
                agent.sendall(data)
            agent.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _answer(self, agent, connection, answers_wait):
        try:
            while data := agent.recv(65536):
                if answers_wait.is_set():
                    self._let_go.wait(PATIENCE)
                connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
