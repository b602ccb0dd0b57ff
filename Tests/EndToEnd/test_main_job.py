"""The main job: found in Consul while it serves, and gone before it stops."""

import json
import os
import re
import signal
import subprocess
from itertools import pairwise

import pytest

from .ports import free_port
from .waiting import always, eventually

ID = "web-1"


@pytest.fixture
def run(wrapper, agent):
    """Starts a server under servicewrapper as service `web` with the ID `web-1`, on the shared agent."""

    def start(served, *options, consul=agent, port=True, **how):
        ports = ["--port", served.port] if port and served.port else []
        return wrapper(
            "--name", "web", "--id", ID, *ports, *options, "--", *served.command, consul=consul, **how
        )

    return start


def ask_about_us(agent):
    return f"{agent.address}/v1/agent/service/{ID}"


def wait_until_passing(agent, within=5.0):
    eventually(lambda: agent.is_passing(ID), within, f"{ID} registered and passing")


# Registered


def test_the_registration_has_the_given_tags_and_meta(run, server, agent):
    served = server()
    run(served, "--tag", "primary", "--tag", "a,b", "--meta", "version=1.2", "--meta", "Zone=east=1")
    wait_until_passing(agent)

    service = agent.service(ID)
    assert (service["Service"], service["ID"], service["Port"]) == ("web", ID, served.port)
    assert service["Tags"] == ["primary", "a,b"]
    assert service["Meta"].items() >= {"version": "1.2", "Zone": "east=1"}.items()
    assert service["Address"] == "", "an agent on loopback knows its own address better"


def test_two_checks_pass_from_the_start_and_describe_themselves(run, server, agent):
    run(server())
    wait_until_passing(agent)

    checks = agent.checks(ID)
    assert set(checks) == {f"{ID}:alive", f"{ID}:ready"}
    assert all(check["Type"] == "ttl" for check in checks.values())
    # With the first update, which follows the registration at once.
    eventually(
        lambda: all(check["Output"] for check in agent.checks(ID).values()), what="an output of each check"
    )


def test_dns_finds_its_address_and_its_port(run, server, agent):
    served = server()
    run(served)
    wait_until_passing(agent)

    assert agent.dig("web") == ["127.0.0.1"]
    assert agent.dig("web", "SRV") == [f"1 1 {served.port} {agent.node}.node.dc1.consul."]


def test_it_is_registered_only_once_its_port_accepts(run, server, agent):
    served = server(late=True)
    run(served)
    served.event("started")
    always(lambda: agent.service(ID) is None, during=0.5, what="not registered while its port is closed")

    served.open_port()
    wait_until_passing(agent)


def test_the_id_is_the_same_for_every_life_of_a_container(wrapper, server, agent):
    served = server()
    expected = f"web-{os.uname().nodename}-{served.port}"
    for _ in range(2):
        ours = wrapper("--name", "web", "--port", served.port, "--", *served.command, consul=agent)
        eventually(lambda: agent.service(expected), what=f"a service {expected}")
        ours.kill()
    assert list(agent.services()) == [expected]


def test_the_environment_sets_options_and_flags_override_it(wrapper, server, agent):
    served = server()
    environment = {"SERVICE_NAME": "web", "SERVICE_ID": "lost", "SERVICE_PORT": str(served.port)}
    environment |= {
        "SERVICE_TAGS": r"a,b\,c",
        "SERVICE_META_VERSION": "1.2",
        "CONSUL_HTTP_ADDR": agent.address,
    }
    wrapper("--id", ID, "--", *served.command, environment=environment)
    wait_until_passing(agent)

    service = agent.service(ID)
    assert (service["Service"], service["Port"], service["Tags"]) == ("web", served.port, ["a", "b,c"])
    assert service["Meta"]["version"] == "1.2"


def test_the_advertised_port_is_registered_and_the_other_is_probed(run, server, agent):
    served = server()
    run(served, "--advertise-port", 16379)
    wait_until_passing(agent)
    assert agent.service(ID)["Port"] == 16379


def test_the_given_address_is_registered(run, server, agent):
    run(server(), "--address", "192.0.2.7")
    wait_until_passing(agent)
    assert agent.service(ID)["Address"] == "192.0.2.7"
    assert agent.dig("web") == ["192.0.2.7"]


def test_without_a_port_it_is_registered_at_once(run, server, agent):
    run(server(port=None))
    wait_until_passing(agent)
    assert agent.service(ID)["Port"] == 0


def test_with_ready_none_it_is_registered_at_once(run, server, agent):
    served = server(late=True)
    run(served, "--ready", "none")
    wait_until_passing(agent)
    assert agent.service(ID)["Port"] == served.port
    assert served.events("accepting") == []


def test_with_ttl_0s_there_are_no_checks(run, server, agent):
    run(server(), "--ttl", "0s")
    eventually(lambda: agent.service(ID), what="registered")
    assert agent.checks(ID) == {}


def test_with_no_register_consul_gets_no_request(run, server, fake_consul):
    served, consul = server(), fake_consul()
    ours = run(served, "--no-register", consul=consul)
    served.event("accepting")
    always(lambda: consul.accepted == 0, during=0.5, what="no connection to Consul")
    assert ours.stop() == 0
    assert consul.accepted == 0


def test_consul_is_reached_through_a_unix_socket(run, server, own_agent):
    agent = own_agent(unix_beside="127.0.0.1")
    ours = run(server(), consul=f"unix://{agent.unix_path}")
    wait_until_passing(agent)
    assert agent.service(ID)["Address"] == ""
    assert ours.stop() == 0
    assert agent.service(ID) is None


@pytest.mark.root
@pytest.mark.needs("unshare", "nsenter", "ip")
def test_the_address_is_that_of_our_own_connection_to_consul(run, server, own_agent):
    network = 'ip link set lo up && ip address add 192.0.2.1/24 dev lo && exec "$@"'
    agent = own_agent(prefix=["unshare", "-n", "sh", "-c", network, "sh"], unix_beside="192.0.2.1")
    inside = ["nsenter", f"--net=/proc/{agent.pid}/ns/net"]
    run(server(), consul=f"192.0.2.1:{agent.http}", prefix=inside)
    wait_until_passing(agent)
    assert agent.service(ID)["Address"] == "192.0.2.1"


# Kept true


def test_both_checks_are_updated_every_third_of_the_ttl(run, server, agent, proxy):
    counting = proxy(agent)
    run(server(), "--ttl", "3s", consul=counting)
    wait_until_passing(agent)
    always(lambda: agent.is_passing(ID), during=4.5, what="passing, for longer than the TTL")

    for check in ("alive", "ready"):
        # The first came with the registration.
        beats = counting.times(f"^/v1/agent/check/.*/{ID}:{check}")
        gaps = [later - earlier for earlier, later in pairwise(beats)]
        assert 4 <= len(beats) <= 6, f"{check}: {beats}"
        assert all(0.7 < gap < 1.3 for gap in gaps[1:]), f"{check}: {gaps}"


def test_a_closed_port_leaves_dns_while_the_alive_check_passes_and_returns(run, server, agent):
    served = server()
    run(served, "--ttl", "3s")
    wait_until_passing(agent)

    served.close_port()
    sick = {"alive": "passing", "ready": "critical"}
    eventually(lambda: agent.statuses(ID) == sick, within=2, what="critical within a third of the TTL")
    assert agent.dig("web") == []

    served.open_port()
    eventually(lambda: agent.is_passing(ID), within=2, what="passing within a third of the TTL")


@pytest.mark.parametrize("checks", [(), ("--ttl", "0s")], ids=["with-checks", "without"])
def test_a_stale_entry_leaves_dns_before_we_are_ready_and_is_replaced_afterwards(run, server, agent, checks):
    killed = run(server(), *checks)
    eventually(lambda: agent.dig("web"), what="found by DNS")
    killed.kill()
    assert agent.dig("web"), "docker kill leaves it behind"

    served = server(late=True)
    ours = run(served, *checks)
    eventually(lambda: not agent.dig("web"), within=1, what="out of DNS")
    if not checks:
        assert agent.statuses(ID)["ready"] == "critical"
    served.open_port()
    eventually(lambda: agent.dig("web"), what="found by DNS again")
    assert [service["ServicePort"] for service in agent.in_catalog("web")] == [served.port]
    if not checks:
        wait_until_passing(agent)
        ours.logs("replac")


# Stopped


@pytest.mark.parametrize("stop", ["TERM", "INT"])
def test_the_service_is_deregistered_before_the_process_gets_the_stop_signal(run, server, agent, stop):
    served = server(ask=ask_about_us(agent))
    ours = run(served)
    wait_until_passing(agent)

    ours.send(getattr(signal, f"SIG{stop}"))
    assert ours.wait() == 0
    assert served.signal(stop)["consul"] == 404
    assert agent.service(ID) is None
    assert agent.in_catalog("web") == []


def test_a_status_after_a_stop_is_the_process_s_own(run, server, agent):
    ours = run(server(status=9))
    wait_until_passing(agent)
    assert ours.stop() == 9


@pytest.mark.parametrize("status", [0, 7, 124, 125, 255, 128 + 9, 128 + 15])
def test_the_process_s_own_end_deregisters_and_keeps_the_status(run, server, agent, status):
    ours = run(server(ask=ask_about_us(agent), exit=status))
    assert ours.wait() == status
    ours.logs("registered")
    assert agent.service(ID) is None


def test_other_signals_are_forwarded_and_it_stays_registered(run, server, agent):
    served = server()
    ours = run(served)
    wait_until_passing(agent)
    for name in ("HUP", "WINCH", "USR1"):
        ours.send(getattr(signal, f"SIG{name}"))
        served.signal(name)
    assert agent.is_passing(ID)
    assert ours.is_running()


def test_the_stop_signal_is_the_image_s(run, server, agent):
    served = server(ask=ask_about_us(agent), ignore="TERM")
    ours = run(served, "--stop-signal", "QUIT")
    wait_until_passing(agent)

    ours.send(signal.SIGTERM)
    assert served.signal("TERM")["consul"] == 200, "TERM is not a stop here"
    ours.send(signal.SIGQUIT)
    assert served.signal("QUIT")["consul"] == 404
    assert ours.wait() == 0


def test_the_drain_delays_the_stop_signal_after_the_deregistration(run, server, agent):
    served = server()
    ours = run(served, "--drain", "600ms")
    wait_until_passing(agent)

    sent = ours.send(signal.SIGTERM)
    eventually(lambda: agent.service(ID) is None, within=0.4, what="deregistered at once")
    assert served.signals() == []
    assert 0.6 <= served.signal("TERM")["at"] - sent < 0.95
    assert ours.wait() == 0


def test_a_second_stop_signal_skips_the_drain(run, server, agent):
    served = server()
    ours = run(served, "--drain", "30s")
    wait_until_passing(agent)

    ours.send(signal.SIGTERM)
    eventually(lambda: agent.service(ID) is None, what="deregistered")
    sent = ours.send(signal.SIGTERM)
    assert served.signal("TERM")["at"] - sent < 0.1
    assert ours.wait() == 0


def test_the_stop_timeout_kills_a_process_that_ignores_the_signal(run, server, agent):
    served = server(ignore="TERM")
    ours = run(served, "--stop-timeout", "300ms")
    wait_until_passing(agent)

    ours.send(signal.SIGTERM)
    status, ended = ours.wait_until_ended(within=2)
    assert status == 137
    # Counted from the forwarding, which the server notes a little later.
    assert 0.28 <= ended - served.signal("TERM")["at"] < 0.6


def test_the_stop_timeout_delays_no_process_that_ends(run, server, agent):
    served = server()
    ours = run(served, "--stop-timeout", "30s")
    wait_until_passing(agent)
    sent = ours.send(signal.SIGTERM)
    assert ours.wait_until_ended()[1] - sent < 0.5


def test_a_process_that_never_becomes_ready_is_stopped_with_124(run, server, agent):
    served = server(late=True)
    ours = run(served, "--ready-timeout", "300ms")
    assert ours.wait(within=2) == 124
    assert served.signals()[0] == "TERM"
    assert agent.service(ID) is None


# What one sees


def test_the_log_has_a_line_for_each_step(run, server, agent):
    ours = run(server())
    ours.logs("registered")
    assert ours.stop() == 0

    story = ["started ", f"registered {ID} ", f"SIGTERM: deregistered {ID} ", " exited status=0"]
    assert len(ours.lines()) == len(story), ours.log
    for line, part in zip(ours.lines(), story):
        assert part in line
    assert ours.output == [], "standard output is the process's own"


def test_every_line_of_the_json_log_is_json(run, server, agent):
    ours = run(server(), "--log-format", "json")
    eventually(lambda: '"registered ' in ours.log, what="a line about the registration")
    assert ours.stop() == 0
    lines = [json.loads(line) for line in ours.log.splitlines()]
    assert len(lines) == 4 and all(isinstance(line, dict) for line in lines)


def test_the_log_level_suppresses_lower_levels(run, server, agent):
    ours = run(server(), "--log-level", "error")
    wait_until_passing(agent)
    assert ours.stop() == 0
    assert ours.log == ""


def test_the_dry_run_prints_what_would_be_registered_and_starts_nothing(run, server, agent, tmp_path):
    served = server()
    secret = tmp_path / "token"
    secret.write_text("d2f5a1b0-secret\n")
    what = ["--tag", "primary", "--meta", 'quote="\\ü', "--ttl", "3s"]
    dry = run(
        served, *what, "--dry-run", "--token-file", secret, environment={"CONSUL_HTTP_TOKEN": "f00-secret"}
    )
    assert dry.wait() == 0
    assert "secret" not in "".join(map(bytes.decode, dry.output)) + dry.log
    assert served.events() == [] and agent.services() == {}
    said = json.loads(b"".join(dry.output))

    run(served, *what)
    wait_until_passing(agent)
    service = agent.service(ID)
    assert (said["ID"], said["Name"], said["Port"]) == (service["ID"], service["Service"], service["Port"])
    assert (said["Tags"], said["Meta"]) == (service["Tags"], service["Meta"])
    assert said.get("Address", "") == service["Address"]
    has = {check["CheckID"]: check["Name"] for check in agent.checks(ID).values()}
    assert {check["CheckID"]: check["Name"] for check in said["Checks"]} == has


def test_only_the_alive_check_has_deregister_after(run, server):
    dry = run(server(), "--dry-run", "--ttl", "3s", "--deregister-after", "2m")
    assert dry.wait() == 0
    checks = {check["CheckID"]: check for check in json.loads(b"".join(dry.output))["Checks"]}
    assert re.fullmatch("2m(0s)?|120s", checks[f"{ID}:alive"]["DeregisterCriticalServiceAfter"])
    assert not checks[f"{ID}:ready"].get("DeregisterCriticalServiceAfter")
    assert {check["TTL"] for check in checks.values()} == {"3s"}


@pytest.mark.parametrize("question", ["--help", "--version"])
def test_help_and_version_are_on_standard_output(wrapper, question):
    asked = wrapper(question)
    assert asked.wait() == 0
    assert b"".join(asked.output).strip() and asked.log == ""


# A real one


@pytest.mark.needs("redis-server", "redis-cli")
def test_redis_is_in_dns_answers_and_is_deregistered(wrapper, agent, tmp_path):
    port = str(free_port())
    redis = ["redis-server", "--port", port, "--save", "", "--dir", tmp_path]
    ours = wrapper("--name", "redis", "--port", port, "--", *redis, consul=agent)
    eventually(lambda: agent.dig("redis"), what="found by DNS")
    ping = subprocess.run(["redis-cli", "-p", port, "ping"], capture_output=True, timeout=5, check=True)
    assert ping.stdout == b"PONG\n"

    assert ours.stop() == 0
    assert agent.dig("redis") == [] and agent.in_catalog("redis") == []
