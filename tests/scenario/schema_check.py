#!/usr/bin/env python3
"""Holds scenarios/schema.json against `octosim check`: editors and the program must not disagree.

    python3 tests/scenario/schema_check.py [path of octosim]
    python3 tests/scenario/schema_check.py --write    writes the .txt of all bad files anew: look at what changed

- both accept every scenario and tests/scenario/good/;
- the program refuses every file of tests/scenario/bad/ in the words of the .txt beside it, and the schema refuses it
  too, but for what no schema can see (only_program.txt);
- every good file is damaged in many small ways; what the schema refuses, the program refuses, and for a damage that is
  plain in the structure (an unknown key, a missing one, a wrong type) both do;
- `octosim list` lists every scenario with its title and what it covers, and says so when a directory is missing;
- every key and word of the schema is used by the good files or known to octo.h, and every key is described.
Standard library only. Exit status 0 when all holds.
"""

import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# One name a line: wrong only in ways that a schema cannot express, such as a node that does not exist.
ONLY_PROGRAM = "tests/scenario/only_program.txt"
MUTANTS_MAX = 6000
failures = []


def fail(text):
    failures.append(text)
    if len(failures) <= 20:
        print("FAILED:", text)


# ---- A checker for the part of JSON Schema (draft 7) that the schema uses ---------------------------------------

KNOWN = {"$schema", "title", "description", "definitions", "$ref", "type", "properties", "additionalProperties",
         "required", "items", "minItems", "maxItems", "pattern", "minLength", "enum", "const", "minimum", "maximum",
         "anyOf", "allOf", "oneOf", "not", "minProperties", "maxLength"}
TYPES = {"object": dict, "array": list, "string": str}


def has_type(value, name):
    if name == "boolean":
        return isinstance(value, bool)
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def accepts(schema, value, root):
    unknown = set(schema) - KNOWN
    if unknown:
        raise ValueError(f"the schema uses {unknown}, which this checker does not know")
    if "$ref" in schema:
        return accepts(root["definitions"][schema["$ref"].removeprefix("#/definitions/")], value, root)
    if "type" in schema and not has_type(value, schema["type"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and (value != schema["const"] or isinstance(value, bool)):
        return False
    if "anyOf" in schema and not any(accepts(one, value, root) for one in schema["anyOf"]):
        return False
    if "allOf" in schema and not all(accepts(one, value, root) for one in schema["allOf"]):
        return False
    if "oneOf" in schema and sum(accepts(one, value, root) for one in schema["oneOf"]) != 1:
        return False
    if "not" in schema and accepts(schema["not"], value, root):
        return False
    if isinstance(value, dict):
        return len(value) >= schema.get("minProperties", 0) and accepts_object(schema, value, root)
    if isinstance(value, list):
        return (schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)) and
                all(accepts(schema.get("items", {}), item, root) for item in value))
    if isinstance(value, str):
        return (schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)) and
                re.search(schema.get("pattern", "").replace("$", r"\Z"), value) is not None)
    if isinstance(value, int) and not isinstance(value, bool):
        return schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return True


def accepts_object(schema, value, root):
    properties = schema.get("properties", {})
    if any(key not in value for key in schema.get("required", [])):
        return False
    others = schema.get("additionalProperties", {})
    for key in value:
        if key not in properties and (others is False or not accepts(others, value[key], root)):
            return False
    return all(accepts(properties[key], item, root) for key, item in value.items() if key in properties)


# ---- Reading ----------------------------------------------------------------------------------------------------

def pairs_once(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(name)


def strict(text):
    return json.loads(text, object_pairs_hook=pairs_once, parse_constant=refuse_constant)


def read(path):
    with open(path, "rb") as file:
        return strict(file.read().decode("utf-8"))


def program_accepts(octosim, paths):
    """The set of paths that `octosim check` calls ok, and all that it said on standard error."""
    good, said = set(), ""
    for start in range(0, len(paths), 500):
        run = subprocess.run([octosim, "check", *paths[start:start + 500]], capture_output=True, text=True, timeout=120)
        good |= {line.removeprefix("ok  ") for line in run.stdout.splitlines() if line.startswith("ok  ")}
        said += run.stderr
        if run.returncode not in (0, 2):
            fail(f"octosim check ended with status {run.returncode}: {run.stderr[-300:]}")
    return good, said


# ---- Small damages ------------------------------------------------------------------------------------------------

def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], path + (key,))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], path + (index,))


def at(value, path):
    for step in path:
        value = value[step]
    return value


def replaced(document, path, new):
    if not path:
        return new
    document = copy.deepcopy(document)
    at(document, path[:-1])[path[-1]] = new
    return document


def damages(document):
    """Damaged copies: (what was done, the copy, whether the damage is plain in the structure)."""
    for path in places(document):
        value, name = at(document, path), ".".join(map(str, path)) or "the whole"
        # The values of a sweep may be whatever the field may be: no schema knows.
        is_swept = path[:1] == ("sweep",) and path != ("sweep",) and path != ("sweep", "zip")
        for wrong in (None, True, [], {}, 7, "zzz", 1.5):
            if type(wrong) is not type(value) or wrong != value:
                yield f"{name} is {wrong!r}", replaced(document, path, wrong), False
        if isinstance(value, dict):
            yield f"{name} has another key", replaced(document, path, {**value, "zzz": 1}), not is_swept
            for key in value:
                rest = {k: v for k, v in value.items() if k != key}
                yield f"{name} lacks {key}", replaced(document, path, rest), False
        if isinstance(value, list):
            yield f"{name} is empty", replaced(document, path, []), False
            yield f"{name} is longer", replaced(document, path, value + [{"zzz": 1}]), not is_swept
        if isinstance(value, str):
            yield f"{name} has a tail", replaced(document, path, value + "!"), False
        if isinstance(value, int) and not isinstance(value, bool):
            yield f"{name} is negative", replaced(document, path, -1000000), True
            yield f"{name} is huge", replaced(document, path, 1 << 64), True


# ---- The checks ---------------------------------------------------------------------------------------------------

def check_good(octosim, schema, paths):
    good, said = program_accepts(octosim, paths)
    for path in paths:
        if path not in good:
            fail(f"octosim check refuses {path}\n{said}")
        if not accepts(schema, read(path), schema):
            fail(f"the schema refuses {path}")


def check_bad(octosim, schema, paths):
    with open(ONLY_PROGRAM, encoding="utf-8") as file:
        only_program = {line for line in file.read().splitlines() if line and not line.startswith("#")}
    for name in only_program - {os.path.basename(path).removesuffix(".json") for path in paths}:
        fail(f"{ONLY_PROGRAM} names {name}, which is no bad file")
    for path in paths:
        name = os.path.basename(path).removesuffix(".json")
        run = subprocess.run([octosim, "check", path], capture_output=True, timeout=60)
        with open(path.removesuffix(".json") + ".txt", "rb") as file:
            if run.returncode != 2 or run.stdout or run.stderr != file.read():
                fail(f"{path}: not refused in the words of the .txt beside it (when that is meant: --write)")
        try:
            is_accepted = accepts(schema, read(path), schema)
        except (ValueError, RecursionError):
            is_accepted = False
        if is_accepted and name not in only_program:
            fail(f"{path}: the schema accepts it; if no schema can see it, name it in {ONLY_PROGRAM}")
        if not is_accepted and name in only_program:
            fail(f"{path}: the schema refuses it after all; take it off {ONLY_PROGRAM}")


def write_bad(octosim):
    for path in sorted(glob.glob("tests/scenario/bad/*.json")):
        with open(path.removesuffix(".json") + ".txt", "wb") as file:
            if subprocess.run([octosim, "check", path], stdout=subprocess.DEVNULL, stderr=file, check=False).returncode != 2:
                fail(f"{path} is not refused")
    return 1 if failures else 0


def check_damaged(octosim, schema, paths):
    mutants = []
    for path in paths:
        mutants += [(path, *damage) for damage in damages(read(path))]
    step = max(1, len(mutants) // MUTANTS_MAX)
    mutants = mutants[::step]
    refused = 0
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, f"{index}.json") for index in range(len(mutants))]
        for file, (_, _, document, _) in zip(files, mutants):
            with open(file, "w", encoding="utf-8") as out:
                json.dump(document, out)
        good, _ = program_accepts(octosim, files)
        for file, (path, what, document, is_plain) in zip(files, mutants):
            by_schema, by_program = accepts(schema, document, schema), file in good
            if by_program and not by_schema:
                fail(f"{path}, where {what}: the program accepts it, the schema does not")
            if is_plain and (by_program or by_schema):
                fail(f"{path}, where {what}: accepted by {'the program' if by_program else 'the schema'}")
            refused += not by_program
    return len(mutants), refused


def keys_used(schema, value, root, used):
    """Notes which properties of which definitions a good document uses."""
    if "$ref" in schema:
        return keys_used(root["definitions"][schema["$ref"].removeprefix("#/definitions/")], value, root, used)
    for one in schema.get("anyOf", []) + schema.get("oneOf", []):
        if accepts(one, value, root):
            keys_used(one, value, root, used)
    if isinstance(value, dict) and "properties" in schema:
        for key, item in value.items():
            used.add((id(schema), key))
            if key in schema["properties"]:
                keys_used(schema["properties"][key], item, root, used)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            keys_used(schema["items"], item, root, used)


def objects_of(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for value in schema.values():
            yield from objects_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects_of(value)


def check_keys(schema, paths):
    used = set()
    for path in paths:
        keys_used(schema, read(path), schema, used)
    for definition in objects_of(schema):
        for key in definition["properties"]:
            if (id(definition), key) not in used:
                fail(f"no good file uses the key \"{key}\" beside {sorted(definition['properties'])}")


def has_description(schema, root):
    return "description" in schema or ("$ref" in schema and
                                       has_description(root["definitions"][schema["$ref"].removeprefix("#/definitions/")], root))


def check_descriptions(schema):
    """What an editor shows beside a key."""
    for definition in objects_of(schema):
        # Others only narrow down what is described elsewhere.
        for key, value in definition["properties"].items() if "additionalProperties" in definition else ():
            if not has_description(value, schema):
                fail(f"the schema does not describe the key \"{key}\" beside {sorted(definition['properties'])}")


def check_words(schema):
    """The schema's lists of names against the header from which the program takes its own."""
    with open(os.path.join(ROOT, "core/octo.h"), encoding="utf-8") as file:
        header = file.read()
    definitions = schema["definitions"]
    for macro, found in (("OCTO_STATES", definitions["session"]["properties"]["state"]["enum"]),
                         ("OCTO_REASONS", ["accepted"] + definitions["packets"]["properties"]["reason"]["enum"]),
                         ("OCTO_WARNINGS", definitions["warnings"]["properties"]["kind"]["enum"]),
                         ("OCTO_STEPS", definitions["steps"]["properties"]["step"]["enum"])):
        text = re.search(rf"#define {macro}\(X\)(.*?)\nenum", header, re.S).group(1)
        names = re.findall(r'X\(\w+,\s*"([^"]*)"', text)
        if names != found:
            fail(f"{macro}: the header has {names}, the schema {found}")
    kinds = [name for name in names_in("sim/trace.h", "TRACE_KINDS") if name != "failed"]
    if kinds + names_in("core/octo.h", "OCTO_WARNINGS") + names_in("core/octo.h", "OCTO_NOTES") != definitions["events"]["properties"]["kind"]["enum"]:
        fail("the schema's kinds of events are not those of the trace, then the warnings, then the notes")
    if names_in("sim/trace.h", "TRACE_LIES") != definitions["lie"]["properties"]["say"]["enum"]:
        fail("the schema's lies are not those of sim/trace.h")
    invariants = definitions["invariants"]["properties"]["invariants"]["items"]["enum"]
    if names_in("sim/scenario/invariants.h", "INVARIANTS") != invariants:
        fail("the schema's invariants are not those of sim/scenario/invariants.h")


def names_in(path, macro):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = re.search(rf"#define {macro}\(X\)(.*?)\n\n|#define {macro}\(X\)(.*?)\nenum", file.read(), re.S).group(0)
    return re.findall(r'X\(\w+,\s*"([^"]*)"', text)


def check_list(octosim, paths):
    run = subprocess.run([octosim, "list", "--json", "scenarios"], capture_output=True, text=True, timeout=60)
    listed = [(one["path"], one["title"], one["covers"]) for one in strict(run.stdout)]
    expected = [(path, read(path)["title"], read(path)["covers"]) for path in paths]
    if run.returncode != 0 or listed != expected:
        fail(f"octosim list: status {run.returncode}, {len(listed)} listed, {len(expected)} expected")
    table = subprocess.run([octosim, "list", "scenarios"], capture_output=True, text=True, timeout=60).stdout
    for path, title, covers in expected:
        if not re.search(rf"{re.escape(path)} +{re.escape(title)}\n +covers {re.escape(', '.join(covers))}\n", table):
            fail(f"octosim list: {path} is not in the table")
    wrong = subprocess.run([octosim, "list", "scenarios/none"], capture_output=True, text=True, timeout=60)
    if wrong.returncode != 2 or wrong.stdout or "scenarios/none" not in wrong.stderr:
        fail("octosim list: a missing directory is not reported")
    broken = subprocess.run([octosim, "list", "tests/scenario/bad"], capture_output=True, text=True, timeout=60)
    if broken.returncode != 2 or "0 scenarios" not in broken.stdout:
        fail("octosim list: files that cannot be read are not reported")


def main():
    is_writing = sys.argv[1:] == ["--write"]
    octosim = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 and not is_writing else os.path.join(ROOT, "build/octosim"))
    os.chdir(ROOT)
    if is_writing:
        return write_bad(octosim)
    schema = read("scenarios/schema.json")
    scenarios = sorted(path for path in glob.glob("scenarios/**/*.json", recursive=True)
                       if not path.endswith("schema.json"))
    good, bad = sorted(glob.glob("tests/scenario/good/*.json")), sorted(glob.glob("tests/scenario/bad/*.json"))
    check_good(octosim, schema, scenarios + good)
    check_bad(octosim, schema, bad)
    count, refused = check_damaged(octosim, schema, good)
    check_keys(schema, good)
    check_descriptions(schema)
    check_words(schema)
    check_list(octosim, scenarios)
    if refused < count // 2:
        fail(f"only {refused} of {count} damaged files were refused")
    print(f"{len(scenarios)} scenarios, {len(good)} good and {len(bad)} bad files, {count} damaged ones "
          f"({refused} refused): {'schema and program agree' if not failures else f'{len(failures)} disagreements'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
