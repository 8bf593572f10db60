"""What strangers and careless clients do to a daemon, beside a good client that goes on.

    make hostile SIZE=10                         all attacks, on each daemon that has the door for it
    tests/hostile/hostile.py --size 10 deaf …    these

An attack leaves the daemon alive, with at most 32 MiB more than before, and the good client answered within twice the
p99 that it had in the same run before the attack, or FLOOR_S, whichever is more: that much a loaded machine of two
processors takes by itself.

To add one: a function with @attack and the doors it needs, that takes a Target and its size.
"""
import argparse
import contextlib
import pathlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "system")]

import zmq  # noqa: E402
from pushclient import Push, call, messages  # noqa: E402
from wot import BIN, DAEMONS, PATIENCE, Wot  # noqa: E402

MIB = 1 << 20
MEMORY_MIB = 32
FLOOR_S = 0.25 * PATIENCE
ASKS = 100
GOOD = {"intake": "rogplus", "triage": "aanmeldteam", "case": "casesystem"}
OTHER = {"intake": "gp", "triage": "desk", "case": "manager"}
# As large as a Submit may be, of submissions that are each looked at and refused.
SLOW = b"\x08\x01" + (b"\x12\xf8\x01" + b"\x0a" * 248) * 4096
ATTACKS = {}


def attack(*doors):
    def add(function):
        ATTACKS[function.__name__] = (function, doors)
        return function
    return add


class Target:
    """A running daemon under attack."""

    def __init__(self, wot, daemon):
        self.wot, self.daemon = wot, daemon
        self.pid = wot.processes[daemon].pid

    def push(self, client=None, **more):
        """An attacker's connection, with the key of a client that the good one is not."""
        return Push(self.wot, client or OTHER[self.daemon], self.daemon, **more)

    def tcp(self, push=True):
        end = socket.create_connection(("127.0.0.1", self.wot.port(self.daemon, push=push)), timeout=5)
        end.settimeout(5)
        return end

    def memory(self, what="VmRSS"):
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(text.split(f"{what}:")[1].split()[0]) / 1024

    def alive(self):
        return self.wot.processes[self.daemon].poll() is None


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
    """The good client while `run` lasts, ASKS times at least; a client that comes afterwards asks too."""
    error = []

    def guarded():
        try:
            run()
        except Exception as caught:  # shown as a fault of the attack, not of the daemon
            error.append(caught)
    thread = threading.Thread(target=guarded)
    good = Good(target)
    with contextlib.closing(good):
        thread.start()
        while (thread.is_alive() or len(good.times) < ASKS) and len(good.failed) < 3 and target.alive():
            good.ask()
    thread.join()
    if error and target.alive():
        raise error[0]
    return good


def faults(wot, daemon, name, size, floor_s=FLOOR_S):
    """What is wrong after the attack, as sentences; none: it held."""
    function, _ = ATTACKS[name]
    target = Target(wot, daemon)
    before_mib, limit = target.memory(), max(2 * measure(target).p99(), floor_s)
    good = beside(target, lambda: function(target, size))
    if not target.alive():
        return [f"wot-{daemon} ended with {wot.processes[daemon].poll()}: {wot.log(daemon)[-300:]}"]
    late = measure(target)
    more_mib = target.memory("VmHWM") - before_mib
    found = good.failed + late.failed
    for who, p99 in (("beside it", good.p99()), ("afterwards", late.p99())):
        if p99 > limit:
            found.append(f"the good client {who} waited {p99:.3f} s (p99), over {limit:.3f} s")
    if more_mib > MEMORY_MIB and "address" not in str(BIN):
        found.append(f"it took {more_mib:.0f} MiB more")
    return found


# ---- frames ----

@attack("push")
def many_frames_in_one_message(target, size):
    with target.push() as push:
        for _ in range(60 * size):
            push.socket.send(b"x" * MIB, zmq.SNDMORE)
        push.socket.send(b"end")
        push.socket.recv_multipart()


@attack("push")
def frames_that_are_too_large(target, size):
    with target.push() as push:
        for mib in (2, 20, 20 * size):
            push.socket.send(b"x" * (mib * MIB))
            push.socket.recv()


@attack("push")
def small_parts_without_an_end(target, size):
    with target.push() as push:
        for _ in range(5000 * size):
            push.socket.send(b"", zmq.SNDMORE)
        push.socket.send(b"")
        push.socket.recv_multipart()


@attack("push")
def one_wrong_submission_in_two_bytes(target, size):
    """Each gets a receipt a hundred times as large."""
    with target.push() as push:
        for request in range(5 * size):
            push.socket.send(b"\x08" + bytes([request % 100]) + b"\x12\x00" * 4096)
        for _ in range(5 * size):
            push.socket.recv()


@attack("push")
def the_deaf(target, size):
    """Send, and never read what comes back."""
    submit = b"\x08\x01" + b"\x12\x00" * 4096
    ends = [target.push() for _ in range(10)]
    for end in ends:
        end.socket.setsockopt(zmq.RCVHWM, 1)
        for _ in range(10 * size):
            with contextlib.suppress(zmq.Again):
                end.socket.send(submit, zmq.DONTWAIT)
    time.sleep(1)
    for end in ends:
        end.__exit__()


@attack("push")
def far_instants(target, size):
    pb = messages()
    kind = {"intake": "signal", "triage": "screening", "case": "closed"}[target.daemon]
    field = {"signal": "kind", "screening": "outcome", "closed": "reason"}[kind]
    client = {"intake": "gp"}.get(target.daemon, GOOD[target.daemon])
    now = int(time.time() * 1000)
    far = [now * 1000 + k * 3600 * 10**6 for k in range(24)]
    far += [now * 10**6, 2**62, -2**62, 2**63 - 1, -2**63, 253402300800000, -62135596800001]
    far += [random.Random(k).randrange(-2**63, 2**63) for k in range(100 * size)]
    with target.push(client) as push:
        for i, at in enumerate(far):
            submission = pb.Submission(external_ref=f"far-{i}", occurred_at=at)
            setattr(getattr(submission.body, kind), field, 1)
            push.submit([submission])
        for _ in far:
            push.receipts()


# ---- connections ----

@attack("push")
def silent_connections(target, size):
    ends = [target.tcp() for _ in range(200 * size)]
    time.sleep(1)
    for end in ends:
        end.close()


@attack("push")
def what_is_no_zeromq(target, size):
    noise = random.Random(7)
    for i in range(50 * size):
        head = (b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01CURVE" + bytes(47), b"GET / HTTP/1.1\r\n\r\n", b"")[i % 3]
        with target.tcp() as end, contextlib.suppress(OSError):
            end.sendall(head + noise.randbytes(noise.randrange(3000)))


@attack("push")
def many_connections_of_one_key(target, size):
    """Each sends more than is taken, and stops halfway."""
    ends = [target.push() for _ in range(20)]
    for end in ends:
        for _ in range(4 * size):
            end.socket.send(SLOW, zmq.DONTWAIT)
        end.socket.send(b"x" * (MIB - 100), zmq.SNDMORE)
    time.sleep(2)
    for end in ends:
        end.__exit__()


@attack("push")
def keys_that_nobody_knows(target, size):
    for _ in range(10 * size):
        with target.push(keys=zmq.curve_keypair()) as push:
            push.socket.rcvtimeo = 50
            push.submit([call("x", 0)])
            with contextlib.suppress(zmq.Again):
                push.receipts()


DYING = """
import sys, zmq
endpoint, server, public, secret = sys.argv[1:]
socket = zmq.Context().socket(zmq.DEALER)
socket.heartbeat_ivl, socket.heartbeat_timeout, socket.sndhwm = 50, 100, 0
socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = (k.encode() for k in (server, public, secret))
socket.connect(endpoint)
print(flush=True)
while True:
    socket.send(b"\\x08\\x01" + (b"\\x12\\xf8\\x01" + b"\\x0a" * 248) * 4096)
"""


@attack("push")
def clients_that_die_amid_large_submits(target, size):
    key = lambda name: (target.wot.dir / "keys" / name).read_text().strip()  # noqa: E731
    endpoint = f"tcp://127.0.0.1:{target.wot.port(target.daemon, push=True)}"
    for k in range(6 * size):
        client = OTHER[target.daemon]
        with subprocess.Popen([sys.executable, "-c", DYING, endpoint, key(f"{target.daemon}.pub"),
                               key(f"{client}.pub"), key(f"{client}.key")], stdout=subprocess.PIPE) as dying:
            dying.stdout.readline()
            time.sleep(0.5 + 0.25 * (k % 8))  # longer than it takes to fill what is queued
            dying.send_signal(signal.SIGKILL)


# ---- the runner ----

def has_doors(daemon, doors):
    return "push" not in doors or daemon in GOOD


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=10)
    parser.add_argument("attacks", nargs="*", choices=[[], *ATTACKS], metavar="ATTACK")
    args = parser.parse_args()
    failed = 0
    for name in args.attacks or ATTACKS:
        for daemon in DAEMONS:
            if not has_doors(daemon, ATTACKS[name][1]):
                continue
            with Wot() as wot:
                wot.start(daemon)
                found = faults(wot, daemon, name, args.size)
            print(f"{'FAIL' if found else 'ok  '} {daemon:9} {name.replace('_', ' ')}", *found, sep="\n     ", flush=True)
            failed += bool(found)
    print(f"hostile: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
