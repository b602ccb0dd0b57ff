"""An agent that answers in every way that fuzzing found worth keeping (Tests/Fuzz/Corpus/responses)."""

import json
import socket
import threading

from .fakes import TCPServer
from .repository import ROOT
from .waiting import eventually
from .wrapper import memory

CORPUS = ROOT / "Tests" / "Fuzz" / "Corpus" / "responses"
ANSWERS = sorted(CORPUS.iterdir())
TOLD_AT_MOST = 4  # lines for each answer: it fails, it answers again, it is registered again …


class Liar(TCPServer):
    """Answers the first connection well, and each further one with the next of these; then hangs up."""

    def __init__(self, answers):
        super().__init__()
        good = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        self._answers, self._lock = iter([good * 3, *answers]), threading.Lock()
        self.told = 0

    def serve(self, connection):
        if not connection.recv(65536):
            return
        with self._lock:
            answer = next(self._answers, b"")
            self.told += 1
        connection.sendall(answer)


def steers(character):
    """Whether a terminal does something else with it than show it, or end a line."""
    number = ord(character)
    return number < 0x20 or 0x7F <= number <= 0x9F or 0x2028 <= number <= 0x202E


def test_no_agent_answer_harms_the_process(run, server, record_property):
    assert len(ANSWERS) > 30
    record_property("cases", len(ANSWERS))
    served = server(status=5)
    with Liar(path.read_bytes() for path in ANSWERS) as liar:
        # A third of the TTL is the longest pause between two tries.
        ours = run(served, liar, "--ttl", "100ms")
        served.event("accepting")
        before = memory(ours.pid, "Rss")
        eventually(lambda: liar.told > len(ANSWERS), within=60, what="every answer told")
        assert ours.is_running() and served.signals() == []
        assert memory(ours.pid, "Rss") <= before + 512
        assert ours.stop() == 5, ours.log
    assert not [one for one in ours.log.replace("\n", "") if steers(one)]
    assert len(ours.lines()) <= TOLD_AT_MOST * len(ANSWERS)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Hasty(TCPServer):
    """An agent on a unix socket that answers the first two connections before it reads them, closes the second at once, and
    then is gone."""

    def __init__(self, path):
        super().__init__()
        self.listener.close()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.address = f"unix://{path}"
        self._open.add(self.listener)

    def _accept(self):
        """In one thread, since the second answer must be there at once."""
        first, _ = self.listener.accept()
        self.accepted = 1
        first.sendall(OK)
        threading.Timer(0.2, first.close).start()
        second, _ = self.listener.accept()
        second.sendall(OK)
        self.listener.close()
        second.close()
        self.accepted = 2


def test_answers_that_come_before_the_requests_do_no_harm(wrapper, tmp_path):
    """The registration is larger than what a unix socket takes at once, so that requests wait to be sent."""
    tags = [f"{number:06}" + "y" * 60 for number in range(8_000)]
    file = tmp_path / "service.json"
    file.write_text(json.dumps({"service": {"name": "x", "id": "x", "address": "127.0.0.1", "port": 80, "tags": tags}}))
    with Hasty(tmp_path / "agent.sock") as hasty:
        options = ["--service-file", file, "--consul-addr", hasty.address, "--ready", "none", "--ttl", "3s"]
        ours = wrapper(*options, "--", "sleep", "60")
        eventually(lambda: hasty.accepted >= 2, what="two connections")
        ours.logs("Connection refused")
        assert ours.is_running()
        assert ours.stop() == 143, ours.log
