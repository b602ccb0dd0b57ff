"""The picture of the README: what was recorded is what we promise, and what is drawn is what was recorded."""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from .repository import ROOT
from .wrapper import SERVICEWRAPPER

RECORD, PICTURE = ROOT / "docs/timeline.json", ROOT / "docs/timeline.svg"
CONSUL = ("dns", "agent", "catalog")


def run(*arguments, within=30, path=os.environ["PATH"]):
    command = [sys.executable, "-m", "tools.timeline", *map(str, arguments)]
    environment = {**os.environ, "SERVICEWRAPPER": SERVICEWRAPPER, "PATH": str(path)}
    options = {"capture_output": True, "text": True, "timeout": within, "check": True}
    return subprocess.run(command, cwd=ROOT, env=environment, **options).stdout


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORD.read_text(encoding="utf-8"))


@pytest.fixture
def drawn(tmp_path):
    """Draws the committed record somewhere else: the picture's file, and what the terminal shows."""
    (tmp_path / RECORD.name).write_bytes(RECORD.read_bytes())
    shown = run("--draw", "--folder", tmp_path)
    return tmp_path / PICTURE.name, shown


def span(case, kind):
    return case["spans"][kind]


def signalled(case):
    return case["signals"][0]["at"]


# The record


def test_each_is_registered_when_it_accepts(recorded):
    for name, case in recorded["cases"].items():
        for kind in CONSUL:
            assert span(case, kind)["from"]["by"] > span(case, "accepts")["from"]["after"], (name, kind)


def test_a_service_that_only_registers_itself_stays_listed_when_stopped(recorded):
    case = recorded["cases"]["naive-stop"]
    assert span(case, "accepts")["to"]["by"] - signalled(case) < 1_000
    assert case["watched_until"] - signalled(case) > 60_000
    assert [span(case, kind)["to"] for kind in CONSUL] == [None, None, None]


@pytest.mark.parametrize("name", ["stop", "deaf-stop"])
def test_a_stop_is_out_of_consul_before_the_process_stops_accepting(recorded, name):
    case = recorded["cases"][name]
    for kind in CONSUL:
        assert signalled(case) < span(case, kind)["to"]["by"] < span(case, "accepts")["to"]["after"], kind


def test_a_process_that_ignores_the_stop_is_killed_after_docker_s_grace_period(recorded):
    case, grace = recorded["cases"]["deaf-stop"], recorded["settings"]["grace"] * 1_000
    term, kill = case["signals"]
    assert (term["name"], kill["name"]) == ("SIGTERM", "SIGKILL")
    assert grace <= kill["at"] - term["at"] < grace + 100
    assert span(case, "accepts")["to"]["by"] > kill["at"]


def test_a_killed_service_leaves_dns_within_the_ttl_and_is_removed_later(recorded):
    case, settings = recorded["cases"]["kill"], recorded["settings"]
    ttl, reap = settings["ttl"] * 1_000, settings["deregister_after"] * 1_000
    out, dropped = span(case, "dns")["to"]["by"], span(case, "catalog")["to"]["by"]
    assert span(case, "accepts")["to"]["by"] < signalled(case) + 100
    assert signalled(case) + ttl / 2 < out < signalled(case) + ttl + 200
    assert span(case, "critical")["from"]["after"] <= out
    assert out + reap - 200 < dropped < out + reap + 31_000


def watched_kill_is_gone(case, ttl, within):
    """In milliseconds; before the TTL could have run out, two thirds of which are left at least."""
    assert [signal["name"] for signal in case["signals"]] == ["SIGKILL"]
    for kind in CONSUL:
        out = span(case, kind)["to"]["by"] - signalled(case)
        assert 0 < out < min(within, ttl * 1_000 / 2), kind
        assert span(case, kind)["to"]["by"] > span(case, "accepts")["to"]["after"], kind


def test_a_killed_service_is_gone_within_a_second_if_its_host_has_a_watcher(recorded):
    watched_kill_is_gone(recorded["cases"]["kill-watched"], recorded["settings"]["ttl"], within=1_000)


# The picture


def test_the_committed_picture_matches_the_committed_record(drawn):
    assert drawn[0].read_text(encoding="utf-8") == PICTURE.read_text(encoding="utf-8")


def test_the_picture_is_well_formed_and_describes_itself(recorded):
    picture = xml.etree.ElementTree.parse(PICTURE).getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert picture.tag == f"{svg}svg" and picture.get("role") == "img"
    said = " ".join(picture.itertext())
    for version in (*recorded["versions"].values(), recorded["recorded"]):
        assert version in said
    about = {picture.find(f"{svg}{tag}").get("id") for tag in ("title", "desc")}
    assert set(picture.get("aria-labelledby").split()) == about


def test_both_drawings_say_the_same(drawn):
    """The sentences and the numbers, however they are broken into lines."""
    picture = xml.etree.ElementTree.parse(drawn[0]).getroot()
    said = next(child.text for child in picture if child.tag.endswith("desc"))
    shown = " ".join(drawn[1].split())
    for sentence in re.findall(r"(?:Out of|Nothing|The entry stays)[^✓]*?\.(?= docker|$)", said):
        assert sentence in shown


def test_the_terminal_s_fits_100_columns_and_is_plain_where_it_is_no_terminal(drawn):
    assert max(map(len, drawn[1].splitlines())) <= 100
    assert "\033" not in drawn[1]


def test_the_story_s_numbers_are_those_of_the_record(recorded):
    story = (ROOT / "docs/story.md").read_text(encoding="utf-8")

    def after(name, kind):
        case = recorded["cases"][name]
        return (span(case, kind)["to"]["by"] - signalled(case)) / 1_000

    assert f"after {after('kill', 'dns'):.1f} s" in story
    assert f"after {after('kill', 'catalog'):.0f} s" in story
    assert f"after {after('kill-watched', 'dns') * 1_000:.0f} ms" in story


# A recording


@pytest.mark.root
@pytest.mark.needs("unshare", "consul", "redis-server", "redis-cli", "curl")
def test_a_new_recording_shows_the_same(tmp_path):
    run("--folder", tmp_path, "--cases", "naive-stop", "stop")
    cases = json.loads((tmp_path / RECORD.name).read_text(encoding="utf-8"))["cases"]
    assert [span(cases["naive-stop"], kind)["to"] for kind in CONSUL] == [None, None, None]
    for kind in CONSUL:
        # Compared where the two looks can't disagree: what was looked at with pauses has changed in between.
        assert span(cases["stop"], kind)["to"]["after"] < span(cases["stop"], "accepts")["to"]["by"], kind
    xml.etree.ElementTree.parse(tmp_path / PICTURE.name)


@pytest.mark.root
@pytest.mark.needs("dockerd", "docker", "catatonit", "unshare", "nsenter", "consul", "redis-server")
def test_a_new_recording_of_the_watched_shows_the_same(tmp_path):
    run("--folder", tmp_path, "--cases", "kill-watched", within=90)
    recorded = json.loads((tmp_path / RECORD.name).read_text(encoding="utf-8"))
    # Whatever else the machine does meanwhile.
    watched_kill_is_gone(recorded["cases"]["kill-watched"], recorded["settings"]["ttl"], within=1_500)
    xml.etree.ElementTree.parse(tmp_path / PICTURE.name)


@pytest.mark.root
@pytest.mark.needs("unshare", "consul", "redis-server", "redis-cli", "curl")
def test_a_recording_without_docker_omits_its_case(tmp_path):
    found = tmp_path / "found"
    found.mkdir()
    for tool in ("unshare", "consul", "redis-server", "redis-cli", "curl", "sh", "sleep"):
        (found / tool).symlink_to(shutil.which(tool))
    done = run("--folder", tmp_path, "--cases", "stop", "kill-watched", path=found)
    assert list(json.loads((tmp_path / RECORD.name).read_text(encoding="utf-8"))["cases"]) == ["stop"]
    assert "Docker’s," not in done
