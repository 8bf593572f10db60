#!/usr/bin/python3
"""A telephone centre's client: pushes a call as it happens, over ZeroMQ and protobuf with CURVE.

It needs proto/ and three keys, and nothing else of wot (apt: python3-zmq python3-protobuf protobuf-compiler).
Beside `make run`, from the root of the tree:

    docs/examples/push_client.py --server tcp://127.0.0.1:8490 \\
        --server-key build/run/keys/intake.pub --key build/run/keys/rogplus

    ENTERED   202 ACCEPTED   seq 50273  id 9e4b…
    ANSWERED  202 ACCEPTED   seq 50274  id 07c1…
    ENDED     202 ACCEPTED   seq 50275  id d2aa…

A receipt means: on disk. No receipt means: send the same again, under the same externalRef, for as long
as it takes; what was accepted is not taken twice, its receipt comes again as DUPLICATE.
"""
import argparse
import importlib
import pathlib
import subprocess
import sys
import tempfile
import time

import zmq

MESSAGE_MAX = 1 << 20  # bytes; push_message_kib of the server
PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="tcp://HOST:PORT of the push door")
    parser.add_argument("--server-key", required=True, help="file with the server's public key")
    parser.add_argument("--key", required=True, help="the client's own keys, FILE.pub and FILE.key")
    parser.add_argument("--queue", default="wot")
    parser.add_argument("--call-id", default=f"{time.time():.3f}", help="as the telephone system names the call")
    parser.add_argument("--at", type=int, default=int(time.time()), help="when the call ended, seconds since 1970")
    parser.add_argument("--timeout", type=float, default=5, help="seconds until the same is sent again")
    parser.add_argument("--tries", type=int, default=10)
    parser.add_argument("--proto", default=PROTO, help="folder with event.proto and door.proto")
    return parser.parse_args()


def messages(proto):
    """The module that protoc makes of door.proto."""
    out = tempfile.TemporaryDirectory()
    subprocess.run(
        ["protoc", f"--proto_path={proto}", f"--python_out={out.name}", "event.proto", "door.proto"], check=True)
    sys.path.insert(0, out.name)
    return importlib.import_module("door_pb2")


def key(path):
    return pathlib.Path(path).read_text().strip().encode()


def connect(args):
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.ipv6 = "[" in args.server
    socket.curve_serverkey = key(args.server_key)
    socket.curve_publickey = key(f"{args.key}.pub")
    socket.curve_secretkey = key(f"{args.key}.key")
    socket.connect(args.server)
    return socket


class TooLarge(Exception):
    """A Submit that the door would refuse, however often it is sent: it must go in parts."""


def send(socket, submit):
    packed = submit.SerializeToString()
    if len(packed) > MESSAGE_MAX:
        raise TooLarge(f"a Submit of {len(packed)} bytes; the door takes {MESSAGE_MAX}: send it in parts")
    socket.send(packed)


def call_events(pb, args):
    """What happened, each with a ref that follows from the call alone: so a client that was itself started
    anew sends the same refs again."""
    seen = (
        ("ENTERED", args.at - 75, {}),
        ("ANSWERED", args.at - 60, {"wait_seconds": 15}),
        ("ENDED", args.at, {"talk_seconds": 60}),
    )
    for event, at, fields in seen:
        submission = pb.Submission(external_ref=f"{args.call_id}.{event}", occurred_at=at * 1000)
        call = submission.body.call
        call.call_id, call.queue = args.call_id, args.queue
        call.event = type(call).Event.Value(event)
        for name, value in fields.items():
            setattr(call, name, value)
        yield event, submission


def show(pb, event, receipt):
    """Prints it. True: it is in the log, or refused for good; False: send it again."""
    if receipt.HasField("problem"):
        print(f"{event:9} {receipt.code} {receipt.problem.title}", flush=True)
        for error in receipt.problem.errors:
            print(f"{'':13} {error.pointer} {error.detail}")
        return receipt.code != 503
    status = pb.Receipt.Status.Name(receipt.status)
    print(f"{event:9} {receipt.code} {status:9}  seq {receipt.seq}  id {receipt.id.hex()}", flush=True)
    return True


def answers(socket, pb, seconds):
    """The Receipts that come until the time is up."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and socket.poll(left * 1000):
        yield pb.Receipts.FromString(socket.recv())


def main():
    args = arguments()
    pb = messages(args.proto)
    # One Submit an event, as a live system would send; a Submit holds up to 4,096 submissions in at most 1 MiB.
    open_ = {number: pair for number, pair in enumerate(call_events(pb, args), start=1)}
    refused = 0
    for attempt in range(args.tries):
        socket = connect(args)
        for number, (_, submission) in open_.items():
            send(socket, pb.Submit(request=number, submissions=[submission]))
        for receipts in answers(socket, pb, args.timeout):
            if receipts.request not in open_:
                continue
            event, _ = open_[receipts.request]
            receipt = receipts.receipts[0] if receipts.receipts else pb.Receipt(
                code=receipts.problem.status, problem=receipts.problem)
            if show(pb, event, receipt):
                del open_[receipts.request]
                refused += receipt.code >= 400
            if not open_:
                return 1 if refused else 0
        socket.close()
        print(f"no answer for {len(open_)} within {args.timeout:g} s, sending again", flush=True)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TooLarge as error:
        sys.exit(f"push_client: {error}")
