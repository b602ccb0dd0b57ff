"""What is registered: service files, registrator's variables, several ports, namespaces."""

import json

import pytest

from .waiting import eventually

FILE = {
    "name": "web",
    "id": "web-7",
    "tags": ["a", "b,c"],
    "meta": {"some_key": "v", "Other": "w"},
    "weights": {"passing": 10, "warning": 2},
    "enable_tag_override": True,
    "tagged_addresses": {"my_wan": {"address": "192.0.2.1", "port": 81}},
    "check": {"id": "mine", "name": "h", "http": "http://127.0.0.1:1/", "method": "HEAD", "interval": "60s"},
    "checks": [
        {
            "id": "theirs",
            "grpc": "127.0.0.1:2",
            "grpc_use_tls": True,
            "tls_skip_verify": True,
            "interval": "30s",
            "notes": "n",
            "deregister_critical_service_after": "90m",
        }
    ],
    "connect": {
        "sidecar_service": {
            "port": 20000,
            "meta": {"x_y": "z"},
            "proxy": {
                "local_service_port": 8080,
                "config": {"handshake_timeout_ms": 1},
                "upstreams": [
                    {"destination_name": "db", "local_bind_port": 9191, "config": {"connect_timeout_ms": 5}}
                ],
            },
        }
    },
}


@pytest.fixture
def service_file(tmp_path):
    def write(content):
        path = tmp_path / "service.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


@pytest.fixture
def dry_run(wrapper):
    """The bodies that would be sent, and what was said beside them."""

    def run(*options, environment=None):
        ours = wrapper(*options, "--dry-run", environment=environment)
        assert ours.wait() == 0, ours.log
        return list(bodies(b"".join(ours.output).decode()))

    return run


def bodies(text):
    """One JSON value after the other, each with a line end behind it."""
    while text:
        body, end = json.JSONDecoder().raw_decode(text)
        assert text[end] == "\n"
        text = text[end + 1 :]
        yield body


def register(agent, body):
    """As curl would with what the dry run printed."""
    agent.put("/v1/agent/service/register", body)
    return agent.service(body["ID"])


# Service files


def test_a_service_file_s_fields_arrive_in_consul(wrapper, server, agent, service_file):
    served = server()
    file = service_file({"service": {**FILE, "port": served.port}})
    wrapper("--service-file", file, "--", *served.command, consul=agent)
    eventually(lambda: agent.statuses("web-7").get("ready") == "passing", what="registered and passing")

    service = agent.service("web-7")
    assert (service["Service"], service["Port"], service["Tags"]) == ("web", served.port, ["a", "b,c"])
    assert service["Meta"] == {"some_key": "v", "Other": "w", "managed-by": "servicewrapper"} | {
        key: value for key, value in service["Meta"].items() if key in ("container-id", "boot-id")
    }
    assert service["Weights"] == {"Passing": 10, "Warning": 2}
    assert service["EnableTagOverride"] is True
    assert service["TaggedAddresses"]["my_wan"] == {"Address": "192.0.2.1", "Port": 81}

    # The agent registers it after the service.
    sidecar = eventually(lambda: agent.service("web-7-sidecar-proxy"), what="its sidecar")
    assert (sidecar["Port"], sidecar["Meta"], sidecar["Kind"]) == (20000, {"x_y": "z"}, "connect-proxy")
    assert sidecar["Proxy"]["LocalServicePort"] == 8080
    assert sidecar["Proxy"]["Config"] == {"handshake_timeout_ms": 1}
    upstream = sidecar["Proxy"]["Upstreams"][0]
    assert (upstream["DestinationName"], upstream["LocalBindPort"]) == ("db", 9191)
    assert upstream["Config"] == {"connect_timeout_ms": 5}


def test_the_checks_of_a_service_file_are_registered_beside_ours(wrapper, server, agent, service_file):
    served = server()
    file = service_file({"service": {**FILE, "port": served.port}})
    ours = wrapper("--service-file", file, "--", *served.command, consul=agent)
    ours.logs("registered")
    checks = agent.checks("web-7")
    assert {name: check["Type"] for name, check in checks.items()} == {
        "web-7:alive": "ttl",
        "web-7:ready": "ttl",
        "mine": "http",
        "theirs": "grpc",
    }
    assert checks["theirs"]["Notes"] == "n" and checks["mine"]["Name"] == "h"


def test_a_stop_deregisters_the_service_and_its_sidecar(wrapper, server, agent, service_file):
    served = server()
    file = service_file({"service": {**FILE, "port": served.port}})
    ours = wrapper("--service-file", file, "--", *served.command, consul=agent)
    ours.logs("registered")
    assert set(agent.services()) == {"web-7", "web-7-sidecar-proxy"}
    assert ours.stop() == 0
    assert agent.services() == {}


def test_flags_and_variables_override_the_file(dry_run, service_file):
    file = service_file({"service": {**FILE, "port": 80}})
    (body,) = dry_run("--service-file", file, "--name", "b", environment={"SERVICE_TAGS": "t"})
    assert (body["Name"], body["ID"], body["Port"], body["Tags"]) == ("b", "web-7", 80, ["t"])


def test_each_of_several_services_has_a_request_body(dry_run, service_file, agent):
    file = service_file({"services": [{"name": "a", "port": 81}, {"name": "b", "port": 82, "id": "c"}]})
    first, second = dry_run(environment={"SERVICEWRAPPER_SERVICE_FILE": str(file)})
    assert register(agent, first)["Port"] == 81
    assert register(agent, second)["Service"] == "b"
    assert set(agent.services()) == {first["ID"], "c"}


@pytest.mark.parametrize(
    "content, said",
    [
        ('{\n  "service": {"name": web}\n}', "line 2, column 23"),
        ('{"check": {}}', '"check"'),
        ('{"service": {"name": "a", "port": "80"}}', "service.port"),
        ("", "nothing is in it"),
    ],
    ids=["JSON", "top level", "type", "empty"],
)
def test_an_error_in_a_service_file_is_one_line(wrapper, service_file, content, said):
    ours = wrapper("--service-file", service_file(content), "--", "true")
    assert ours.wait() == 125
    assert len(ours.log.splitlines()) == 1 and said in ours.log and "--service-file" in ours.log


def test_consul_refuses_a_field_that_it_does_not_know(wrapper, server, agent, service_file):
    served = server()
    file = service_file({"service": {"name": "web", "id": "new", "port": served.port, "field_of_2031": 1}})
    ours = wrapper("--service-file", file, "--", *served.command, consul=agent)
    assert "FieldOf2031" in ours.logs(" 400")
    assert ours.is_running() and agent.service("new") is None


# registrator's variables


def test_consul_s_own_checks_are_registered_beside_ours(wrapper, server, agent):
    served = server()
    environment = {
        "SERVICE_NAME": "web",
        "SERVICE_ID": "web-1",
        "SERVICE_PORT": str(served.port),
        "SERVICE_CHECK_TCP": "true",
        f"SERVICE_{served.port}_CHECK_INTERVAL": "100ms",
    }
    wrapper("--", *served.command, consul=agent, environment=environment)
    eventually(
        lambda: agent.statuses("web-1") == {"alive": "passing", "ready": "passing", "tcp": "passing"},
        what="Consul reaches it at the address in its own check",
    )
    assert agent.checks("web-1")["web-1:tcp"]["Type"] == "tcp"


CHECKS = [
    (
        {"CHECK_HTTP": "/h?a=b", "CHECK_HTTP_METHOD": "HEAD"},
        "http",
        {"HTTP": "http://10.1.2.3:80/h?a=b", "Method": "HEAD"},
    ),
    (
        {"CHECK_HTTPS": "/", "CHECK_TLS_SKIP_VERIFY": "1"},
        "https",
        {"HTTP": "https://10.1.2.3:80/", "TLSSkipVerify": True},
    ),
    (
        {"CHECK_TCP": "true", "CHECK_INITIAL_STATUS": "passing"},
        "tcp",
        {"TCP": "10.1.2.3:80", "Status": "passing"},
    ),
    (
        {"CHECK_GRPC": "true", "CHECK_GRPC_USE_TLS": "true"},
        "grpc",
        {"GRPC": "10.1.2.3:80", "GRPCUseTLS": True},
    ),
    (
        {"CHECK_SCRIPT": "nc $SERVICE_IP $SERVICE_PORT | grep OK"},
        "script",
        {"Args": ["/bin/sh", "-c", "nc 10.1.2.3 80 | grep OK"]},
    ),
]


@pytest.mark.parametrize("variables, kind, fields", CHECKS, ids=[case[1] for case in CHECKS])
def test_each_kind_of_check_is_taken_by_consul(dry_run, own_agent, variables, kind, fields):
    environment = {f"SERVICE_{key}": value for key, value in variables.items()}
    (body,) = dry_run(
        "--name", "web", "--id", "w", "--port", "80", "--address", "10.1.2.3",
        environment={"SERVICE_CHECK_TIMEOUT": "1s", **environment},
    )  # fmt: skip
    assert body["Checks"][2] == {
        "CheckID": f"w:{kind}", "Name": kind, **fields, "Interval": "10s", "Timeout": "1s",
    }  # fmt: skip
    agent = own_agent(config="enable_script_checks = true")
    register(agent, body)
    assert set(agent.statuses("w")) == {"alive", "ready", kind}


def test_a_check_uses_the_agent_s_own_address_where_that_is_registered(dry_run):
    (body,) = dry_run("--name", "web", "--port", "80", environment={"SERVICE_CHECK_HTTP": "/"})
    assert "Address" not in body
    assert body["Checks"][2]["HTTP"] == "http://127.0.0.1:80/"


def test_a_check_that_cannot_work_is_warned_about_and_registered(wrapper, server, agent):
    served = server()
    ours = wrapper(
        "--name", "web", "--id", "web-1", "--port", served.port, "--", *served.command,
        consul=agent, environment={"SERVICE_CHECK_CMD": "/check"},
    )  # fmt: skip
    assert "warning" in ours.logs("SERVICE_CHECK_CMD")
    eventually(lambda: agent.is_passing("web-1"), what="registered and passing")


def test_variables_become_meta_only_if_requested(dry_run, agent):
    environment = {
        "SERVICE_REGION": "us2",
        "SERVICE_80_SNI": "on",
        "SERVICE_81_X": "y",
        "SERVICE_PASSWORD": "",
    }
    (silent,) = dry_run("--name", "web", "--port", "80", environment=environment)
    assert set(silent["Meta"]) <= {"managed-by", "container-id", "boot-id"}
    (told,) = dry_run(
        "--name", "web", "--port", "80", "--meta-from-env", "--no-meta", environment=environment
    )
    assert told["Meta"] == {"region": "us2", "sni": "on"}
    assert register(agent, told)["Meta"] == told["Meta"]


def test_several_ports_are_a_service_each(dry_run, agent):
    environment = {"SERVICE_NAME": "web", "SERVICE_PORT": "80,443", "SERVICE_443_NAME": "admin"}
    first, second = dry_run(environment=environment)
    assert [(body["Name"], body["Port"]) for body in (first, second)] == [("web-80", 80), ("admin", 443)]
    assert register(agent, first)["Service"] == "web-80"
    assert register(agent, second)["Service"] == "admin"
    assert len(agent.services()) == 2


# Who registered it, and where


def test_the_meta_names_the_registering_program_unless_disabled(dry_run):
    (body,) = dry_run("--name", "web")
    assert body["Meta"]["managed-by"] == "servicewrapper"
    (body,) = dry_run("--name", "web", "--meta", "managed-by=me")
    assert body["Meta"]["managed-by"] == "me"
    (body,) = dry_run("--name", "web", environment={"SERVICEWRAPPER_META": "false"})
    assert "Meta" not in body


def test_no_namespace_is_sent_unless_it_was_set(wrapper, server, agent, proxy):
    served, between = server(), proxy(agent)
    ours = wrapper("--name", "web", "--port", served.port, "--", *served.command, consul=between.address)
    ours.logs("registered")
    assert ours.stop() == 0
    assert between.times("/deregister/") and not between.times("ns=|partition=")


def test_a_consul_that_knows_no_namespaces_is_quoted(wrapper, server, agent, proxy):
    served, between = server(), proxy(agent)
    environment = {"CONSUL_NAMESPACE": "team a", "CONSUL_PARTITION": "east"}
    ours = wrapper(
        "--name", "web", "--id", "w", "--port", served.port, "--", *served.command,
        consul=between.address, environment=environment,
    )  # fmt: skip
    assert "amespace" in ours.logs(" 400") or "unknown field" in ours.logs(" 400")
    assert between.times("/v1/agent/service/w[?]ns=team a&partition=east")
    assert agent.service("w") is None and ours.is_running()


def test_namespace_and_partition_are_in_the_body(dry_run):
    (body,) = dry_run("--name", "web", environment={"CONSUL_NAMESPACE": "team", "CONSUL_PARTITION": "east"})
    assert (body["Namespace"], body["Partition"]) == ("team", "east")
