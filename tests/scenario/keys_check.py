#!/usr/bin/env python3
"""Every key of the language changes something.

    python3 tests/scenario/keys_check.py [path of octosim]

The keys are those of scenarios/schema.json; one without an entry in the table below fails. An entry is two scenarios
that differ in the value of that key and in nothing else; their runs must differ in the trace hash or in what held. The
few keys that are for people, or that only other commands read, are told apart by what those commands print.
Standard library only. Exit status 0 when all holds.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

from collections import Counter

from mistakes_check import keys_of

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
failures = []


def fail(text):
    failures.append(text)
    print("FAILED:", text)


# ---- The table --------------------------------------------------------------------------------------------------------

LOAD = {"from": "robot", "to": "pilot", "every": "50ms", "size": 64, "count": 40}
BASE = {
    "title": "T", "why": "W", "covers": ["R1"], "duration": "5s", "crypto": "model",
    "nodes": [{"name": "robot", "kind": "agent"}, {"name": "scout", "kind": "agent"},
            {"name": "pilot", "kind": "remote"}],
    "trust": [["robot", "pilot"], ["scout", "pilot"]],
    "timeline": [
        {"at": "1s", "connect": ["robot", "pilot"]}, {"at": "1s", "connect": {"from": "scout", "to": "pilot"}},
        {"at": "2s", "load": LOAD}, {"at": "2s", "load": {**LOAD, "from": "pilot", "to": "robot"}}
    ],
    "expect": [{"always": "invariants"}]
}
# What stands beside the scenarios.
FILES = {
    "fast.csv": "1ms\n2ms\n", "slow.csv": "50ms\n90ms,3\n", "thin.trace": "100\n", "thick.trace": "10\n20\n",
    "base.json": json.dumps(BASE), "other.json": json.dumps({**BASE, "seed": 99, "links": [{"between": ["*", "*"],
            "loss": "30%"}]})
}


def base(**members):
    return {**BASE, **members}


def link(ends=None, **aspects):
    return base(links=[{**(ends or {"between": ["*", "*"]}), **aspects}])


def node(**members):
    """Another agent, which the pilot trusts and connects to."""
    return base(nodes=BASE["nodes"] + [{"name": "third", "kind": "agent", **members}],
                trust=BASE["trust"] + [["third*", "pilot"]],
                timeline=BASE["timeline"] + [{"at": "1s", "connect": ["pilot", "third*"]}])


def served(**members):
    """The same beside a STUN server."""
    given = node(**members)
    return {**given, "nodes": given["nodes"] + [{"name": "mirror", "kind": "stun"}]}


def act(at="3s", **verb):
    return base(timeline=BASE["timeline"] + [{"at": at, **verb}])


def aged(**restart):
    """The robot has a twin and starts again twice, so that its stores differ from each other."""
    return base(nodes=BASE["nodes"] + [{"name": "clone", "kind": "agent", "identity": "robot"}],
                trust=BASE["trust"] + [["clone", "pilot"]],
                timeline=BASE["timeline"] + [{"at": "2s", "restart": "robot"},
                                             {"at": "3s", "restart": {"node": "robot", **restart}}])


HOME = {"name": "home", "members": ["robot"]}


def networks(**members):
    return base(networks=[{**HOME, **members}])


def rebound(**verb):
    return {**act(**verb), "networks": [{**HOME, "members": ["robot", "scout"], "nat": "full-cone"},
                                        {"name": "office", "members": ["pilot"], "nat": {"type": "full-cone", "forward": "pilot"}}]}


def heard(**nat):
    """The robot says little, and hears much: other programs' traffic, which nothing answers."""
    return {**networks(nat={"type": "port-restricted", "timeout": "500ms", **nat}),
            "timeline": BASE["timeline"][:2] + [
                {"at": "1200ms", "traffic": {"from": "pilot", "to": "robot", "size": 100, "every": "100ms", "count": 30}}]}


def walled(**firewall):
    """Two behind a firewall, of whom one falls silent."""
    return {**heard(), "networks": [{**HOME, "members": ["robot", "scout"],
                                     "firewall": {"timeout": "500ms", **firewall}}]}


def crowded(**nat):
    return {**networks(members=["robot", "scout"], nat={"type": "port-restricted", **nat})}


def hidden(**nat):
    """Two behind one NAT who look for each other; one can be found from outside."""
    return networks(members=["robot", "pilot"],
                    nat={"type": "full-cone", "neighbours": "outside", "hairpin": "on", "forward": "pilot", **nat})


def twins(**members):
    """Two with the same keys dial the pilot at the same time: what it finds is theirs."""
    return base(nodes=[*BASE["nodes"][:2], {**BASE["nodes"][2], **members},
                       {"name": "twin", "kind": "agent", "identity": "robot"}],
                trust=BASE["trust"] + [["twin", "pilot"]],
                timeline=[{"at": "1s", "connect": {"from": name, "to": "pilot"}} for name in ("robot", "twin")])


def stopped(**verb):
    return base(timeline=BASE["timeline"] + [{"at": "2500ms", "pause": ["robot", "scout"]}, {"at": "3s", **verb}])


def wooed(**verb):
    """Two whose first honeymoon is over, and who find nobody."""
    return {**base(timeline=[{"at": "1s", "enable": ["robot", "scout"]}, {"at": "100s", **verb}]), "duration": "120s",
            "links": [{"between": ["*", "*"], "loss": "100%"}]}


GIFT = {"from": "robot", "to": "pilot", "size": "20kB"}


def gifted(at="3s", **verb):
    return {**act(at, **verb), "nodes": [{**one, "couriers": True} for one in BASE["nodes"]]}


def given(**verb):
    """Blobs of all to all, too large to be there soon."""
    many = [{"at": "2s", "blob": {"from": a, "to": b, "size": "1MB", "id": n + 1}} for n in (0, 1)
            for a, b in (("robot", "pilot"), ("scout", "pilot"), ("pilot", "robot"), ("pilot", "scout"))]
    return {**gifted(**verb), "timeline": gifted(**verb)["timeline"] + many}


def awaited(**expectation):
    """A blob that comes, one that takes its time, one to each of two of whom one crashes for good, and one over a lossy link."""
    return {**gifted(blob=GIFT), "expect": [{"by": "5s", **expectation}],
            "links": [{"between": ["scout", "pilot"], "duplicate": "10%", "loss": "20%", "latency": {"uniform": ["5ms", "80ms"]}}],
            "timeline": gifted(blob=GIFT)["timeline"] + [
                {"at": "2s", "blob": {"from": "robot", "to": "pilot", "id": 2, "size": "1MB"}},
                {"at": "2s", "blob": {"from": "scout", "to": "pilot", "id": 4, "size": "100kB"}},
                {"at": "3s", "blob": {"from": "pilot", "to": "robot", "id": 3, "size": "1kB"}}]}


AWAITED = {"from": "robot", "to": "pilot"}
STUCK = {"from": "robot", "to": "pilot", "id": 2}
AGAIN = {"from": "scout", "to": "pilot", "id": 4}


def answered(**flood):
    """The flood's packet is one that its receiver answers: a stale SYN, which the pilot refuses in words to each address."""
    return base(timeline=BASE["timeline"] + [
        {"at": "3s", "crash": ["robot", "scout"]}, {"at": "3200ms", "restart": "pilot"},
        {"at": "3500ms", "flood": {"packet": SYN, "to": "pilot", "every": "300ms", "count": 5, **flood}}])


SLOW = {"node": "pilot", "processing": "2ms"}
CUT = {"groups": ["robot", "pilot"], "heal_after": "500ms"}
TAP = {"from": "robot", "to": "pilot", "do": "drop"}
MIDDLE = {"between": ["robot", "pilot"], "for": "1s"}
LIE = {"from": "robot", "to": "pilot", "say": "ack-of-unsent"}
FLOOD = {"guess": "syn", "to": "pilot", "every": "1ms", "count": 10}
SYN = {"type": "syn", "from": "robot", "to": "pilot", "nth": 1}
ANY = {**SYN, "type": "any"}
DRAWN = {"from": "robot", "to": "pilot", "every": "100ms"}


def early(**verb):
    return act("500ms", **verb)


def expect(by="4s", **subject):
    return base(expect=[{"by": by, **subject}])


def full(**aspects):
    """A link that is filled."""
    return {**link(rate="200kbit", **aspects),
            "timeline": BASE["timeline"] + [{"at": "2s", "load": {**LOAD, "every": "0s", "size": 480, "count": 100}}]}


def used(before, after):
    """Of a link that is filled."""
    return tuple({**full(), "expect": [{"from": "2s", "by": "3s", "use": {"from": "robot", "to": "pilot", **one}}]}
                 for one in (before, after))


def both(make, before, after):
    return make(**before), make(**after)


def warned(**warnings):
    """Two with one identity refuse each other and warn."""
    return {**expect(warnings=warnings), "nodes": BASE["nodes"] + [{"name": "twin", "kind": "agent",
            "identity": "robot"}],
            "trust": BASE["trust"] + [["robot", "twin"]], "timeline": [{"at": "1s", "connect": ["robot", "twin"]}]}


# Agents and remotes with their couriers.
READING = {"gps": {"latitude": "1.5", "longitude": "2.5", "altitude": "3.5"}, "slam": {"x": "1.5", "y": "2.5", "z": "3.5"},
           "gyro": {"x": "0.5", "y": "0.5", "z": "0.5"}, "acceleration": {"x": "0.5", "y": "0.5", "z": "0.5"},
           "compass": {"azimuth": 1, "accuracy": 2}, "temperature": "20.5", "touch": {"x": 1, "y": 2}}
SET = {"node": "robot", "parameter": "battery", "value": {"permille": 1, "millivolts": 2}, "every": "100ms", "count": 3}
PLACE = {"node": "robot", "parameter": "position", "value": READING["gps"]}
WISH = {"from": "pilot", "to": "robot", "parameter": "target-orientation", "value": 5}
COMMAND = {"from": "pilot", "to": "robot", "text": "go", "every": "100ms", "count": 3}
SENSE = {"node": "robot", "reading": READING, "every": "100ms", "count": 3}
SWITCH = {"node": "robot", "courier": "command", "on": False}
HELD = {"node": "pilot", "of": "robot", "name": "battery", "verified": True}


def robots(*verbs, expect=None, **members):
    return base(**{"nodes": [{**one, "couriers": True} for one in BASE["nodes"]],
                   "timeline": [*BASE["timeline"][:2],
                                {"at": "1500ms", "set": {"from": "pilot", "to": "*", "parameter": "mode", "value": "manual-pilot"}},
                                *({"at": "2s", **verb} for verb in verbs)],
                   "expect": [{"by": "4s", **expect}] if expect else BASE["expect"], **members})


def has(**held):
    return robots({"set": SET}, {"set": PLACE}, expect={"parameter": held})


def heard_of(**sensors):
    return robots({"sense": SENSE}, expect={"sensors": sensors})


def executed(**commands):
    return robots({"command": COMMAND}, expect={"commands": commands})


def changed(values, path):
    """The same values, but one of them another."""
    key, _, below = path.partition(".")
    if below:
        return {**values, key: changed(values[key], below)}
    return {**values, key: values[key] + 1 if isinstance(values[key], int) else "0.25"}


READINGS = [*READING, *(f"{one}.{key}" for one, below in READING.items() if isinstance(below, dict) for key in below)]


def in_reading(path):
    return {**READING, path: {**READING[path], "note": "n", next(iter(READING[path])): 0}} if isinstance(
        READING.get(path), dict) else changed(READING, path)


PARETO = {"least": "10ms", "most": "200ms", "shape": "1.5"}
ELLIOTT = {"to_bad": "20%", "to_good": "50%", "good": "0%", "bad": "50%"}
RED = {"least": "1KiB", "most": "8KiB", "chance": "10%", "weight": 0}
PACKET = {"type": "data", "from": "robot", "to": "pilot", "nth": 2}
TRAFFIC = {"from": "robot", "to": "pilot", "every": "50ms", "size": 100, "count": 10}
SESSION = {"between": ["robot", "pilot"], "state": "established", "count": 1}
PACKETS = {"type": "syn", "from": "scout", "to": "pilot", "fate": "sent", "exactly": 1}
SHARE = {"from": "robot", "to": "pilot", "courier": "load"}
DEAF = {"from": "pilot", "to": "robot", "courier": "load", "accepts_reads": False}
MESSAGES = {"from": "robot", "to": "pilot"}
WARNINGS = {"kind": "equal-ids", "exactly": 2}
EVENTS = {"kind": "session-up", "node": "scout", "peer": "pilot", "exactly": 1}
WAITED = {"kind": "waited", "node": "robot", "peer": "pilot", "courier": "load", "why": "no-session", "at_least": 1}
LATENCY = {"of": "messages", "from": "robot", "to": "pilot", "p50": {"at_most": "30ms"}}
PRESS = [{"at": "1s", "connect": ["pilot", "*"]}]

RUN = {
    "seed": (link(loss="10%"), {**link(loss="10%"), "seed": 2}),
    "duration": (BASE, base(duration="50s")),
    "crypto": (BASE, base(crypto="sodium")),
    "heal": (link(loss="50%"), {**link(loss="50%"), "heal": "2s"}),
    "ties": (base(ties="fixed"), base(ties="random")),
    "format": (base(format=1), base(format=2)),
    "nodes": (BASE, base(nodes=[{**BASE["nodes"][0], "boot_epoch": 3}, *BASE["nodes"][1:]])),
    "trust": (base(timeline=PRESS), base(timeline=PRESS, trust=BASE["trust"][:1])),
    "links": (BASE, link(loss="50%")),
    "timeline": (BASE, act(crash="robot")),
    "expect": (BASE, expect(duels={"between": ["robot", "pilot"], "exactly": 5})),

    "nodes.*.name": (node(), node(name="thirdly")),
    "nodes.*.count": (node(count=1), node(count=2)),
    "nodes.*.identity": (node(), node(identity="label")),
    "nodes.*.offers": (node(), node(offers=["aes-256-gcm"])),
    "nodes.*.rate_up": (node(), node(rate_up="64kbit")),
    "nodes.*.rate_down": (node(), node(rate_down="64kbit")),
    "nodes.*.payload_max": (base(timeline=PRESS), base(timeline=PRESS, nodes=[{**BASE["nodes"][0], "payload_max": "256B"}, *BASE["nodes"][1:]])),
    "nodes.*.boot_epoch": (node(), node(boot_epoch=9)),
    "nodes.*.clock": (node(), node(clock={"offset": "5s"})),
    "nodes.*.clock.offset": (node(clock={"offset": "5s"}), node(clock={"offset": "-5s"})),
    "nodes.*.clock.drift_ppm": ({**node(clock={"drift_ppm": 0}), "duration": "300s"},
            {**node(clock={"drift_ppm": 1000}), "duration": "300s"}),
    "nodes.*.cookie_above": (BASE, base(nodes=[*BASE["nodes"][:2], {**BASE["nodes"][2], "cookie_above": 0}])),

    "trust.*.zip": both(base, {"trust": [{"zip": ["robot", "pilot"]}], "timeline": PRESS},
                        {"trust": [{"zip": ["scout", "pilot"]}], "timeline": PRESS}),

    "links.*.between": (link({"between": ["robot", "pilot"]}, loss="50%"),
            link({"between": ["scout", "pilot"]}, loss="50%")),
    "links.*.from": (link({"from": "robot", "to": "pilot"}, loss="50%"),
            link({"from": "scout", "to": "pilot"}, loss="50%")),
    "links.*.to": (link({"from": "pilot", "to": "robot"}, loss="50%"),
            link({"from": "pilot", "to": "scout"}, loss="50%")),
    "links.*.latency": both(link, {"latency": "20ms"}, {"latency": "30ms"}),
    "links.*.loss": both(link, {"loss": "0%"}, {"loss": "50%"}),
    "links.*.mask": both(link, {"mask": "."}, {"mask": "x"}),
    "links.*.drop": both(link, {"drop": {"type": "syn"}}, {"drop": {"type": "ack"}}),
    "links.*.duplicate": both(link, {"duplicate": "0%"}, {"duplicate": "50%"}),
    "links.*.corrupt": both(link, {"corrupt": "0%"}, {"corrupt": "50%"}),
    "links.*.reorder": both(link, {"latency": "20ms"},
            {"latency": "20ms", "reorder": {"chance": "50%", "by": "100ms"}}),
    "links.*.replay": both(link, {"latency": "20ms"},
            {"latency": "20ms", "replay": {"chance": "50%", "after": ["1s", "2s"]}}),
    "links.*.rate": both(link, {"rate": "100kbit"}, {"rate": "1Mbit"}),
    "links.*.rate.drawn": both(link, {"rate": {"drawn": ["100kbit", "1Mbit"]}}, {"rate": {"drawn": ["100kbit", "9Mbit"]}}),
    "links.*.capacity": both(link, {"capacity": "thin.trace"}, {"capacity": "thick.trace"}),
    "links.*.queue": both(full, {"queue": "64KiB"}, {"queue": "1KiB"}),
    "links.*.mtu": both(link, {"mtu": "511B"}, {"mtu": "100B"}),
    "links.*.clog": both(link, {"latency": "20ms"}, {"latency": "20ms", "clog": {"at": "2s", "for": "1s"}}),
    "links.*.phases": both(link, {"latency": "20ms"}, {"latency": "20ms", "phases": [{"at": "2s", "loss": "50%"}]}),

    "links.*.latency.uniform": both(link, {"latency": {"uniform": ["10ms", "30ms"]}},
            {"latency": {"uniform": ["10ms", "40ms"]}}),
    "links.*.latency.normal": both(link, {"latency": {"normal": ["30ms", "1ms"]}},
            {"latency": {"normal": ["30ms", "9ms"]}}),
    "links.*.latency.exponential": both(link, {"latency": {"exponential": ["30ms", "1ms"]}},
            {"latency": {"exponential": ["30ms", "9ms"]}}),
    "links.*.latency.table": both(link, {"latency": {"table": "fast.csv"}}, {"latency": {"table": "slow.csv"}}),
    "links.*.latency.pareto": both(link, {"latency": {"pareto": PARETO}},
            {"latency": {"pareto": {**PARETO, "shape": "3"}}}),
    "links.*.latency.pareto.least": both(link, {"latency": {"pareto": PARETO}},
            {"latency": {"pareto": {**PARETO, "least": "20ms"}}}),
    "links.*.latency.pareto.most": both(link, {"latency": {"pareto": PARETO}},
            {"latency": {"pareto": {**PARETO, "most": "15ms"}}}),
    "links.*.latency.pareto.shape": both(link, {"latency": {"pareto": PARETO}},
            {"latency": {"pareto": {**PARETO, "shape": "9"}}}),
    "links.*.loss.gilbert_elliott": both(link, {"loss": {"gilbert_elliott": ELLIOTT}},
            {"loss": {"gilbert_elliott": {**ELLIOTT, "bad": "90%"}}}),
    **{f"links.*.loss.gilbert_elliott.{key}":
       both(link, {"loss": {"gilbert_elliott": ELLIOTT}}, {"loss": {"gilbert_elliott": {**ELLIOTT, key: value}}})
       for key, value in (("to_bad", "90%"), ("to_good", "5%"), ("good", "30%"), ("bad", "100%"))},
    "links.*.loss.bursts": both(link, {"loss": {"bursts": {"chance": "5%", "length": [2, 3]}}},
                                {"loss": {"bursts": {"chance": "20%", "length": [2, 3]}}}),
    "links.*.loss.bursts.chance": both(link, {"loss": {"bursts": {"chance": "5%", "length": [2, 3]}}},
                                       {"loss": {"bursts": {"chance": "20%", "length": [2, 3]}}}),
    "links.*.loss.bursts.length": both(link, {"loss": {"bursts": {"chance": "5%", "length": [2, 3]}}},
                                       {"loss": {"bursts": {"chance": "5%", "length": [5, 9]}}}),
    "links.*.drop.type": both(link, {"drop": {"type": "syn"}}, {"drop": {"type": "syn-ack"}}),
    "links.*.drop.first": both(link, {"drop": {"type": "syn", "first": 1}}, {"drop": {"type": "syn", "first": 2}}),
    "links.*.drop.nth": both(link, {"drop": {"type": "data", "nth": [1]}}, {"drop": {"type": "data", "nth": [2]}}),
    "links.*.drop.*.type": both(link, {"drop": [{"type": "syn"}]}, {"drop": [{"type": "ack"}]}),
    "links.*.drop.*.first": both(link, {"drop": [{"type": "syn", "first": 1}]},
            {"drop": [{"type": "syn", "first": 2}]}),
    "links.*.drop.*.nth": both(link, {"drop": [{"type": "data", "nth": [1]}]},
            {"drop": [{"type": "data", "nth": [2]}]}),
    "links.*.corrupt.chance": both(link, {"corrupt": {"chance": "0%", "kinds": ["bits"]}},
            {"corrupt": {"chance": "50%", "kinds": ["bits"]}}),
    "links.*.corrupt.kinds": both(link, {"corrupt": {"chance": "50%", "kinds": ["bits"]}},
            {"corrupt": {"chance": "50%", "kinds": ["padding"]}}),
    "links.*.reorder.chance": both(link, {"reorder": {"chance": "0%", "by": "100ms"}},
            {"reorder": {"chance": "50%", "by": "100ms"}}),
    "links.*.reorder.by": both(link, {"reorder": {"chance": "50%", "by": "10ms"}},
            {"reorder": {"chance": "50%", "by": "100ms"}}),
    "links.*.replay.chance": both(link, {"replay": {"chance": "0%", "after": ["1s", "2s"]}},
            {"replay": {"chance": "50%", "after": ["1s", "2s"]}}),
    "links.*.replay.after": both(link, {"replay": {"chance": "50%", "after": ["1s", "2s"]}},
            {"replay": {"chance": "50%", "after": ["0s", "1s"]}}),
    "links.*.clog.at": both(link, {"clog": {"at": "2s", "for": "500ms"}}, {"clog": {"at": "3s", "for": "500ms"}}),
    "links.*.clog.for": both(link, {"clog": {"at": "2s", "for": "500ms"}}, {"clog": {"at": "2s", "for": "600ms"}}),
    "links.*.clog.every": both(link, {"clog": {"at": "2s", "for": "200ms", "every": "1s"}},
            {"clog": {"at": "2s", "for": "200ms", "every": "500ms"}}),
    "links.*.queue.limit": both(full, {"queue": {"limit": 40, "codel": {}}}, {"queue": {"limit": 3, "codel": {}}}),
    "links.*.queue.codel": both(full, {"queue": {"codel": {}}},
            {"queue": {"codel": {"target": "1ms", "interval": "10ms"}}}),
    "links.*.queue.codel.target": both(full, {"queue": {"codel": {"target": "5ms"}}},
            {"queue": {"codel": {"target": "500ms"}}}),
    "links.*.queue.codel.interval": both(full, {"queue": {"codel": {"interval": "100ms"}}},
            {"queue": {"codel": {"interval": "20ms"}}}),
    "links.*.queue.red": both(full, {"queue": {"red": RED}}, {"queue": {"red": {**RED, "chance": "90%"}}}),
    **{f"links.*.queue.red.{key}": both(full, {"queue": {"red": RED}}, {"queue": {"red": {**RED, key: value}}})
       for key, value in (("least", "7KiB"), ("most", "2KiB"), ("chance", "90%"), ("weight", 9))},
    "links.*.phases.*.at": both(link, {"phases": [{"at": "2s", "loss": "50%"}]},
            {"phases": [{"at": "3s", "loss": "50%"}]}),
    "links.*.phases.*.after": both(link, {"phases": [{"after": "2s", "loss": "50%"}]},
            {"phases": [{"after": "3s", "loss": "50%"}]}),
    "links.*.phases.*.fade": both(link, {"loss": "0%", "phases": [{"at": "2s", "fade": "1s", "loss": "50%"}]},
                                  {"loss": "0%", "phases": [{"at": "2s", "fade": "3s", "loss": "50%"}]}),

    "timeline.*.at": (act("3s", crash="robot"), act("2500ms", crash="robot")),
    "timeline.*.connect": (BASE, base(timeline=[{"at": "1s", "connect": ["scout", "pilot"]}, *BASE["timeline"][1:]])),
    "timeline.*.connect.from": both(base, {"timeline": [{"at": "1s", "connect": {"from": "robot", "to": "pilot"}}]},
                                    {"timeline": [{"at": "1s", "connect": {"from": "scout", "to": "pilot"}}]}),
    "timeline.*.connect.to": both(base, {"timeline": [{"at": "1s", "connect": {"from": "pilot", "to": "robot"}}]},
                                  {"timeline": [{"at": "1s", "connect": {"from": "pilot", "to": "scout"}}]}),
    "timeline.*.disconnect": both(act, {"disconnect": ["robot", "pilot"]}, {"disconnect": ["scout", "pilot"]}),
    "timeline.*.disconnect.from": both(act, {"disconnect": {"from": "robot", "to": "pilot"}},
            {"disconnect": {"from": "scout", "to": "pilot"}}),
    "timeline.*.disconnect.to": both(act, {"disconnect": {"from": "pilot", "to": "robot"}},
            {"disconnect": {"from": "pilot", "to": "scout"}}),
    "timeline.*.load": both(act, {"load": LOAD}, {"load": {**LOAD, "size": 65}}),
    **{f"timeline.*.load.{key}": both(act, {"load": LOAD}, {"load": {**LOAD, key: value}})
       for key, value in (("from", "scout"), ("every", "70ms"), ("size", 100), ("count", 5))},
    "timeline.*.load.to": both(act, {"load": {**LOAD, "from": "pilot", "to": "robot"}},
            {"load": {**LOAD, "from": "pilot", "to": "scout"}}),
    "timeline.*.load.ordered": both(act, {"load": {**LOAD, "ordered": False}}, {"load": {**LOAD, "ordered": True}}),
    "timeline.*.load.priority": both(act, {"load": {**LOAD, "every": "0s", "count": 100, "priority": 0}},
                                     {"load": {**LOAD, "every": "0s", "count": 100, "priority": 255}}),
    "timeline.*.load.courier": both(act, {"load": {**LOAD, "courier": "load"}}, {"load": {**LOAD, "courier": "load-2"}}),
    "timeline.*.courier": both(act, {"courier": DEAF}, {"courier": {**DEAF, "active": False}}),
    **{f"timeline.*.courier.{key}": both(act, {"courier": DEAF}, {"courier": {**DEAF, key: value}})
       for key, value in (("to", "scout"), ("courier", "load-2"), ("active", False), ("accepts_reads", True))},
    "timeline.*.courier.from": both(act, {"courier": {**DEAF, "from": "robot", "to": "pilot"}},
                                    {"courier": {**DEAF, "from": "scout", "to": "pilot"}}),
    "timeline.*.blob": both(gifted, {"blob": GIFT}, {"blob": {**GIFT, "size": "21kB"}}),
    **{f"timeline.*.blob.{key}": both(gifted, {"blob": GIFT}, {"blob": {**GIFT, key: value}})
       for key, value in (("from", "scout"), ("id", 7), ("size", "21kB"), ("name", "a-longer-name"))},
    "timeline.*.blob.to": both(gifted, {"blob": {**GIFT, "from": "pilot", "to": "robot"}},
                               {"blob": {**GIFT, "from": "pilot", "to": "scout"}}),
    "timeline.*.blob.priority": both(gifted, {"blob": GIFT}, {"blob": {**GIFT, "priority": 41}}),
    "timeline.*.blob.file": both(gifted, {"blob": {"from": "robot", "to": "pilot", "file": "fast.csv"}},
                                 {"blob": {"from": "robot", "to": "pilot", "file": "slow.csv"}}),
    "timeline.*.cancel": both(given, {"cancel": {"from": "robot", "to": "pilot"}},
                              {"cancel": {"from": "robot", "to": "pilot", "by": "receiver"}}),
    **{f"timeline.*.cancel.{key}": both(given, {"cancel": {"from": "robot", "to": "pilot"}},
                                        {"cancel": {"from": "robot", "to": "pilot", key: value}})
       for key, value in (("from", "scout"), ("id", 2), ("by", "receiver"))},
    "timeline.*.cancel.to": both(given, {"cancel": {"from": "pilot", "to": "robot"}}, {"cancel": {"from": "pilot", "to": "scout"}}),
    "timeline.*.crash": both(act, {"crash": "robot"}, {"crash": "scout"}),
    "timeline.*.move": both(act, {"move": "robot"}, {"move": "scout"}),
    "timeline.*.restart": both(act, {"restart": "robot"}, {"restart": "scout"}),
    "timeline.*.restart.node": both(act, {"restart": {"node": "robot"}}, {"restart": {"node": "scout"}}),
    "timeline.*.restart.store": [dict(one, timeline=one["timeline"] + [{"at": "3500ms", "connect": ["robot",
            "pilot"]}]) for one in
                                 both(act, {"restart": {"node": "robot", "store": "kept"}},
                                     {"restart": {"node": "robot", "store": "lost"}})],
    "timeline.*.clock": both(act, {"at": "500ms", "clock": {"node": "robot", "step": "-10s"}},
                             {"at": "500ms", "clock": {"node": "robot", "step": "10s"}}),
    "timeline.*.clock.node": both(act, {"at": "500ms", "clock": {"node": "robot", "step": "-10s"}},
                                  {"at": "500ms", "clock": {"node": "scout", "step": "-10s"}}),
    "timeline.*.clock.step": both(act, {"at": "500ms", "clock": {"node": "robot", "step": "-10s"}},
                                  {"at": "500ms", "clock": {"node": "robot", "step": "-20s"}}),
    "timeline.*.inject": both(act, {"inject": {"packet": PACKET}}, {"inject": {"packet": PACKET, "count": 3}}),
    "timeline.*.inject.packet": both(act, {"inject": {"packet": PACKET}},
            {"inject": {"packet": {**PACKET, "nth": 3}}}),
    "timeline.*.inject.packet.type": both(act, {"inject": {"packet": {**PACKET, "nth": 1}}},
            {"inject": {"packet": {**PACKET, "nth": 1, "type": "syn"}}}),
    "timeline.*.inject.packet.nth": both(act, {"inject": {"packet": PACKET}},
            {"inject": {"packet": {**PACKET, "nth": 3}}}),
    "timeline.*.inject.packet.from": both(act, {"inject": {"packet": {**PACKET, "type": "any"}}},
            {"inject": {"packet": {**PACKET, "type": "any", "from": "scout"}}}),
    "timeline.*.inject.packet.to": both(act, {"inject": {"packet": {**PACKET, "type": "any", "from": "pilot",
            "to": "robot"}}},
                                        {"inject": {"packet": {**PACKET, "type": "any", "from": "pilot",
                                            "to": "scout"}}}),
    "timeline.*.inject.to": both(act, {"inject": {"packet": PACKET}}, {"inject": {"packet": PACKET, "to": "scout"}}),
    "timeline.*.inject.source": both(act, {"inject": {"packet": PACKET}},
            {"inject": {"packet": PACKET, "source": "scout"}}),
    "timeline.*.inject.count": both(act, {"inject": {"packet": PACKET}}, {"inject": {"packet": PACKET, "count": 2}}),
    "timeline.*.inject.flip": both(act, {"inject": {"packet": PACKET}},
            {"inject": {"packet": PACKET, "flip": "each-byte"}}),
    "timeline.*.inject.junk": both(act, {"inject": {"junk": 1, "to": "pilot", "source": "robot"}},
            {"inject": {"junk": 2, "to": "pilot", "source": "robot"}}),
    "timeline.*.traffic": both(act, {"traffic": TRAFFIC}, {"traffic": {**TRAFFIC, "count": 9}}),
    **{f"timeline.*.traffic.{key}": both(act, {"traffic": TRAFFIC}, {"traffic": {**TRAFFIC, key: value}})
       for key, value in (("from", "scout"), ("to", "scout"), ("every", "70ms"), ("size", 200), ("count", 5))},
    "timeline.*.traffic.rate": both(act, {"traffic": {"from": "robot", "to": "pilot", "rate": "10kbit"}},
                                    {"traffic": {"from": "robot", "to": "pilot", "rate": "20kbit"}}),
    "timeline.*.traffic.for": both(act, {"traffic": {"from": "robot", "to": "pilot", "every": "50ms", "for": "1s"}},
                                   {"traffic": {"from": "robot", "to": "pilot", "every": "50ms", "for": "500ms"}}),
    "timeline.*.traffic.zip": both(act, {"traffic": {"zip": ["robot", "pilot"], "every": "50ms"}},
                                   {"traffic": {"zip": ["scout", "pilot"], "every": "50ms"}}),

    "networks": both(networks, {}, {"nat": "full-cone"}),
    "networks.*.name": both(networks, {"nat": "full-cone"}, {"nat": "full-cone", "name": "house"}),
    "networks.*.members": both(networks, {"nat": "full-cone"}, {"nat": "full-cone", "members": ["scout"]}),
    "networks.*.nat": both(networks, {"nat": "full-cone"}, {"nat": "symmetric"}),
    "networks.*.nat.type": both(networks, {"nat": {"type": "full-cone"}}, {"nat": {"type": "symmetric"}}),
    **{f"networks.*.nat.{key}": both(networks, {"nat": {"type": "port-restricted", key: one}},
                                     {"nat": {"type": "port-restricted", key: other}})
       for key, one, other in (("timeout", "10ms", "20ms"), ("ports", "kept", "fresh"))},
    "networks.*.nat.forward": both(crowded, {"forward": "robot"}, {"forward": "scout"}),
    "networks.*.nat.refresh": both(heard, {"refresh": "outbound"}, {"refresh": "both"}),
    "networks.*.nat.room": both(crowded, {"room": 1}, {"room": 2}),
    "networks.*.nat.hairpin": both(hidden, {"hairpin": "off"}, {"hairpin": "on"}),
    "networks.*.nat.neighbours": both(hidden, {"neighbours": "inside"}, {"neighbours": "outside"}),
    "networks.*.firewall": both(networks, {"firewall": "outbound"}, {"firewall": {"timeout": "10ms"}}),
    "networks.*.firewall.timeout": both(networks, {"firewall": {"timeout": "1ms"}},
                                        {"firewall": {"timeout": "1s"}}),
    "networks.*.firewall.refresh": both(walled, {"refresh": "outbound"}, {"refresh": "both"}),
    "networks.*.firewall.room": both(walled, {"timeout": "10s", "room": 1}, {"timeout": "10s", "room": 2}),
    "networks.*.uplink": both(networks, {"uplink": {"latency": "5ms"}}, {"uplink": {"latency": "6ms"}}),
    "networks.*.uplink.up": both(networks, {"uplink": {"up": {"latency": "5ms"}}}, {"uplink": {"up": {"latency": "6ms"}}}),
    "networks.*.uplink.down": both(networks, {"uplink": {"down": {"latency": "5ms"}}},
                                   {"uplink": {"down": {"latency": "6ms"}}}),
    "timeline.*.rebind": both(rebound, {"rebind": "home"}, {"rebind": "office"}),
    "timeline.*.rebind.network": both(rebound, {"rebind": {"network": "home"}}, {"rebind": {"network": "office"}}),
    "timeline.*.rebind.address": both(rebound, {"rebind": {"network": "home", "address": "kept"}},
                                      {"rebind": {"network": "home", "address": "new"}}),
    "timeline.*.inject.to.broadcast": both(rebound, {"inject": {"junk": 1, "source": "robot", "to": {"broadcast": "home"}}},
                                           {"inject": {"junk": 1, "source": "robot", "to": {"broadcast": "office"}}}),

    "nodes.*.stun": (served(), served(stun="mirror")),
    "nodes.*.processing": (node(), node(processing="5ms")),
    "nodes.*.tamper": (twins(tamper=True), twins(tamper=False)),
    "nodes.*.couriers": (node(), node(couriers=True)),
    "nodes.*.on_hacked": (twins(on_hacked="go-on"), twins(on_hacked="shut-down")),
    "tamper": ({**twins(), "tamper": {"hacked": "timestamp-twice"}}, {**twins(), "tamper": {"undetectable": "so"}}),
    "tamper.hacked": ({**twins(), "tamper": {"hacked": "timestamp-twice"}}, {**twins(), "tamper": {"hacked": "answers-unasked"}}),
    "timeline.*.restart.store.from": both(aged, {"store": {"from": "2500ms"}}, {"store": {"from": "500ms"}}),
    "timeline.*.restart.store.of": both(aged, {"store": {"of": "robot"}}, {"store": {"of": "clone"}}),
    "timeline.*.enable": both(act, {"enable": "robot"}, {"enable": "scout"}),
    "timeline.*.disable": both(act, {"disable": "robot"}, {"disable": "scout"}),
    "timeline.*.honeymoon": both(wooed, {"honeymoon": "robot"}, {"honeymoon": "scout"}),
    "timeline.*.pause": both(act, {"pause": "robot"}, {"pause": "scout"}),
    "timeline.*.resume": both(stopped, {"resume": "robot"}, {"resume": "scout"}),
    "timeline.*.slow": both(act, {"slow": SLOW}, {"slow": {**SLOW, "node": "scout"}}),
    "timeline.*.slow.node": both(act, {"slow": SLOW}, {"slow": {**SLOW, "node": "robot"}}),
    "timeline.*.slow.processing": both(act, {"slow": SLOW}, {"slow": {**SLOW, "processing": "3ms"}}),
    "timeline.*.partition": both(act, {"partition": CUT}, {"partition": {**CUT, "one_way": True}}),
    "timeline.*.partition.groups": both(act, {"partition": CUT}, {"partition": {**CUT, "groups": ["scout", "pilot"]}}),
    "timeline.*.partition.heal_after": both(act, {"partition": CUT}, {"partition": {**CUT, "heal_after": "200ms"}}),
    "timeline.*.partition.one_way": both(act, {"partition": CUT}, {"partition": {**CUT, "one_way": True}}),
    "timeline.*.intercept": both(act, {"intercept": TAP}, {"intercept": {**TAP, "first": 3}}),
    **{f"timeline.*.intercept.{key}": both(act, {"intercept": TAP}, {"intercept": {**TAP, key: value}})
       for key, value in (("from", "scout"), ("to", "scout"), ("type", "syn"), ("first", 1), ("nth", [2]), ("for", "200ms"),
                          ("do", {"after": "1s"}))},
    "timeline.*.intercept.between": both(act, {"intercept": {"between": ["robot", "pilot"], "do": "drop"}},
                                         {"intercept": {"between": ["scout", "pilot"], "do": "drop"}}),
    **{f"timeline.*.intercept.do.{key}": both(act, {"intercept": {**TAP, "do": {"after": "100ms"}}},
                                              {"intercept": {**TAP, "do": {"after": "100ms", key: value}}})
       for key, value in (("after", "200ms"), ("copies", 2), ("flip", 1), ("truncate", 20), ("forge", True), ("reflect", True),
                          ("pass", True))},
    "timeline.*.intercept.do.source": both(early, {"intercept": {**TAP, "do": {"after": "100ms"}}},
                                           {"intercept": {**TAP, "do": {"after": "100ms", "source": "scout"}}}),
    "timeline.*.relay": both(early, {"relay": MIDDLE}, {"relay": {**MIDDLE, "between": ["scout", "pilot"]}}),
    **{f"timeline.*.relay.{key}": both(early, {"relay": MIDDLE}, {"relay": {**MIDDLE, key: value}})
       for key, value in (("between", ["scout", "pilot"]), ("for", "2s"))},
    "timeline.*.lie": both(act, {"lie": LIE}, {"lie": {**LIE, "say": "unknown-courier"}}),
    **{f"timeline.*.lie.{key}": both(act, {"lie": {**LIE, **rest}}, {"lie": {**LIE, **rest, key: value}})
       for key, value, rest in (("from", "scout", {}), ("to", "robot", {"from": "pilot", "to": "scout"}), ("say", "pong", {}),
                                ("courier", "load", {"say": "message", "courier": "blob"}),
                                ("count", 2, {"count": 1, "every": "1ms"}), ("every", "2ms", {"count": 2, "every": "1ms"}))},
    "timeline.*.flood": both(act, {"flood": FLOOD}, {"flood": {**FLOOD, "count": 9}}),
    **{f"timeline.*.flood.{key}": both(act, {"flood": FLOOD}, {"flood": {**FLOOD, key: value}})
       for key, value in (("to", "robot"), ("every", "2ms"), ("count", 9), ("guess", "ack"))},
    "timeline.*.flood.addresses": both(answered, {"addresses": 1}, {"addresses": 2}),
    "timeline.*.flood.packet": both(answered, {"packet": {**SYN, "nth": 1}}, {"packet": {**SYN, "type": "any", "nth": 3}}),
    **{f"timeline.*.flood.packet.{key}": both(answered, {"packet": ANY}, {"packet": {**ANY, key: value}})
       for key, value in (("type", "data"), ("from", "scout"), ("to", "scout"), ("nth", 3))},
    "timeline.*.attack": both(act, {"attack": DRAWN}, {"attack": {**DRAWN, "every": "150ms"}}),
    **{f"timeline.*.attack.{key}": both(act, {"attack": DRAWN}, {"attack": {**DRAWN, key: value}})
       for key, value in (("from", "scout"), ("to", "scout"), ("every", "150ms"), ("for", "300ms"), ("position", "off-path"),
                          ("moves", ["drop"]))},
    "timeline.*.attack.between": both(act, {"attack": {"between": ["robot", "pilot"], "every": "100ms"}},
                                      {"attack": {"between": ["scout", "pilot"], "every": "100ms"}}),

    "expect.*.by": (expect("4s", session=SESSION), expect("1010ms", session=SESSION)),
    "expect.*.always": (expect(session=SESSION), base(expect=[{"by": "4s", "session": SESSION},
            {"always": "invariants"}])),
    "expect.*.session": both(expect, {"session": SESSION}, {"session": {**SESSION, "state": "idle"}}),
    **{f"expect.*.session.{key}": both(expect, {"session": SESSION}, {"session": {**SESSION, key: value}})
       for key, value in (("state", "idle"), ("count", 2), ("suite", "aes-256-gcm"))},
    "expect.*.session.between": [dict(one, timeline=one["timeline"][:1]) for one in
                                 both(expect, {"session": SESSION},
                                     {"session": {**SESSION, "between": ["scout", "pilot"]}})],
    "expect.*.session.initiator": both(expect, {"session": {**SESSION, "between": ["scout", "pilot"],
            "initiator": "scout"}},
                                       {"session": {**SESSION, "between": ["scout", "pilot"], "initiator": "pilot"}}),
    "expect.*.duels": both(expect, {"duels": {"between": ["robot", "pilot"], "exactly": 1}},
            {"duels": {"between": ["robot", "pilot"], "exactly": 2}}),
    "expect.*.duels.between": both(expect, {"duels": {"between": ["robot", "pilot"], "exactly": 1}},
            {"duels": {"between": ["scout", "pilot"], "exactly": 1}}),
    "expect.*.duels.winner": both(expect, {"duels": {"between": ["robot", "pilot"], "winner": "robot"}},
            {"duels": {"between": ["robot", "pilot"], "winner": "pilot"}}),
    "expect.*.packets": both(expect, {"packets": PACKETS}, {"packets": {**PACKETS, "exactly": 3}}),
    **{f"expect.*.packets.{key}": both(expect, {"packets": PACKETS}, {"packets": {**PACKETS, key: value}})
       for key, value in (("type", "retry"), ("to", "robot"), ("fate", "dropped"))},
    "expect.*.packets.from": both(expect, {"packets": {**PACKETS, "type": "data", "exactly": 1}},
                                  {"packets": {**PACKETS, "type": "data", "exactly": 1, "from": "robot"}}),
    "expect.*.packets.reason": both(expect, {"packets": {"from": "*", "to": "*", "fate": "rejected",
            "reason": "duel-lost", "exactly": 1}},
                                    {"packets": {"from": "*", "to": "*", "fate": "rejected", "reason": "bad-tag",
                                        "exactly": 1}}),
    "expect.*.steps": both(expect, {"steps": {"step": "connect", "exactly": 3}},
            {"steps": {"step": "connect", "exactly": 4}}),
    "expect.*.steps.step": both(expect, {"steps": {"step": "connect", "exactly": 3}},
            {"steps": {"step": "close", "exactly": 3}}),
    "expect.*.steps.node": both(expect, {"steps": {"step": "connect", "node": "*", "exactly": 3}},
                                {"steps": {"step": "connect", "node": "scout", "exactly": 3}}),
    "expect.*.warnings": both(warned, WARNINGS, {**WARNINGS, "exactly": 9}),
    "expect.*.warnings.kind": both(warned, WARNINGS, {**WARNINGS, "kind": "hacked"}),
    "expect.*.warnings.node": both(warned, {**WARNINGS, "node": "*"}, {**WARNINGS, "node": "robot"}),
    "expect.*.always.invariants": (base(expect=[{"always": {"invariants": ["L4"]}}]), base(expect=[{"always": {"invariants": ["S1"]}}])),
    "expect.*.never": (base(expect=[{"never": {"messages": {**MESSAGES, "at_least": 41}}}]), base(expect=[{"never": {"messages": MESSAGES}}])),
    "expect.*.eventually": (base(expect=[{"eventually": {"messages": MESSAGES}, "until": "4s"}]),
                            base(expect=[{"eventually": {"messages": {**MESSAGES, "at_least": 41}}, "until": "4s"}])),
    "expect.*.from": (base(expect=[{"never": {"messages": MESSAGES}, "from": "4500ms"}]),
                      base(expect=[{"never": {"messages": MESSAGES}, "from": "1500ms"}])),
    "expect.*.until": (base(expect=[{"never": {"messages": MESSAGES}, "until": "1500ms"}]),
                       base(expect=[{"never": {"messages": MESSAGES}, "until": "4s"}])),
    "expect.*.within": (base(expect=[{"eventually": {"messages": MESSAGES}, "within": "4s"}]),
                        base(expect=[{"eventually": {"messages": MESSAGES}, "within": "1s"}])),
    "expect.*.events": both(expect, {"events": EVENTS}, {"events": {**EVENTS, "exactly": 9}}),
    **{f"expect.*.events.{key}": both(expect, {"events": EVENTS}, {"events": {**EVENTS, key: value}})
       for key, value in (("kind", "session-down"), ("node", "pilot"), ("peer", "robot"))},
    "expect.*.latency": both(expect, {"latency": LATENCY}, {"latency": {**LATENCY, "p50": {"at_most": "1ms"}}}),
    "expect.*.latency.of": [{**one, "links": [{"from": "robot", "to": "pilot", "drop": {"type": "data"}}]} for one in
                            both(expect, {"latency": {**LATENCY, "of": "packets"}}, {"latency": {**LATENCY, "of": "messages"}})],
    "expect.*.latency.from": [{**one, "links": [{"from": "robot", "to": "pilot", "latency": "50ms"}]} for one in
                              both(expect, {"latency": {**LATENCY, "of": "packets", "from": "scout"}},
                                   {"latency": {**LATENCY, "of": "packets", "from": "robot"}})],
    "expect.*.latency.to": [{**one, "links": [{"from": "pilot", "to": "robot", "latency": "50ms"}]} for one in
                            both(expect, {"latency": {**LATENCY, "of": "packets", "from": "pilot", "to": "scout"}},
                                 {"latency": {**LATENCY, "of": "packets", "from": "pilot", "to": "robot"}})],
    "expect.*.latency.courier": both(expect, {"latency": {**LATENCY, "of": "messages", "courier": "load"}},
                                     {"latency": {**LATENCY, "of": "messages", "courier": "load-2"}}),
    "expect.*.latency.type": both(expect, {"latency": {**LATENCY, "of": "packets", "type": "syn"}},
                                  {"latency": {**LATENCY, "of": "packets", "type": "retry"}}),
    **{f"expect.*.latency.{key}": both(expect, {"latency": {**LATENCY, key: {"at_most": "30ms"}}}, {"latency": {**LATENCY, key: {"at_most": "1ms"}}})
       for key in ("p50", "p90", "p99", "max")},
    **{f"expect.*.latency.{key}.at_most": both(expect, {"latency": {**LATENCY, key: {"at_most": "30ms"}}},
                                               {"latency": {**LATENCY, key: {"at_most": "1ms"}}}) for key in ("p50", "p90", "p99", "max")},
    **{f"expect.*.latency.{key}.at_least": both(expect, {"latency": {**LATENCY, key: {"at_least": "10ms"}}},
                                                {"latency": {**LATENCY, key: {"at_least": "1s"}}}) for key in ("p50", "p90", "p99", "max")},
    "expect.*.memory": both(expect, {"memory": {"of": "core", "at_most": "1MiB"}}, {"memory": {"of": "core", "at_most": "1KiB"}}),
    "expect.*.memory.at_most": both(expect, {"memory": {"of": "core", "at_most": "1MiB"}}, {"memory": {"of": "core", "at_most": "1KiB"}}),
    "expect.*.memory.at_least": both(expect, {"memory": {"of": "core", "at_least": "1KiB"}}, {"memory": {"of": "core", "at_least": "1MiB"}}),
    "expect.*.memory.of": both(expect, {"memory": {"of": "node", "at_most": "40KiB"}}, {"memory": {"of": "world", "at_most": "40KiB"}}),
    "expect.*.messages.courier": both(expect, {"messages": {**MESSAGES, "at_least": 1, "courier": "load"}}, {"messages": {**MESSAGES, "at_least": 1, "courier": "load-2"}}),
    "expect.*.messages.fate": both(expect, {"messages": {**MESSAGES, "at_least": 1, "fate": "sent"}}, {"messages": {**MESSAGES, "at_least": 1, "fate": "discarded"}}),
    "expect.*.blob": both(awaited, {"blob": {**AWAITED, "whole": True}}, {"blob": {**AWAITED, "state": "offered"}}),
    "expect.*.blob.from": both(awaited, {"blob": {**AWAITED, "whole": True}}, {"blob": {**AWAITED, "whole": True, "from": "scout"}}),
    "expect.*.blob.to": both(awaited, {"blob": {"from": "pilot", "to": "robot", "id": 3, "whole": True}},
                             {"blob": {"from": "pilot", "to": "scout", "id": 3, "whole": True}}),
    "expect.*.blob.id": both(awaited, {"blob": {**AWAITED, "whole": True}}, {"blob": {**AWAITED, "whole": True, "id": 2}}),
    "expect.*.blob.state": both(awaited, {"blob": {**AWAITED, "state": "complete"}}, {"blob": {**AWAITED, "state": "failed"}}),
    "expect.*.blob.progress": both(awaited, {"blob": {**STUCK, "progress": "1%"}}, {"blob": {**STUCK, "progress": "99%"}}),
    "expect.*.blob.whole": both(awaited, {"blob": {**STUCK, "progress": "1%"}}, {"blob": {**STUCK, "progress": "1%", "whole": True}}),
    "expect.*.blob.goodput": both(awaited, {"blob": {**AWAITED, "goodput": "1kbit"}}, {"blob": {**AWAITED, "goodput": "1Gbit"}}),
    "expect.*.blob.repeated": both(awaited, {"blob": {**AGAIN, "repeated": "1MB"}}, {"blob": {**AGAIN, "repeated": "0B"}}),
    "expect.*.share": both(expect, {"share": {**SHARE, "at_least": "100%"}}, {"share": {**SHARE, "at_most": "99%"}}),
    "expect.*.share.courier": both(expect, {"share": {**SHARE, "at_least": "1%"}}, {"share": {**SHARE, "courier": "load-2", "at_least": "1%"}}),
    "expect.*.share.from": both(expect, {"share": {**SHARE, "at_least": "1%"}}, {"share": {**SHARE, "from": "scout", "at_least": "1%"}}),
    "expect.*.share.to": both(expect, {"share": {**SHARE, "from": "pilot", "to": "robot", "at_least": "1%"}},
                              {"share": {**SHARE, "from": "pilot", "to": "scout", "at_least": "1%"}}),
    "expect.*.share.at_least": both(expect, {"share": {**SHARE, "courier": "load-2", "at_least": "0%"}},
                                    {"share": {**SHARE, "courier": "load-2", "at_least": "1%"}}),
    "expect.*.share.at_most": both(expect, {"share": {**SHARE, "at_most": "100%"}}, {"share": {**SHARE, "at_most": "99%"}}),
    "expect.*.use": used({"at_least": "1%"}, {"at_least": "99%"}),
    "expect.*.use.at_least": used({"at_least": "1%"}, {"at_least": "99%"}),
    "expect.*.use.at_most": used({"at_most": "99%"}, {"at_most": "1%"}),
    "expect.*.use.from": used({"from": "robot", "at_least": "10%"}, {"from": "scout", "at_least": "10%"}),
    "expect.*.use.to": used({"from": "robot", "to": "pilot", "at_least": "10%"}, {"from": "robot", "to": "scout", "at_least": "10%"}),
    "expect.*.messages": both(expect, {"messages": {**MESSAGES, "exactly": 40}},
            {"messages": {**MESSAGES, "exactly": 41}}),
    "expect.*.messages.from": both(expect, {"messages": {**MESSAGES, "exactly": 40}},
            {"messages": {**MESSAGES, "from": "scout", "exactly": 40}}),
    "expect.*.messages.to": both(expect, {"messages": {"from": "pilot", "to": "robot", "exactly": 40}},
                                 {"messages": {"from": "pilot", "to": "scout", "exactly": 40}}),
}
for _verb, _what, _others in (
        ("set", SET, {"node": "scout", "value": {"permille": 9}, "every": "200ms", "count": 2}),
        ("sense", SENSE, {"node": "scout", "reading": {"temperature": 9}, "every": "200ms", "count": 2}),
        ("command", COMMAND, {"to": "scout", "text": "stop", "every": "200ms", "count": 2})):
    RUN[f"timeline.*.{_verb}"] = (robots({_verb: _what}), robots({_verb: {**_what, **_others}}))
    for _key, _other in _others.items():
        RUN[f"timeline.*.{_verb}.{_key}"] = (robots({_verb: _what}), robots({_verb: {**_what, _key: _other}}))
for _key, _other in (("parameter", "target-pose"), ("to", "scout"), ("from", "*")):
    RUN[f"timeline.*.set.{_key}"] = (robots({"set": WISH}), robots({"set": {**WISH, _key: _other}}))
RUN["timeline.*.set.parameter"] = (robots({"set": {**WISH, "parameter": "flags"}}), robots({"set": WISH}))
for _key in ("permille", "millivolts"):
    RUN[f"timeline.*.set.value.{_key}"] = (robots({"set": SET}), robots({"set": {**SET, "value": changed(SET["value"], _key)}}))
    RUN[f"expect.*.parameter.value.{_key}"] = both(has, {"node": "robot", "name": "battery", "value": {"permille": 1, "millivolts": 4}},
        {"node": "robot", "name": "battery", "value": changed({"permille": 1, "millivolts": 4}, _key)})
for _key in PLACE["value"]:
    RUN[f"timeline.*.set.value.{_key}"] = (robots({"set": PLACE}), robots({"set": {**PLACE, "value": changed(PLACE["value"], _key)}}))
    RUN[f"expect.*.parameter.value.{_key}"] = both(has, {"node": "robot", "name": "position", "value": PLACE["value"]},
        {"node": "robot", "name": "position", "value": changed(PLACE["value"], _key)})
for _key in READINGS:
    RUN[f"timeline.*.sense.reading.{_key}"] = (robots({"sense": SENSE}), robots({"sense": {**SENSE, "reading": in_reading(_key)}}))
    RUN[f"expect.*.sensors.reading.{_key}"] = both(heard_of, {"from": "robot", "to": "pilot", "reading": READING},
                                                   {"from": "robot", "to": "pilot", "reading": in_reading(_key)})
RUN["timeline.*.switch"] = (robots({"switch": SWITCH}), robots({"switch": {**SWITCH, "node": "scout"}}))
for _key, _other in (("node", "scout"), ("courier", "discovery"), ("on", True)):
    RUN[f"timeline.*.switch.{_key}"] = tuple(
        robots({"switch": one}, {"command": COMMAND}, expect={"commands": {"from": "pilot", "to": "robot", "exactly": 3}})
        for one in (SWITCH, {**SWITCH, _key: _other}))
_towards = {"from": "pilot", "to": "robot", "courier": "command", "on": False}
RUN["timeline.*.switch.to"] = (robots({"switch": _towards}, {"command": COMMAND}),
                               robots({"switch": {**_towards, "to": "scout"}}, {"command": COMMAND}))
_copilots = {"nodes": [*({**one, "couriers": True} for one in BASE["nodes"]), {"name": "copilot", "kind": "remote", "couriers": True}],
             "trust": BASE["trust"] + [["robot", "copilot"]]}
for _verb, _what in (("switch", _towards), ("command", COMMAND), ("set", WISH)):
    RUN[f"timeline.*.{_verb}.from"] = tuple(robots({_verb: {**_what, "from": one}}, **_copilots) for one in ("pilot", "copilot"))
RUN["expect.*.parameter"] = both(has, HELD, {**HELD, "verified": False})
for _key, _other in (("node", "scout"), ("name", "status"), ("verified", False)):
    _what = {**HELD, "known": True} if _key != "node" else {"node": "robot", "name": "battery", "known": True}
    RUN[f"expect.*.parameter.{_key}"] = both(has, _what, {**_what, _key: _other})
for _key, _good, _other in (("of", "robot", "scout"), ("known", True, False), ("failsafe", False, True), ("writer", "robot", "pilot"),
                            ("fresh", "1s", "1ns"), ("agrees", True, False), ("value", {"permille": 1, "millivolts": 4}, {"permille": 5})):
    _what = {**HELD, "known": True}
    RUN[f"expect.*.parameter.{_key}"] = both(has, {**_what, _key: _good}, {**_what, _key: _other})
for _key, _other in (("courier", "load-2"), ("why", "window")):
    RUN[f"expect.*.events.{_key}"] = tuple(
        base(timeline=[*BASE["timeline"], {"at": "2100ms", "disconnect": {"from": "robot", "to": "pilot"}}],
             expect=[{"by": "4s", "events": one}]) for one in (WAITED, {**WAITED, _key: _other}))
RUN["expect.*.sensors"] = both(heard_of, {"from": "robot", "to": "pilot", "at_least": 3}, {"from": "robot", "to": "pilot", "at_least": 90})
RUN["expect.*.sensors.reading"] = both(heard_of, {"from": "robot", "to": "pilot", "reading": READING},
                                       {"from": "robot", "to": "pilot", "reading": {"temperature": 1}})
RUN["expect.*.sensors.from"] = both(heard_of, {"from": "robot", "to": "pilot", "reading": READING},
                                    {"from": "scout", "to": "pilot", "reading": READING})
RUN["expect.*.sensors.to"] = tuple(robots({"sense": SENSE}, expect={"sensors": {"from": "robot", "to": one, "reading": READING}}, **_copilots)
                                   for one in ("pilot", "copilot"))
RUN["expect.*.commands"] = both(executed, {"from": "pilot", "to": "robot", "exactly": 3}, {"from": "pilot", "to": "robot", "exactly": 4})
RUN["expect.*.commands.to"] = both(executed, {"from": "pilot", "to": "robot", "exactly": 3}, {"from": "pilot", "to": "scout", "exactly": 3})
RUN["expect.*.commands.from"] = tuple(
    robots({"command": COMMAND}, expect={"commands": {"from": one, "to": "robot", "exactly": 3}}, **_copilots)
    for one in ("pilot", "copilot"))
for _subject, _make, _what in (("commands", executed, {"from": "pilot", "to": "robot"}), ("sensors", heard_of, {"from": "robot", "to": "pilot"})):
    for _key, _good, _wrong in (("exactly", 3, 4), ("at_least", 3, 90), ("at_most", 90, 1)):
        RUN[f"expect.*.{_subject}.{_key}"] = both(_make, {**_what, _key: _good}, {**_what, _key: _wrong})

# "exactly", "at_least" and "at_most" of whatever is counted: (what is counted, how often that happens).
for _subject, _what, _count in (("duels", {"between": ["robot", "pilot"]}, 1), ("packets", {**PACKETS}, 1),
        ("messages", MESSAGES, 40),
                                ("steps", {"step": "connect"}, 3), ("events", {"kind": "session-up", "node": "scout"}, 1)):
    _what = {key: value for key, value in _what.items() if key != "exactly"}
    for _key, _wrong in (("exactly", _count + 1), ("at_least", _count + 1), ("at_most", _count - 1)):
        RUN[f"expect.*.{_subject}.{_key}"] = both(expect, {_subject: {**_what, _key: _count}},
            {_subject: {**_what, _key: _wrong}})
for _key, _wrong in (("exactly", 9), ("at_least", 9), ("at_most", 0)):
    RUN[f"expect.*.warnings.{_key}"] = both(warned, {"kind": "equal-ids", _key: 2},
            {"kind": "equal-ids", _key: _wrong})

# What `octosim list --json` tells of it, and `octosim check --explain`.
LIST = {"title": (BASE, base(title="U")), "covers": (BASE, base(covers=["R2"]))}
EXPLAIN = {"why": (BASE, base(why="V")),
           "tamper.undetectable": (base(tamper={"undetectable": "so"}), base(tamper={"undetectable": "thus"}))}
# What the trace tells of a node: the protocol does not care whether it is an agent or a remote.
TRACE = {"nodes.*.kind": (BASE, base(nodes=[{**BASE["nodes"][0], "kind": "remote"}, *BASE["nodes"][1:]]))}
CHILD = {"title": "T", "why": "W", "covers": ["R1"]}
EXTENDS = {
    "extends": ({**CHILD, "extends": "base.json"}, {**CHILD, "extends": "other.json"}),
    "extends.scenario": ({**CHILD, "extends": {"scenario": "base.json"}}, {**CHILD,
            "extends": {"scenario": "other.json"}}),
    "extends.append": ({**CHILD, "extends": {"scenario": "base.json"}, "timeline": [{"at": "3s", "crash": "robot"}]},
                       {**CHILD, "extends": {"scenario": "base.json", "append": ["timeline"]},
                           "timeline": [{"at": "3s", "crash": "robot"}]}),
}
SWEEP = {
    "sweep": (base(sweep={"seed": "1..2"}), base(sweep={"seed": "1..2", "duration": ["5s", "6s"]})),
    "sweep.zip": (base(sweep={"zip": {"duration": ["5s", "6s"]}}), base(sweep={"zip": {"duration": ["5s", "7s"]}})),
}
# For people and editors: these change nothing at all.
NOTHING = {"$schema": (BASE, base(**{"$schema": "x"})), "note": (BASE, base(note="n"))}


# ---- The checks -------------------------------------------------------------------------------------------------------

def in_phase(pair):
    """The same two, but the rule sets what it sets in a phase."""
    for scenario in pair:
        rule = scenario["links"][0]
        ends = {key: value for key, value in rule.items() if key in ("between", "from", "to")}
        aspects = {key: value for key, value in rule.items() if key not in ends}
        yield {**scenario, "links": [{**ends, "phases": [{"at": "1ns", **aspects}]}]}


def is_told_elsewhere(key):
    """What is expected over a window, or opens and closes one, is a subject like any other."""
    return re.match(r"expect\.\*\.(always|never|eventually|from|until)\.(?!invariants)", key) is not None


def on_access_link(pair, way):
    """The same two, but it is an access link that has these aspects."""
    for scenario in pair:
        aspects = {key: value for key, value in scenario["links"][0].items() if key not in ("between", "from", "to")}
        below = {key: value for key, value in scenario.items() if key != "links"}
        yield {**below, "seed": 3, "networks": [{"name": "home", "members": ["pilot"] if way == "down" else ["robot", "scout"],
                                     "uplink": {way: aspects} if way else aspects}]}


def entry_of(key):
    access = re.match(r"networks\.\*\.uplink\.(?:(up|down)\.)?(.+)", key)
    if access and key not in RUN:
        rule = entry_of("links.*." + access.group(2))
        return tuple(on_access_link(rule, access.group(1))) if rule else None
    if key in RUN or not key.startswith("links.*.phases.*."):
        return RUN.get(key)
    rule = RUN.get("links.*." + key.removeprefix("links.*.phases.*."))
    return tuple(in_phase(rule)) if rule else None


def leaves(value, path=""):
    if isinstance(value, dict) and value:
        for key in value:
            yield from leaves(value[key], f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for item in value:
            yield from leaves(item, path + ".*")
        yield path + ".length", len(value)
    else:
        yield path, json.dumps(value)


def check_is_only_difference(key, pair):
    """What differs lies in the value of the key."""
    before, after = Counter(leaves(pair[0])), Counter(leaves(pair[1]))
    differing = {path for path, _ in (before - after) + (after - before)}
    parent = re.sub(r"\.\*$", "", key.rsplit(".", 1)[0]) if "." in key else ""
    for path in differing:
        if path != key and not path.startswith(key + ".") and path != parent + ".length":
            fail(f"{key}: the two scenarios differ in {path}, too")
    if not differing:
        fail(f"{key}: the two scenarios are the same")


def run_all(octosim, folder, pairs):
    """What is judged of each: status, hash, what held. A scenario that is refused has none."""
    names = []
    for index, (_, pair) in enumerate(pairs):
        for side in (0, 1):
            names.append(os.path.join(folder, f"{index}-{side}.json"))
            with open(names[-1], "w", encoding="utf-8") as file:
                json.dump(pair[side], file)
    told = {}
    run = subprocess.run([octosim, "check", *names], capture_output=True, text=True, timeout=60, check=False)
    good = [line.removeprefix("ok  ") for line in run.stdout.splitlines()]
    for start in range(0, len(good), 50):
        run = subprocess.run([octosim, "run", "--quiet", "--color", "never", "--json", os.path.join(folder,
            "results"),
                              *good[start:start + 50]], capture_output=True, text=True, timeout=300, check=False)
        if run.returncode not in (0, 1):
            fail(f"octosim run ended with status {run.returncode}: {run.stderr[-300:]}")
        with open(os.path.join(folder, "results"), encoding="utf-8") as file:
            for one in map(json.loads, file):
                told[one["scenario"]] = (one["hash"], [(e["judged"], e["holds"]) for e in one["expectations"]], one["invariants"] != {})
    return [(told.get(names[2 * i]), told.get(names[2 * i + 1])) for i in range(len(pairs))]


def output_of(octosim, folder, scenario, *arguments):
    path = os.path.join(folder, "one", "x.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(scenario, file)
    arguments = [path if argument == "FILE" else os.path.dirname(path) if argument == "FOLDER" else argument for argument in arguments]
    run = subprocess.run([octosim, *arguments], capture_output=True, text=True, timeout=60, check=False)
    if run.returncode not in (0, 1):
        fail(f"octosim {arguments}: status {run.returncode}: {run.stderr[-300:]}")
    return run.stdout


def check_told(octosim, folder, table, *arguments):
    for key, pair in table.items():
        check_is_only_difference(key, pair)
        if output_of(octosim, folder, pair[0], *arguments) == output_of(octosim, folder, pair[1], *arguments):
            fail(f"{key} does not change what octosim {arguments[0]} prints")


def main():
    octosim = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/octosim"))
    os.chdir(ROOT)
    with open("scenarios/schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    others = {**LIST, **EXPLAIN, **TRACE, **EXTENDS, **SWEEP, **NOTHING}
    keys = [key for key in sorted(set(keys_of(schema, schema, ""))) if key == "note" or not key.endswith(".note")]
    pairs = []
    for key in keys:
        if key in others or is_told_elsewhere(key):
            continue
        pair = entry_of(key)
        if pair is None:
            fail(f"{key} has no entry: nothing shows that it changes anything")
            continue
        check_is_only_difference(key, pair)
        pairs.append((key, pair))
    for key in set(RUN) | set(others):
        if key not in keys:
            fail(f"the table has an entry for {key}, which the schema does not know")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        pairs += list(EXTENDS.items())
        for (key, _), (before, after) in zip(pairs, run_all(octosim, folder, pairs)):
            if before is None or (after is None and key != "format"):
                fail(f"{key}: octosim refuses one of the two scenarios")
            elif before == after:
                fail(f"{key} changes nothing")
        nothing = list(NOTHING.items())
        for (key, _), (before, after) in zip(nothing, run_all(octosim, folder, nothing)):
            if before is None or before != after:
                fail(f"{key} changes something")
        check_told(octosim, folder, LIST, "list", "--json", "FOLDER")
        check_told(octosim, folder, EXPLAIN, "check", "--explain", "FILE")
        for key, pair in TRACE.items():
            check_is_only_difference(key, pair)
            trace = os.path.join(folder, "x.trace")
            told = []
            for scenario in pair:
                output_of(octosim, folder, scenario, "run", "--quiet", "--trace", trace, "FILE")
                told.append(output_of(octosim, folder, scenario, "trace", "--sequence", trace))
            if told[0] == told[1]:
                fail(f"{key} does not change what a trace tells")
        check_told(octosim, folder, SWEEP, "sweep", "--json", "-", "--quiet", "FILE")
    print(f"{len(keys)} keys of the language: "
          f"{'each changes something' if not failures else f'{len(failures)} are wrong'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
