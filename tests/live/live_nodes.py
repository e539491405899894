"""Processes of `octosim node` for the checks beside this file: what they say, as JSON lines, and what is typed to them.

Nothing is measured: each step waits for what a node says, and a watchdog stands behind. Standard library only.
"""

import json
import os
import queue
import re
import select
import signal
import subprocess
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WATCHDOG_S = 120
octosim = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/octosim"))
failures = []
running = []


def fail(text):
    failures.append(text)
    print("FAILED:", text)


class Gone(Exception):
    """The node ended, or never said what was waited for."""


class Node:
    """A running node, and what it says as JSON lines."""

    def __init__(self, folder, name, *arguments, **changes):
        self.folder, self.name = folder, name
        self.configure(**changes)
        self.start(*arguments)

    def configure(self, **changes):
        config = {"name": self.name, "kind": "agent", "listen": "127.0.0.1:0", "keepalive": "1s", **changes}
        with open(f"{self.folder}/{self.name}.json", "w", encoding="utf-8") as file:
            json.dump(config, file)

    def start(self, *arguments):
        self.said, self.events = [], queue.Queue()
        self.process = subprocess.Popen([octosim, "node", "--config", f"{self.folder}/{self.name}.json", "--json", *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        running.append(self.process)
        threading.Thread(target=self.listen, args=(self.process, self.events), daemon=True).start()
        self.address = self.wait("listening")["text"].split()[-1]

    @staticmethod
    def listen(process, events):
        for line in process.stdout:
            events.put(json.loads(line))
        events.put(None)

    def wait_any(self, *events):
        """The next event of one of these kinds."""
        while True:
            try:
                found = self.events.get(timeout=WATCHDOG_S)
            except queue.Empty:
                found = None
            if found is None:
                said = "\n  ".join(json.dumps(line, ensure_ascii=False) for line in self.said[-20:])
                raise Gone(f"{self.name} never said {' or '.join(events)} again, but:\n  {said}")
            self.said.append(found)
            if found["event"] in events:
                return found

    def wait(self, event, text=""):
        """The next event of this kind whose text holds `text`."""
        try:
            while True:
                found = self.wait_any(event)
                if text in found["text"]:
                    return found
        except Gone as error:
            raise Gone(f"waiting for {event} \"{text}\": {error}") from None

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def has_said(self, event, text=""):
        return any(line["event"] == event and text in line["text"] for line in self.said)

    def ask(self, what):
        """Asks for the state, twenty times a second, as long as the caller goes on."""
        for _ in range(20 * WATCHDOG_S):
            self.type("state")
            yield
            select.select([], [], [], 0.05)
        raise Gone(f"{self.name} never came to {what}")

    def wait_received(self):
        """Asks for the state until a message has come."""
        for _ in self.ask("receive a message"):
            received = re.search(r"([\d ]+) received", self.wait("courier")["text"]).group(1)
            if int(received.replace(" ", "")) > 0:
                return

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(WATCHDOG_S)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.wait("stopped")
        if self.process.wait(WATCHDOG_S) != 0:
            fail(f"{self.name}: exit status {self.process.returncode} after a signal")


def call(*arguments, stdin=""):
    return subprocess.run([octosim, "node", *arguments], input=stdin, capture_output=True, text=True, timeout=WATCHDOG_S,
                          check=False)


def refused(status, said, *arguments):
    run = call(*arguments)
    if run.returncode != status or said not in run.stderr:
        fail(f"{' '.join(arguments)}: exit status {run.returncode}, expected {status} and \"{said}\":\n{run.stdout}{run.stderr}")


def make_identities(folder):
    for name in ("robot", "pilot"):
        run = call("--new-identity", f"{folder}/{name}.key")
        if run.returncode != 0 or os.stat(f"{folder}/{name}.key").st_mode & 0o777 != 0o600:
            fail(f"--new-identity: {run.stderr}")
        with open(f"{folder}/{name}.card", encoding="utf-8") as file:
            if file.read() not in run.stdout:
                fail("the card that is printed is not the card in the file")
    refused(2, "is there already", "--new-identity", f"{folder}/robot.key")


def finish(passed):
    """Ends what still runs; the exit status of a check, of which `passed` tells when all is well."""
    for process in running:
        if process.poll() is None:
            process.kill()
        said = process.stderr.read()
        if said:
            fail(f"on standard error: {said}")
    if failures:
        print(f"{len(failures)} failures")
        return 1
    print(passed)
    return 0
