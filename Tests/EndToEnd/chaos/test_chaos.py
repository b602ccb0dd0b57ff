"""The campaign, bounded; and that it finds what is wrong."""

import os

import pytest

from campaign import run_campaign
from drawing import draw
from spoiling import SPOILERS, spoilt

pytestmark = [pytest.mark.root, pytest.mark.needs("consul", "curl", "tini")]

# Anybody's to choose.
SEED, RUNS = os.environ.get("CHAOS_SEED", "ci"), int(os.environ.get("CHAOS_RUNS", "1000"))
# As many as it takes for each spoiler to be found several times.
SPOILT = 12


def test_a_plan_is_a_function_of_its_seed_and_number():
    plans = [str(draw("any", number)) for number in range(500)]
    assert plans == [str(draw("any", number)) for number in range(500)]
    assert len(set(plans)) == 500


def test_no_promise_is_broken_in_a_thousand_random_runs(record_property):
    said = []
    campaign = run_campaign([draw(SEED, number) for number in range(1, RUNS + 1)], said.append)
    record_property("chaos", said[-3:])
    assert not campaign.failed, "\n".join(said)


def test_every_wrapper_that_breaks_a_promise_is_found():
    campaign = run_campaign(spoilt("spoilt", SPOILT), lambda line: None)
    assert {plan.spoiler for plan, _ in campaign.failed} == set(SPOILERS)
