"""What takes minutes; see aged.py, where all of it is begun."""

from ..waiting import eventually
from .aged import TTL

# Consul's own: the floor of DeregisterCriticalServiceAfter, and how often its reaper looks.
FLOOR, REAPER = 60, 30
# The rest is for a busy machine.
SLACK = 3
A_BEAT, A_TTL = 1, int(TTL.removesuffix("s"))


def test_without_checks_a_lost_registration_is_restored_within_thirty_seconds(aged):
    assert aged.unchecked.when(["unchecked-1"], within=35) <= 30 + 0.6
    assert aged.unchecked.last() == ["unchecked-1"]
    assert len(aged.unchecked_wrapper.lines("again")) == 1, aged.unchecked_wrapper.log


def test_a_corrected_token_is_read_within_a_minute_and_no_request_is_sent_before(aged):
    assert aged.late.when(True, within=70) <= 60 + SLACK
    asked = aged.asked.times("")
    early = [when for when in asked if when - asked[0] < 50]
    assert len(early) <= 2, "who has our ID, and the registration; then a minute's pause"
    assert len(aged.late_wrapper.lines(" 403")) == 1, aged.late_wrapper.log
    eventually(lambda: aged.late_wrapper.lines("registered"), what="a line about it")


def test_a_killed_wrapper_leaves_dns_with_the_ttl_and_the_catalog_soon_after(aged):
    assert aged.killed.when((["killed-1"], False), within=20) <= A_TTL + SLACK
    reaped = aged.killed.when(([], False), within=A_TTL + FLOOR + REAPER + 10)
    assert FLOOR <= reaped <= A_TTL + FLOOR + REAPER + SLACK
    assert aged.killed.last() == ([], False)


def test_an_unhealthy_service_leaves_dns_with_a_heartbeat_and_stays_listed(aged):
    out = ({"alive": "passing", "ready": "critical"}, [])
    assert aged.sick.when(out, within=20) <= A_BEAT + SLACK
    # Longer than the reaper takes at the most.
    eventually(lambda: aged.sick.age > 125, within=125, every=0.2)
    assert aged.sick.last() == out
    since = next(when for when, what in aged.sick.seen if what == out)
    assert all(what == out for when, what in aged.sick.seen if when >= since), aged.sick.seen
    assert aged.sick_wrapper.is_running()
