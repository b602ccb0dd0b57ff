"""Who registers says so, for whoever cleans up from outside; and tells itself from another that has its ID."""

from ..promises import ID, registered
from ..waiting import always, eventually

OTHER = {"managed-by": "servicewrapper", "container-id": "4f2a" * 16, "boot-id": "another"}


def test_the_meta_names_the_registering_program_and_the_boot(run, server, agent):
    ours = run(server(), agent, "--meta", "version=1")
    registered(ours, agent)
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as boot:
        expected = {"managed-by": "servicewrapper", "boot-id": boot.read().strip(), "version": "1"}
    meta = agent.service(ID)["Meta"]
    # Where the tests run in a container themselves, its ID is there as well.
    meta.pop("container-id", None)
    assert meta == expected


def test_no_meta_leaves_it_out(run, server, agent):
    ours = run(server(), agent, "--no-meta", "--meta", "version=1")
    registered(ours, agent)
    assert agent.service(ID)["Meta"] == {"version": "1"}


def test_an_entry_of_another_program_is_reported_and_kept_until_we_are_ready(run, server, agent):
    other = {"Name": "web", "ID": ID, "Port": 1, "Meta": OTHER}
    other["Checks"] = [{"CheckID": f"{ID}:ready", "Name": "ready", "TTL": "1m", "Status": "passing"}]
    agent.put("/v1/agent/service/register", other)
    served = server(late=True)
    ours = run(served, agent)
    ours.logs(f"{ID} is registered by container 4f2a4f2a4f2a as well")
    always(lambda: agent.statuses(ID) == {"ready": "passing"}, during=0.5, what="untouched")
    served.open_port()
    registered(ours, agent)
    assert agent.service(ID)["Port"] == served.port


def test_an_entry_of_another_program_survives_our_end_before_we_are_ready(run, server, agent):
    agent.put("/v1/agent/service/register", {"Name": "web", "ID": ID, "Port": 1, "Meta": OTHER})
    served = server(late=True)
    ours = run(served, agent)
    ours.logs("as well")
    served.event("started")
    assert ours.stop() == 0
    assert agent.service(ID)["Port"] == 1


def test_our_own_earlier_entry_is_recognized_by_its_meta(run, server, agent):
    first = run(server(), agent)
    registered(first, agent)
    first.kill()
    eventually(lambda: agent.statuses(ID) == {"alive": "passing", "ready": "passing"}, what="left behind")
    again = run(server(late=True), agent)
    eventually(lambda: agent.statuses(ID)["ready"] == "critical", what="out of DNS at once")
    assert not again.lines("as well")


def compared(agent, until, what):
    """What is compared every 30 s, a tenth earlier at most; some seconds more for a busy machine."""
    eventually(until, within=40, what=what, every=0.1)


def test_an_entry_overwritten_by_another_client_is_restored(run, server, agent):
    served = server()
    ours = run(served, agent, "--ttl", "3s")
    registered(ours, agent)
    agent.put("/v1/agent/service/register", {"Name": "web", "ID": ID, "Port": 1, "Address": "192.0.2.9"})
    compared(agent, lambda: agent.service(ID)["Port"] == served.port, "our port again")
    assert agent.service(ID)["Address"] == ""
    assert ours.lines("otherwise")


def test_an_overwritten_instance_reports_it_and_neither_renews_nor_deregisters_the_entry(run, server, agent):
    ours = run(server(), agent, "--ttl", "3s")
    registered(ours, agent)
    other = {"Name": "web", "ID": ID, "Port": 1, "Meta": OTHER}
    agent.put("/v1/agent/service/register", other)
    compared(agent, lambda: ours.lines("is registered by container 4f2a4f2a4f2a as well"), "a warning")
    # Nobody updates the other's checks from now on.
    eventually(
        lambda: agent.statuses(ID)["alive"] == "critical", within=8, what="critical as nobody is there"
    )
    assert ours.stop() == 0
    assert agent.service(ID)["Port"] == 1
