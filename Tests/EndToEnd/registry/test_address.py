"""The address that clients are sent to is one where they find it."""

import pytest

from ..networks import in_networks
from ..promises import ID, registered
from ..waiting import eventually

CONSUL, OURS, OTHER = "198.51.100.1", "198.51.100.2", "203.0.113.2"


def address(agent):
    return agent.service(ID)["Address"]


# On loopback


@pytest.mark.parametrize("host", ["[::1]", "localhost"])
def test_over_loopback_the_agent_s_own_address_is_used(run, server, own_agent, host):
    agent = own_agent(config='addresses { http = "127.0.0.1 ::1" }')
    ours = run(server(), f"{host}:{agent.http}")
    registered(ours, agent)
    assert address(agent) == ""
    assert agent.dig("web") == ["127.0.0.1"]
    assert ours.stop() == 0
    assert agent.service(ID) is None


@pytest.mark.parametrize("given", ["2001:db8::7", "::ffff:203.0.113.7"])
def test_an_ipv6_address_is_registered_as_it_is(run, server, agent, given):
    ours = run(server(), agent, "--address", given)
    registered(ours, agent)
    assert address(agent) == given
    assert f"[{given}]:" in ours.logs("registered")


def test_an_ipv6_address_is_found_by_dns(run, server, agent):
    ours = run(server(), agent, "--address", "2001:db8::7")
    registered(ours, agent)
    assert agent.dig("web", "AAAA") == ["2001:db8::7"]


def test_a_host_name_is_registered_unresolved(run, server, agent):
    ours = run(server(), agent, "--address", "web.example.test")
    registered(ours, agent)
    assert address(agent) == "web.example.test"
    assert "web.example.test." in agent.dig("web", "CNAME")


# With interfaces, of which one leads to Consul


@pytest.fixture
def outside(network, own_agent):
    """Where Consul is, and its agent."""
    there = network()
    there.add("consul0", f"{CONSUL}/32")
    there.agent = own_agent(prefix=there.prefix, unix_beside=CONSUL)
    return there


@pytest.fixture
def inside(network, outside):
    """Where we are. The interface that leads to Consul is the last by name, and the last that was made."""
    here = network()
    here.add("aaa0", f"{OTHER}/24")
    here.link("zzz0", f"{OURS}/24", outside, "inside0", "198.51.100.254/24")
    here.ip("route", "add", f"{CONSUL}/32", "via", "198.51.100.254")
    return here


@pytest.fixture
def run_inside(run, inside, outside):
    def start(served, *options, consul=f"{CONSUL}:{{}}"):
        return run(served, consul.format(outside.agent.http), *options, prefix=inside.prefix)

    return start


@in_networks
def test_auto_is_the_address_of_the_connection_to_consul(run_inside, server, outside):
    served = server()
    ours = run_inside(served)
    registered(ours, outside.agent)
    assert address(outside.agent) == OURS
    assert f" at {OURS}:{served.port} " in ours.logs("registered")
    assert ours.stop() == 0
    assert outside.agent.service(ID) is None


def move(inside):
    inside.ip("address", "add", "198.51.100.3/24", "dev", "zzz0")
    # The second address of a subnet goes with the first, unless told otherwise: again, then, with its route.
    inside.ip("address", "del", f"{OURS}/24", "dev", "zzz0")
    inside.ip("address", "replace", "198.51.100.3/24", "dev", "zzz0")
    inside.ip("route", "replace", f"{CONSUL}/32", "via", "198.51.100.254")


@in_networks
@pytest.mark.parametrize("wanted", ["auto", "interface:zzz0"])
def test_an_address_that_changes_is_followed_within_thirty_seconds(
    run_inside, server, outside, inside, wanted
):
    ours = run_inside(server(), "--ttl", "3s", "--address", wanted)
    registered(ours, outside.agent)
    move(inside)
    eventually(lambda: address(outside.agent) == "198.51.100.3", within=35, what="the new address")
    ours.logs("registered again")


@in_networks
def test_auto_is_determined_at_each_registration(run_inside, server, outside, inside):
    ours = run_inside(server(), "--ttl", "3s")
    registered(ours, outside.agent)
    move(inside)
    outside.agent.put(f"/v1/agent/service/deregister/{ID}")
    eventually(lambda: outside.agent.is_passing(ID), what="registered again")
    assert address(outside.agent) == "198.51.100.3"


@in_networks
@pytest.mark.parametrize("interface, expected", [("aaa0", OTHER), ("zzz0", OURS)])
def test_a_named_interface_gives_its_address(run_inside, server, outside, interface, expected):
    ours = run_inside(server(), "--address", f"interface:{interface}")
    registered(ours, outside.agent)
    assert address(outside.agent) == expected


@in_networks
@pytest.mark.parametrize("family, expected", [("", OTHER), (":inet", OTHER), (":inet6", "2001:db8::2")])
def test_an_interface_gives_the_address_of_the_family_that_was_asked_for(
    run_inside, server, outside, inside, family, expected
):
    inside.ip("address", "add", "2001:db8::2/64", "dev", "aaa0", "nodad")
    ours = run_inside(server(), "--address", f"interface:aaa0{family}")
    registered(ours, outside.agent)
    assert address(outside.agent) == expected


@in_networks
def test_an_interface_without_the_family_is_waited_for(run_inside, server, outside, inside):
    ours = run_inside(server(), "--address", "interface:aaa0:inet6", "--ttl", "3s")
    ours.logs("no address")
    assert outside.agent.service(ID) is None
    inside.ip("address", "add", "2001:db8::2/64", "dev", "aaa0", "nodad")
    registered(ours, outside.agent)


@in_networks
def test_an_interface_that_comes_later_is_waited_for(run_inside, server, outside, inside):
    served = server()
    ours = run_inside(served, "--address", "interface:late0", "--ttl", "3s")
    served.event("accepting")
    ours.logs("no address")
    assert outside.agent.service(ID) is None
    # Renamed, so that it has its address from the first on.
    inside.add("early0", "203.0.113.9/24")
    inside.ip("link", "set", "early0", "down")
    inside.ip("link", "set", "early0", "name", "late0", "up")
    registered(ours, outside.agent)
    assert address(outside.agent) == "203.0.113.9"
    assert len(ours.lines("no address")) == 1


@in_networks
def test_over_a_unix_socket_the_agent_s_own_address_is_used(run_inside, server, outside):
    ours = run_inside(server(), consul=f"unix://{outside.agent.unix_path}")
    registered(ours, outside.agent)
    assert address(outside.agent) == ""
