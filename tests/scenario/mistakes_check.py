#!/usr/bin/env python3
"""Every mistake that a scenario file can make is made somewhere in tests/scenario/bad/.

    python3 tests/scenario/mistakes_check.py [path of octosim]

- each phrase for people in sim/scenario/*.c occurs in a .txt of the bad files, or is named in ELSEWHERE with the
  reason why it cannot;
- for each key of the schema there is a mistake in its value, or in what is below it;
- files that are too large to lie about in a repository are made here, and refused in the right words at the right place.
That the .txt files are what octosim says is the matter of schema_check.py. Standard library only.
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Beginnings of phrases that no small file can bring about.
ELSEWHERE = {
    "several nodes": "no mistake: stands for a list of names in the line about an expectation",
    "only a scenario in a file of its own": "is told to programs that load a text, not to readers of files",
    "the text is larger than 4 MiB": "the same; of a file its size is told before it is read",
    "octosim: out of memory": "not a mistake of a file",
    "the JSON parser and the scanner read": "not known to happen",
    "it is right": "not a mistake",
    "it is wrong": "closes a switch over all results",
    "this is not JSON": "is told to who varies a text, which was checked before",
}
failures = []


def fail(text):
    failures.append(text)
    print("FAILED:", text)


# ---- Phrases of the program -----------------------------------------------------------------------------------------

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|^[ \t]*#[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[A-Za-z_]\w*|[^\s]', re.S | re.M)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}


def unescape(text):
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match.group(1), match.group(1)), text)


def phrases_of(source):
    """String literals, adjacent ones joined, each with the function in whose call it stands."""
    calls, text, last = [], None, ""
    for token in TOKEN.findall(source) + [";"]:
        if token.startswith(("/*", "//")) or token.lstrip().startswith("#"):
            continue
        if token.startswith('"'):
            text = (text or "") + unescape(token[1:-1])
        elif text is not None and token.startswith("PRI"):
            text += "u"
        else:
            if text is not None:
                yield text, calls[-1] if calls else ""
            text = None
            if token == "(":
                calls.append(last)
            elif token == ")" and calls:
                calls.pop()
            last = token


def pattern_of(phrase):
    parts = re.split(r"%(?:\.\*|\.\d+|\d+)?(?:z|l|ll)?[a-z]", phrase.replace("%%", "\0"))
    return "[^\n]*".join(re.escape(part.replace("\0", "%")) for part in parts)


def is_for_people(phrase):
    return re.search(r"[a-z]{2,}[^\n]* [^\n]*[a-z]{2,}", phrase) is not None


def check_phrases(said):
    count, met = 0, set()
    for path in sorted(glob.glob("sim/scenario/*.c")):
        with open(path, encoding="utf-8") as file:
            source = file.read()
        for phrase, call in phrases_of(source):
            # These write what is printed of an expectation, not what is wrong with it.
            if not is_for_people(phrase) or call.endswith("say"):
                continue
            count += 1
            reason = [begin for begin in ELSEWHERE if phrase.startswith(begin)]
            met.update(reason)
            if not reason and not re.search(pattern_of(phrase), said):
                fail(f"{path}: no bad file is told \"{phrase}\"")
    for begin in set(ELSEWHERE) - met:
        fail(f"ELSEWHERE names \"{begin}\", which no phrase begins with")
    return count


# ---- Keys of the schema -----------------------------------------------------------------------------------------------

def keys_of(schema, root, path, open_definitions=()):
    """Each key with its path; entries of lists and values of open objects are a *."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        if name in open_definitions:
            return
        yield from keys_of(root["definitions"][name], root, path, open_definitions + (name,))
    for one in schema.get("anyOf", []) + schema.get("oneOf", []):
        yield from keys_of(one, root, path, open_definitions)
    for key, below in schema.get("properties", {}).items():
        yield f"{path}{key}"
        yield from keys_of(below, root, f"{path}{key}.", open_definitions)
    if isinstance(schema.get("items"), dict):
        yield from keys_of(schema["items"], root, f"{path}*.", open_definitions)


def general(path):
    """Places in lists are all one; what a rule, its phases and an access link set is read by the same functions, and so are what is
    expected at one time and over a window, and the percentiles; values and readings, whether set or expected."""
    path = re.sub(r"(?<=\.)\d+(?=\.|$)", "*", path)
    path = re.sub(r"^expect\.\*\.(always|never|eventually|from|until)\.(?!invariants)", "expect.*.", path)
    path = re.sub(r"^expect\.\*\.sensors\.reading", "timeline.*.sense.reading", path)
    path = re.sub(r"^expect\.\*\.parameter\.value", "timeline.*.set.value", path)
    path = re.sub(r"\.latency\.(p50|p90|p99|max)(?=\.)", ".latency.p50", path)
    path = re.sub(r"^networks\.\*\.uplink\.(?:up\.|down\.)?(?!up$|down$|note$)", "links.*.", path)
    return re.sub(r"^links\.\*\.phases\.\*\.(?!at$|after$|fade$|\*)", "links.*.", path).replace(".drop.*.", ".drop.")


def check_keys(schema, said):
    places = {general(place) for place in re.findall(r"^\S+?:\d+:\d+: (\S+): ", said, re.M)}
    keys = sorted({general(key) for key in keys_of(schema, schema, "")})
    for key in keys:
        if key.split(".")[-1] != "note" and not any(place == key or place.startswith(key + ".") for place in places):
            fail(f"no bad file has a mistake in {key}")
    return len(keys)


# ---- Files too large to keep ---------------------------------------------------------------------------------------

NODES = '"nodes": [{"name": "a", "kind": "agent"}, {"name": "b", "kind": "remote"}], "trust": [["a", "b"]]'
HEAD = '"title": "T", "why": "W", "covers": ["R1"], "duration": "9s", '
EXPECT = '"expect": [{"always": "invariants"}]'


def listed(key, entry, count, rest=EXPECT):
    """A scenario with a list of so many entries, each on a line of its own from line 2 on."""
    return "{" + HEAD + NODES + ", " + rest + f', "{key}": [\n' + ",\n".join([entry] * count) + "]}"


LARGE = [
    # what, text, files beside it, where and with which words it is refused
    ("too many actions", listed("timeline", '{"at": "1s", "crash": "a"}', 10001), {},
     ":10002:1: timeline.10000: too many actions: at most 10000"),
    ("too many expectations", "{" + HEAD + NODES + ', "expect": [\n' + ",\n".join(
        ['{"by": "1s", "duels": {"between": ["a", "b"], "exactly": 0}}'] * 10001) + "]}", {},
     ":10002:1: expect.10000: too many expectations: at most 10000"),
    ("too many rules", listed("links", '{"between": ["a", "b"], "loss": "1%"}', 1001), {},
     ":1002:1: links.1000: too many link rules: at most 1000, and fewer with very many nodes"),
    ("too many networks", listed("networks", '{"name": "n", "members": ["a"]}', 10001), {},
     ": networks: too many networks: at most 10000"),
    ("too many values", '{"title": [\n' + ",\n".join(["0"] * 200001), {},
     ":200000:1: title.199998: too many values: at most 200000 in a file"),
    ("too much work", "{" + HEAD + '"nodes": [{"name": "a", "kind": "agent", "count": 100000}], ' + EXPECT +
     ', "timeline": [\n' + ",\n".join(['{"at": "1s", "crash": "*"}'] * 9000) + "]}", {},
     ": timeline."),
    ("too large", " " * ((4 << 20) + 1), {}, ": is 4194305 bytes large; a scenario has at most 4 MiB"),
    ("path too long", "{" + HEAD + '"extends": "' + "x/" * 200 + 'x.json"}', {}, " the path is too long"),
    ("table too long", listed("links", '{"between": ["a", "b"], "latency": {"table": "t.csv"}}', 1),
     {"t.csv": "1ms\n" * 65537}, "line 65537 of that file: found \"1ms\"; allowed is no more than 65536 lines"),
    ("capacity too long", listed("links", '{"between": ["a", "b"], "capacity": "c.trace"}', 1),
     {"c.trace": "7\n" * 500001}, "line 500001 of that file: found \"7\"; allowed is no more than 500000 lines"),
]


def check_large(octosim):
    said = ""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "large.json")
        for what, text, beside, words in LARGE:
            for name, content in [("large.json", text), *beside.items()]:
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(content)
            run = subprocess.run([octosim, "check", path], capture_output=True, text=True, timeout=120, check=False)
            if run.returncode != 2 or words not in run.stderr:
                fail(f"{what}: status {run.returncode}, {run.stderr[-300:]}")
            said += run.stderr
        os.remove(path)
        os.mkfifo(path)
        run = subprocess.run([octosim, "check", path], capture_output=True, text=True, timeout=60, check=False)
        if run.returncode != 2:
            fail(f"a pipe: status {run.returncode}")
        said += run.stderr
    return said


def main():
    octosim = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/octosim"))
    os.chdir(ROOT)
    said = ""
    for path in sorted(glob.glob("tests/scenario/bad/*.txt")):
        with open(path, encoding="utf-8") as file:
            said += file.read()
    said += check_large(octosim)
    with open("scenarios/schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    phrases, keys = check_phrases(said), check_keys(schema, said)
    print(f"{phrases} phrases of the program and {keys} keys of the language: "
          f"{'each is in a bad file' if not failures else f'{len(failures)} are in no bad file'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
