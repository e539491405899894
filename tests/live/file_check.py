#!/usr/bin/env python3
"""Files between real nodes: processes of `octosim node` over loopback (R136-R169 on real sockets; R154-R158 through crashes).

    python3 tests/live/file_check.py [path of octosim]

A file arrives byte for byte through kill -9 of its receiver and of its sender in the middle, without being sent anew; damage,
names, limits, what is there already, what is refused; exit statuses; and the other couriers beside it: parameters, sensors and
commands. When to kill is decided by what a node says of its progress. Exit status 0 when all holds.
"""

import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from live_nodes import WATCHDOG_S, Gone, Node, call, fail, finish, make_identities, octosim

SIZE = 8_000_000
TRIES = 5
SLOW, FAST = "8Mbit", "80Mbit"


def write_random(path, size):
    data = os.urandom(size)
    with open(path, "wb") as file:
        file.write(data)
    return data


def has(path, data):
    with open(path, "rb") as file:
        return file.read() == data


def check_file(path, data):
    if not os.path.isfile(path) or not has(path, data):
        fail(f"{path} is not what was sent")


def check_names(folder, *names):
    found = sorted(os.listdir(folder))
    if found != sorted(names):
        fail(f"{folder} holds {found}, expected {sorted(names)}")


class Pair:
    """A robot with an inbox, and a pilot that calls it. Each may be ended and started again."""

    def __init__(self, folder, loopback="127.0.0.1"):
        self.folder, self.loopback = folder, loopback
        self.inbox = f"{folder}/received/pilot"
        self.robot = self.pilot = None
        self.robot_listens = f"{loopback}:0"

    def start_robot(self, rate=FAST, **changes):
        self.robot = Node(self.folder, "robot", listen=self.robot_listens, rate_down=rate, rate_up=FAST,
                          **{"inbox": "received", **changes}, associates=[{"name": "pilot", "card": "pilot.card"}])
        self.robot_listens = self.robot.address
        return self.robot

    def start_pilot(self, *arguments, rate=FAST, **changes):
        self.pilot = Node(self.folder, "pilot", *arguments, kind="remote", listen=f"{self.loopback}:0", rate_up=rate, rate_down=FAST,
                          **changes, associates=[{"name": "robot", "card": "robot.card", "address": self.robot.address, "connect": True}])
        return self.pilot

    def send(self, *paths):
        """A pilot that ends when the files have arrived, or not. Returns its exit status."""
        files = [word for path in paths for word in ("--send", f"{self.folder}/{path}")]
        pilot = self.start_pilot(*files, "--to", "robot", "--until-sent")
        pilot.wait("stopped")
        return pilot.process.wait(WATCHDOG_S)


def wait_half(node, verb):
    """Until half of the file is there. False: it was all there before we looked."""
    while True:
        said = node.wait_any("progress", "file")
        if said["event"] == "file" and re.match("sent|received|not ", said["text"]):
            return False
        part = re.match(verb + r" .*: (\d+) %", said["text"])
        if part and int(part.group(1)) >= 50:
            return True


def number(node, event, pattern):
    """The number in the next line of this kind that the pattern matches."""
    while True:
        found = re.search(pattern, node.wait(event)["text"])
        if found:
            return int(found.group(1))


# ---- Steps ---------------------------------------------------------------------------------------------------------


def killed_receiver(folder, loopback):
    """The receiver is killed in the middle, and started again: what it has it does not get again."""
    for attempt in range(TRIES):
        pair = Pair(folder, loopback)
        data = write_random(f"{folder}/map{attempt}.bin", SIZE)
        pair.start_robot(SLOW)
        pilot = pair.start_pilot("--send", f"{folder}/map{attempt}.bin", "--until-sent")
        is_half = wait_half(pair.robot, "receiving")
        pair.robot.kill()
        if is_half:
            break
        pilot.kill()
    else:
        raise Gone("a transfer of some seconds was never seen in its middle")
    if os.path.exists(f"{pair.inbox}/map{attempt}.bin"):
        fail("half a file has its name already")
    robot = pair.start_robot()
    here = number(robot, "file", r": (\d+) of \d+ bytes are there already")
    if here < SIZE * 2 // 5:
        fail(f"of half of {SIZE} bytes no more than {here} are gone on with")
    robot.wait("file", "received")
    out = number(pilot, "file", r"(\d+) bytes went out for")
    if out > SIZE + SIZE // 2:
        fail(f"{out} bytes were sent for a file of {SIZE}")
    if pilot.process.wait(WATCHDOG_S) != 0:
        fail("a file that has arrived is an exit status other than 0")
    check_file(f"{pair.inbox}/map{attempt}.bin", data)
    return pair, attempt


def killed_sender(pair):
    """The sender is killed in the middle, and started again with the same words."""
    for attempt in range(TRIES):
        name = f"log{attempt}.bin"
        data = write_random(f"{pair.folder}/{name}", SIZE)
        words = ("--send", f"{pair.folder}/{name}", "--to", "robot", "--until-sent")
        pilot = pair.start_pilot(*words, rate=SLOW)
        is_half = wait_half(pilot, "sending")
        pilot.kill()
        if is_half:
            break
    else:
        raise Gone("a transfer of some seconds was never seen in its middle")
    pilot = pair.start_pilot(*words)
    here = number(pilot, "file", r": (\d+) of \d+ bytes are there already")
    out = number(pilot, "file", r"(\d+) bytes went out for")
    if here < SIZE * 2 // 5 or out > SIZE * 3 // 4:
        fail(f"with {here} of {SIZE} bytes there, a sender that was restarted sent {out}")
    if pilot.process.wait(WATCHDOG_S) != 0:
        fail("a sender that was restarted does not end with status 0")
    pair.robot.wait("file", f"received {name}")
    check_file(f"{pair.inbox}/{name}", data)


def damaged_part(pair):
    """What is damaged on the receiver's disk meanwhile is fetched anew."""
    for attempt in range(TRIES):
        name = f"core{attempt}.bin"
        data = write_random(f"{pair.folder}/{name}", SIZE)
        pair.robot.stop()
        robot = pair.start_robot(SLOW)
        pilot = pair.start_pilot("--send", f"{pair.folder}/{name}", "--until-sent")
        is_half = wait_half(robot, "receiving")
        robot.kill()
        if is_half:
            break
        pilot.kill()
        robot = pair.start_robot()
    else:
        raise Gone("a transfer of some seconds was never seen in its middle")
    with open(f"{pair.inbox}/{name}.part", "r+b") as file:
        file.seek(2_000_000)
        byte = file.read(1)[0]
        file.seek(2_000_000)
        file.write(bytes([byte ^ 1]))
    robot = pair.start_robot()
    robot.wait("file", "is damaged behind")
    here = number(robot, "file", r": (\d+) of \d+ bytes are there already")
    if not 1_000_000 < here <= 2_000_000:
        fail(f"damaged at byte 2000000, {here} bytes are gone on with")
    robot.wait("file", "received")
    if pilot.process.wait(WATCHDOG_S) != 0:
        fail("a file of which a part was damaged does not arrive")
    check_file(f"{pair.inbox}/{name}", data)


def what_is_there(pair):
    """Sent again, it is there already; moved away, it comes again; another file of that name has a number. Nothing is hidden, an
    option, or outside."""
    folder, inbox = pair.folder, pair.inbox
    subprocess.run(["rm", "-rf", inbox], check=True)
    os.mkdir(f"{folder}/other")
    first, second = write_random(f"{folder}/a.txt", 5000), write_random(f"{folder}/other/a.txt", 6000)
    for path in ("a.txt", "a.txt", "other/a.txt"):
        if pair.send(path) != 0:
            fail(f"{path} does not arrive")
    check_names(inbox, ".received", "a.txt", "a-2.txt")
    check_file(f"{inbox}/a.txt", first)
    check_file(f"{inbox}/a-2.txt", second)
    os.rename(f"{inbox}/a.txt", f"{folder}/moved")
    if pair.send("a.txt") != 0 or not has(f"{inbox}/a.txt", first):
        fail("a file that was moved away does not come again")
    names = ["-rf", ".bashrc", "$(touch x).txt", "y.part", "empty"]
    for name in names:
        write_random(f"{folder}/other/{name}", 0 if name == "empty" else 100)
    if pair.send(*(f"other/{name}" for name in names)) != 0:
        fail("files with odd names do not arrive")
    check_names(inbox, ".received", "a.txt", "a-2.txt", "_rf", "_bashrc", "_(touch x).txt", "y_part", "empty")
    check_names(folder + "/received", "pilot")


def what_is_refused(pair):
    folder = pair.folder
    write_random(f"{folder}/large.bin", 300_000)
    pair.robot.stop()
    pair.start_robot(inbox_largest="200KiB")
    if pair.send("large.bin") != 1 or not pair.pilot.has_said("file", "the receiver does not want it"):
        fail("a file that is too large is not refused with status 1")
    pair.robot.wait("file", "larger than what is taken")
    if pair.send("a.txt") != 0:
        fail("a smaller one is not taken")
    pair.robot.stop()
    pair.start_robot(inbox_room="100KiB")
    if pair.send("large.bin") != 1:
        fail("more than there is room for is taken")
    pair.robot.wait("file", "folder is full")
    pair.robot.stop()
    robot = Node(folder, "robot", listen=pair.robot_listens, associates=[{"name": "pilot", "card": "pilot.card"}])
    if pair.send("a.txt") != 1:
        fail("a node without an inbox takes files")
    robot.wait("file", "has no \"inbox\"")
    robot.stop()
    config = f"{folder}/pilot.json"
    for status, said, words in ((2, "no associate is called robt", ["--send", f"{folder}/a.txt", "--to", "robt"]),
                                (2, "No such file", ["--send", f"{folder}/none"]), (2, "it is no file", ["--send", folder])):
        run = call("--config", config, *words)
        if run.returncode != status or said not in run.stdout:
            fail(f"{words}: {run.returncode}, {run.stdout}")
    run = call("--config", config, "--send", f"{folder}/a.txt", "--until-sent", "--for", "300ms")
    if run.returncode != 1:
        fail(f"a file that nobody received in time: exit status {run.returncode}")


def wait_state(node, event, text):
    """Asks for the state again and again until a line says so."""
    end = time.monotonic() + WATCHDOG_S
    while time.monotonic() < end:
        node.type("state")
        while True:
            said = node.wait_any(event, "packets")
            if said["event"] == event and re.search(text, said["text"]):
                return
            if said["event"] == "packets":
                break
        time.sleep(0.02) # whatever is waited for needs the processor, too
    raise Gone(f"{node.name} never came to say {event} {text}")


def couriers(pair):
    """Parameters with their owners, verified and fresh; sensors; commands, executed once; the tables (R136, R143-R153, R160-R169)."""
    robot = pair.start_robot()
    pilot = pair.start_pilot()
    for node in (robot, pilot):
        node.wait("contact", "is heard")
    pilot.type("set mode manual-pilot")
    robot.wait("parameter", "mode is now manual-pilot")
    robot.type("set battery 87.5,12.1")
    pilot.wait("parameter", "battery is now 87.5,12.100")
    for node in (robot, pilot):
        wait_state(node, "parameter", r"battery +87.5,12.100, verified, .* old")
        wait_state(node, "courier", r"courier command +active")
    values = {"orientation": "270.0", "status": "ready,fault", "position": "59.9139000,10.7522000,-12.500"}
    wishes = {"target-position": "-33.8688000,151.2093000,0.000", "target-orientation": "12.5", "target-pose": "10.0,-20.5,0.0,90.0",
              "flags": "panic,camera"}
    for node, other, texts in ((robot, pilot, values), (pilot, robot, wishes)):
        for name, text in texts.items():
            node.type(f"set {name} {text}")
            other.wait("parameter", f"{name} is now {text}")
    for text in ("91,0", "1,2,3,4", "1,", "x", "1.23456789,0"):
        pilot.type(f"set target-position {text}")
        pilot.wait("command", f"found {text}; allowed is degrees north")
    sensors = {"gyro": "0.100,0.000,-0.050", "acceleration": "0.00,0.00,9.81", "slam": "1.500,0.000,-0.250", "touch": "32768,100",
               "compass": "270.0", "clock": "12000", "gps": "1.0000000,-2.0000000,3.000"}
    for name, text in sensors.items():
        robot.type(f"sense {name} {text}")
        wait_state(pilot, "sensor", f"{name} +{text}, heard")
    robot.type("sense touch -1,5")
    robot.wait("command", "touch: found -1,5; allowed is x and y")
    robot.type("sense temperature 21.5")
    wait_state(pilot, "sensor", r"temperature +21.50, heard")
    pilot.type("command robot go home, 'slowly'")
    robot.wait("executed", "command: go home, 'slowly'")
    pilot.wait("confirmed", "up to number 1")
    pilot.type("set battery 5")
    pilot.wait("command", "is not a remote's to set: its owner is the agent")
    pilot.type("set mode sailing")
    pilot.wait("command", "allowed is offline, complete-autonomy")
    pilot.type("set baterry 5")
    pilot.wait("command", "did you mean battery")
    pilot.type("sned x")
    pilot.wait("command", "did you mean send")
    pilot.type("send")
    pilot.wait("command", "the file is missing")
    pilot.type("help")
    pilot.wait("command", "send PATH [PEER]")
    # Typed, with a name that a shell would quote; given up from the other side.
    data = write_random(f"{pair.folder}/two words.bin", 20_000)
    pilot.type(f"send '{pair.folder}/two words.bin' robot")
    robot.wait("file", "received two words.bin")
    check_file(f"{pair.inbox}/two words.bin", data)
    pilot.stop()
    pilot = pair.start_pilot(rate="1Mbit")
    write_random(f"{pair.folder}/endless.bin", SIZE)
    pilot.type(f"send {pair.folder}/endless.bin")
    robot.wait("file", "receiving endless.bin")
    robot.type("cancel endless.bin")
    pilot.wait("file", "one of the two sides cancelled it")
    robot.wait("file", "not received")
    if any(name.startswith("endless") for name in os.listdir(pair.inbox)):
        fail("a part of a file that was cancelled stays")
    wait_state(pilot, "parameter", r"flags +panic,camera, verified")
    robot.kill()
    pilot.wait("contact", "not heard any more")
    wait_state(pilot, "parameter", r"flags +panic, not verified, .* fail-safe, known last: panic,camera")
    pilot.stop()


class Terminal:
    """A node at a terminal."""

    def __init__(self, config):
        self.said = ""
        self.child, self.file = pty.fork()
        if self.child == 0:
            os.environ["TERM"] = "xterm"
            os.execv(octosim, [octosim, "node", "--config", config])

    def wait(self, pattern):
        end = time.monotonic() + WATCHDOG_S
        while not re.search(pattern, self.said):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.file], [], [], left)[0]:
                raise Gone(f"the terminal never showed {pattern}, but:\n{self.said[-2000:]}")
            try:
                self.said += os.read(self.file, 65536).decode(errors="replace")
            except OSError:
                raise Gone(f"the terminal was closed before it showed {pattern}:\n{self.said[-2000:]}") from None

    def type(self, text):
        self.said = ""
        os.write(self.file, text.encode())

    def end(self):
        status = os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])
        if status != 0:
            fail(f"at a terminal: exit status {status}")
        os.close(self.file)


def terminal(pair):
    """A prompt with an editor and a memory, a progress bar, and the keyboard as it was afterwards."""
    pair.start_robot(SLOW)
    pair.start_pilot().stop()
    terminal_ = Terminal(f"{pair.folder}/pilot.json")
    terminal_.wait(r"robot .*established")
    terminal_.wait(r"pilot>")
    terminal_.type("stxe\x1b[D\x7fat\x05\n")
    terminal_.wait(r"pilot> state")
    terminal_.wait(r"courier blob +")
    terminal_.type(f"send {pair.folder}/endless.bin\r")
    terminal_.wait(r"to robot \[#+\.+\] +\d+ % [^\n]* MiB")
    terminal_.type("cancel endless.bin\n")
    terminal_.wait("cancelled it")
    terminal_.type("\x1b[A")
    terminal_.wait(r"pilot>\S* cancel endless.bin")
    terminal_.type("\x15quit\n")
    terminal_.wait("stopped; what it knows")
    terminal_.end()
    pair.robot.stop()


def main():
    with tempfile.TemporaryDirectory() as folder:
        try:
            make_identities(folder)
            pair, _ = killed_receiver(folder, "127.0.0.1")
            killed_sender(pair)
            damaged_part(pair)
            what_is_there(pair)
            what_is_refused(pair)
            pair = Pair(folder, "[::1]")
            couriers(pair)
            terminal(pair)
            killed_receiver(folder, "[::1]")
        except (Gone, subprocess.TimeoutExpired, BrokenPipeError) as error:
            fail(str(error))
        return finish("files arrive whole through kill -9 of either side, over IPv4 and IPv6, beside parameters, sensors and commands")


if __name__ == "__main__":
    sys.exit(main())
