"""A token that is replaced in its file is used from the next connection on."""

from ..promises import ID, registered
from ..waiting import eventually

TTL, HEARTBEAT = "3s", 1.0
WRITE_WEB = 'service "web" { policy = "write" }'


def accessor(agent, secret):
    tokens = agent.get("/v1/acl/tokens")
    return next(
        one["AccessorID"]
        for one in tokens
        if agent.get(f"/v1/acl/token/{one['AccessorID']}")["SecretID"] == secret
    )


def test_a_token_replaced_before_it_is_revoked_keeps_the_service_passing(
    run, server, denying_agent, proxy, tmp_path
):
    old, new = denying_agent.token_for(WRITE_WEB, "old"), denying_agent.token_for(WRITE_WEB, "new")
    file = tmp_path / "token"
    file.write_text(old)
    counting = proxy(denying_agent)
    ours = run(server(), counting, "--ttl", TTL, "--token-file", file)
    registered(ours, denying_agent)

    # As a mounted secret changes: another file takes the name.
    (tmp_path / "next").write_text(new + "\n")
    (tmp_path / "next").rename(file)
    status, body = denying_agent.request("DELETE", f"/v1/acl/token/{accessor(denying_agent, old)}")
    assert status == 200, body
    before = len(counting.times(":alive"))

    def has_beaten():
        assert denying_agent.is_passing(ID), ours.log
        return len(counting.times(":alive")) >= before + 5

    eventually(has_beaten, within=10, what="heartbeats for longer than the TTL")
    assert ours.stop() == 0
    assert denying_agent.service(ID) is None
    assert not ours.lines(" 403") and old not in ours.log and new not in ours.log


def test_a_token_file_that_is_missing_for_a_while_is_reported_once_and_does_no_harm(
    run, server, denying_agent, tmp_path
):
    file = tmp_path / "token"
    secret = denying_agent.token_for(WRITE_WEB)
    file.write_text(secret)
    ours = run(server(status=3), denying_agent, "--ttl", TTL, "--token-file", file, "--log-level", "debug")
    registered(ours, denying_agent)
    tries = len(ours.lines("asking Consul"))
    file.unlink()
    eventually(lambda: len(ours.lines("asking Consul")) >= tries + 2, within=5, what="heartbeats without it")
    file.write_text(secret)
    eventually(lambda: denying_agent.is_passing(ID), within=HEARTBEAT + 0.6, what="passing")
    assert len(ours.lines("warning")) + len(ours.lines("error")) <= 1, ours.log
    assert ours.stop() == 3
    assert denying_agent.service(ID) is None


def test_the_service_has_the_new_token_before_the_old_one_is_revoked(run, server, denying_agent, tmp_path):
    """The agent tells the servers with the token of the registration: once that is deleted, nothing that it is told
    later reaches the catalog."""
    agent, file = denying_agent, tmp_path / "token"
    old, new = agent.token_for(WRITE_WEB, "old"), agent.token_for(WRITE_WEB, "new")
    file.write_text(old)
    served = server()
    ours = run(served, agent, "--ttl", TTL, "--token-file", file)
    registered(ours, agent)
    eventually(lambda: agent.in_catalog("web"), what="in the catalog")
    file.write_text(new)
    ours.logs("a new token")
    eventually(lambda: agent.is_passing(ID), what="registered again")
    status, body = agent.request("DELETE", f"/v1/acl/token/{accessor(agent, old)}")
    assert status == 200, body
    assert ours.stop() == 0
    eventually(lambda: agent.in_catalog("web") == [], within=5, what="gone from the catalog")
