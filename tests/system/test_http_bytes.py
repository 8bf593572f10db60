"""The HTTP doors under bytes that are no request, bodies that nobody asked for, and a port that went deaf."""
import contextlib
import ctypes
import gzip
import json
import os
import pathlib
import re
import socket
import time
import unittest

from wot import DAEMONS, PATIENCE, Wot, now, wait_until

MIB = 1 << 20
SYS_PIDFD_GETFD = 438


def contact(ref):
    return json.dumps({"externalRef": ref, "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"}).encode()


def answers_of(heard):
    """The status of each answer in these bytes, by the lengths that they say; what is left must be nothing."""
    found = []
    while heard:
        head, _, rest = heard.partition(b"\r\n\r\n")
        found.append(int(head.split()[1]))
        length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
        if found[-1] >= 400:
            assert b"Content-Type: application/problem+json" in head, head
            assert json.loads(rest[:length])["status"] == found[-1]
        heard = rest[length:]
    return found


class Bytes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start("intake", "aggregate")

    def setUp(self):
        self.ref = f"{self.id().split('.')[-1][5:35]}-{time.time_ns()}"

    def head(self, *fields, target="/v1/brief-contacts", client="desk", method="POST"):
        lines = [f"{method} {target} HTTP/1.1", "Host: x", "Content-Type: application/json"]
        lines += [f"Authorization: Bearer {self.wot.token(client)}"] if client else []
        return "\r\n".join([*lines, *fields, "", ""]).encode()

    def hear(self, *pieces, daemon="intake"):
        """All that comes back until the door has closed."""
        with socket.create_connection(("127.0.0.1", self.wot.port(daemon)), timeout=20 * PATIENCE) as sock:
            for piece in pieces:
                sock.sendall(piece)
            heard = b""
            while piece := sock.recv(65536):
                heard += piece
        return heard

    def stored(self):
        return {e["event"]["externalRef"] for e in self.wot.tail("intake") if "externalRef" in e["event"]}

    def test_a_bad_request_is_400_once_and_nothing_behind_it_is_read(self):
        body, second = contact(self.ref), contact(self.ref + "-smuggled")
        smuggled = self.head(f"Content-Length: {len(second)}", "Connection: close") + second
        chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        bad = {
            "a blank before the colon": self.head(f"Content-Length : {len(body)}") + body,
            "a folded length": self.head("Content-Length:", f" {len(body)}") + body,
            "a folded field": self.head("X-One: a", "\tb", f"Content-Length: {len(body)}") + body,
            "a NUL in a value": self.head("X-One: a\0b", f"Content-Length: {len(body)}") + body,
            "a lone LF in the head": self.head(f"Content-Length: {len(body)}").replace(b"\r\nHost", b"\nHost") + body,
            "a lone CR": self.head(f"X-One: a\rContent-Length: {len(body)}") + body,
            "two equal lengths": self.head(f"Content-Length: {len(body)}", f"Content-Length: {len(body)}") + body,
            "a list of lengths": self.head(f"Content-Length: {len(body)}, {len(body)}") + body,
            "a signed length": self.head(f"Content-Length: +{len(body)}") + body,
            "no length in a length": self.head("Content-Length:") + body,
            "length and chunks": self.head("Content-Length: 3", "Transfer-Encoding: chunked") + chunk,
            "chunks that are coded": self.head("Transfer-Encoding: gzip, chunked") + chunk,
            "chunks with lone LFs": self.head("Transfer-Encoding: chunked") + chunk.replace(b"\r\n", b"\n"),
            "a chunk that is longer than it says": self.head("Transfer-Encoding: chunked") + b"1\r\n" + body,
            "a size with a sign": self.head("Transfer-Encoding: chunked") + b"+" + chunk,
            "a size with a blank": self.head("Transfer-Encoding: chunked") + chunk.replace(b"\r\n", b" \r\n", 1),
            "an extension with a line end": self.head("Transfer-Encoding: chunked") + chunk.replace(b"\r\n", b";\n\r\n", 1),
            "two tokens": self.head(f"Authorization: Bearer {self.wot.token('gp')}", f"Content-Length: {len(body)}") + body,
            "two hosts": self.head("Host: y", f"Content-Length: {len(body)}") + body,
            "no host": self.head(f"Content-Length: {len(body)}").replace(b"Host: x\r\n", b"") + body,
            "no name": self.head(": x", f"Content-Length: {len(body)}") + body,
        }
        before = self.wot.refused("intake", "http").get("not_http", 0)
        for what, request in bad.items():
            with self.subTest(what):
                self.assertEqual(answers_of(self.hear(request, smuggled)), [400])
        self.assertEqual(self.wot.refused("intake", "http")["not_http"], before + len(bad))
        self.assertTrue(self.stored().isdisjoint({self.ref, self.ref + "-smuggled"}))

    def test_a_request_that_is_written_otherwise_is_taken(self):
        for number, (target, fields) in enumerate((
            ("http://elsewhere.example/v1/brief-contacts", []),
            ("/v1/brief-contacts", ["content-encoding: Identity"]),
            ("/v1/brief%2Dcontacts", ["X-Empty:", "Accept: a/b", "Accept: c/d"]),
        )):
            body = contact(f"{self.ref}-{number}")
            whole = self.head(f"Content-Length: {len(body)}", "Connection: close", *fields, target=target) + body
            chunks = self.head("Transfer-Encoding: chunked", "Connection: close", *fields, target=target)
            chunks += b"".join(b'1;a="b\\""\r\n%c\r\n' % c for c in body[:9]) + b"%x\r\n%b\r\n0\r\nX: y\r\n\r\n" % (len(body) - 9, body[9:])
            self.assertEqual(answers_of(self.hear(whole)), [202])
            self.assertEqual(answers_of(self.hear(chunks)), [200])

    def test_a_coded_body_is_415_and_whoever_sends_it_must_be_known_first(self):
        body = gzip.compress(contact(self.ref))
        for coding in ("gzip", "x-gzip", "deflate", "br", "identity, gzip"):
            request = self.head(f"Content-Encoding: {coding}", f"Content-Length: {len(body)}") + body
            self.assertEqual(answers_of(self.hear(request)), [415])
        stranger = self.head("Content-Encoding: gzip", f"Content-Length: {len(body)}", client=None) + body
        self.assertEqual(answers_of(self.hear(stranger)), [401])

    def resident_kib(self, daemon):
        status = pathlib.Path(f"/proc/{self.wot.processes[daemon].pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def test_bodies_that_nobody_asked_for_take_no_memory(self):
        shapes = [(f"Content-Length: {MIB}", b""), ("Transfer-Encoding: chunked", b"%x\r\n" % MIB)]
        for daemon in ("intake", "aggregate"):
            before = self.resident_kib(daemon)
            with contextlib.ExitStack() as held:
                for number in range(240):
                    framing, start = shapes[number % 2]
                    method, target = (("GET", "/healthz"), ("HEAD", "/metrics"), ("POST", "/v1/calls"), ("GET", "/"))[number // 2 % 4]
                    sock = held.enter_context(socket.create_connection(("127.0.0.1", self.wot.port(daemon)), timeout=20))
                    with contextlib.suppress(OSError):  # it may be closed already
                        sock.sendall(self.head(framing, client=None, method=method, target=target) + start + b"x" * (MIB - 1))
                self.assertLess(self.resident_kib(daemon) - before, 32 * 1024)
            self.assertEqual(self.wot.get(None, "/healthz", daemon=daemon)[0], 200)

    def test_what_never_ends_is_refused_and_the_daemon_goes_on(self):
        """Also at what is no HTTP: a loop that spins for one connection serves that door, and nothing else."""
        endless = b"0" * 60000
        for start in (b"5;a=", b'5;a="', b"5", b"0\r\nX-Trailer: ", b"1\r\na\r\n5;"):
            with self.subTest(start), socket.create_connection(("127.0.0.1", self.wot.port("intake")), timeout=20) as sock:
                request = self.head("Transfer-Encoding: chunked", method="GET", target="/healthz")
                sock.sendall(request + start)
                sock.sendall(endless)
                begun = time.monotonic()
                self.assertIn("daemon: intake", self.wot.ask("intake", "show info"))
                self.assertLess(time.monotonic() - begun, 2 * PATIENCE)
                self.assertRegex(sock.recv(100), b"^HTTP/1.1 4(00|13) ")

    def test_figures_of_its_connections_are_in_show_stat_and_metrics(self):
        header, *rows = self.wot.ask("intake", "show stat csv").strip().splitlines()
        row = next(dict(zip(header.split(","), row.split(","))) for row in rows if row.startswith("door,http,"))
        self.assertGreater(int(row["connects"]), 0)
        self.assertGreater(int(row["requests"]), 0)
        metrics = self.wot.ask("intake", "show metrics")
        for family in ("connects_total", "turned_away_total", "timeouts_total", "requests_total", "bytes_out_total", "connections"):
            self.assertRegex(metrics, f'wot_{family}{{daemon="intake",kind="door",name="http"}} ')


class Deaf(unittest.TestCase):
    def listener_of(self, wot, daemon):
        """A descriptor of our own for the socket on which that daemon listens."""
        pid, port = wot.processes[daemon].pid, wot.port(daemon)
        rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
        inode = next(row[9] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port)
        folder = f"/proc/{pid}/fd"
        number = next(fd for fd in os.listdir(folder) if os.readlink(f"{folder}/{fd}") == f"socket:[{inode}]")
        fd = ctypes.CDLL(None, use_errno=True).syscall(SYS_PIDFD_GETFD, os.pidfd_open(pid), int(number), 0)
        if fd < 0:
            self.skipTest(f"a socket of another process cannot be had here: {os.strerror(ctypes.get_errno())}")
        return socket.socket(fileno=fd)

    def test_a_door_that_went_deaf_is_said_and_opened_anew(self):
        with Wot() as wot:
            wot.start()
            for daemon in DAEMONS:
                with self.listener_of(wot, daemon) as listener:
                    listener.shutdown(socket.SHUT_RDWR)
            said = set()

            def all_said():
                said.update(daemon for daemon in DAEMONS if "HTTP door" in wot.ask(daemon, "show health"))
                return len(said) == len(DAEMONS)

            wait_until(all_said, 6, "each daemon says fail")
            for daemon in DAEMONS:
                wot.wait_healthy(daemon, 6)
                wait_until(lambda: '"pass"' in wot.ask(daemon, "show health"), 6, f"wot-{daemon} says pass")
                self.assertIn("event=door_deaf", wot.log(daemon))
                self.assertIn("event=door_hears", wot.log(daemon))


if __name__ == "__main__":
    unittest.main()
