"""A producer whose log holds what cannot be, though its chain is whole: written by a later version, or by
somebody else. Whoever reads it stands still and says so, and takes in what comes at its own doors."""
import functools
import hashlib
import importlib
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import zmq
from pushclient import PROTO
from wot import Wot, wait_until

DAY_MS = 86400000
NOW = int(time.time() * 1000)


@functools.cache
def messages(name):
    with tempfile.TemporaryDirectory(prefix="wot-pb-") as out:
        subprocess.run(["protoc", f"--proto_path={PROTO}", f"--python_out={out}", f"{name}.proto"], check=True)
        sys.path.insert(0, out)
        try:
            return importlib.import_module(f"{name}_pb2")
        finally:
            sys.path.remove(out)


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def block(events):
    payload = b"".join(varint(len(event)) + event for event in events)
    head = b"WOTB" + bytes([1, 0, 0, 0]) + b"i" * 16 + bytes(16)
    head += struct.pack("<QIIq", 1, len(events), len(payload), NOW) + bytes(32)
    return head + hashlib.blake2b(head + payload, digest_size=32).digest() + payload


class Producer(threading.Thread):
    """Gives one block to each that asks, on NAME.feed, and holds every other request."""

    def __init__(self, wot, stream, events):
        super().__init__(daemon=True)
        self.stream, self.blocks, self.count = stream, block(events), len(events)
        self.socket = zmq.Context.instance().socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(f"ipc://{wot.dir}/{stream}.feed")
        self.ended = threading.Event()

    def run(self):
        feed = messages("feed")
        while not self.ended.is_set():
            if not self.socket.poll(50):
                continue
            identity, asked = self.socket.recv_multipart()
            fetch = feed.Fetch.FromString(asked)
            if fetch.after_seq == 0 and fetch.stream == self.stream:
                reply = feed.FetchReply(request=fetch.request, stream=self.stream, head_seq=self.count, status=1)
                self.socket.send_multipart([identity, reply.SerializeToString(), self.blocks])
        self.socket.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.ended.set()
        self.join()


def event(kind, **fields):
    pb = messages("event")
    made = pb.Event(id=os.urandom(16), recorded_at=NOW, occurred_at=NOW - DAY_MS)
    getattr(made.body, kind).SetInParent()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def request(number="2026-000001", **fields):
    made = event("help_request", client="desk", external_ref=f"r-{number}", case_id=number, **fields)
    made.body.help_request.channel = 1
    made.body.help_request.youth = False
    return made


def changed(made, change):
    change(made)
    return made.SerializePartialToString()


def unreadable():
    """What a request of intake's log cannot be, by what is wrong; test_event_take.c has more."""
    asked = request().body.help_request.SerializePartialToString()

    def with_body(body):
        made = request()
        made.ClearField("body")
        return made.SerializePartialToString() + field(11, body)

    def changed(**fields):
        made = request(**fields)
        return made.SerializePartialToString()

    return {
        "a value of a later version": with_body(field(3, asked + varint(7 << 3) + varint(40))),
        "one kind inside another": with_body(field(100, b"") + field(3, asked)),
        "a case number past all": changed(number="2026-4294967295"),
        "an identifier that is too short": changed(id=b""),
    }


def spawn(wot):
    for daemon in ("triage", "case", "aggregate"):
        wot.spawn(daemon)
        wait_until(lambda d=daemon: "event=ready" in wot.log(d), 20, f"{daemon} is there")


class Unreadable(unittest.TestCase):
    def test_no_reader_of_it_stops(self):
        for what, bad in unreadable().items():
            with self.subTest(what=what), Wot() as wot:
                with Producer(wot, "intake", [request("2026-000007").SerializeToString(), bad]):
                    spawn(wot)
                    for daemon in ("triage", "case"):
                        wait_until(lambda d=daemon: "event=feed_halted" in wot.log(d), 20, f"{daemon} stands still")
                        self.assertIn("upgrade this daemon", wot.log(daemon))
                    wait_until(lambda: "read=2" in wot.ask("aggregate", "show peers"), 20, "aggregate has it")
                    for daemon in ("triage", "case", "aggregate"):
                        self.assertIsNone(wot.processes[daemon].poll(), wot.log(daemon)[-600:])
                        self.assertTrue(wot.ask(daemon, "show version"))

    def test_a_report_of_before_1970_is_one_more_request(self):
        with Wot() as wot:
            old = request(occurred_at=-40 * 365 * DAY_MS)
            with Producer(wot, "intake", [request("2026-000007").SerializeToString(), old.SerializeToString()]):
                spawn(wot)
                wait_until(lambda: wot.said("triage") > 4, 20, "triage has both")
                self.assertNotIn("event=impossible", wot.log("triage") + wot.log("case"))


if __name__ == "__main__":
    unittest.main()
