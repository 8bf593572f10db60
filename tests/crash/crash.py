#!/usr/bin/python3
"""Kills the daemons at random under load, starts them again, and holds the logs against every receipt.

  tests/crash/crash.py [--kills N] [--seed S] [--minutes M] [--keep]

Each of the four gets kill -9 N times (default 50): at random moments, in random order, several at once,
and while it is starting. --minutes bounds the killing; --keep leaves the folder for a look. The seed gives
order and waits again, not the instants within the programs: a find may need several runs.
"""
import argparse
import pathlib
import random
import secrets
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

from checks import Checks  # noqa: E402
from load import Clerk, Ledger, Switchboard  # noqa: E402
from wot import DAEMONS, Wot, note, verdict, wait_until  # noqa: E402

CLERKS = 6
KILLED = -9


class Killer:
    def __init__(self, wot, ledger, seed, kills):
        self.wot, self.ledger = wot, ledger
        self.random = random.Random(f"{seed}-killer")
        self.left = {name: kills for name in DAEMONS}
        self.done = dict.fromkeys(DAEMONS, 0)
        self.at_start = self.at_once = 0
        self.starting = {}  # name: the timer that starts it again
        self.log_from = dict.fromkeys(DAEMONS, 0)  # where the lines of its last start begin

    def start_later(self, name):
        delay = self.random.choice((0, self.random.uniform(0, 0.05), self.random.uniform(0, 0.4)))
        self.log_from[name] = len(self.wot.log(name))
        timer = threading.Timer(delay, self.wot.spawn, (name,))
        self.starting[name] = timer
        timer.start()

    def started(self, names):
        for name in names:
            if timer := self.starting.pop(name, None):
                timer.join()

    def victims(self):
        names = [name for name, left in self.left.items() if left]
        count = self.random.choice((1, 1, 1, 1, 2, 3, 4))
        return self.random.sample(names, min(count, len(names)))

    def strike(self, names):
        self.at_once += len(names) > 1
        for name in names:
            code = self.wot.kill(name)
            if code != KILLED:
                raise AssertionError(f"wot-{name} ended by itself with {code}")
            self.left[name] -= 1
            self.done[name] += 1
            self.start_later(name)

    def pause(self, victims):
        """Either everything comes up and works, or a random moment that may be amid the start."""
        if self.random.random() < 0.3:
            before = self.ledger.total()
            self.started(DAEMONS)
            for name in DAEMONS:
                self.wot.wait_healthy(name, 60)
            wait_until(lambda: self.ledger.total() > before or self.ledger.faults, 60, "a receipt")
            time.sleep(self.random.uniform(0, 0.3))
            return
        self.started(victims)
        time.sleep(self.random.choice((0, self.random.uniform(0, 0.03), self.random.uniform(0, 0.5))))
        self.at_start += any(not self.is_up(name) for name in victims)

    def is_up(self, name):
        return "event=ready" in self.wot.log(name)[self.log_from[name]:]

    def run(self, deadline):
        try:
            while any(self.left.values()) and time.monotonic() < deadline and not self.ledger.faults:
                victims = self.victims()
                self.pause(victims)
                self.strike(victims)
        finally:
            self.started(DAEMONS)
        for name in DAEMONS:
            self.wot.wait_healthy(name, 60)


def storm(wot, ledger, arguments):
    """Load and kills together; returns the killer. Everything sent has its answer at the end."""
    clients = [Switchboard("s0", wot, ledger, arguments.seed)]
    clients += [Clerk(f"c{i}", wot, ledger, arguments.seed) for i in range(CLERKS)]
    killer = Killer(wot, ledger, arguments.seed, arguments.kills)
    for client in clients:
        client.start()
    try:
        killer.run(time.monotonic() + 60 * arguments.minutes)
    finally:
        for client in clients:
            client.ending.set()
        for client in clients:
            client.join()
    return killer


def crash(wot, arguments):
    """What was found; nothing, if all is well."""
    wot.start()
    ledger, begun = Ledger(), time.monotonic()
    try:
        killer = storm(wot, ledger, arguments)
    except AssertionError as error:
        return [str(error), *ledger.faults]
    killed = ", ".join(f"{name} {count}" for name, count in killer.done.items())
    note(f"killed {killed}; several at once {killer.at_once} times, while starting {killer.at_start} times; "
         f"{ledger.total()} receipts, {len(ledger.refused)} refusals in {time.monotonic() - begun:.0f} s")
    late = any(killer.left.values()) and not ledger.faults
    found = [f"not all kills were made within {arguments.minutes} minutes"] if late else []
    wot.settle(60)
    return found + Checks(wot, ledger).all()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--keep", action="store_true")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}; again: tests/crash/crash.py --kills {arguments.kills} --seed {arguments.seed}", flush=True)
    with Wot() as wot:
        found = crash(wot, arguments)
        return verdict("crash", wot, found, arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
