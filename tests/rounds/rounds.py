#!/usr/bin/python3
"""Crowds at the HTTP doors of all four daemons at once, held and let go, round after round.

  tests/rounds/rounds.py [--rounds N] [--seed S] [--hold SECONDS] [--crowd N] [--descriptors N] [--keep]

A crowd (300) is more than a door lets in. Of each a part says nothing, a part sends half a request or half a
body, a part asks and stays, a part asks and never reads. While they stand there a client who asks as one should
gets its answer; a second after they went each door is as before. --descriptors gives each daemon so few that
it has no room for them, long before its limit of connections: then 503 is an answer too.
"""
import argparse
import collections
import concurrent.futures
import pathlib
import random
import secrets
import socket
import struct
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

from wot import DAEMONS, PATIENCE, Wot, descriptors_raise, note, verdict  # noqa: E402

AGAIN_SECONDS = 1.0 * PATIENCE  # after the crowd has gone
AMID_SECONDS = 5.0 * PATIENCE  # while it stands there
FULL_SECONDS = 20.0 * PATIENCE  # until the daemon has no room left for it
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
KINDS = {
    "idle": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ",
    "half a body": b"POST /v1/calls HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{",
    "half a chunk": b"GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;",
    "kept alive": GET,
    "never reads": b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
}


class Door:
    """The HTTP door of one daemon, as its clients see it."""

    def __init__(self, wot, daemon):
        self.wot, self.daemon = wot, daemon
        self.address = ("127.0.0.1", wot.port(daemon))
        self.found = []
        self.answers = collections.Counter()
        self.slowest = 0.0
        self.counted_before = 0

    def crowd(self, count, rng):
        held = []
        for _ in range(count):
            one = socket.create_connection(self.address, timeout=5 * PATIENCE)
            held.append(one)
            try:
                one.sendall(KINDS[rng.choice(list(KINDS))])
            except OSError:
                pass  # it was shown out while it spoke
        return held

    def let_go(self, held, rng):
        rng.shuffle(held)
        for one in held:
            if rng.random() < 0.3:  # a reset
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()

    def ask(self, seconds):
        """The status of an answer, or what came instead."""
        begun = time.monotonic()
        try:
            with socket.create_connection(self.address, timeout=seconds) as one:
                one.sendall(GET)
                head = one.recv(4096).split(b"\r\n", 1)[0]
            status = head.decode("latin-1").partition(" ")[2][:3] or "closed"
        except OSError as error:
            status = type(error).__name__
        if status == "200":
            self.slowest = max(self.slowest, time.monotonic() - begun)
        self.answers[status] += 1
        return status

    def say(self, what):
        self.found.append(f"wot-{self.daemon}: {what}")

    def stand(self, held, arguments, rng):
        end, good = time.monotonic() + arguments.hold, 0
        while True:
            status = self.ask(AMID_SECONDS)
            good += status == "200"
            if status != "200" and not (arguments.descriptors and status == "503"):
                self.say(f"amid the crowd a good client got {status}")
            if time.monotonic() >= end:
                break
            time.sleep(min(0.2, arguments.hold / 5))
        if not good:
            self.say("amid the crowd no good client got through")
        self.let_go(held, rng)
        end = time.monotonic() + AGAIN_SECONDS
        while (status := self.ask(AGAIN_SECONDS)) == "503" and time.monotonic() < end:
            pass
        if status != "200" or time.monotonic() > end + AGAIN_SECONDS:
            self.say(f"after the crowd had gone a good client got {status}")

    def counted(self):
        """How many were shown out or not let in for want of room, or of time, as the daemon counts them: a slow one
        is never full, since by then half requests are over time."""
        header, *rows = self.wot.ask(self.daemon, "show stat csv").strip().splitlines()
        names = header.removeprefix("# ").split(",")
        row = next(row for row in (dict(zip(names, line.split(","))) for line in rows)
                   if (row["kind"], row["name"]) == ("door", "http"))
        return int(row["turned_away"]) + int(row["timeouts"])

    def await_full(self):
        """The kernel lets a crowd in before the daemon does, and a slow daemon long before."""
        end = time.monotonic() + FULL_SECONDS
        while (counted := self.counted()) == self.counted_before:
            if time.monotonic() > end:
                self.say("counted nobody for whom there was no room or time")
                return
            time.sleep(0.05)
        self.counted_before = counted

def rounds(wot, arguments):
    """What was found; nothing, if all is well."""
    doors = [Door(wot, daemon) for daemon in DAEMONS]
    rngs = [random.Random(f"{arguments.seed}-{daemon}") for daemon in DAEMONS]
    found, done = [], 0
    with concurrent.futures.ThreadPoolExecutor(len(doors)) as pool:
        while done < arguments.rounds and not found:
            done += 1
            held = list(pool.map(lambda door, rng: door.crowd(arguments.crowd, rng), doors, rngs))
            for door in doors:
                door.await_full()
            list(pool.map(lambda door, *rest: door.stand(*rest), doors, held, [arguments] * len(doors), rngs))
            found = [f"round {done}: {text}" for door in doors for text in door.found]
            found += [f"round {done}: wot-{name} ended with {process.poll()}"
                      for name, process in wot.processes.items() if process.poll() is not None]
    answers = sum((door.answers for door in doors), collections.Counter())
    note(f"{done} rounds of {arguments.crowd} at four doors: good clients got {dict(answers)}, "
         f"the slowest 200 in {max(door.slowest for door in doors):.2f} s")
    return found


def house(arguments):
    """A wot whose daemons have as few descriptors as was asked for."""
    few = ["prlimit", f"--nofile={arguments.descriptors}"] if arguments.descriptors else []
    return Wot(before=few)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--hold", type=float, default=6)
    parser.add_argument("--crowd", type=int, default=300)
    parser.add_argument("--descriptors", type=int)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    descriptors_raise()
    with house(arguments) as wot:
        wot.start()
        found = rounds(wot, arguments)
        return verdict("rounds", wot, found, arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
