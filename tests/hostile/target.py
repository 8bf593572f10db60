"""Whom an attack is made on, and the table of attacks: push_attacks.py and http_attacks.py fill it."""
import contextlib
import pathlib
import socket
import struct

from pushclient import Push
from wot import PATIENCE

KIB, MIB = 1 << 10, 1 << 20
GOOD = {"intake": "rogplus", "triage": "aanmeldteam", "case": "casesystem"}  # the daemons that take events
OTHER = {"intake": "gp", "triage": "desk", "case": "manager"}
ATTACKS = {}


def attack(*daemons):
    """An attack on these daemons."""
    def add(function):
        ATTACKS[function.__name__] = (function, daemons)
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

    def tcp(self, push=False):
        end = socket.create_connection(("127.0.0.1", self.wot.port(self.daemon, push=push)), timeout=20 * PATIENCE)
        end.settimeout(20 * PATIENCE)
        return end

    def memory(self, what="VmRSS"):
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(text.split(f"{what}:")[1].split()[0]) / 1024

    def alive(self):
        return self.wot.processes[self.daemon].poll() is None


def say(end, *pieces):
    """As much of it as is taken: whoever listens may have closed."""
    with contextlib.suppress(OSError):
        for piece in pieces:
            end.sendall(piece)


def let_go(ends):
    """One closes, the next resets."""
    for i, end in enumerate(ends):
        if i % 2:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()
