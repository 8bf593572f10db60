"""Attacks on the doors where HTTP is spoken."""
import contextlib
import datetime
import itertools
import json
import time

from target import GOOD, KIB, MIB, attack, let_go, say
from wot import DAEMONS, PATIENCE

CROWD = 300  # more than a door lets in
HEAD = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"
BEHIND_S = 0.5 * PATIENCE  # until who comes behind a crowd is answered
HELD_S = 1  # how long an attacker who has all that he wants keeps it
# A path that takes events, and how to send one that is right but for its instant.
SUBMITS = {
    "intake": ("/v1/calls", {"callId": "1", "queue": "wot", "event": "ENTERED"}),
    "triage": ("/v1/screenings", {"caseId": "2026-000001", "outcome": "NOT_REACHED"}),
    "case": ("/v1/case-events", {"caseId": "2026-000001", "supportStarted": {}}),
}


def hear(end):
    """The statuses of all answers until the door closes."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        while piece := end.recv(MIB):
            heard += piece
    return [int(line[9:12]) for line in heard.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]


def answers(target, *pieces):
    with target.tcp() as end:
        say(end, *pieces)
        return hear(end)


def post_head(target, length, token=True):
    """Of a submission by the good client, or by nobody."""
    path = SUBMITS[target.daemon][0].encode()
    who = b"Authorization: Bearer %b\r\n" % target.wot.token(GOOD[target.daemon]).encode() if token else b""
    return (b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%bContent-Length: %d\r\n\r\n"
            % (path, who, length))


# ---- connections ----

def hold(target, rounds, *pieces):
    for _ in range(rounds):
        ends = []
        for _ in range(CROWD):
            ends.append(target.tcp())
            say(ends[-1], *pieces)
        time.sleep(HELD_S)
        let_go(ends)


@attack(*DAEMONS)
def idle_connections(target, size):
    hold(target, size)


@attack(*DAEMONS)
def half_sent_heads(target, size):
    hold(target, size, HEAD + b"X-Half: ")


@attack(*DAEMONS)
def silent_connections_over_http(target, size):
    """Whoever comes behind them is let in as soon as they were borne for a moment."""
    for _ in range(size):
        ends = [target.tcp() for _ in range(1050)]
        began = time.monotonic()
        assert answers(target, HEAD, b"Connection: close\r\n\r\n") == [200]
        assert time.monotonic() - began < BEHIND_S, f"who came behind them waited {time.monotonic() - began:.2f} s"
        time.sleep(HELD_S)
        let_go(ends)


@attack(*DAEMONS)
def senders_of_a_byte_at_a_time(target, size):
    ends = [target.tcp() for _ in range(CROWD)]
    for byte in HEAD[:6 * size]:
        for end in ends:
            say(end, bytes([byte]))
        time.sleep(0.1)
    let_go(ends)


@attack(*GOOD)
def connections_that_die_amid_a_body(target, size):
    """Of a megabyte all but the last byte; with a token, so that it is kept, and without."""
    for _ in range(size):
        ends = [target.tcp() for _ in range(20)]
        for i, end in enumerate(ends):
            say(end, post_head(target, MIB, token=i % 3), b" " * (MIB - 1))
        let_go(ends)


# ---- requests ----

@attack(*DAEMONS)
def pipelined_requests_whose_answers_nobody_reads(target, size):
    ends = [target.tcp() for _ in range(5 * size)]
    for end in ends:
        end.settimeout(0.2)
        say(end, (HEAD + b"\r\n") * 5000)
    time.sleep(HELD_S)
    let_go(ends)


@attack(*DAEMONS)
def chunk_extensions_of_any_length(target, size):
    """With an end and without; longer than what is kept of a request, and of many chunks."""
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    endless = b"5;" + b"x" * 100 * KIB
    many = b"1;a=b\r\nx\r\n" * 20000
    for _ in range(10 * size):
        for body in (endless, endless + b"\r\nhello\r\n0\r\n\r\n", many, many + b"0\r\n\r\n"):
            assert answers(target, head, body) in ([400], [413])


@attack(*DAEMONS)
def trailers_of_any_length(target, size):
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"
    for _ in range(10 * size):
        for trailers in (b"X: " + b"x" * 100 * KIB, b"X: y\r\n" * 20000, b"X: y\r\n" * 20000 + b"\r\n"):
            assert answers(target, head, trailers) == [400]


@attack(*DAEMONS)
def bodies_of_gets_without_a_token(target, size):
    """240 at once, of a megabyte each; half say so beforehand."""
    for _ in range(size):
        ends = [target.tcp() for _ in range(240)]
        for i, end in enumerate(ends):
            end.settimeout(0.2)
            kind = b"Transfer-Encoding: chunked\r\n\r\n100000\r\n" if i % 2 else b"Content-Length: 1048576\r\n\r\n"
            say(end, HEAD + kind, b" " * (MIB - 1))
        let_go(ends)


@attack(*DAEMONS)
def heads_of_64_kib(target, size):
    one_field = HEAD + b"X-Long: " + b"x" * 64 * KIB
    many_fields = HEAD + b"X-Many: y\r\n" * 6500
    long_target = b"GET /" + b"x" * 64 * KIB + b" HTTP/1.1\r\nHost: x\r\n"
    for _ in range(10 * size):
        for head in (one_field, many_fields, long_target):
            assert answers(target, head + b"\r\n\r\n") == [431]
            assert answers(target, head) == [431]


@attack(*DAEMONS)
def heads_that_two_servers_read_differently(target, size):
    heads = [
        HEAD + b"Content-Length:\r\n 5\r\n\r\nhello",
        HEAD + b"Content-Length : 5\r\n\r\nhello",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"X-One: a\0b\r\n\r\n",
        HEAD + b"X-One: a\rb\r\n\r\n",
        HEAD.replace(b"\r\nHost", b"\nHost") + b"\r\n",
        HEAD + b"\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
    ]
    for head in itertools.chain.from_iterable([heads] * 20 * size):
        assert answers(target, head + HEAD + b"\r\n") == [400]


@attack(*GOOD)
def far_instants_over_http(target, size):
    path, fields = SUBMITS[target.daemon]
    year = datetime.date.today().year
    far = [f"{y}-{m:02}-28T01:30:00Z" for y in (0, 1, year + 10, 9999, 10000, 99999, -1, 10**18) for m in range(1, 13)]
    far += [int(time.time() * 10**k) for k in (0, 3, 6, 9)] + [2**62, -2**62, 2**63 - 1, 2**63, 1e300, None, True]
    far += ["0000-03-27T00:00:00Z", "9999-12-31T23:59:59.999-23:59", "0001-01-01T00:00:00+23:59", "", "now", "2026"]
    far += [f"{year + 1}-01-01T00:00:00.{'9' * 60000}Z", f"{year + 1}-01-01T00:00:00." + "9" * 10 + "+99:99"]
    for i, at in enumerate(far * size):
        submission = {"externalRef": f"far-{i}", "occurredAt": at, **fields}
        status, _ = target.wot.post(GOOD[target.daemon], path, submission, daemon=target.daemon)
        assert status == 400, (str(at)[:40], status)


@attack(*GOOD)
def arrays_and_depths_without_an_end(target, size):
    deep = [b"[" * MIB, b'{"a":' * 200000, b"[" * 500000 + b"]" * 500000, b"[" + b"{}," * 300000 + b"{}]",
            b'{"externalRef":"' + b"\\u0041" * 170000 + b'"}', b"9" * MIB, json.dumps(["x" * 1000] * 900).encode()]
    for body in deep * size:
        (status,) = answers(target, post_head(target, len(body)).replace(b"Host: x", b"Host: x\r\nConnection: close"), body)
        assert status in (207, 400, 413), status
