"""Each listed mutation, and whether the promise that it should break was seen broken."""

import re
import sys
import tomllib

from Tests.EndToEnd.repository import ROOT

from . import machine

WALKS = "GraphTests/(promises|fewEvents)"


def prove(only):
    machine.copy()
    mutations = apply()
    objections = machine.build()
    if objections:
        sys.exit(f"the mutated machine does not build: {sorted(objections)}")
    groups = machine.start()
    unbroken = promises() - {mutation["breaks"] for mutation in mutations}
    survivors = [f"no mutation breaks {name}" for name in sorted(unbroken)]
    for number, mutation in enumerate(mutations, 1):
        if only and mutation["breaks"] not in only:
            continue
        seen = set()
        for plans in groups:
            seen |= machine.run(number, WALKS, plans)[0]
            if mutation["breaks"] in seen:
                break
        is_seen = mutation["breaks"] in seen
        if not is_seen:
            survivors.append(f"not seen: {mutation['breaks']}: {mutation['says']}")
        also = " ".join(sorted(seen - {mutation["breaks"]}))
        print(
            "seen " if is_seen else "GREEN",
            f"{mutation['breaks']:36}",
            mutation["says"],
            f"(also {also})" if also else "",
            flush=True,
        )
    print(f"\n{len(mutations)} mutations of {len(promises())} promises", *survivors, sep="\n")
    return 1 if survivors else 0


def apply():
    """Every text must be there exactly once."""
    mutations = tomllib.loads((ROOT / "tools/mutation/listed.toml").read_text())["mutation"]
    for number, mutation in enumerate(mutations, 1):
        path, old, new = machine.SOURCES / mutation["file"], mutation["old"], mutation["new"]
        text = path.read_text()
        if text.count(old) != 1:
            sys.exit(f"{mutation['file']}: found {text.count(old)} times: {old}")
        if "MUTATED" not in new:
            new = f"(MUTATED ? {new} : {old})"
        path.write_text(text.replace(old, new.replace("MUTATED", f"(mutation == {number})")))
    return mutations


def promises():
    """The cases of Breach."""
    text = (ROOT / "Tests/WrapperCoreTests/Graph/Breach.swift").read_text()
    cases = re.findall(r"^  case (.*)", text[: text.index("\n}\n")], re.M)
    return set(re.findall(r"\w+", " ".join(cases)))
