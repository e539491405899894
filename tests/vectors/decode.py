#!/usr/bin/env python3
"""An independent reader of OKK1, held against what the core puts on the wire.

    decode.py FILE...           check every datagram of the vector files; exit status 0 when all agree,
                                1 when something does not, 2 when a file cannot be read
    decode.py --show FILE...    and print what they say

Knows the seeds and random draws of both nodes, so it opens every packet, checks each field, makes the packet anew
from the fields and compares all bytes; a copy with any one byte changed must be refused. Shares no code with the
core: what it understands is the language of the network, as PROTOCOL.md tells it (R67). Section numbers are those of PROTOCOL.md.
"""

import argparse
import json
import struct
import sys

import couriers
import primitives as p
from couriers import Mismatch, demand

TYPES = {0x41: "SYN", 0x42: "SYN-ACK", 0x43: "ACK", 0x44: "RETRY", 0x45: "PROBE", 0x46: "PROBE-REPLY"}
LENGTHS = {"SYN": 160, "SYN-ACK": 144, "ACK": 72, "RETRY": 80, "PROBE": 44, "PROBE-REPLY": 44}
VERSION = 1
CHACHA, AES = 1, 2
REASON_COOKIE, REASON_STALE = 1, 2
RESERVED_IDS = 65536
PROTOCOL_NAME = b"OKK1 X25519 ChaChaPoly BLAKE2b"


def same(got, expected, what):
    if got != expected:
        at = next((i for i, (a, b) in enumerate(zip(got, expected)) if a != b), min(len(got), len(expected)))
        raise Mismatch(f"{what} differs at byte {at}")


def opened(opener, key, nonce, ad, sealed, what):
    try:
        return opener(key, nonce, ad, sealed)
    except p.TagMismatch as error:
        raise Mismatch(f"{what}: {error}") from None


# ---- Keys and identities (section 2) --------------------------------------------------------------------


class Node:
    """One side: everything that follows from its seed, and the random bytes it drew."""

    def __init__(self, description):
        seed = bytes.fromhex(description["seed"])
        self.name = description["name"]
        self.ed_public = p.ed25519_public(p.kdf_derive(32, 1, b"octo-kdf", seed))
        self.x_secret = p.kdf_derive(32, 2, b"octo-kdf", seed)
        self.x_public = p.x25519(self.x_secret, p.X25519_BASE)
        self.id = p.blake2b(32, b"octo-id1" + self.ed_public + self.x_public)
        self.ip = bytes.fromhex(description["ip"])
        self.port = description["port"]
        self.draws = {bytes.fromhex(draw) for draw in description["draws"]}
        self.ephemerals = {p.x25519(d, p.X25519_BASE): d for d in self.draws if len(d) == 32}
        if "id" in description:
            same(self.id, bytes.fromhex(description["id"]), f"FULL-ID of {self.name}")
        self.pair_roots = {}

    def pair_root(self, peer):
        """prk: the same on both sides."""
        if peer.id not in self.pair_roots:
            low, high = (self, peer) if self.id < peer.id else (peer, self)
            ss = p.x25519(self.x_secret, peer.x_public)
            text = b"octo-pair1" + low.id + high.id + low.x_public + high.x_public
            self.pair_roots[peer.id] = p.blake2b(32, text, ss)
        return self.pair_roots[peer.id]

    def pair_key(self, label, source, target):
        peer = target if source is self else source
        return p.blake2b(32, label + source.id + target.id, self.pair_root(peer))

    def ephemeral_of(self, public, what):
        demand(public in self.ephemerals, f"{what}: no draw of {self.name} is the secret of this key")
        return self.ephemerals[public]


def key_between(label, source, target):
    """K(label, source, target), computed by both ends, which must agree."""
    ours, theirs = source.pair_key(label, source, target), target.pair_key(label, source, target)
    same(ours, theirs, f"K({label.decode()})")
    return ours


# ---- Small encodings ------------------------------------------------------------------------------------


def header(kind, flags, sid):
    code = next(code for code, name in TYPES.items() if name == kind)
    return struct.pack("<BBHQ", code, VERSION, flags, sid)


def transcript(a, b):
    """H(a, b)."""
    return p.blake2b(32, struct.pack("<H", len(a)) + a + struct.pack("<H", len(b)) + b)


def mix(chain, secret):
    out = p.blake2b(64, b"\x01" + secret, chain)
    return out[:32], out[32:]


P1_LAYOUT = "<QIBBHIIHHI16s"
P1_FIELDS = (
    "ts", "gen", "ver_min", "ver_max", "suites", "bw_up", "bw_dn", "max_pl", "idle_s", "features", "reserved",
)
P2_LAYOUT = "<32sQIQBBHIIHH16s"
P2_FIELDS = ("id", "n", "gen", "ts", "ver", "suite", "max_pl", "bw_up", "bw_dn", "idle_s", "flags", "reserved")
P3_LAYOUT = "<32sQI"
P3_FIELDS = ("id", "ts", "status")
RETRY_LAYOUT = "<16sQI"
RETRY_FIELDS = ("cookie", "ts_seen", "reason")


def unpack(layout, names, data):
    demand(struct.calcsize(layout) == len(data), "length of a sealed structure")
    return dict(zip(names, struct.unpack(layout, data)))


def repack(layout, names, fields):
    return struct.pack(layout, *(fields[name] for name in names))


def read_varint(data, at):
    demand(at < len(data), "varint is cut short")
    size = 1 << (data[at] >> 6)
    demand(at + size <= len(data), "varint is cut short")
    value = int.from_bytes(data[at : at + size], "big") & ((1 << (8 * size - 2)) - 1)
    demand(write_varint(value) == data[at : at + size], "varint is longer than it need be")
    return value, at + size


def write_varint(value):
    for power in range(4):
        if value < 1 << ((8 << power) - 2):
            return (value | power << ((8 << power) - 2)).to_bytes(1 << power, "big")
    raise Mismatch("varint above 2^62")


# ---- Frames (section 6) ---------------------------------------------------------------------------------

FIXED_FRAMES = {
    0x00: ("PAD", "<"),
    0x01: ("ACK", "<HBI"),
    0x03: ("PING", "<I"),
    0x04: ("PONG", "<I"),
    0x05: ("PATH_CHALLENGE", "<8s"),
    0x06: ("PATH_RESPONSE", "<8s"),
    0x07: ("MAX_RATE", "<I"),
    0x08: ("CLOSE", "<B"),
    0x09: ("SYNC_REQUEST", "<B"),
    0x0A: ("SYNC_HASH", "<BII"),
}
SEEN_IN_DATAGRAMS = {"ACK", "ACK_RANGES", "MAX_RATE", "PAD", "PING", "PONG", "CLOSE", "COURIER", "COURIER_ORDERED",
                     "SYNC_REQUEST", "SYNC_HASH", "PATH_CHALLENGE", "PATH_RESPONSE", "HANDSHAKE"}
WORD_COURIER = 100  # its digest is the number that it said last
RANGES_MAX = 24
ORDERED_MAX = 240


def take(data, at, size):
    demand(at + size <= len(data), "frame is cut short")
    return data[at : at + size], at + size


def read_frame(data, at):
    code, at = data[at], at + 1
    if code in FIXED_FRAMES:
        name, layout = FIXED_FRAMES[code]
        body, at = take(data, at, struct.calcsize(layout))
        values = struct.unpack(layout, body)
        return (name, *values), at
    if code == 0x02:
        largest, at = read_varint(data, at)
        (delay, count), at = take(data, at, 2)
        demand(count <= RANGES_MAX, "too many ranges")
        ranges = []
        for _ in range(count):
            gap, at = read_varint(data, at)
            length, at = read_varint(data, at)
            ranges.append((gap, length))
        return ("ACK_RANGES", largest, delay, tuple(ranges)), at
    if code == 0x0B:
        (size,), at = take(data, at, 1)
        body, at = take(data, at, size)
        return ("HANDSHAKE", body), at
    if code == 0x0C:
        (courier,), at = take(data, at, 1)
        number, at = read_varint(data, at)
        size, at = read_varint(data, at)
        demand(courier <= 126 and size <= ORDERED_MAX, "an ordered message too large, or of nobody")
        body, at = take(data, at, size)
        return ("COURIER_ORDERED", courier, number, body), at
    demand(0x80 <= code < 0xFF, f"unknown frame 0x{code:02x}")
    size, at = read_varint(data, at)
    body, at = take(data, at, size)
    return ("COURIER", code & 0x7F, body), at


def write_frame(frame):
    name, *values = frame
    for code, (fixed, layout) in FIXED_FRAMES.items():
        if fixed == name:
            return bytes((code,)) + struct.pack(layout, *values)
    if name == "ACK_RANGES":
        largest, delay, ranges = values
        text = b"\x02" + write_varint(largest) + bytes((delay, len(ranges)))
        return text + b"".join(write_varint(gap) + write_varint(length) for gap, length in ranges)
    if name == "HANDSHAKE":
        return bytes((0x0B, len(values[0]))) + values[0]
    if name == "COURIER_ORDERED":
        courier, number, body = values
        return bytes((0x0C, courier)) + write_varint(number) + write_varint(len(body)) + body
    courier, body = values
    return bytes((0x80 | courier,)) + write_varint(len(body)) + body


def read_frames(data):
    frames, at = [], 0
    demand(data, "no frame at all")
    while at < len(data):
        frame, at = read_frame(data, at)
        frames.append(frame)
    return frames


def number_size(number, acknowledged):
    """Bytes for a packet number: more than twice the span since the highest acknowledged one (-1 for none) must fit
    (RFC 9000 17.1)."""
    return next(size for size in (1, 2, 3, 4) if size == 4 or 2 * (number - acknowledged) < 1 << (8 * size))


def acknowledged_by(frame, expected):
    """The highest number that an ACK or ACK_RANGES frame tells of; what it says has to make sense."""
    if frame[0] == "ACK":
        largest = full_number(frame[1], 2, expected - 1)
        demand(frame[3] >> largest == 0, "acknowledges numbers below 0")
        return largest
    at = frame[1] + 1
    for index, (gap, length) in enumerate(frame[3]):
        demand((gap == 0) == (index == 0) and length > 0 and gap + length <= at, "ranges that make no sense")
        at -= gap + length
    demand(frame[3], "no ranges")
    return frame[1]


def words_of(frames):
    return [int.from_bytes(f[2], "little") for f in frames if f[:2] == ("COURIER", WORD_COURIER)]


def half_of_digest(digest, log_id):
    z, mask = digest ^ log_id, (1 << 64) - 1
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return z >> 32


def full_number(truncated, size, largest):
    """RFC 9000 A.3; largest is -1 before the first packet."""
    expected, window = largest + 1, 1 << (8 * size)
    candidate = (expected & ~(window - 1)) | truncated
    if candidate <= expected - window // 2 and candidate < (1 << 62) - window:
        return candidate + window
    if candidate > expected + window // 2 and candidate >= window:
        return candidate - window
    return candidate


# ---- Sessions and what was seen so far ------------------------------------------------------------------


class Attempt:
    """One SYN and everything its initiator knows about it."""

    def __init__(self, initiator, adherent, syn, fields):
        self.initiator, self.adherent = initiator, adherent
        self.syn, self.fields = syn, fields
        (self.n,) = struct.unpack("<Q", syn[12:20])
        self.e_public, self.tag = syn[28:60], syn[108:124]
        self.cookie = bytes(16)
        self.inside = None  # the session that it is made in
        ids = initiator.id + adherent.id
        self.h1 = transcript(transcript(PROTOCOL_NAME, ids), syn[:124])


class Session:
    """What one SYN and one SYN-ACK make together (section 4)."""

    def __init__(self, attempt, syn_ack, former=None):
        """`former`: the session that this one's handshake runs inside."""
        self.attempt, self.syn_ack = attempt, syn_ack
        initiator, adherent = attempt.initiator, attempt.adherent
        e_i, e_r = attempt.e_public, syn_ack[12:44]
        e_i_secret = initiator.ephemeral_of(e_i, "SYN")
        e_r_secret = adherent.ephemeral_of(e_r, "SYN-ACK")
        chains = []
        for es, ee, se, root in (
            (
                p.x25519(e_i_secret, adherent.x_public), p.x25519(e_i_secret, e_r),
                p.x25519(initiator.x_secret, e_r), initiator.pair_root(adherent),
            ),
            (
                p.x25519(adherent.x_secret, e_i), p.x25519(e_r_secret, e_i),
                p.x25519(e_r_secret, initiator.x_public), adherent.pair_root(initiator),
            ),
        ):
            chain, _ = mix(root, es)
            chain, _ = mix(chain, ee)
            chains.append(mix(chain, se))
        demand(chains[0] == chains[1], "both sides' key schedules")
        self.ck3, self.k2 = chains[0]
        self.h2 = transcript(attempt.h1, syn_ack)
        self.k3 = p.blake2b(32, b"ack" + self.h2, self.ck3)
        both = p.blake2b(64, b"data" + self.h2, self.ck3)
        self.keys = {initiator.name: [both[:32]], adherent.name: [both[32:]]}  # one an epoch
        self.log_id = int.from_bytes(p.blake2b(16, b"sid" + self.h2, self.ck3)[:8], "little")
        self.sent = {initiator.name: set(), adherent.name: set()}
        self.told = {initiator.name: -1, adherent.name: -1}  # the highest that the other has acknowledged so far
        if former:  # packet numbers go on (7.6)
            self.sent, self.told = former.sent, former.told
        self.fields = {}
        self.ack = None

    def key(self, sender, epoch):
        """The last that was used, or the next (6.4)."""
        known = self.keys[sender.name]
        return known[epoch] if epoch < len(known) else p.blake2b(32, b"next", known[-1])

    def seal(self, sender, epoch, number, head, sid, plain, is_opening=False):
        ciphers = {CHACHA: (p.chacha_open, p.chacha_seal), AES: (p.gcm_open, p.gcm_seal)}
        act = ciphers[self.fields["suite"]][0 if is_opening else 1]
        ad = head + struct.pack("<QI", sid, epoch)
        return act(self.key(sender, epoch), bytes(4) + struct.pack("<Q", number), ad, plain)

    def agreement(self, node):
        """What the node in question may do: the fields of the vector file's "sessions"."""
        is_initiator = node is self.attempt.initiator
        up, down = self.fields["bw_up"], self.fields["bw_dn"]
        return {
            "role": "initiator" if is_initiator else "adherent",
            "log_id": f"{self.log_id:016x}",
            "receive_id": f"{self.attempt.n if is_initiator else self.fields['n']:016x}",
            "send_id": f"{self.fields['n'] if is_initiator else self.attempt.n:016x}",
            "generation": self.fields["gen"],
            "version": self.fields["ver"],
            "suite": self.fields["suite"],
            "payload_max": self.fields["max_pl"],
            "rate_up": down if is_initiator else up,
            "rate_down": up if is_initiator else down,
            "idle_s": self.fields["idle_s"],
        }


class Watcher:
    """Follows one vector. inspect() changes nothing and returns (text, commit): commit() takes the datagram in."""

    def __init__(self, vector):
        self.nodes = {d["name"]: Node(d) for d in vector["nodes"]}
        self.attempts, self.sessions, self.probes = {}, [], {}
        self.words = {name: [0] for name in self.nodes}  # said by the courier of section 7.13's vector, in order
        self.questions = {name: set() for name in self.nodes}  # PATH_CHALLENGEs that a node sent
        self.talk = couriers.Conversation(*self.nodes.values())
        self.is_store_lost = vector.get("store_lost", False)

    def inspect(self, datagram):
        source, target = self.nodes[datagram["from"]], self.nodes[datagram["to"]]
        data = bytes.fromhex(datagram["bytes"])
        demand(0 < len(data) <= 512, "datagram size")
        if data[0] & 0x80:
            return self.inspect_data(source, target, data, datagram["ms"], datagram["fate"] == "delivered")
        return self.inspect_handshake(source, target, data)

    def inspect_handshake(self, source, target, data):
        demand(len(data) >= 12, "no room for a header")
        code, version, flags, sid = struct.unpack("<BBHQ", data[:12])
        demand(code in TYPES, "packet type")
        kind = TYPES[code]
        demand(version == VERSION, "version")
        demand(flags in ((0, 1) if kind in ("SYN", "PROBE") else (0,)), "flags")
        demand(len(data) == LENGTHS[kind], f"length of a {kind}")
        inspector = {
            "SYN": self.inspect_syn, "RETRY": self.inspect_retry, "SYN-ACK": self.inspect_syn_ack,
            "ACK": self.inspect_ack, "PROBE": self.inspect_probe, "PROBE-REPLY": self.inspect_probe,
        }[kind]
        return inspector(source, target, data, flags, sid)

    # ---- SYN and RETRY --------------------------------------------------------------------------------

    def inspect_syn(self, source, target, data, flags, sid):
        demand(sid == 0, "session id of a SYN")
        (n,) = struct.unpack("<Q", data[12:20])
        e_public, cookie = data[28:60], data[124:140]
        known = self.attempts.get((source.name, n))
        hint = p.siphash24(key_between(b"hint", source, target)[:16], data[12:20] + e_public[:8])
        same(data[20:28], hint, "hint")
        nonce, ad = data[12:20] + e_public[:16], data[:60] + source.id + target.id
        key = key_between(b"syn", source, target)
        fields = unpack(P1_LAYOUT, P1_FIELDS, opened(p.xchacha_open, key, nonce, ad, data[60:124], "SYN"))
        self.check_offer(fields)
        demand(n >= RESERVED_IDS and data[12:20] in source.draws, "n is a draw, and not a reserved session id")
        source.ephemeral_of(e_public, "SYN")
        again = header("SYN", flags, 0) + data[12:20] + hint + e_public
        again += p.xchacha_seal(key, nonce, again + source.id + target.id, repack(P1_LAYOUT, P1_FIELDS, fields))
        same(data, again + cookie + bytes(20), "SYN made anew")
        if known is None:
            demand(cookie == bytes(16), "first SYN of an attempt carries a cookie")
            for other in self.attempts.values():
                if other.initiator is source and other.adherent is target and not self.is_store_lost:
                    demand(fields["ts"] > other.fields["ts"], "ts of a new attempt rises")
        else:
            same(data[:124], known.syn[:124], "SYN sent again")
            demand(cookie in (bytes(16), known.cookie), "cookie is the one of the RETRY")

        def commit():
            if known is None:
                self.attempts[source.name, n] = Attempt(source, target, data, fields)

        text = f"n {n:016x} ts {fields['ts']:#x} gen {fields['gen']} suites {fields['suites']}"
        text += " user" if flags else ""
        text += " with cookie" if cookie != bytes(16) else ""
        return f"SYN {text}" + ("" if known is None else ", again"), commit

    def check_offer(self, fields):
        demand(fields["reserved"] == bytes(16) and fields["features"] == 0, "reserved fields of a SYN")
        demand(fields["gen"] <= 2**31, "gen of a SYN")
        demand(1 <= fields["ver_min"] <= fields["ver_max"], "version range")
        demand(fields["suites"] & CHACHA, "ChaCha20-Poly1305 is offered")
        demand(min(fields["bw_up"], fields["bw_dn"]) >= 4096, "bandwidth limits")
        demand(128 <= fields["max_pl"] <= 512, "payload limit")
        demand(1 <= fields["idle_s"] <= 3600, "keepalive")

    def inspect_retry(self, source, target, data, flags, sid):
        attempt = self.attempts.get((target.name, sid))
        demand(attempt is not None and attempt.adherent is source, "RETRY answers a SYN")
        key, ad = key_between(b"rty", source, target), data[:12] + attempt.tag
        nonce = data[12:36]
        fields = unpack(RETRY_LAYOUT, RETRY_FIELDS, opened(p.xchacha_open, key, nonce, ad, data[36:], "RETRY"))
        demand(nonce in source.draws, "nonce of a RETRY is a draw")
        again = header("RETRY", 0, sid) + nonce
        again += p.xchacha_seal(key, nonce, ad, repack(RETRY_LAYOUT, RETRY_FIELDS, fields))
        same(data, again, "RETRY made anew")
        if fields["reason"] == REASON_COOKIE:
            demand(fields["ts_seen"] == 0, "ts_seen in a RETRY for a cookie")
            text = target.ip + struct.pack("<HQ", target.port, sid) + attempt.tag
            cookies = {p.blake2b(16, text, draw) for draw in source.draws if len(draw) == 32}
            demand(fields["cookie"] in cookies, "cookie")
        else:
            demand(fields["reason"] == REASON_STALE, "reason of a RETRY")
            demand(fields["cookie"] == bytes(16), "cookie in a RETRY for a stale ts")
            demand(fields["ts_seen"] >= attempt.fields["ts"], "the ts was not stale")

        def commit():
            if fields["reason"] == REASON_COOKIE:
                attempt.cookie = fields["cookie"]

        reason = {REASON_COOKIE: "cookie", REASON_STALE: f"stale, seen {fields['ts_seen']:#x}"}[fields["reason"]]
        return f"RETRY n {sid:016x} {reason}", commit

    # ---- SYN-ACK and ACK ------------------------------------------------------------------------------

    def inspect_syn_ack(self, source, target, data, flags, sid):
        attempt = self.attempts.get((target.name, sid))
        demand(attempt is not None and attempt.adherent is source, "SYN-ACK answers a SYN")
        known = next((s for s in self.sessions if s.syn_ack == data), None)
        session = known or Session(attempt, data, attempt.inside)
        ad = transcript(attempt.h1, data[:44])
        plain = opened(p.chacha_open, session.k2, bytes(12), ad, data[44:], "SYN-ACK")
        fields = unpack(P2_LAYOUT, P2_FIELDS, plain)
        offer = attempt.fields
        same(fields["id"], source.id, "FULL-ID in a SYN-ACK")
        demand(fields["n"] >= RESERVED_IDS and struct.pack("<Q", fields["n"]) in source.draws, "n_R is a draw")
        demand(fields["gen"] > offer["gen"], "generation rises")
        demand(offer["ver_min"] <= fields["ver"] <= offer["ver_max"], "version was offered")
        demand(fields["suite"] in (CHACHA, AES) and fields["suite"] & offer["suites"], "suite was offered")
        demand(4096 <= fields["bw_up"] <= offer["bw_dn"] and 4096 <= fields["bw_dn"] <= offer["bw_up"], "bandwidth")
        demand(128 <= fields["max_pl"] <= offer["max_pl"] and 1 <= fields["idle_s"] <= offer["idle_s"], "limits")
        demand(fields["flags"] == 0 and fields["reserved"] == bytes(16), "reserved fields of a SYN-ACK")
        again = header("SYN-ACK", 0, attempt.n) + data[12:44]
        plain = repack(P2_LAYOUT, P2_FIELDS, fields)
        again += p.chacha_seal(session.k2, bytes(12), transcript(attempt.h1, again), plain)
        same(data, again, "SYN-ACK made anew")

        def commit():
            if known is None:
                session.fields = fields
                self.sessions.append(session)

        text = f"n_R {fields['n']:016x} gen {fields['gen']} ts {fields['ts']:#x} suite {fields['suite']}"
        return f"SYN-ACK {text} log {session.log_id:016x}" + ("" if known is None else ", again"), commit

    def inspect_ack(self, source, target, data, flags, sid):
        for session in self.sessions:
            attempt = session.attempt
            if session.fields["n"] == sid and attempt.initiator is source and attempt.adherent is target:
                break
        else:
            raise Mismatch("ACK answers no SYN-ACK")
        ad = transcript(session.h2, data[:12])
        fields = unpack(P3_LAYOUT, P3_FIELDS, opened(p.chacha_open, session.k3, bytes(12), ad, data[12:], "ACK"))
        same(fields["id"], source.id, "FULL-ID in an ACK")
        demand(fields["status"] == 0, "status of an ACK")
        demand(fields["ts"] >= attempt.fields["ts"], "ts of an ACK is not older than its SYN's")
        again = header("ACK", 0, session.fields["n"])
        plain = repack(P3_LAYOUT, P3_FIELDS, fields)
        again += p.chacha_seal(session.k3, bytes(12), transcript(session.h2, again), plain)
        same(data, again, "ACK made anew")
        if session.ack is not None:
            same(data, session.ack, "ACK sent again")

        def commit():
            session.ack = data

        return f"ACK ts {fields['ts']:#x} log {session.log_id:016x}", commit

    def inspect_probe(self, source, target, data, flags, sid):
        demand(sid == 1, "session id of a PROBE")
        token = data[12:20]
        hint = p.siphash24(key_between(b"hint", source, target)[:16], token + data[:1] * 8)
        text = data[:12] + token + hint
        same(data, text + p.blake2b(16, text, key_between(b"probe", source, target)), "PROBE made anew")
        kind = TYPES[data[0]]
        if kind == "PROBE":
            demand(token in source.draws, "token is a draw")
        else:
            demand((target.name, token) in self.probes, "PROBE-REPLY answers a PROBE")

        def commit():
            if kind == "PROBE":
                self.probes[source.name, token] = data

        return f"{kind} token {token.hex()}", commit

    # ---- Data -----------------------------------------------------------------------------------------

    def inspect_sync(self, session, source, target, frames):
        """A SYNC_HASH tells the number that its sender said last, and one that the other has said at some time."""
        for index, frame in enumerate(frames):
            if frame[0] != "SYNC_HASH":
                continue
            said = (self.words[source.name] + words_of(frames[:index]))[-1]
            demand(frame[1] == WORD_COURIER, "a digest of the courier that has one")
            demand(frame[2] == half_of_digest(said, session.log_id), "own half of a SYNC_HASH")
            demand(frame[3] in [half_of_digest(w, session.log_id) for w in self.words[target.name]], "the copy's half")

    def inspect_inside(self, session, source, target, frames):
        """A handshake for new secrets: its initiator is the session's, its packets stand last in theirs (7.6)."""
        for index, frame in enumerate(frames):
            if frame[0] != "HANDSHAKE":
                continue
            demand(all(f[0] in ("HANDSHAKE", "ACK", "ACK_RANGES") for f in frames[index:]), "a message behind a handshake")
            demand(frame[1][0] in (0x41, 0x42), "only SYN and SYN-ACK travel inside")
            is_syn = frame[1][0] == 0x41
            demand(is_syn == (source is session.attempt.initiator), "only the session's initiator begins")
            text, commit = self.inspect_handshake(source, target, frame[1])
            n = struct.unpack("<Q", frame[1][12:20])[0]

            def all_of_it(commit=commit, n=n, is_syn=is_syn):
                commit()
                if is_syn:
                    self.attempts[source.name, n].inside = session

            return f" ({text})", [all_of_it]
        return "", []

    def inspect_paths(self, source, target, frames):
        """Questions are drawn, answers repeat them (7.7)."""
        asked = set()
        for frame in frames:
            if frame[0] == "PATH_CHALLENGE":
                demand(frame[1] in source.draws, "question is a draw")
                asked.add(frame[1])
            elif frame[0] == "PATH_RESPONSE":
                demand(frame[1] in self.questions[target.name], "PATH_RESPONSE answers a PATH_CHALLENGE")
        return [lambda: self.questions[source.name].update(asked)] if asked else []

    def inspect_couriers(self, session, source, target, frames, now_ms, arrives):
        texts, commits = [], []
        self.talk.in_packet = {}
        for frame in frames:
            if frame[0] == "COURIER" and frame[1] in couriers.NAMES:
                text, commit = self.talk.look(session, source, target, frame[1], frame[2], now_ms, arrives)
                texts.append(text)
                commits.append(commit)
        return f" ({', '.join(texts)})" if texts else "", commits

    def open_data(self, source, target, sid, first, truncated, size, head, sealed):
        """The session, epoch and number that a packet opens under, and what is in it."""
        for session in self.sessions:
            ends = session.attempt.initiator, session.attempt.adherent
            if {source, target} != set(ends) or int(session.agreement(source)["send_id"], 16) != sid:
                continue
            number = full_number(truncated, size, max(session.sent[source.name], default=-1))
            last = len(session.keys[source.name]) - 1
            for epoch in (last, last + 1):
                if epoch & 1 != first >> 6 & 1:
                    continue
                try:
                    return session, epoch, number, session.seal(source, epoch, number, head, sid, sealed, is_opening=True)
                except p.TagMismatch:
                    continue
        raise Mismatch("data opens under no session")

    def inspect_data(self, source, target, data, now_ms, arrives):
        first, size = data[0], (data[0] >> 2 & 3) + 1
        demand(first & 0x31 == 0, "session id length and reserved bit are zero")
        demand(len(data) >= 9 + size + 1 + 16, "no room for a frame")
        (sid,) = struct.unpack("<Q", data[1:9])
        head, sealed = data[: 9 + size], data[9 + size :]
        truncated = int.from_bytes(data[9 : 9 + size], "little")
        session, epoch, number, plain = self.open_data(source, target, sid, first, truncated, size, head, sealed)
        demand(number not in session.sent[source.name], "packet number used twice")
        demand(number - max(session.sent[source.name], default=-1) in (1, 2), "at most one number is left out")
        demand(len(data) <= session.fields["max_pl"], "payload limit")
        frames = read_frames(plain)
        for frame in frames:
            demand(frame[0] in SEEN_IN_DATAGRAMS, f"{frame[0]} is in no vector")
            demand(frame[0] != "CLOSE" or frame[1] == 0, "reason of a CLOSE")
        self.inspect_sync(session, source, target, frames)
        inside, commits = self.inspect_inside(session, source, target, frames)
        commits += self.inspect_paths(source, target, frames)
        said, courier_commits = self.inspect_couriers(session, source, target, frames, now_ms, arrives)
        commits += courier_commits
        smallest, largest = (number_size(number, told) for told in (session.told[source.name], -1))
        demand(smallest <= size <= largest, "bytes of the packet number")
        acks = [acknowledged_by(f, max(session.sent[target.name], default=-1) + 1) for f in frames if f[0].startswith("ACK")]
        demand(len(acks) <= 1, "one acknowledgement a packet")
        demand(all(ack in session.sent[target.name] for ack in acks), "acknowledges what was not sent")
        again = struct.pack("<BQ", 0x80 | (epoch & 1) << 6 | (size - 1) << 2 | first & 2, sid)
        again += (number & ((1 << (8 * size)) - 1)).to_bytes(size, "little")
        again += session.seal(source, epoch, number, again, sid, b"".join(map(write_frame, frames)))
        same(data, again, "data made anew")

        def commit():
            session.sent[source.name].add(number)
            if epoch == len(session.keys[source.name]):
                session.keys[source.name].append(session.key(source, epoch))
            for one in commits:
                one()
            self.words[source.name] += words_of(frames)
            session.told[target.name] = max([session.told[target.name]] + acks)

        names = ", ".join(show_frame(frame) for frame in frames)
        turned = f" epoch {epoch}" if epoch else ""
        return f"DATA #{number} log {session.log_id:016x}{turned}: {names}{inside}{said}", commit


def show_frame(frame):
    values = [v.hex() if isinstance(v, bytes) and len(v) <= 8 else f"{len(v)} bytes" if isinstance(v, bytes) else v
              for v in frame[1:]]
    return " ".join(str(v) for v in (frame[0], *values))


# ---- Running --------------------------------------------------------------------------------------------


def check_codec():
    """Frames of every type, there and back, and malformed ones; returns what a codec must make of them."""
    text = (
        "00" "01" "341205d0c0b0a0" "02" "8000ffff" "07" "02" "00" "05" "7fff" "01" "03" "01020304" "04" "01020304"
        "05" "0001020304050607" "06" "0001020304050607" "07" "00100000" "08" "00" "09" "7e" "0a" "7e" "0001020304050607"
        "0b" "03" "000102" "0c" "01" "412c" "04" "00010203" "81" "04" "00010203" "fe" "00"
    )
    frames = read_frames(bytes.fromhex(text))
    demand(len(frames) == 15, "number of frames")
    demand(frames[1] == ("ACK", 0x1234, 5, 0xA0B0C0D0), "ACK frame")
    demand(frames[2] == ("ACK_RANGES", 65535, 7, ((0, 5), (0x3FFF, 1))), "ACK_RANGES frame")
    demand(frames[12][:3] == ("COURIER_ORDERED", 1, 300), "COURIER_ORDERED frame")
    demand(frames[14] == ("COURIER", 126, b""), "COURIER frame")
    same(b"".join(map(write_frame, frames)), bytes.fromhex(text), "frames made anew")
    for broken in ("", "0c", "0c01", "0c7f0001ff", "7f", "ff", "03010203", "8102ff", "814001ff", "0b02ff", "02000019", "0200000140"):
        try:
            read_frames(bytes.fromhex(broken))
        except Mismatch:
            continue
        raise Mismatch(f"frame bytes {broken} were taken")
    sizes = [number_size(n, -1) for n in (0, 126, 127, 32766, 32767, 2**23 - 2, 2**23 - 1, 2**31)]
    demand(sizes == [1, 1, 2, 2, 3, 3, 4, 4], "packet number sizes")
    demand(full_number(0x9B32, 2, 0xA82F30EA) == 0xA82F9B32, "RFC 9000 A.3 example")
    demand(full_number(0, 1, -1) == 0 and full_number(127, 1, 126) == 127, "first packet numbers")
    return text


def check_signatures(signatures):
    """What the core signed is what this side signs."""
    demand(len(signatures) > 0, "signatures")
    for one in signatures:
        purpose, text = one["purpose"].encode(), bytes.fromhex(one["text"])
        digest = p.blake2b(64, b"octo-sign" + bytes([len(purpose)]) + purpose + text)
        seed = p.kdf_derive(32, 1, b"octo-kdf", bytes.fromhex(one["seed"]))
        same(p.ed25519_sign(seed, digest), bytes.fromhex(one["signature"]), f"signature of a {one['purpose']}")


def check_vector(vector, is_showing):
    """Raises Mismatch; returns how many datagrams agreed and how many damaged copies were refused."""
    watcher, refused, seen = Watcher(vector), 0, 0
    for index, datagram in enumerate(vector["datagrams"]):
        where = f"{vector['name']}, datagram {index}"
        try:
            text, commit = watcher.inspect(datagram)
        except Mismatch as error:
            raise Mismatch(f"{where}: {error}") from None
        if is_showing:
            fate = "" if datagram["fate"] == "delivered" else f" ({datagram['fate']})"
            print(f"  {index:3} {datagram['ms']:6} ms {datagram['from']:>6} > {datagram['to']:<6} {text}{fate}")
        for at in range(len(datagram["bytes"]) // 2):
            damaged = bytearray.fromhex(datagram["bytes"])
            damaged[at] ^= 1 << (at + index) % 8
            try:
                watcher.inspect({**datagram, "bytes": damaged.hex()})
            except Mismatch:
                refused += 1
                continue
            raise Mismatch(f"{where}: byte {at} was changed and nothing noticed")
        commit()
        seen += 1
    check_sessions(watcher, vector)
    return seen, refused


def check_sessions(watcher, vector):
    """What the cores reported must be what the wire says."""
    demand(bool(vector["sessions"]) == bool(watcher.sessions), f"{vector['name']}: sessions reported")
    for expected in vector["sessions"]:
        node = watcher.nodes[expected["node"]]
        ours = [s for s in watcher.sessions if node in (s.attempt.initiator, s.attempt.adherent)]
        views = [{"node": node.name, **s.agreement(node)} for s in ours]
        demand(expected in views, f"{vector['name']}: {node.name} reported a session that the wire does not show")
    if "duel_winner" in vector:
        winner = max(watcher.nodes.values(), key=lambda node: node.id)
        demand(winner.name == vector["duel_winner"], f"{vector['name']}: winner of the duel")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*")
    parser.add_argument("--show", action="store_true", help="print every datagram")
    arguments = parser.parse_args()
    print(f"primitives: {p.self_check()} published vectors agree")
    try:
        frames = check_codec()
        for path in arguments.files:
            with open(path, encoding="utf-8") as file:
                vectors = json.load(file)
            demand(vectors["format"] == 1 and vectors["vectors"], f"{path}: format 1 with vectors is expected")
            demand(vectors["frames"] == frames, "frames as the core's codec writes them")
            check_signatures(vectors["signatures"])
            print(f"messages: {couriers.check_messages(vectors['messages'])} of couriers agree")
            for vector in vectors["vectors"]:
                seen, refused = check_vector(vector, arguments.show)
                print(f"{vector['name']}: {seen} datagrams agree, {refused} damaged copies refused")
    except Mismatch as error:
        print(f"MISMATCH {error}", file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"not a readable vector file: {error!r}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
