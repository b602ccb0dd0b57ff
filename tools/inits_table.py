"""Prints the reports of several runs as one table in Markdown: cases down, inits across.

python3 -m tools.inits_table REPORT...
"""

import json
import sys

from Tests.EndToEnd.init.cases import CASES


def cell(report, case):
    """✓, what fails of how much, or a dash where the init has nothing of the kind."""
    outcomes = [test["outcome"] for test in report["tests"] if case in test["cases"]]
    offered = [outcome for outcome in outcomes if outcome != "not offered"]
    failed = offered.count("failed")
    if not offered:
        return "–"
    if not failed:
        return "✓" if len(offered) == len(outcomes) else "✓ in part"
    return "✗" if failed == len(offered) else f"✗ {failed} of {len(offered)}"


def row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |")


def main(paths):
    reports = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            reports.append(json.load(file))
    row("", "case", *(report["init"] for report in reports))
    row("---:", "---", *("---" for _ in reports))
    for number, title in CASES.items():
        row(number, title, *(cell(report, number) for report in reports))
    for report in reports:
        for figure, values in report["figures"].items():
            row("", figure, *(values.get(one["init"], "–") for one in reports))


if __name__ == "__main__":
    main(sys.argv[1:])
