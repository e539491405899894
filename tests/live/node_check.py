#!/usr/bin/env python3
"""Real nodes: processes of `octosim node` that talk over loopback (R1, R21-R22, R50-R51, R87, R100-R101).

    python3 tests/live/node_check.py [path of octosim]

Two connect and exchange messages, and three; each survives kill -9 of the other and of itself, with its address book; damaged and lost stores;
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
    pilot.type("state") # a turn later it is in the store
    pilot.wait("packets")
    pilot.kill()
    pilot.start()
    pilot.wait("mode", "switched off by the user")
    pilot.type("on")
    pilot.wait("mode", "honeymoon")
    robot.type("on")
    pilot.wait("connected")
    robot.wait("connected")
    pilot.type("quit")
    pilot.wait("stopped")


def wait_sent(node):
    """Until no file is on its way from it."""
    for _ in node.ask("have sent everything"):
        is_sending = False
        while (said := node.wait_any("file", "packets"))["event"] == "file":
            is_sending |= said["text"].startswith("sending")
        if not is_sending:
            return


def crowd(folder):
    """An agent and two remotes at once: both see its state, and it sees both; one that is killed does not disturb the other, and comes
    back. What one of them floods the agent with is bounded, and the other is served meanwhile."""
    for name in ("rover", "left", "right"):
        call("--new-identity", f"{folder}/{name}.key")
    rover = Node(folder, "rover", associates=[{"name": name, "card": f"{name}.card"} for name in ("left", "right")])
    there = [{"name": "rover", "card": "rover.card", "address": rover.address, "connect": True}]
    left, right = (Node(folder, name, kind="remote", associates=there) for name in ("left", "right"))
    heard = {rover.wait("contact", "is heard")["peer"] for _ in range(2)}
    if heard != {"left", "right"}:
        fail(f"of two remotes the agent hears {heard}")
    for remote in (left, right):
        remote.wait("contact", "is heard")
    rover.type("set battery 50,12")
    for remote in (left, right):
        remote.wait("parameter", "battery is now 50.0,12.000")
    left.type("set mode manual-pilot") # what one writes the other sees, by way of the agent
    rover.wait("parameter", "mode is now manual-pilot")
    right.wait("parameter", "mode is now manual-pilot")
    left.kill()
    right.type("command first")
    if rover.wait("executed", "first")["peer"] != "right":
        fail("a command is said to be another's")
    rover.type("set battery 49,12")
    right.wait("parameter", "battery is now 49.0,12.000")
    left.start()
    left.wait("parameter", "battery is now 49.0,12.000")
    if right.has_said("disconnected") or rover.said and any(
            line["event"] == "disconnected" and line["peer"] == "right" for line in rover.said):
        fail("one remote was killed, and the other lost its session")
    # The rover takes no files: each offer is refused, with a line, until there are too many.
    for number in range(120):
        with open(f"{folder}/flood-{number}", "w", encoding="utf-8") as file:
            file.write(str(number))
        left.type(f"send {folder}/flood-{number}")
        if number % 30 == 29:
            wait_sent(left)
    right.type("command second")
    rover.wait("executed", "second")
    lines = [line for line in rover.said if line["event"] == "file" and "refused flood" in line["text"]]
    if not 60 <= len(lines) < 100 or not all(line["peer"] == "left" for line in lines):
        fail(f"of 120 refused files {len(lines)} are told one by one")
    if not rover.has_said("file", "more lines (file) about this"):
        rover.wait("file", "more lines (file) about this")
    for node in (left, right, rover):
        node.stop()


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


def wrong_places(folder):
    """What is wrong with a place on the disk is said at the start, and what to do."""
    os.mkdir(f"{folder}/folder.store")
    with open(f"{folder}/no-folder", "w", encoding="utf-8"):
        pass
    good = {"name": "robot", "kind": "agent", "listen": "127.0.0.1:0", "associates": []}
    for config, status, said in (({"store": "none/robot.store"}, 3, "make the folder for it"), ({"store": "folder.store"}, 3, "this is a folder"),
                                 ({"inbox": "none/received"}, 0, "make the folder that \"inbox\" is in"),
                                 ({"inbox": "no-folder"}, 0, "it is to be a folder"), ({"inbox": "received"}, 0, "stopped")):
        with open(f"{folder}/bad.json", "w", encoding="utf-8") as file:
            json.dump({**good, **config}, file)
        run = call("--config", f"{folder}/bad.json", "--for", "10ms")
        if run.returncode != status or said not in run.stdout + run.stderr:
            fail(f"{config}: exit status {run.returncode}, expected {status} and \"{said}\":\n{run.stdout}{run.stderr}")


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
            crowd(folder)
            second_node(folder, robot)
            forgotten(folder, robot)
            wrong_configurations(folder)
            wrong_places(folder)
            examples(folder)
        except (Gone, subprocess.TimeoutExpired, BrokenPipeError) as error:
            fail(str(error))
        return finish("two real nodes connect over loopback, survive kill -9, damaged stores and wrong configurations")


if __name__ == "__main__":
    sys.exit(main())
