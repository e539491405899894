#!/usr/bin/env python3
"""Real nodes: processes of `octosim node` that talk over loopback (R1, R21-R22, R50-R51, R87, R100-R101).

    python3 tests/live/node_check.py [path of octosim]

Two connect and exchange messages; each survives kill -9 of the other and of itself, with its address book; damaged and lost stores;
commands, signals and exit statuses; configurations that are wrong. Ports are chosen by the system. Nothing is measured: each
step waits for what a node says, and a watchdog stands behind. Standard library only. Exit status 0 when all holds.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from live_nodes import ROOT, WATCHDOG_S, Gone, Node, call, fail, finish, make_identities, refused

LOAD = {"every": "20ms", "size": 64}


def make_pair(folder):
    """A robot that waits, of which nobody knows where it is until it says so, and a pilot that calls it."""
    robot = Node(folder, "robot", associates=[{"name": "pilot", "card": "pilot.card", "load": LOAD}])
    pilot = Node(folder, "pilot", kind="remote", associates=[
        {"name": "robot", "card": "robot.card", "address": robot.address, "connect": True, "load": LOAD}])
    return robot, pilot


def both_connected(robot, pilot):
    for node in (robot, pilot):
        node.wait("connected")
        node.wait_received()


def damage(path, offset=100):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x10]))


# ---- Steps ---------------------------------------------------------------------------------------------------------


def crash_and_come_back(folder, robot, pilot):
    """Each is killed in turn. What it comes back with is its store: the configuration no longer names anybody (R50, R51)."""
    pilot.kill()
    pilot.configure(kind="remote", listen=pilot.address)
    pilot.start()
    pilot.wait("connected")
    robot.wait("disconnected", "new incarnation")
    robot.wait("connected")
    if pilot.has_said("store"):
        fail("a store that was kept through kill -9 is complained of")
    robot.kill()
    robot.configure(listen=robot.address, associates=[{"name": "pilot", "card": "pilot.card", "load": LOAD}])
    robot.start()
    robot.wait("connected")
    pilot.wait("connected")
    pilot.wait_received()


def damaged_stores(folder, robot, pilot):
    """One copy damaged, then both: it says so, starts, and connects again."""
    pilot.stop()
    damage(f"{folder}/pilot.store")
    pilot.start()
    pilot.wait("connected")
    if not pilot.has_said("store", "bytes in it have changed") or not pilot.has_said("store", "the one before it is used"):
        fail(f"a damaged store is not told: {pilot.said}")
    robot.wait("connected")
    pilot.stop(signal.SIGINT)
    damage(f"{folder}/pilot.store.old")
    with open(f"{folder}/pilot.store", "r+b") as file:
        file.truncate(200)
    pilot.configure(kind="remote", listen=pilot.address, associates=[
        {"name": "robot", "card": "robot.card", "address": robot.address, "connect": True}])
    pilot.start()
    pilot.wait("connected") # the robot tells it which timestamps are used up
    if not pilot.has_said("store", "cut short") or not pilot.has_said("store", "lost its memory"):
        fail(f"a lost store is not told: {pilot.said}")
    robot.wait("connected")


def commands(robot, pilot):
    """The two buttons, and celibacy over a restart: nobody calls by itself (R60)."""
    pilot.type("connect rbot")
    pilot.wait("command", "did you mean robot?")
    pilot.type("disconnect")
    pilot.wait("disconnected", "the user disconnected")
    robot.wait("disconnected", "the peer closed it")
    pilot.stop()
    pilot.start()
    pilot.wait("celibacy", "was disconnected by its user")
    pilot.type("connect robot")
    pilot.wait("connected")
    robot.wait("connected")
    pilot.type("quit")
    pilot.wait("stopped")
    if pilot.process.wait(WATCHDOG_S) != 0:
        fail("quit does not end with status 0")


def stolen(folder, robot, pilot):
    """Somebody has stolen the pilot's key and store, and calls in its name while it is there (R82, R83): a warning, and, where
    the configuration says so, the end of communication (R84)."""
    robot.stop()
    robot.configure(listen=robot.address, when_hacked="shut-down",
                    associates=[{"name": "pilot", "card": "pilot.card", "load": LOAD}])
    robot.start()
    pilot.start()
    pilot.wait("connected")
    robot.wait("connected")
    os.mkdir(f"{folder}/thief")
    for name in ("pilot.key", "robot.card", "pilot.store"): # the store is there at every moment, also while it is kept
        shutil.copy(f"{folder}/{name}", f"{folder}/thief/{name}")
    thief = Node(f"{folder}/thief", "thief", identity="pilot.key", store="pilot.store", associates=[
        {"name": "robot", "card": "robot.card", "address": robot.address, "connect": True}])
    robot.wait("warning", "in the peer's name")
    robot.wait("disconnected")
    robot.wait("celibacy")
    thief.kill()
    pilot.wait("disconnected")
    pilot.type("quit")
    pilot.wait("stopped")
    robot.stop()
    robot.configure(listen=robot.address, associates=[{"name": "pilot", "card": "pilot.card", "load": LOAD}])
    robot.start()


def switch(robot, pilot):
    """Off is off for both, and over a restart; on finds whoever is trusted, without a call (R46)."""
    pilot.type("honeymoon")
    pilot.wait("command", "not switched on")
    pilot.type("off")
    pilot.wait("mode", "off")
    pilot.stop()
    pilot.start()
    pilot.wait("mode", "switched off by the user")
    pilot.type("on")
    pilot.wait("mode", "honeymoon")
    robot.type("on")
    pilot.wait("connected")
    robot.wait("connected")
    pilot.type("quit")
    pilot.wait("stopped")


def second_node(folder, robot):
    """One identity, one process; one port, one process."""
    refused(3, "another node runs with it", "--config", f"{folder}/robot.json")
    with open(f"{folder}/rival.json", "w", encoding="utf-8") as file:
        json.dump({"name": "rival", "kind": "agent", "identity": "pilot.key", "listen": robot.address}, file)
    refused(3, "another program has this address and port", "--config", f"{folder}/rival.json")


def forgotten(folder, robot):
    """Who is no longer listed is no longer trusted, and that is said."""
    robot.stop()
    robot.configure(associates=[])
    robot.start()
    robot.wait("store") if not robot.has_said("store", "is forgotten") else None
    robot.type("state")
    robot.wait("packets")
    if robot.has_said("peer"):
        fail("an associate that is not listed any more is still there")
    robot.stop()


def wrong_configurations(folder):
    good = {"name": "robot", "kind": "agent", "listen": "127.0.0.1:0"}
    cases = [
        ("{", ":1:"), ("[]", "allowed is an object"), ("{}", "\"name\" is missing"),
        ({**good, "lisen": "x"}, "did you mean \"listen\"?"), ({**good, "kind": "agnt"}, "did you mean \"agent\"?"),
        ({**good, "listen": "robot.local:1"}, "names are not looked up"), ({**good, "name": "a b"}, "allowed is a name"),
        ({**good, "format": 2}, "format"), ({**good, "when_hacked": "shutdown"}, "did you mean \"shut-down\"?"), ({**good, "keepalive": "2h"}, "out of range"),
        ({**good, "rate_up": "1bit"}, "out of range"), ({**good, "identity": ""}, "the path is empty"),
        ({**good, "associates": [{"name": "x"}]}, "\"card\" is missing"),
        ({**good, "associates": [{"name": "x", "card": "octo-card-1:00"}]}, "the card is damaged"),
        ({**good, "associates": [{"name": "x", "card": "none.card"}]}, "none.card"),
        ({**good, "associates": [{"name": "x", "card": "robot.key"}]}, "holds no card"),
        ({**good, "associates": [{"name": "x", "card": "pilot.card", "connect": True}]}, "\"address\" is missing"),
        ({**good, "associates": [{"name": "x", "card": "pilot.card", "load": {"every": "1s", "size": 7}}]}, "from 8 to 480"),
        ({**good, "associates": [{"name": "x", "card": "pilot.card", "address": "1.2.3.4:0"}]}, "allowed is an address"),
        ({**good, "associates": [{"name": "x", "card": "pilot.card"}] * 2}, "a second associate"),
        ({**good, "associates": [{"name": "me", "card": "robot.card"}]}, "our own"),
        ({**good, "inbox": ""}, "the path is empty"), ({**good, "inbox_room": "1GiB"}, "without \"inbox\""),
        ({**good, "inbox": "x", "inbox_largest": "1B"}, "out of range"),
        ({**good, "identity": "none.key"}, "--new-identity"), ({**good, "identity": "."}, "is no file"),
        ({**good, "identity": "open.key"}, "chmod 600"), ({**good, "identity": "robot.card.key"}, "holds no key"),
    ]
    with open(f"{folder}/robot.key", encoding="utf-8") as key, open(f"{folder}/open.key", "w", encoding="utf-8") as file:
        file.write(key.read())
    os.chmod(f"{folder}/open.key", 0o644)
    with open(f"{folder}/robot.card.key", "w", encoding="utf-8") as file:
        file.write("octo-card-1:")
    os.chmod(f"{folder}/robot.card.key", 0o600)
    for config, said in cases:
        with open(f"{folder}/bad.json", "w", encoding="utf-8") as file:
            file.write(config if isinstance(config, str) else json.dumps(config))
        refused(2, said, "--config", f"{folder}/bad.json")
    refused(2, "cannot be", "--config", f"{folder}/none.json")
    refused(2, "either --config FILE or --new-identity FILE")
    refused(2, "--for", "--config", f"{folder}/robot.json", "--for", "3")
    refused(2, "takes no operands", "robot.json")
    refused(2, "--to without --send", "--config", f"{folder}/robot.json", "--to", "pilot")
    refused(2, "--until-sent without --send", "--config", f"{folder}/robot.json", "--until-sent")


def examples(folder):
    """The example files work as they are, but for their ports, which may be taken here."""
    for name in ("robot", "pilot"):
        with open(f"{ROOT}/docs/examples/{name}.json", encoding="utf-8") as file:
            text = re.sub(r'"listen": "127.0.0.1:\d+"', '"listen": "127.0.0.1:0"', file.read())
        with open(f"{folder}/{name}.json", "w", encoding="utf-8") as file:
            file.write(text)
        run = call("--config", f"{folder}/{name}.json", "--for", "50ms", "--color", "always")
        if run.returncode != 0 or "listening at 127.0.0.1:" not in run.stdout or "\033[" not in run.stdout:
            fail(f"docs/examples/{name}.json: {run.stdout}{run.stderr}")
    text = call("--config", f"{folder}/pilot.json", "--for", "50ms").stdout
    if "\033" in text:
        fail("colours in a pipe")


def main():
    with tempfile.TemporaryDirectory() as folder:
        try:
            make_identities(folder)
            robot, pilot = make_pair(folder)
            both_connected(robot, pilot)
            crash_and_come_back(folder, robot, pilot)
            damaged_stores(folder, robot, pilot)
            commands(robot, pilot)
            pilot.start()
            switch(robot, pilot)
            stolen(folder, robot, pilot)
            second_node(folder, robot)
            forgotten(folder, robot)
            wrong_configurations(folder)
            examples(folder)
        except (Gone, subprocess.TimeoutExpired, BrokenPipeError) as error:
            fail(str(error))
        return finish("two real nodes connect over loopback, survive kill -9, damaged stores and wrong configurations")


if __name__ == "__main__":
    sys.exit(main())
