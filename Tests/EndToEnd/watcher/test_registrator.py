"""registrator's job: what its documentation promises for Consul, in names, IDs, variables and options."""

import json

import pytest

from ..fakes import Proxy
from .published import HOST, Case, is_settled, one, published, registered
from .servicewatcher import leave, marks, new_id

TWO = {**published(80), **published(443)}
BOTH = {**one(name="nginx-80"), **one(f"{HOST}:front:443", "nginx-443", 10443)}

CASES = [
    Case("named by the image, at the published port", one()),
    Case("the image's tag, registry and folder don't count", one(), image="registry:5000/library/nginx:1.27"),
    Case("nor does its digest", one(), image="nginx@sha256:" + "0" * 64),
    Case("SERVICE_NAME", one(name="web"), env=["SERVICE_NAME=web"]),
    Case("from a label", one(name="web"), labels={"SERVICE_NAME": "web"}),
    Case(
        "a label beats the environment", one(name="b"), env=["SERVICE_NAME=a"], labels={"SERVICE_NAME": "b"}
    ),
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
    Case(
        "the marks aren't the container's to say",
        one(),
        env=["SERVICE_managed-by=x", "SERVICE_container-id=y", "SERVICE_BOOT-ID=z", "SERVICE_engine-id=w"],
        labels={"SERVICE_META_container-engine": "podman"},
    ),
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
    Case(
        "--internal, not published",
        one(port=80, address="198.51.100.7"),
        ports={"80/tcp": None},
        options=["--internal"],
    ),
    Case("--ip", one(address="203.0.113.9"), options=["--ip", "203.0.113.9"]),
    Case("--tags", one(tags=["x", "y", "a"]), env=["SERVICE_TAGS=a"], options=["--tags", "x,y"]),
    Case("--explicit, not named", {}, options=["--explicit"]),
    Case("--explicit, named", one(name="web"), env=["SERVICE_NAME=web"], options=["--explicit"]),
    Case("--cleanup-only", {}, options=["--cleanup-only"]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.said)
def test_containers_are_registered_as_registrator_does(fake, agent, watch, case):
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
    (
        ["SERVICE_CHECK_HTTP=/", "SERVICE_CHECK_HTTP_METHOD=HEAD"],
        {"HTTP": "http://127.0.0.1:10080/", "Method": "HEAD"},
    ),
    (["SERVICE_CHECK_HTTPS=/health"], {"HTTP": "https://127.0.0.1:10080/health"}),
    (["SERVICE_80_CHECK_HTTP=/a", "SERVICE_CHECK_HTTP=/b"], {"HTTP": "http://127.0.0.1:10080/a"}),
    (["SERVICE_CHECK_TCP=true"], {"TCP": "127.0.0.1:10080"}),
    (
        ["SERVICE_CHECK_TCP=true", "SERVICE_CHECK_INITIAL_STATUS=passing"],
        {"TCP": "127.0.0.1:10080", "Status": "passing"},
    ),
    (["SERVICE_CHECK_GRPC=true"], {"GRPC": "127.0.0.1:10080"}),
    (
        ["SERVICE_CHECK_SCRIPT=nc $SERVICE_IP $SERVICE_PORT"],
        {"Args": ["/bin/sh", "-c", "nc 127.0.0.1 10080"]},
    ),
]
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
def test_a_wrong_setting_is_reported_and_delays_no_other_container(fake, agent, watch, env):
    fake.run(**Case("", {}, env=[env, "SERVICE_CHECK_TCP=true"]).inspected)
    fake.run(**{**Case("", {}).inspected, "Name": "/other"})
    ours = watch(fake, agent)
    ours.until(lambda: set(agent.services()) == {f"{HOST}:other:80"})
    # It may be looked at after the other.
    ours.logs("warning")
    (line,) = ours.lines("warning")
    assert "front" in line and env.partition("=")[0] in line


def test_two_that_run_under_one_id_do_not_overwrite_each_other(fake, agent, watch):
    """As with `--scale web=2` of an image that sets SERVICE_ID."""
    env, ports = ["SERVICE_ID=same"], (10080, 10081)
    both = [fake.run(**Case("", {}, published(80, host_port=port), env).inspected) for port in ports]
    ours = watch(fake, agent)
    ours.until(lambda: agent.service("same"))
    is_settled(fake, agent, ours)
    assert len(ours.lines("registered same")) == 1 and len(ours.lines("more than one that runs")) == 1, (
        ours.log
    )
    holder = agent.service("same")
    (other,) = (port for port in ports if port != holder["Port"])
    fake.die(holder["Meta"]["container-id"])
    ours.until(lambda: (agent.service("same") or {}).get("Port") == other, 10)
    assert agent.service("same")["Meta"]["container-id"] in both


def test_a_label_overrides_a_variable_of_the_same_key_in_any_case(fake, agent, watch):
    fake.run(**Case("", {}, env=["SERVICE_REGION=env"], labels={"SERVICE_region": "label"}).inspected)
    ours = watch(fake, agent)
    ours.until(lambda: agent.service(f"{HOST}:front:80"))
    assert agent.service(f"{HOST}:front:80")["Meta"]["region"] == "label"


@pytest.mark.parametrize("identity", ["", "x\r\nservicewatcher: forged", "0" * 63, "G" * 64])
def test_an_entry_that_names_no_container_is_kept(fake, agent, watch, identity):
    leave(agent, "odd", {**marks(new_id()), "container-id": identity})
    ours = watch(fake, agent)
    is_settled(fake, agent, ours)
    assert agent.service("odd") and ours.troubles() == []


@pytest.mark.parametrize("keys", [59, 60])
def test_as_many_keys_of_meta_as_consul_takes_beside_the_marks(fake, agent, watch, keys):
    """Of one more it would take none; they aren't left out silently."""
    fake.run(**Case("", {}, env=[f"SERVICE_KEY{number}=x" for number in range(keys)]).inspected)
    fake.run(**{**Case("", {}).inspected, "Name": "/other"})
    ours = watch(fake, agent)
    ours.until(lambda: agent.service(f"{HOST}:other:80"))
    is_settled(fake, agent, ours)
    service = agent.service(f"{HOST}:front:80")
    assert service is None if keys > 59 else len(service["Meta"]) == 64
    assert len(ours.lines("warning")) == (keys > 59), ours.log
    assert len(ours.lines("container front: 65 keys of Meta")) == (keys > 59), ours.log
