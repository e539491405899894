"""The messages of couriers, by section 13 of PROTOCOL.md: bytes to fields and back, and what follows from a conversation of
them. Shares no code with the core. Used by decode.py; checks nothing that is not in the messages themselves.
"""

import struct

import primitives as p


class Mismatch(Exception):
    """The bytes are not what PROTOCOL.md says."""


def demand(condition, what):
    if not condition:
        raise Mismatch(what)


STATE, SENSORS, COMMAND, DISCOVERY, BLOB = 2, 3, 4, 5, 6
NAMES = {STATE: "STATE", SENSORS: "SENSORS", COMMAND: "COMMAND", DISCOVERY: "DISCOVERY", BLOB: "BLOB"}
PAYLOAD_MAX = 480


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def take(self, size):
        demand(self.left() >= size, "message is cut short")
        self.at += size
        return self.data[self.at - size : self.at]

    def get(self, layout):
        values = struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))
        return values[0] if len(values) == 1 else values


def tag_of(log_id):
    return (log_id ^ log_id >> 16 ^ log_id >> 32 ^ log_id >> 48) & 0xFFFF


# ---- State (13.1) ---------------------------------------------------------------------------------------

BY_AGENT, BY_CONTROL, BY_OTHER, BY_NOBODY = range(4)
ASKS, HAS_ECHO = 1, 2
VALUE_BYTES_MAX, VERSION_MAX = 64, 2**48 - 1
SIZES = (12, 2, 4, 2, 1, 2, 12, 2, 64)  # of the values, by parameter
WRITERS = "aaaabbccc"  # agent, both, controls


def read_version(reader):
    version, shift = 0, 0
    while True:
        byte = reader.get("B")
        version |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            demand(byte != 0, "version in more bytes than need be, or 0")
            demand(version <= VERSION_MAX, "version above 48 bits")
            return version


def write_version(version):
    out = b""
    while version > 0x7F:
        out += bytes((0x80 | version & 0x7F,))
        version >>= 7
    return out + bytes((version,))


def read_item(reader):
    first = reader.get("B")
    item = {"parameter": first & 0x1F, "by": first >> 6}
    if item["by"] == BY_NOBODY:
        demand(not first & 0x20, "a value of nobody")
        return item
    item["version"] = read_version(reader)
    if item["by"] == BY_OTHER:
        item["writer"] = reader.get("Q")
    if first & 0x20:
        size = reader.get("B")
        demand(size <= VALUE_BYTES_MAX, "a value too large")
        item["value"] = reader.take(size).hex()
    else:
        item["check"] = reader.get("H")
    return item


def write_item(item):
    out = bytes((item["parameter"] | (0x20 if "value" in item else 0) | item["by"] << 6,))
    if item["by"] == BY_NOBODY:
        return out
    out += write_version(item["version"])
    if item["by"] == BY_OTHER:
        out += struct.pack("<Q", item["writer"])
    if "check" in item:
        return out + struct.pack("<H", item["check"])
    value = bytes.fromhex(item["value"])
    return out + bytes((len(value),)) + value


def read_state(reader):
    flags, tag, number, echo, held, digest = reader.get("BHHHHQ")
    demand(flags & ~(ASKS | HAS_ECHO) == 0, "flags of a state message")
    demand(flags & HAS_ECHO or (echo == 0 and held == 0), "an echo without its bit")
    items = []
    while reader.left():
        items.append(read_item(reader))
    return "STATE", {"asks": flags & ASKS, "has_echo": flags >> 1, "tag": tag, "number": number, "echo": echo, "held": held,
                     "digest": digest, "items": items}


def write_state(kind, m):
    head = struct.pack("<BHHHHQ", m["asks"] | m["has_echo"] << 1, m["tag"], m["number"], m["echo"], m["held"], m["digest"])
    return head + b"".join(map(write_item, m["items"]))


def mix(h, w):
    h = (h ^ w) * 0x9FB21C651E98DF25 & 0xFFFFFFFFFFFFFFFF
    return h ^ h >> 28


def words_of(value):
    return struct.unpack("<8Q", value + bytes(VALUE_BYTES_MAX - len(value)))


def check_of(value):
    h = 0
    for word in words_of(value):
        h = mix(h, word)
    return mix(h, 1) >> 48


class Document:
    """What one node holds of the nine parameters: version, writer, value."""

    def __init__(self):
        self.held = [(0, 0, bytes(size)) for size in SIZES]

    def take(self, parameter, version, writer, value):
        """Of two writings the higher version counts, then the higher writer, then the larger bytes."""
        self.held[parameter] = max(self.held[parameter], (version, writer, value))

    def copy(self):
        other = Document()
        other.held = list(self.held)
        return other

    def digest(self):
        h = 0
        for version, writer, value in self.held:
            h = mix(mix(h, version), writer)
            for word in words_of(value):
                h = mix(h, word)
        return mix(h, len(SIZES))


# ---- Sensors (13.2) -------------------------------------------------------------------------------------

SENSOR_FIELDS = (("clock", "I"), ("gps", "iii"), ("slam", "iii"), ("gyro", "hhh"), ("acceleration", "hhh"), ("compass", "HH"),
                 ("temperature", "h"), ("touch", "HH"))


def read_sensors(reader):
    tag, number, present = reader.get("HHH")
    demand(0 < present < 1 << len(SENSOR_FIELDS), "sensors that are present")
    values = {}
    for bit, (name, layout) in enumerate(SENSOR_FIELDS):
        if present >> bit & 1:
            size = struct.calcsize("<" + layout)
            values[name] = list(struct.unpack("<" + layout, reader.take(size)))
    return "SENSORS", {"tag": tag, "number": number, "values": values}


def write_sensors(kind, m):
    present, body = 0, b""
    for bit, (name, layout) in enumerate(SENSOR_FIELDS):
        if name in m["values"]:
            present |= 1 << bit
            body += struct.pack("<" + layout, *m["values"][name])
    return struct.pack("<HHH", m["tag"], m["number"], present) + body


# ---- Commands (13.3) ------------------------------------------------------------------------------------


def read_command(reader):
    code = reader.get("B")
    demand(code <= 2, "kind of a command message")
    if code == 0:
        return "ASK", {}
    if code == 1:
        life, stream, following = reader.get("III")
        demand(life != 0 and following != 0, "a life or number of 0")
        return "REPORT", {"life": life, "stream": stream, "next": following}
    stream, life, number = reader.get("III")
    text = reader.take(reader.left())
    demand(stream != 0 and number != 0 and 1 <= len(text) <= 96, "a command of no stream, number or size")
    return "COMMAND", {"stream": stream, "life": life, "number": number, "text": text.hex()}


def write_command(kind, m):
    if kind == "ASK":
        return b"\0"
    if kind == "REPORT":
        return struct.pack("<BIII", 1, m["life"], m["stream"], m["next"])
    return struct.pack("<BIII", 2, m["stream"], m["life"], m["number"]) + bytes.fromhex(m["text"])


def life_of(log_id):
    return (log_id ^ log_id >> 32) & 0xFFFFFFFF | 1


# ---- Discovery (13.4) -----------------------------------------------------------------------------------

MASK = bytes.fromhex("428a2f98d728ae227137449123ef65cdb5c0")


def read_discovery(reader):
    tag, number = reader.get("HH")
    fields = {"tag": tag, "number": number}
    for name in ("peer", "own"):
        plain = bytes(a ^ b for a, b in zip(reader.take(18), MASK))
        fields[name + "_ip"], fields[name + "_port"] = plain[:16].hex(), int.from_bytes(plain[16:], "little")
    return "DISCOVERY", fields


def write_discovery(kind, m):
    out = struct.pack("<HH", m["tag"], m["number"])
    for name in ("peer", "own"):
        plain = bytes.fromhex(m[name + "_ip"]) + struct.pack("<H", m[name + "_port"])
        out += bytes(a ^ b for a, b in zip(plain, MASK))
    return out


# ---- Blobs (13.5) ---------------------------------------------------------------------------------------

BLOB_SIZE_MAX, RUNS_MAX, WINDOW, REASONS = 2**32, 60, 8192, range(2, 11)


def name_is_good(name):
    forbidden = set(range(0x20)) | {0x7F, ord("/"), ord("\\")}
    return 1 <= len(name) <= 64 and not forbidden & set(name) and name not in (b".", b"..")


def read_blob(reader):
    code, ident = reader.get("BH")
    demand(1 <= code <= 5, "kind of a blob message")
    fields = {"id": ident}
    if code == 3:
        fields["cell"] = reader.get("I")
        fields["data"] = reader.take(reader.left()).hex()
        demand(fields["data"], "a CHUNK of nothing")
        return "CHUNK", fields
    fields["round"] = reader.get("H")
    if code == 1:
        fields["priority"], fields["cell"], fields["size"] = reader.get("BHQ")
        fields["digest"] = reader.take(32).hex()
        name = reader.take(reader.get("B"))
        fields["name"] = name.hex()
        demand(name_is_good(name) and ident != 0, "name or id of a blob")
        demand(fields["size"] <= BLOB_SIZE_MAX and 16 <= fields["cell"] <= 480, "size of a blob or of its cells")
        return "OFFER", fields
    if code == 2:
        fields["frontier"], fields["from"] = reader.get("II")
        demand(reader.left() % 4 == 0 and reader.left() // 4 <= RUNS_MAX, "runs of a HAVE")
        fields["runs"] = [list(reader.get("HH")) for _ in range(reader.left() // 4)]
        return "HAVE", fields
    if code == 4:
        return "DONE", fields
    fields["way"], fields["reason"] = reader.get("BB")
    demand(fields["way"] <= 1 and fields["reason"] in REASONS, "way or reason of an ABORT")
    return "ABORT", fields


def write_blob(kind, m):
    code = {"OFFER": 1, "HAVE": 2, "CHUNK": 3, "DONE": 4, "ABORT": 5}[kind]
    if kind == "CHUNK":
        return struct.pack("<BHI", code, m["id"], m["cell"]) + bytes.fromhex(m["data"])
    out = struct.pack("<BHH", code, m["id"], m["round"])
    if kind == "OFFER":
        name = bytes.fromhex(m["name"])
        out += struct.pack("<BHQ", m["priority"], m["cell"], m["size"]) + bytes.fromhex(m["digest"])
        out += bytes((len(name),)) + name
    elif kind == "HAVE":
        out += struct.pack("<II", m["frontier"], m["from"]) + b"".join(struct.pack("<HH", *run) for run in m["runs"])
    elif kind == "ABORT":
        out += bytes((m["way"], m["reason"]))
    return out


# ---- Any message ----------------------------------------------------------------------------------------

READERS = {STATE: read_state, SENSORS: read_sensors, COMMAND: read_command, DISCOVERY: read_discovery, BLOB: read_blob}
WRITERS_OF = {STATE: write_state, SENSORS: write_sensors, COMMAND: write_command, DISCOVERY: write_discovery, BLOB: write_blob}


def read_message(courier, data):
    """Its kind and fields; made anew from them it is the same bytes."""
    reader = Reader(data)
    kind, fields = READERS[courier](reader)
    demand(reader.left() == 0, f"something follows a {kind}")
    demand(WRITERS_OF[courier](kind, fields) == data, f"{kind} made anew")
    return kind, fields


def check_messages(messages):
    """Single messages: their fields as the core's side tells them, and the bytes that it makes of them."""
    seen = set()
    for one in messages:
        expected = dict(one)
        courier, kind, data = expected.pop("courier"), expected.pop("kind"), bytes.fromhex(expected.pop("bytes"))
        if "log_id" in expected:
            expected["tag"] = tag_of(expected.pop("log_id"))
        found = read_message(courier, data)
        demand(found == (kind, expected), f"{kind} reads as {found}")
        demand(WRITERS_OF[courier](kind, expected) == data, f"{kind} made from its fields")
        seen.add(kind)
        for cut in range(len(data)):
            if courier in (SENSORS, DISCOVERY) or kind in ("REPORT", "OFFER", "DONE", "ABORT"):
                refuse(courier, data[:cut], f"{kind} cut to {cut} bytes")
                refuse(courier, data + bytes(1), f"{kind} with a byte too many")
    wanted = {"STATE", "SENSORS", "ASK", "REPORT", "COMMAND", "DISCOVERY", "OFFER", "HAVE", "CHUNK", "DONE", "ABORT"}
    demand(seen == wanted, f"messages of every kind; missing: {wanted - seen}")
    return len(messages)


def refuse(courier, data, what):
    try:
        read_message(courier, data)
    except Mismatch:
        return
    raise Mismatch(f"{what} was taken")


# ---- Conversations --------------------------------------------------------------------------------------


class Conversation:
    """Follows what two nodes say to each other. look() changes nothing and returns (text, commit)."""

    LATENCY_MS = 20

    def __init__(self, agent, remote):
        self.nodes = {"agent": agent, "remote": remote}
        self.documents = {agent.name: Document(), remote.name: Document()}
        self.coming = {agent.name: [], remote.name: []}  # (ms, items) that a node is about to hear
        self.numbers = {}  # last number by (courier, log id, sender)
        self.life = {}
        self.commands = {}  # text by (stream, life, number)
        self.in_packet = {}  # commands and offers, by the same, of the packet that is being looked at
        self.offers = {}  # blobs by (sender, id, round)
        self.bytes = {}  # what came of them, by (sender, id)

    def writer_of(self, by, item):
        if by == BY_OTHER:
            return item["writer"]
        return int.from_bytes(self.nodes["agent" if by == BY_AGENT else "remote"].id[:8], "big")

    def look(self, session, source, target, courier, data, now_ms, arrives):
        kind, m = read_message(courier, data)
        if "tag" in m:
            demand(m["tag"] == tag_of(session.log_id), f"tag of a {kind}")
            number = self.numbers.get((courier, session.log_id, source.name), -1) + 1
            demand(m["number"] == number, f"number of a {kind}")
        inspector = {STATE: self.look_state, SENSORS: self.look_sensors, COMMAND: self.look_command,
                     DISCOVERY: self.look_discovery, BLOB: self.look_blob}[courier]
        commit = inspector(session, source, target, kind, m, now_ms, arrives)

        def all_of_it():
            if "tag" in m:
                self.numbers[courier, session.log_id, source.name] = m["number"]
            if commit:
                commit()

        return kind, all_of_it

    def apply(self, document, items):
        for item in items:
            if "value" in item:
                document.take(item["parameter"], item["version"], self.writer_of(item["by"], item), bytes.fromhex(item["value"]))

    def look_state(self, session, source, target, kind, m, now_ms, arrives):
        """The digest is over what the sender has written and heard by now, to the millisecond."""
        own = m["items"]
        for item in own:
            demand(item["parameter"] < len(SIZES), "number of a parameter")
            if item["by"] == BY_NOBODY:
                continue
            demand("value" not in item or len(item["value"]) == 2 * SIZES[item["parameter"]], "size of a value")
            may = WRITERS[item["parameter"]]
            demand(may == "b" or (may == "a") == (item["by"] == BY_AGENT), "who may write a parameter")
        digests = []
        for within in (-1, 0, 1):
            document = self.documents[source.name].copy()
            for at, items in self.coming[source.name]:
                if at <= now_ms + within:
                    self.apply(document, items)
            self.apply(document, own)
            digests.append(document.digest())
        demand(m["digest"] in digests, "digest of a state")
        for item in own:
            if "check" in item:
                known = [d.held[item["parameter"]] for d in self.documents.values()]
                stamp = item["version"], self.writer_of(item["by"], item)
                demand(any(h[:2] == stamp and check_of(h[2]) == item["check"] for h in known), "check of a value")
        if m["has_echo"]:
            demand(m["echo"] <= self.numbers.get((STATE, session.log_id, target.name), -1), "echo of a message never sent")
        is_first = m["number"] == 0
        demand(not is_first or (m["asks"] and not m["has_echo"] or m["has_echo"]), "the first message asks, or answers")

        def commit():
            document = self.documents[source.name]
            for at, items in self.coming[source.name]:
                if at <= now_ms - 1:
                    self.apply(document, items)
            self.coming[source.name] = [c for c in self.coming[source.name] if c[0] > now_ms - 1]
            self.apply(document, own)
            if arrives:
                self.coming[target.name].append((now_ms + self.LATENCY_MS, own))

        return commit

    def look_sensors(self, session, source, target, kind, m, now_ms, arrives):
        demand(source is self.nodes["agent"], "only an agent tells what its sensors measure")

    def look_command(self, session, source, target, kind, m, now_ms, arrives):
        demand((source is self.nodes["agent"]) == (kind == "REPORT"), "who gives commands, and who reports")
        lives = dict(self.life)
        lives.setdefault(source.name, life_of(session.log_id))
        ours, theirs = lives[source.name], lives.get(target.name)
        if kind == "REPORT":
            demand(m["life"] == ours and m["stream"] in (0, theirs), "life and stream of a REPORT")
            given = {n for (stream, life, n) in self.commands if (stream, life) == (m["stream"], ours)}
            demand(m["next"] - 1 <= len(given), "a REPORT of commands never given")
        if kind == "COMMAND":
            demand((m["stream"], m["life"]) == (ours, theirs), "stream and life of a COMMAND")
            key = m["stream"], m["life"], m["number"]
            demand(self.commands.get(key, m["text"]) == m["text"], "another command with an old number")
            before = m["stream"], m["life"], m["number"] - 1
            demand(m["number"] == 1 or before in self.commands or before in self.in_packet, "commands in a row")
            self.in_packet[key] = m["text"]

        def commit():
            self.life = lives
            if kind == "COMMAND":
                self.commands[m["stream"], m["life"], m["number"]] = m["text"]

        return commit

    def look_discovery(self, session, source, target, kind, m, now_ms, arrives):
        demand((m["peer_ip"], m["peer_port"]) == (target.ip.hex(), target.port), "where the sender hears the receiver")
        demand(m["own_port"] == 0 and m["own_ip"] == bytes(16).hex(), "where the sender believes to be reached: not known")

    def look_blob(self, session, source, target, kind, m, now_ms, arrives):
        if kind == "OFFER":
            self.in_packet[source.name, m["id"], m["round"]] = m
            return lambda: self.offers.__setitem__((source.name, m["id"], m["round"]), m)
        if kind == "ABORT":
            sender = source if m["way"] == 0 else target
            demand((sender.name, m["id"], m["round"]) in self.offers, "an ABORT of what was never offered")
            return None
        if kind in ("HAVE", "DONE"):
            offer = self.offers.get((target.name, m["id"], m["round"]))
            demand(offer is not None, f"a {kind} of what was never offered")
            cells = -(-offer["size"] // offer["cell"])
            if kind == "HAVE":
                demand(m["frontier"] <= m["from"] <= cells and m["from"] + sum(map(sum, m["runs"])) <= cells, "cells of a HAVE")
                return None
            data = self.bytes.get((target.name, m["id"]), {})
            whole = b"".join(data.get(cell, b"") for cell in range(cells))
            demand(p.blake2b(32, whole).hex() == offer["digest"] and len(whole) == offer["size"], "a DONE of what is not here")
            return None
        known = [*self.offers.items(), *self.in_packet.items()]  # an early CHUNK may share the packet of its OFFER
        offer = next((o for (name, ident, _), o in known if (name, ident) == (source.name, m["id"])), None)
        demand(offer is not None, "a CHUNK of what was never offered")
        data, cell, size = bytes.fromhex(m["data"]), m["cell"], offer["cell"]
        end = min(offer["size"], (cell + -(-len(data) // size)) * size)
        demand(cell * size + len(data) == end, "a CHUNK is of whole cells")

        def commit():
            kept = self.bytes.setdefault((source.name, m["id"]), {})
            for at in range(0, len(data) if arrives else 0, size):
                kept[cell + at // size] = data[at : at + size]

        return commit
