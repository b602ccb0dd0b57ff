"""`make bench` works, and its page and picture are those of the committed record."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from .repository import ROOT
from .wrapper import SERVICEWRAPPER

DOCS = ROOT / "docs"
SVG = "{http://www.w3.org/2000/svg}"
EVERYBODY = {"servicewrapper", "tini", "dumb-init", "catatonit", "sh + curl"}
ROWS = {"size", "needs", "rss", "dirty", "threads", "start", "registered", "found", "forwarded", "gone"}
ROWS |= {"left", "wakes", "beats", "calls", "beat_calls", "orphans"}
REGISTERED = {"registered", "found", "left", "beat_calls"}


def run(*arguments, within=60):
    command = [sys.executable, "-m", "tools.benchmark", *map(str, arguments)]
    environment = {**os.environ, "SERVICEWRAPPER": SERVICEWRAPPER}
    options = {"capture_output": True, "text": True, "timeout": within}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read(name, folder=DOCS):
    return (folder / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The committed record drawn somewhere else: the folder, and what was printed."""
    folder = tmp_path_factory.mktemp("drawn")
    for name in ("bench.json", "bench.md"):
        (folder / name).write_text(read(name), encoding="utf-8")
    return folder, run("--draw", "--folder", folder)


@pytest.mark.parametrize("name", ["bench.svg", "bench.md"])
def test_the_committed_page_and_picture_match_the_committed_record(drawn, name):
    assert read(name, drawn[0]) == read(name)


def test_the_record_is_of_a_whole_run_and_the_page_says_where_it_was():
    recorded, page = json.loads(read("bench.json")), read("bench.md")
    assert recorded["fleet"]["one address"]["count"] == 1_000
    for said in (recorded["measured"], recorded["machine"]["processor"], recorded["machine"]["kernel"]):
        assert said in page


def test_the_picture_is_well_formed_and_shows_every_contender():
    picture = xml.etree.ElementTree.fromstring(read("bench.svg"))
    assert picture.tag == f"{SVG}svg" and picture.get("role") == "img"
    assert {picture.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")} == {"title", "desc"}
    assert EVERYBODY <= {text.text for text in picture.iter(f"{SVG}text")}
    assert json.loads(read("bench.json"))["measured"] in " ".join(picture.itertext())


@pytest.mark.timeout(900)
@pytest.mark.root
@pytest.mark.needs("consul", "redis-server", "strace", "cc", "curl", "tini", "dumb-init", "catatonit")
def test_a_quick_run_measures_every_row_of_every_contender(tmp_path):
    printed = run("--quick", "--folder", tmp_path)
    recorded = json.loads(read("bench.json", tmp_path))
    assert set(recorded["rows"]) == ROWS
    for row, figures in recorded["rows"].items():
        of = {"servicewrapper", "sh + curl"} if row in REGISTERED else EVERYBODY
        assert of <= set(figures), row
    assert recorded["rows"]["left"]["servicewrapper"]["high"] == 0
    assert recorded["rows"]["gone"]["servicewrapper"]["median"] > 0
    for name, stopped in recorded["fleet"].items():
        assert name == "tini" or stopped["left"] == 0, name
    assert len(re.findall(r"\| (?:met|\*\*NOT MET\*\*) +\|", printed)) == 9
    assert printed in read("bench.md", tmp_path) + "\n"
    xml.etree.ElementTree.parse(tmp_path / "bench.svg")
