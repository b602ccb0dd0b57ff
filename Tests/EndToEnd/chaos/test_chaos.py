"""The campaign, bounded; and that it finds what is wrong."""

import os

import pytest

from .campaign_process import campaign
from .plan_generator import generate_plan

_CAMPAIGN = f"{__package__}.campaign"
# From the environment, if set.
SEED, RUNS = os.environ.get("CHAOS_SEED", "ci"), os.environ.get("CHAOS_RUNS", "1000")
# Seconds: a run takes 0.3 on a busy machine.
LONGEST = max(900, int(RUNS))
# As many as it takes to find each variant.
RUNS_OF_EACH_VARIANT = "12"

pytestmark = [
    pytest.mark.root,
    pytest.mark.needs("consul", "curl", "tini", "ip"),
    pytest.mark.timeout(LONGEST),
]


def test_a_plan_is_a_function_of_its_seed_and_number():
    plans = [str(generate_plan("any", number)) for number in range(500)]
    assert plans == [str(generate_plan("any", number)) for number in range(500)]
    assert len(set(plans)) == 500


def test_a_thousand_random_runs_break_no_promise(record_property):
    status, output = campaign(_CAMPAIGN, "--seed", SEED, "--runs", RUNS, within=LONGEST)
    record_property("chaos", output.splitlines()[-5:])
    assert status == 0, output


def test_the_campaign_finds_every_broken_wrapper(record_property):
    status, output = campaign(
        _CAMPAIGN, "--seed", "spoilt", "--runs", RUNS_OF_EACH_VARIANT, "--broken", within=LONGEST
    )
    record_property("broken variants", output.splitlines())
    assert status == 0, output
