#!/usr/bin/env python3
"""docs/threat-model.md names tests and scenarios that exist, and every attacker's scenario has a verdict.

    python3 tests/scenario/threats_check.py

- every link of the page leads to a file, and every test and invariant it names exists;
- every property and every tell has a test, a scenario or an invariant;
- the tells of the core are those of the page, of PROTOCOL.md and of the schema, and some test provokes each;
- every scenario of an attacker, wherever it stands, has a verdict of the tamper protocol;
- every bug of the past is a scenario in scenarios/attack, which says where it was; so does the page's table of them.
Standard library only. Exit status 0 when all holds.
"""

import glob
import json
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUGS = [str(number) for number in range(1, 11)]
# What only attackers do; "inject" may be the network's memory.
ATTACKS = {"intercept", "relay", "flood", "attack", "lie"}
failures = []


def fail(text):
    failures.append(text)
    print("FAILED:", text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def sections_of(page):
    parts = re.split(r"^## (.*)\n", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def rows_of(section):
    """The cells of a table, without its head."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def tests_of_the_tree():
    return {name for path in glob.glob("tests/*/*_test.c") for name in re.findall(r"CU_ADD_TEST\(\w+, (\w+)\)", read(path))}


def invariants_of_the_tree():
    return set(re.findall(r'^\tX\(\w+, "([\w-]+)"', read("sim/scenario/invariants.h"), re.M))


def proofs_of(cell, tests, invariants):
    """How many proofs a cell names; one that does not exist fails."""
    links = re.findall(r"\]\(([^)]+)\)", cell)
    names = re.findall(r"`(\w+_\w+)`", cell)
    watched = re.findall(r"\b([SL][0-9]+)\b", re.sub(r"\([^)]*\)", "", cell)) + re.findall(r"`([a-z-]+)`", cell)
    for name in names:
        if name not in tests:
            fail(f"the page names the test {name}, which is in no suite")
    for name in watched:
        if name not in invariants:
            fail(f"the page names the invariant {name}, which does not exist")
    return len(links) + len(names) + len(watched)


def check_page(page, tells):
    tests, invariants = tests_of_the_tree(), invariants_of_the_tree()
    sections = sections_of(page)
    for link in re.findall(r"\]\(([^)]+)\)", page):
        if not os.path.exists(os.path.join("docs", link)):
            fail(f"the page links to {link}, which does not exist")
    for name in re.findall(r"`(\w+_\w+_\w+)`", page):
        if name not in tests:
            fail(f"the page names the test {name}, which is in no suite")
    for wanted in ("Assets", "Attackers", "Properties", "Key lifetimes", "Tells", "Bugs of others", "Not promised"):
        if wanted not in sections:
            fail(f"the page has no section \"{wanted}\"")
    for row in rows_of(sections.get("Properties", "")):
        if len(row) != 3 or not proofs_of(row[2], tests, invariants):
            fail(f"nothing shows the property \"{row[0]}\"")
    told = rows_of(sections.get("Tells", ""))
    for row in told:
        if not proofs_of(row[1], tests, invariants):
            fail(f"nothing shows the tell {row[0]}")
    if [row[0].strip("`") for row in told] != tells:
        fail(f"the page has the tells {[row[0] for row in told]}, the core {tells}")
    return len(rows_of(sections.get("Properties", "")))


def tells_of_the_core():
    header = read("core/octo.h")
    table = header[header.index("#define OCTO_TELLS(X)"):header.index("enum octo_tell {")]
    return [(label, key) for label, key in re.findall(r'X\((\w+), "([\w-]+)"', table) if key != "none"]


def check_tells(tells):
    protocol = read("PROTOCOL.md")
    section = protocol[protocol.index("### 7.8 "):protocol.index("### 7.9 ")]
    written = re.findall(r"^\| `([\w-]+)` \|", section, re.M)
    if written != [key for _, key in tells]:
        fail(f"PROTOCOL.md 7.8 has the tells {written}")
    schema = json.loads(read("scenarios/schema.json"))
    if schema["properties"]["tamper"]["properties"]["hacked"]["enum"] != [key for _, key in tells]:
        fail("the schema has other tells than the core")
    tests = "".join(read(path) for path in glob.glob("tests/pair/*_test.c") + glob.glob("tests/unit/*_test.c"))
    for label, key in tells:
        if not re.search(rf"tells\([^()]*OCTO_TELL_{label}\b|tells\[OCTO_TELL_{label}\]", tests):
            fail(f"no test provokes the tell {key}")


def check_verdicts():
    count = 0
    for path in sorted(glob.glob("scenarios/*/*.json")):
        scenario = json.loads(read(path))
        is_attacked = path.startswith("scenarios/attack/") or any(ATTACKS & set(act) for act in scenario.get("timeline", []))
        count += "tamper" in scenario
        if is_attacked and "tamper" not in scenario:
            fail(f"{path} has no verdict: \"tamper\": {{\"hacked\": …}} or {{\"undetectable\": …}}")
    return count


def check_bugs(page):
    """The table is of the scenarios in scenarios/attack; others and tests may show a bug besides."""
    shown = {bug: set() for bug in BUGS}
    for path in glob.glob("scenarios/attack/*.json"):
        scenario = json.loads(read(path))
        if "https://" in scenario["why"]:
            for bug in {cover.removeprefix("bug ") for cover in scenario["covers"]} & set(BUGS):
                shown[bug].add("../" + path)
    told = {row[0]: set(re.findall(r"\]\(([^)]+)\)", row[2])) for row in rows_of(sections_of(page).get("Bugs of others", ""))}
    for bug in BUGS:
        if not shown[bug]:
            fail(f"no scenario in scenarios/attack covers bug {bug} and says where it was")
        elif not told.get(bug, set()) & shown[bug]:
            fail(f"the page names none of the scenarios of bug {bug}: {', '.join(sorted(shown[bug]))}")


def main():
    os.chdir(ROOT)
    tells = tells_of_the_core()
    page = read("docs/threat-model.md")
    properties = check_page(page, [key for _, key in tells])
    check_tells(tells)
    verdicts = check_verdicts()
    check_bugs(page)
    print(f"{properties} properties, {len(tells)} tells, {verdicts} verdicts, {len(BUGS)} bugs: "
          f"{'all are shown' if not failures else f'{len(failures)} mistakes'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
