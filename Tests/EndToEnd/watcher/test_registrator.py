"""registrator's job: what its documentation promises for Consul, over containers that run, and at no moment twice."""

import json
import os
import threading

import pytest

from fakes import Proxy
from servicewatcher import leave, marks, new_id
from waiting import eventually

HOST = os.uname().nodename


def published(port, *, udp=False, address="0.0.0.0", host_port=None):
    return {f"{port}/{'udp' if udp else 'tcp'}": [{"HostIp": address, "HostPort": str(host_port or port + 10000)}]}


class Case:
    """`env` and `labels` are the container's, `options` the watcher's; `expected` what is registered, by ID."""

    def __init__(self, said, expected, ports=None, env=(), labels=None, options=(), image="nginx:1.27", network="bridge"):
        self.said, self.expected, self.options = said, expected, options
        ports = published(80) if ports is None else ports
        self.inspected = {
            "Name": "/front",
            "Config": {"Image": image, "Env": list(env), "Labels": labels or {}, "ExposedPorts": {port: {} for port in ports}},
            "HostConfig": {"NetworkMode": network},
            "NetworkSettings": {"Ports": {} if network == "host" else ports, "Networks": {"bridge": {"IPAddress": "198.51.100.7"}}},
        }  # fmt: skip


def one(service_id=f"{HOST}:front:80", name="nginx", port=10080, address="", tags=(), meta=None):
    return {service_id: {"Service": name, "Port": port, "Address": address, "Tags": list(tags), "Meta": meta or {}}}


TWO = {**published(80), **published(443)}
BOTH = {**one(name="nginx-80"), **one(f"{HOST}:front:443", "nginx-443", 10443)}

CASES = [
    Case("named by the image, at the published port", one()),
    Case("the image's tag, registry and folder don't count", one(), image="registry:5000/library/nginx:1.27"),
    Case("nor does its digest", one(), image="nginx@sha256:" + "0" * 64),
    Case("SERVICE_NAME", one(name="web"), env=["SERVICE_NAME=web"]),
    Case("from a label", one(name="web"), labels={"SERVICE_NAME": "web"}),
    Case("a label beats the environment", one(name="b"), env=["SERVICE_NAME=a"], labels={"SERVICE_NAME": "b"}),
    Case("several ports, a service each", BOTH, ports=TWO),
    Case(
        "named each",
        {**one(name="http"), **one(f"{HOST}:front:443", "https", 10443)},
        ports=TWO,
        env=["SERVICE_80_NAME=http", "SERVICE_443_NAME=https"],
    ),
    Case("SERVICE_80_NAME before SERVICE_NAME", one(name="b"), env=["SERVICE_NAME=a", "SERVICE_80_NAME=b"]),
    Case("SERVICE_ID", one("mine"), env=["SERVICE_ID=mine"]),
    Case("SERVICE_80_ID", one("mine"), env=["SERVICE_80_ID=mine"]),
    Case("SERVICE_TAGS", one(tags=["a", "b"]), env=["SERVICE_TAGS=a,b"]),
    Case("a comma in a tag", one(tags=["a,b"]), env=[r"SERVICE_TAGS=a\,b"]),
    Case("SERVICE_80_TAGS", one(tags=["b"]), env=["SERVICE_TAGS=a", "SERVICE_80_TAGS=b"]),
    Case("other names are Meta", one(meta={"region": "us2"}), env=["SERVICE_REGION=us2"]),
    Case("of one port", one(meta={"region": "eu"}), env=["SERVICE_REGION=us2", "SERVICE_80_REGION=eu"]),
    Case("SERVICE_IGNORE", {}, env=["SERVICE_IGNORE=true"]),
    Case("SERVICE_IGNORE by a label", {}, labels={"SERVICE_IGNORE": "true"}),
    Case("SERVICE_443_IGNORE", one(name="nginx-80"), ports=TWO, env=["SERVICE_443_IGNORE=1"]),
    Case(
        "udp",
        one(f"{HOST}:front:53:udp", port=10053, tags=["udp"]),
        ports=published(53, udp=True),
    ),
    Case("an address of the host", one(address="198.51.100.1"), ports=published(80, address="198.51.100.1")),
    Case("IPv6's any is any", one(), ports=published(80, address="::")),
    Case("what isn't published isn't registered", {}, ports={"80/tcp": None}),
    Case("the host's network: what is exposed", one(port=80), network="host"),
    Case("--internal", one(port=80, address="198.51.100.7"), options=["--internal"]),
    Case("--internal, not published", one(port=80, address="198.51.100.7"), ports={"80/tcp": None}, options=["--internal"]),
    Case("--ip", one(address="203.0.113.9"), options=["--ip", "203.0.113.9"]),
    Case("--tags", one(tags=["x", "y", "a"]), env=["SERVICE_TAGS=a"], options=["--tags", "x,y"]),
    Case("--explicit, not named", {}, options=["--explicit"]),
    Case("--explicit, named", one(name="web"), env=["SERVICE_NAME=web"], options=["--explicit"]),
    Case("--cleanup-only", {}, options=["--cleanup-only"]),
]  # fmt: skip


def registered(agent):
    """Without the marks."""
    services = {}
    for service_id, service in agent.services().items():
        meta = {key: value for key, value in service["Meta"].items() if key not in marks("x")}
        services[service_id] = {key: service[key] for key in ("Service", "Port", "Address", "Tags")} | {"Meta": meta}
    return services


def is_settled(engine, agent, watcher):
    """What was to be registered is: the entry of one that died, which goes before, is gone."""
    watcher.watches()
    leave(agent, "probe", marks(new_id()), name="probe")
    engine.tell("die", new_id())
    watcher.until(lambda: agent.service("probe") is None, 10)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.said)
def test_what_registrator_promises(fake, agent, watch, case):
    container = fake.run(**case.inspected)
    ours = watch(fake, agent, *case.options)
    ours.until(lambda: registered(agent) == case.expected or not case.expected)
    is_settled(fake, agent, ours)
    assert registered(agent) == case.expected, ours.log
    assert len(ours.lines(": registered")) == len(case.expected), "once, and not with each comparison"
    for service in agent.services().values():
        assert marks(container, manager="servicewatcher").items() <= service["Meta"].items()
    if case.expected:
        fake.die(container)
        ours.until(lambda: registered(agent) == {}, 3)


class Recorded(Proxy):
    """The bodies of what goes through it."""

    def __init__(self, port):
        super().__init__(port)
        self.bodies = []

    def _note(self, data):
        body = data.partition(b"\r\n\r\n")[2]
        self.bodies += [json.loads(body)] if body else []


CHECKS = [
    (["SERVICE_CHECK_HTTP=/health"], {"HTTP": "http://127.0.0.1:10080/health"}),
    (["SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_HTTP_METHOD=HEAD"], {"HTTP": "http://127.0.0.1:10080/", "Method": "HEAD"}),
    (["SERVICE_CHECK_HTTPS=/health"], {"HTTP": "https://127.0.0.1:10080/health"}),
    (["SERVICE_80_CHECK_HTTP=/a", "SERVICE_CHECK_HTTP=/b"], {"HTTP": "http://127.0.0.1:10080/a"}),
    (["SERVICE_CHECK_TCP=true"], {"TCP": "127.0.0.1:10080"}),
    (["SERVICE_CHECK_TCP=true", "SERVICE_CHECK_INITIAL_STATUS=passing"], {"TCP": "127.0.0.1:10080", "Status": "passing"}),
    (["SERVICE_CHECK_GRPC=true"], {"GRPC": "127.0.0.1:10080"}),
    (["SERVICE_CHECK_SCRIPT=nc $SERVICE_IP $SERVICE_PORT"], {"Args": ["/bin/sh", "-c", "nc 127.0.0.1 10080"]}),
]  # fmt: skip
TIMES = {"Interval": "15s", "Timeout": "3s", "DeregisterCriticalServiceAfter": "10m"}
SAID = ["SERVICE_CHECK_INTERVAL=15s", "SERVICE_CHECK_TIMEOUT=3s", "SERVICE_CHECK_DEREGISTER_AFTER=10m"]


@pytest.mark.parametrize(("env", "fields"), CHECKS, ids=[case[0][-1] for case in CHECKS])
def test_checks_that_the_agent_makes(fake, own_agent, watch, env, fields):
    agent = own_agent(config="enable_script_checks = true")
    fake.run(**Case("", {}, env=[*env, *SAID]).inspected)
    with Recorded(agent.http) as recorded:
        ours = watch(fake, recorded, "--ip", "127.0.0.1")
        ours.until(lambda: agent.checks(f"{HOST}:front:80"))
        (check,) = recorded.bodies[0]["Checks"]
    assert {key: check[key] for key in check if key not in ("CheckID", "Name")} == {**fields, **TIMES}


def test_a_check_that_the_container_passes_itself(fake, agent, watch):
    fake.run(**Case("", {}, env=["SERVICE_CHECK_TTL=30s"]).inspected)
    ours = watch(fake, agent)
    check = f"service:{HOST}:front:80"
    ours.until(lambda: check in agent.checks(f"{HOST}:front:80"))
    agent.put(f"/v1/agent/check/pass/{check}")
    assert agent.checks(f"{HOST}:front:80")[check]["Status"] == "passing"


@pytest.mark.parametrize("env", ["SERVICE_CHECK_INTERVAL=soon", "SERVICE_ID=a//b", "SERVICE_NAME=a\x01b"])
def test_what_is_wrong_is_told_and_holds_up_no_other(fake, agent, watch, env):
    fake.run(**Case("", {}, env=[env, "SERVICE_CHECK_TCP=true"]).inspected)
    fake.run(**{**Case("", {}).inspected, "Name": "/other"})
    ours = watch(fake, agent)
    ours.until(lambda: set(agent.services()) == {f"{HOST}:other:80"})
    (line,) = ours.lines("warning")
    assert "front" in line and env.partition("=")[0] in line


# What registrator is known to do wrong


def test_an_agent_that_lost_its_state_has_everything_again_within_15_s(fake, own_agent, watch):
    agent = own_agent()
    fake.run(**Case("", {}).inspected)
    gone = fake.run(**{**Case("", {}).inspected, "Name": "/gone"})
    ours = watch(fake, agent)
    ours.until(lambda: len(registered(agent)) == 2)
    fake.die(gone)
    agent.kill()
    agent.start()
    ours.until(lambda: registered(agent) == one(), 15 + 3)


def test_a_new_name_of_the_host_leaves_no_duplicates(fake, agent, watch):
    fake.run(**Case("", {}).inspected)
    rename = ["unshare", "--uts", "sh", "-c", 'hostname before && exec "$@"', "sh"]
    first = watch(fake, agent, prefix=rename)
    first.until(lambda: registered(agent) == one("before:front:80"))
    assert first.stop() == 0
    assert registered(agent) == one("before:front:80"), "an update of the watcher is no outage"
    second = watch(fake, agent)
    second.until(lambda: registered(agent) == one())


def test_a_watcher_that_is_killed_goes_on_where_it_was(fake, agent, watch):
    fake.run(**Case("", {}).inspected)
    dies = fake.run(**{**Case("", {}).inspected, "Name": "/dies"})
    first = watch(fake, agent)
    first.until(lambda: len(registered(agent)) == 2)
    first.kill()
    fake.die(dies, removed=True)
    second = watch(fake, agent)
    second.until(lambda: registered(agent) == one())
    assert not second.lines(": registered"), "it was there"


def test_a_new_port_of_the_same_container_is_registered_anew(fake, agent, watch):
    container = fake.run(**Case("", {}).inspected)
    ours = watch(fake, agent)
    ours.until(lambda: registered(agent) == one())
    fake.die(container)
    fake.run(container, **Case("", {}, ports=published(80, host_port=12345)).inspected)
    ours.until(lambda: registered(agent) == one(port=12345))


def test_deregister_on_exit_takes_out_its_own_and_only_these(fake, fake_engine, agent, watch):
    """Beside one that watches another engine, and a wrapper."""
    fake.run(**Case("", {}).inspected)
    leave(agent, "web-1", marks(fake.run()))
    other = fake_engine(name="Podman Engine")
    other.run(**{**Case("", {}).inspected, "Name": "/podmans"})
    theirs = watch(other, agent)
    theirs.until(lambda: agent.service(f"{HOST}:podmans:80"))
    ours = watch(fake, agent, "--deregister-on-exit")
    ours.until(lambda: agent.service(f"{HOST}:front:80"))
    assert ours.stop() == 0
    assert set(agent.services()) == {"web-1", f"{HOST}:podmans:80"}, ours.log


# Beside the wrapper, on real engines

WRAPPED = {
    "entrypoint": (['ENTRYPOINT ["/servicewrapper", "--", "/waits"]'], []),
    "command": ([], ["/servicewrapper", "--", "/waits"]),
    "label": (['LABEL servicewrapper=""', 'ENTRYPOINT ["/start", "--", "/waits"]', "COPY servicewrapper /start"], []),
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
        contained(docker, *words, options=["-e", f"CONSUL_HTTP_ADDR={agent.address}"], lines=(*EXPOSED, *lines))
        ours.until(agent.services, 20)
        # Another death and comparison, after which nothing is to be done any more.
        leave(agent, "probe", marks(new_id()))
        contained(docker, "/waits", "ends", "0", lines=())
        ours.until(lambda: not agent.service("probe"), 20)
    (service,) = agent.services().values()
    assert service["Meta"]["managed-by"] == "servicewrapper"
    assert record.most <= 2, "the wrapper's, and the one that we left"


def test_a_wrapper_that_does_not_register_counts_as_none(docker, agent, contained, watch):
    words = ["/servicewrapper", "--no-register", "--", "/waits"]
    ours = watch(docker, agent)
    container = contained(docker, *words, options=["--name", "plain"], lines=("EXPOSE 6379", "ENV SERVICE_NAME=web"))
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


@pytest.mark.parametrize(("said", "is_ours"), WORDS, ids=[" ".join([one["Path"], *one["Args"]]) for one, _ in WORDS])
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
