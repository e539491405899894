#!/usr/bin/env python3
"""What the commands say about all scenarios at once.

    python3 tests/scenario/commands_check.py [path of octosim]

- scenarios/README.md is what `octosim list --markdown` prints;
- `octosim check --explain` of every scenario is a good scenario that runs to the same hash, and explaining it again adds
  nothing;
- docs/octosim.1 is what tools/manual makes of what the commands say of themselves; the completion knows commands and options;
- what `make install` installs can be used.
Standard library only. Exit status 0 when all holds.
"""

import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NODES_MAX = 2000  # larger ones are explained, but not run twice
failures = []


def fail(text):
    failures.append(text)
    if len(failures) <= 20:
        print("FAILED:", text)


def call(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=300)


def check_index(octosim):
    with open("scenarios/README.md", encoding="utf-8") as file:
        if file.read() != call(octosim, "list", "--markdown").stdout:
            fail("scenarios/README.md is not current: build/octosim list --markdown > scenarios/README.md")


def result_of(octosim, path):
    run = call(octosim, "run", path, "--json", "-", "--quiet")
    return json.loads(run.stdout)["hash"] if run.returncode in (0, 1) else run.stderr


def check_explained(octosim, path, explained):
    first = call(octosim, "check", path, "--explain")
    # In the same folder the other files that it names are found from it, too.
    with open(explained, "w", encoding="utf-8") as out:
        out.write(first.stdout)
    good = call(octosim, "check", explained)
    if first.returncode != 0 or good.returncode != 0:
        return f"check --explain {path}: {first.stderr}{good.stderr}"
    if sum(node.get("count", 1) for node in json.loads(first.stdout)["nodes"]) > NODES_MAX:
        return None
    if result_of(octosim, path) != result_of(octosim, explained):
        return f"check --explain {path}: what comes out runs to another hash"
    return None


def check_manual(octosim):
    with open("docs/octosim.1", encoding="utf-8") as file:
        if file.read() != call("tools/manual", octosim).stdout:
            fail("docs/octosim.1 is not current: tools/manual > docs/octosim.1")


def completed(octosim, *words):
    """What Bash offers for the last of the words."""
    script = ('. share/completion/octosim.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _octosim; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    return set(call("bash", "-c", script, "bash", octosim, *words).stdout.split())


def check_completion(octosim):
    if not {"run", "sweep", "diff"} <= completed(octosim, ""):
        fail("the completion does not know the commands")
    if completed(octosim, "sw") != {"sweep"}:
        fail("the completion does not complete a command")
    if not {"--seeds", "--set", "--junit"} <= completed(octosim, "run", "--"):
        fail("the completion does not know the options of run")
    if completed(octosim, "run", "--color", "a") != {"auto", "always"}:
        fail("the completion does not know the colours")
    if "scenarios/duel/" not in completed(octosim, "run", "scenarios/d") | {
            word + "/" for word in completed(octosim, "run", "scenarios/d")}:
        fail("the completion does not complete files")


def check_install():
    """A program of somebody else, built with what was installed."""
    with tempfile.TemporaryDirectory() as folder:
        run = call("make", "-s", "install", f"DESTDIR={folder}", "PREFIX=/opt/octo")
        if run.returncode != 0:
            return fail(f"make install: {run.stderr[-400:]}")
        root = folder + "/opt/octo"
        for path in ("bin/octosim", "lib/libocto.a", "include/octo.h", "lib/pkgconfig/octo.pc", "share/man/man1/octosim.1",
                     "share/bash-completion/completions/octosim", "share/zsh/site-functions/_octosim",
                     "share/octosim/scenarios/schema.json"):
            if not os.path.isfile(f"{root}/{path}"):
                fail(f"make install: there is no {path}")
        with open(folder + "/user.c", "w", encoding="utf-8") as out:
            out.write('#include <octo.h>\n#include <stdio.h>\nint main(void) { puts(octo_state_name(OCTO_STATE_IDLE)); }\n')
        built = call("cc", folder + "/user.c", "-o", folder + "/user", f"-I{root}/include", f"-L{root}/lib", "-locto", "-lsodium")
        if built.returncode != 0 or call(folder + "/user").stdout != "idle\n":
            fail(f"make install: a program cannot be built with it: {built.stderr[-400:]}")
        call("make", "-s", "uninstall", f"DESTDIR={folder}", "PREFIX=/opt/octo")
        left = [name for _, _, names in os.walk(root) for name in names]
        if left:
            fail(f"make uninstall leaves {left[:5]}")


def main():
    octosim = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/octosim"))
    os.chdir(ROOT)
    paths = sorted(path for path in glob.glob("scenarios/**/*.json", recursive=True) if not path.endswith("schema.json"))
    check_index(octosim)
    check_manual(octosim)
    check_completion(octosim)
    if octosim == os.path.join(ROOT, "build/octosim"):
        check_install()
    made = []
    try:
        jobs = []
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for path in paths:
                handle, explained = tempfile.mkstemp(".json", ".explained-", os.path.dirname(path))
                os.close(handle)
                made.append(explained)
                jobs.append(pool.submit(check_explained, octosim, path, explained))
        for job in jobs:
            if job.result():
                fail(job.result())
    finally:
        for path in made:
            os.unlink(path)
    print(f"{len(paths)} scenarios: {'index, explanations, manual and completion are current' if not failures else 'not current'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
