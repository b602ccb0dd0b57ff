"""The campaign, bounded; and that it finds what is wrong."""

import os

import pytest

from .launching import campaign
from .plan_generator import draw

_CAMPAIGN = f"{__package__}.campaign"
# Anybody's to choose.
SEED, RUNS = os.environ.get("CHAOS_SEED", "ci"), os.environ.get("CHAOS_RUNS", "1000")
# Seconds: a run takes 0.3 on a busy machine.
LONGEST = max(900, int(RUNS))
# As many as it takes for each spoiler to be found.
SPOILT = "12"

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("consul", "curl", "tini", "ip"),
    pytest.mark.timeout(LONGEST),
]


def test_a_plan_is_a_function_of_its_seed_and_number():
    plans = [str(draw("any", number)) for number in range(500)]
    assert plans == [str(draw("any", number)) for number in range(500)]
    assert len(set(plans)) == 500


def test_no_promise_is_broken_in_a_thousand_random_runs(record_property):
    status, said = campaign(_CAMPAIGN, "--seed", SEED, "--runs", RUNS, within=LONGEST)
    record_property("chaos", said.splitlines()[-5:])
    assert status == 0, said


def test_every_wrapper_that_breaks_a_promise_is_found(record_property):
    status, said = campaign(_CAMPAIGN, "--seed", "spoilt", "--runs", SPOILT, "--spoilt", within=LONGEST)
    record_property("spoilt", said.splitlines())
    assert status == 0, said
