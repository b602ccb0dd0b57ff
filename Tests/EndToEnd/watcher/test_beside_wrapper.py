"""A container under the wrapper is the wrapper's, and at no moment registered twice."""

import threading

import pytest

from .published import HOST, Case, is_settled, one, registered
from .servicewatcher import leave_dead, marks, new_id

WRAPPED = {
    "entrypoint": (['ENTRYPOINT ["/servicewrapper", "--", "/waits"]'], []),
    "command": ([], ["/servicewrapper", "--", "/waits"]),
    "label": (
        ['LABEL servicewrapper=""', 'ENTRYPOINT ["/start", "--", "/waits"]', "COPY servicewrapper /start"],
        [],
    ),
}


class Record:
    """Every service of the agent at every look, until the end. A context."""

    def __init__(self, agent):
        self._agent, self.most, self._ends = agent, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self):
        while not self._ends.is_set():
            self.most = max(self.most, len(self._agent.services()))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()


EXPOSED = ["EXPOSE 6379", "ENV SERVICE_NAME=web SERVICE_CHECK_TTL=0s SERVICE_READY=none"]


@pytest.mark.parametrize("how", WRAPPED)
def test_a_wrapped_container_is_never_registered_twice(docker, agent, contained, watch, how):
    lines, words = WRAPPED[how]
    ours = watch(docker, agent).watches()
    with Record(agent) as record:
        contained(
            docker, *words, options=["-e", f"CONSUL_HTTP_ADDR={agent.address}"], lines=(*EXPOSED, *lines)
        )
        ours.until(agent.services, 20)
        # Another death and comparison, after which nothing is to be done any more.
        leave_dead(agent, "probe", marks(new_id()))
        contained(docker, "/waits", "ends", "0", lines=())
        ours.until(lambda: not agent.service("probe"), 20)
    (service,) = agent.services().values()
    assert service["Meta"]["managed-by"] == "servicewrapper"
    assert record.most <= 2, "the wrapper's, and the one that we left"


def test_a_wrapper_that_does_not_register_counts_as_none(docker, agent, contained, watch):
    words = ["/servicewrapper", "--no-register", "--", "/waits"]
    ours = watch(docker, agent)
    container = contained(
        docker, *words, options=["--name", "plain"], lines=("EXPOSE 6379", "ENV SERVICE_NAME=web")
    )
    ours.until(lambda: agent.service(f"{HOST}:plain:6379"), 20)
    container.ask("kill")
    ours.until(lambda: agent.services() == {}, 5)


SHELL = ["sh", "-c", "exec servicewrapper --name web -- redis-server"]
WORDS = [
    ({"Path": "sh", "Args": SHELL[1:]}, False),
    ({"Path": "/usr/local/bin/servicewrapper", "Args": ["--", "x"]}, False),
    ({"Path": "tini", "Args": ["--", "servicewrapper", "--", "x"]}, False),
    ({"Path": "servicewrapper", "Args": ["--no-register", "--", "x"]}, True),
    ({"Path": "sh", "Args": ["-c", "exec servicewrapper --no-register x"]}, True),
    ({"Path": "servicewrappers", "Args": []}, True),
]


@pytest.mark.parametrize(
    ("said", "is_ours"), WORDS, ids=[" ".join([one["Path"], *one["Args"]]) for one, _ in WORDS]
)
def test_the_wrapper_is_known_by_the_words_that_are_executed(fake, agent, watch, said, is_ours):
    fake.run(**{**Case("", {}).inspected, **said})
    ours = watch(fake, agent)
    is_settled(fake, agent, ours)
    ours.until(lambda: bool(registered(agent)) == is_ours, 3)
    assert fake.count("inspect") >= 1


def test_a_wrapper_whose_environment_says_so_counts_as_none(fake, agent, watch):
    inspected = Case("", {}, env=["SERVICEWRAPPER_REGISTER=false"]).inspected
    fake.run(**{**inspected, "Path": "servicewrapper"})
    ours = watch(fake, agent)
    ours.until(lambda: registered(agent) == one())
