"""What fifty of us say to an agent is what the whole cluster knows, through the loss of its leader too."""

from ..waiting import eventually

COUNT = 50
# A new leader, what the agent was told meanwhile, and its own next attempt to pass that on.
CONVERGES = 35


def is_told(ours):
    return bool(ours.lines("registered"))


def test_the_catalog_matches_the_running_services_after_the_leader_was_killed(wrapper, cluster):
    servers = cluster(clients=1)
    agent = servers.clients[0]
    running = {}

    def start(numbers):
        for number in numbers:
            options = ["--name", "web", "--id", f"web-{number}", "--ttl", "6s"]
            running[f"web-{number}"] = wrapper(*options, "--", "sleep", "600", consul=agent)

    def stop(numbers):
        for number in numbers:
            stopped.append(running.pop(f"web-{number}"))
            stopped[-1].process.terminate()

    # A third of them beat, a third register and a few stop when the leader is lost; the rest comes after.
    stopped = []
    start(range(20))
    eventually(lambda: all(map(is_told, running.values())), within=20, what="twenty to be registered")
    start(range(20, 35))
    stop(range(5))
    leader = servers.leader()
    leader.kill()
    stop(range(5, 10))
    start(range(35, COUNT))
    remaining = next(server for server in servers.servers if server.is_running())
    eventually(remaining.works, within=20, what="a new leader")
    stop(range(10, 15))
    assert [one.wait() for one in stopped] == [128 + 15] * len(stopped)

    def catalog():
        passing = remaining.get("/v1/health/service/web?passing") or []
        listed = remaining.in_catalog("web") or []
        return sorted(entry["ServiceID"] for entry in listed), sorted(one["Service"]["ID"] for one in passing)

    expected = sorted(running)
    eventually(lambda: catalog() == (expected, expected), within=CONVERGES, every=0.1, what="agreement")
    assert all(one.is_running() for one in running.values())
    assert len(agent.services()) == len(running) == COUNT - 15
