"""Tries every bad input of the tests, and prints a table in Markdown: what, how many, and what came of them.

python3 -m tools.bad_inputs    the tests whose names are below, end-to-end and unit; needs what those need
"""

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter

from Tests.EndToEnd.repository import ROOT

REFUSED = "125, one line that names it; nothing started, nothing registered"
NEVER_STARTED = "126 or 127, one line that names it; never registered"
UNHURT = "the process runs on and keeps its status"
RUNS_OR_SAYS = "the process runs and its status is ours, or one line says why not"

# The start of a test's name: what it tries, and what has to come of it.
END_TO_END = {
    "test_an_impossible_combination": ("combinations that can't work", REFUSED),
    "test_a_wrong_argument": ("command lines", REFUSED),
    "test_no_command": ("command lines", REFUSED),
    "test_a_missing_value": ("command lines", REFUSED),
    "test_a_wrong_variable": ("environments", REFUSED),
    "test_a_wrong_service_file": ("service files", REFUSED),
    "test_a_wrong_token_file": ("token files", REFUSED),
    "test_a_path_of_no_ordinary_file": ("paths of no ordinary file", REFUSED),
    "test_an_unreadable_file": ("paths of no ordinary file", REFUSED),
    "test_a_command_that_cannot_run": ("commands", NEVER_STARTED),
    "test_under_tight_limits": ("limits and closed streams", RUNS_OR_SAYS),
    "test_a_failed_fork": ("limits and closed streams", RUNS_OR_SAYS),
    "test_no_wrong_answer": ("answers of Consul", UNHURT),
    "test_no_agent_answer": ("answers of Consul", UNHURT),
}
UNIT = {
    "aWrongOptionIsNamedWithWhatWouldBeRight": ("options, word for word", "exactly this line"),
    "isSaidInOneLine": ("service files, word for word", "exactly this line"),
    "malformedResponsesAreRefused": ("responses", "exactly this reason"),
}


def end_to_end():
    """(what, outcome, has passed, how many) of each test."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        names = ["bad_input", "bad_answers", "consul_cannot_hurt"]
        files = [f"Tests/EndToEnd/test_{name}.py" for name in names]
        command = [os.environ.get("PYTHON") or sys.executable, "-m", "pytest", "-q", "--tb=short"]
        command += ["-o", "junit_family=xunit1", "-k", " or ".join(END_TO_END), f"--junitxml={report.name}"]
        subprocess.run([*command, *files], cwd=ROOT, stdout=sys.stderr, check=False)
        for case in ElementTree.parse(report.name).iter("testcase"):
            name = case.get("name")
            what, outcome = next(row for start, row in END_TO_END.items() if name.startswith(start))
            counts = [one.get("value") for one in case.iter("property") if one.get("name") == "cases"]
            failed = any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
            yield what, outcome, not failed, int(counts[0]) if counts else 1


def unit():
    command = ["swift", "test", "--disable-xctest", "--filter", "|".join(UNIT)]
    log = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False).stdout
    ended = re.findall(r"Test (\w+)\(.*\) with (\d+) test cases (passed|failed)", log)
    assert {name for name, _, _ in ended} == set(UNIT), log
    for name, count, verdict in sorted(ended):
        yield *UNIT[name], verdict == "passed", int(count)


def main():
    tried, failed = Counter(), Counter()
    for what, outcome, has_passed, count in (*end_to_end(), *unit()):
        tried[what, outcome] += count
        failed[what, outcome] += 0 if has_passed else count
    print("| what | tried | failed | what comes of it |\n| --- | --- | --- | --- |")
    for (what, outcome), count in tried.items():
        print(f"| {what} | {count} | {failed[what, outcome]} | {outcome} |")
    print(f"| in all | {sum(tried.values())} | {sum(failed.values())} | |")
    return 1 if sum(failed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
