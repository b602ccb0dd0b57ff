"""`make compare-registrators` works, and its rows are those of the page."""

import os
import re
import subprocess
import sys

import pytest

from tools.compare_registrators.case_run import NEVER
from tools.compare_registrators.table import cell, shown

from ..repository import ROOT
from ..wrapper import SERVICEWRAPPER
from .servicewatcher import SERVICEWATCHER

PAGE = ROOT / "docs" / "registrators.md"
TIME = re.compile(r"(under )?[\d.]+ m?s( \(.+ to .+\))?")


def rows(text):
    """{title: cells} of the tables in Markdown."""
    lines = re.findall(r"^\|.*\|$", text, re.M)
    split = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {title: cells for title, *cells in split}


@pytest.mark.timeout(900)
@pytest.mark.root
@pytest.mark.needs("dockerd", "docker", "consul", "catatonit", "unshare", "nsenter", "ip", "cc")
def test_a_quick_run_with_ours_alone():
    command = [sys.executable, "-m", "tools.compare_registrators", "--quick", "--ours"]
    environment = {**os.environ, "SERVICEWRAPPER": SERVICEWRAPPER, "SERVICEWATCHER": SERVICEWATCHER}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    printed, written = rows(done.stdout), rows(PAGE.read_text(encoding="utf-8"))
    assert "No registrator was on the path" in done.stdout
    assert printed.pop("") == ["servicewatcher"] and printed.pop("---")
    assert len(printed) == 4 and set(printed) <= set(written)
    assert printed.pop("… entries of 3 containers that it leaves") == ["3"]
    for title, (ours,) in printed.items():
        assert TIME.fullmatch(ours), title


@pytest.mark.parametrize(
    "values, expected",
    [
        ([0.0123], "12 ms"),
        ([1.26], "1.3 s"),
        ([0.0002], "under 1 ms"),
        ([0.02, 0.01, 0.9], "20 ms (10 ms to 900 ms)"),
        ([0.01, NEVER], "10 ms; 1 of 2 never"),
        ([NEVER, NEVER], "never"),
        (["it ends", "it ends"], "it ends"),
        ([3, 3], "3"),
        ([], ""),
    ],
)
def test_a_cell_summarizes_its_results(values, expected):
    assert cell(values) == expected


def test_a_row_for_each_case_and_a_column_for_each_contender():
    table = shown({"gone": {"a": [0.5], "b": [NEVER]}, "left": {"b": [2]}}, ["a", "b"])
    heading = {"": ["a", "b"], "---": ["---:", "---:"]}
    assert rows(table) == heading | {"gone": ["500 ms", "never"], "left": ["", "2"]}
