"""A phone centre's client, written against proto/ alone: pyzmq and python3-protobuf."""
import functools
import importlib
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

import zmq
from wot import Wot

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


@functools.cache
def messages(name="door"):
    """door_pb2 or feed_pb2, made by protoc from proto/."""
    with tempfile.TemporaryDirectory(prefix="wot-pb-") as out:
        subprocess.run(
            ["protoc", f"--proto_path={PROTO}", f"--python_out={out}", "event.proto", f"{name}.proto"], check=True)
        sys.path.insert(0, out)
        try:
            return importlib.import_module(f"{name}_pb2")
        finally:
            sys.path.remove(out)


def now_ms():
    return int(time.time() * 1000)


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def key(wot, name):
    return (wot.dir / "keys" / name).read_text().strip().encode()


class Push:
    def __init__(self, wot, client="rogplus", daemon="intake", kind=zmq.DEALER, keys=None, port=None):
        self.context = zmq.Context()
        self.socket = self.context.socket(kind)
        self.socket.linger = 0
        self.socket.rcvtimeo = 20000
        if keys != "plain":
            public, secret = keys or (key(wot, f"{client}.pub"), key(wot, f"{client}.key"))
            self.socket.curve_serverkey = key(wot, f"{daemon}.pub")
            self.socket.curve_publickey, self.socket.curve_secretkey = public, secret
        self.socket.connect(f"tcp://127.0.0.1:{port or wot.port(daemon, push=True)}")
        self.request = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.context.destroy(linger=0)

    def submit(self, submissions):
        self.request += 1
        submit = messages().Submit(request=self.request, submissions=submissions)
        self.socket.send(submit.SerializeToString())
        return self.request

    def receipts(self):
        return messages().Receipts.FromString(self.socket.recv())

    def ask(self, *submissions):
        self.submit(submissions)
        return self.receipts()


def call(ref, at_ms, event="ENTERED", call_id="1763750000.1", **fields):
    pb = messages()
    submission = pb.Submission(external_ref=ref, occurred_at=at_ms)
    body = submission.body.call
    body.call_id, body.queue = call_id, "wot"
    body.event = type(body).Event.Value(event)
    for name, value in fields.items():
        setattr(body, name, value)
    return submission


class PushTest(unittest.TestCase):
    """An intake of its own; for each test an instant and a ref that nothing had before."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start("intake")

    def setUp(self):
        self.at = now_ms()
        self.ref = f"{self.id().split('.')[-1][5:30]}-{time.time_ns()}"
