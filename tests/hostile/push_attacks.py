"""Attacks on the doors where ZeroMQ is spoken."""
import contextlib
import random
import signal
import subprocess
import sys
import time

import zmq
from pushclient import call, messages
from target import GOOD, MIB, OTHER, attack, let_go

# As large as a Submit may be, of submissions that are each looked at and refused.
SLOW = b"\x08\x01" + (b"\x12\xf8\x01" + b"\x0a" * 248) * 4096


# ---- frames ----

@attack(*GOOD)
def many_frames_in_one_message(target, size):
    with target.push() as push:
        for _ in range(60 * size):
            push.socket.send(b"x" * MIB, zmq.SNDMORE)
        push.socket.send(b"end")
        push.socket.recv_multipart()


@attack(*GOOD)
def frames_that_are_too_large(target, size):
    with target.push() as push:
        for mib in (2, 20, 20 * size):
            push.socket.send(b"x" * (mib * MIB))
            push.socket.recv()


@attack(*GOOD)
def small_parts_without_an_end(target, size):
    with target.push() as push:
        for _ in range(5000 * size):
            push.socket.send(b"", zmq.SNDMORE)
        push.socket.send(b"")
        push.socket.recv_multipart()


@attack(*GOOD)
def one_wrong_submission_in_two_bytes(target, size):
    """Each gets a receipt a hundred times as large."""
    with target.push() as push:
        for request in range(5 * size):
            push.socket.send(b"\x08" + bytes([request % 100]) + b"\x12\x00" * 4096)
        for _ in range(5 * size):
            push.socket.recv()


@attack(*GOOD)
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


@attack(*GOOD)
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

@attack(*GOOD)
def silent_connections(target, size):
    for _ in range(size):
        ends = [target.tcp(push=True) for _ in range(1050)]
        time.sleep(1)
        let_go(ends)


@attack(*GOOD)
def what_is_no_zeromq(target, size):
    noise = random.Random(7)
    for i in range(50 * size):
        head = (b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01CURVE" + bytes(47), b"GET / HTTP/1.1\r\n\r\n", b"")[i % 3]
        with target.tcp(push=True) as end, contextlib.suppress(OSError):
            end.sendall(head + noise.randbytes(noise.randrange(3000)))


@attack(*GOOD)
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


@attack(*GOOD)
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


@attack(*GOOD)
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
