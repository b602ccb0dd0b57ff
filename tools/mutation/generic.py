"""A change of every condition, constant and statement of the machine: which does no test see?

A survivor is a change that changes nothing, a line too much, or a promise that is missing.
"""

import re
import sys

from . import machine
from .listed import WALKS

SWAPS = [
    (" == ", " != "),
    (" != ", " == "),
    (" <= ", " < "),
    (" >= ", " > "),
    (" < ", " <= "),
    (" > ", " >= "),
    (" && ", " || "),
    (" || ", " && "),
    ("min(", "max("),
    ("max(", "min("),
    (" + ", " - "),
    (" - ", " + "),
]
NEW = r"(?!let |case |var |switch|\{|if )(.+?)"
EXPRESSION = re.compile(
    r"^(\s*(?:\} else )?(?:if|guard) (?:.*, )?|\s*for .* where )" + NEW + r"( (?:else )?\{.*)$|"
    r"^(\s*case .* where )" + NEW + r"(:.*)$|"
    r"^(\s*return |.*? = |\s*default: )" + NEW + r"()$"
)
STATEMENT = re.compile(
    r"^(\s*)((?:transition\.|registry\.|readiness\.|\w+ = |\(.*\) = |\w+\?\.\w+\(|[a-z]\w*\().*"
    r"(?<!\{)(?<!\()(?<!,)(?<! in))$"
)
SCENARIOS = "^WrapperCoreTests.(?!GraphTests|StormTests)"


def survey():
    mutations = apply()
    groups = machine.start()
    green = 0
    for number, (file, line, said) in enumerate(mutations, 1):
        failed = machine.run(number, SCENARIOS, patience=60)[1]
        for group in groups:
            failed = failed or machine.run(number, WALKS, group, patience=300)[1]
        if not failed:
            green += 1
            print(f"GREEN {file}:{line}: {said}", flush=True)
    print(f"\n{len(mutations)} mutations, {green} not seen by any test")
    return 0


def apply():
    """Lines whose mutations do not compile are left as they are."""
    machine.copy()
    refused = set()
    for _ in range(15):
        mutations = rewrite(refused)
        objections = machine.build()
        if not objections:
            print(f"{len(mutations)} mutations; {len(refused)} lines without, since theirs do not compile")
            return mutations
        # Where the line itself isn't mutated, it is one before it.
        for file, line in objections:
            refused |= {(file, line - back) for back in range(4 if (file, line) in refused else 1)}
    sys.exit(f"does not build: {sorted(objections)}")


def rewrite(refused):
    mutations = []
    for path in sorted((machine.ROOT / "Sources/WrapperCore").glob("*.swift")):
        lines = path.read_text().splitlines()
        initializes = False
        for place, line in enumerate(lines):
            initializes = line.startswith(("  init(", "  public init(")) or initializes and line != "  }"
            is_comment = line.lstrip().startswith(("//", "func", "private(set)"))
            if initializes or is_comment or (path.name, place + 1) in refused:
                continue
            lines[place], said = mutate(line, len(mutations) + 1)
            mutations += [(path.name, place + 1, text) for text in said]
        (machine.SOURCES / path.name).write_text("\n".join(lines) + "\n")
    return mutations


def mutate(line, number):
    """The line with its mutations switched in, from that number on, and what they are."""
    statement, expression = STATEMENT.match(line), EXPRESSION.match(line)
    if statement:
        space, text = statement.groups()
        return f"{space}if mutation != {number} {{ {text} }}", [f"without {text}"]
    if not expression:
        return line, []
    head, old, tail = (part for part in expression.groups() if part is not None)
    news = list(variants(old))
    if not re.search(r"( = |return |default: )$", head):
        news += ["true", "false"]
    if not news:
        return line, []
    chain = " : ".join(f"mutation == {number + place} ? ({new})" for place, new in enumerate(news))
    return f"{head}({chain} : ({old})){tail}", [f"{old} → {new}" for new in news]


def variants(expression):
    for old, new in SWAPS:
        for at in re.finditer(re.escape(old), expression):
            yield expression[: at.start()] + new + expression[at.end() :]
    for at in re.finditer(r"\b(?:seconds|milliseconds)\((\d[\d_]*)\)", expression):
        yield expression[: at.start(1)] + str(int(at[1]) * 2) + expression[at.end(1) :]
    for old, new in ("true", "false"), ("false", "true"):
        if expression.strip() == old:
            yield new
