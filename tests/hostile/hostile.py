"""What strangers and careless clients do to a daemon, beside a good client that goes on.

    make hostile SIZE=10                             all attacks, on each daemon that has the door for it
    tests/hostile/hostile.py --size 10 the_deaf …    these

An attack leaves the daemon alive, with at most 32 MiB more than before, and the good client answered within twice the
p99 that it had in the same run before the attack, or FLOOR_S, whichever is more: that much a loaded machine of two
processors takes by itself. What it asserts of its own answers holds too.

To add one: a function in push_attacks.py or http_attacks.py with @attack and the daemons it is for, that takes a Target
and its size.
"""
import argparse
import contextlib
import pathlib
import sys
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system")]

import http_attacks  # noqa: E402, F401
import push_attacks  # noqa: E402, F401
import zmq  # noqa: E402
from pushclient import Push, call  # noqa: E402
from target import ATTACKS, GOOD, Target  # noqa: E402
from wot import BIN, PATIENCE, Wot, descriptors_raise  # noqa: E402

MEMORY_MIB = 32
FLOOR_S = 0.25 * PATIENCE
ASKS = 100
SANITIZED = any(kind in BIN.name for kind in ("address", "thread"))  # they keep what was given back


class Good:
    """A client that does as USE.md says: asks, and waits for the answer."""

    def __init__(self, target):
        self.target, self.times, self.failed = target, [], []
        self.push = Push(target.wot, GOOD[target.daemon], target.daemon) if target.daemon in GOOD else None
        self.at = int(time.time() * 1000)

    def ask(self):
        begin = time.monotonic()
        try:
            with urllib.request.urlopen(self.target.wot.url(self.target.daemon, "/healthz"), timeout=20) as answer:
                answer.read()
            if self.push:
                self.push.ask(call(f"good-{len(self.times)}", self.at))
        except (OSError, zmq.ZMQError) as error:
            self.failed.append(repr(error))
        self.times.append(time.monotonic() - begin)

    def p99(self):
        return sorted(self.times)[int(len(self.times) * 0.99) - 1 if len(self.times) > 1 else 0]

    def close(self):
        if self.push:
            self.push.__exit__()


def measure(target, asks=ASKS):
    good = Good(target)
    with contextlib.closing(good):
        for _ in range(asks):
            good.ask()
    return good


def beside(target, run):
    """The good client while `run` lasts, ASKS times at least; and what was wrong with the attack's own answers."""
    wrong = []

    def guarded():
        try:
            run()
        except Exception as caught:
            wrong.append(f"the attack: {caught!r} at line {caught.__traceback__.tb_next.tb_next.tb_lineno}")
    thread = threading.Thread(target=guarded)
    good = Good(target)
    with contextlib.closing(good):
        thread.start()
        while (thread.is_alive() or len(good.times) < ASKS) and len(good.failed) < 3 and target.alive():
            good.ask()
    thread.join()
    return good, wrong


def faults(wot, daemon, name, size, floor_s=FLOOR_S):
    """What is wrong after the attack, as sentences; none: it held."""
    function, _ = ATTACKS[name]
    target = Target(wot, daemon)
    before_mib, limit = target.memory(), max(2 * measure(target).p99(), floor_s)
    good, wrong = beside(target, lambda: function(target, size))
    if not target.alive():
        return [f"wot-{daemon} ended with {wot.processes[daemon].poll()}: {wot.log(daemon)[-300:]}"]
    late = measure(target)
    more_mib = target.memory("VmHWM") - before_mib
    found = wrong + good.failed + late.failed
    for who, p99 in (("beside it", good.p99()), ("afterwards", late.p99())):
        if p99 > limit:
            found.append(f"the good client {who} waited {p99:.3f} s (p99), over {limit:.3f} s")
    if more_mib > MEMORY_MIB and not SANITIZED:
        found.append(f"it took {more_mib:.0f} MiB more")
    return found


# ---- the runner ----

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=10)
    parser.add_argument("attacks", nargs="*", choices=[[], *ATTACKS], metavar="ATTACK")
    args = parser.parse_args()
    failed = 0
    descriptors_raise()
    for name in args.attacks or ATTACKS:
        for daemon in ATTACKS[name][1]:
            with Wot() as wot:
                wot.start(daemon)
                found = faults(wot, daemon, name, args.size)
            print(f"{'FAIL' if found else 'ok  '} {daemon:9} {name.replace('_', ' ')}", *found, sep="\n     ", flush=True)
            failed += bool(found)
    print(f"hostile: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
