"""A reader of a stream of events, as a browser is one: the head of the answer, then pieces, as they come."""
import json
import select
import socket
import time

from wot import PATIENCE


class Stream:
    def __init__(self, wot, daemon, path, client, version="1.1", receive_bytes=None):
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.connect(("127.0.0.1", wot.port(daemon)))
        self.socket.sendall(f"GET {path} HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer {wot.token(client)}\r\n\r\n".encode())
        self.raw, self.text, self.status, self.over = b"", "", 0, False
        self.headers, self.events, self.comments = {}, [], 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.socket.close()

    def hear(self, seconds):
        """What comes within that time, at most one piece of it; False: nothing did."""
        if self.over or not select.select([self.socket], [], [], seconds)[0]:
            return False
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionError:
            data = b""
        self.over = not data
        self.raw += data
        self.take()
        return bool(data)

    def take(self):
        if not self.status:
            head, end, rest = self.raw.partition(b"\r\n\r\n")
            if not end:
                return
            lines = head.decode().split("\r\n")
            self.status = int(lines[0].split()[1])
            self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
            self.raw = rest
        while self.headers.get("transfer-encoding") == "chunked":
            size, end, rest = self.raw.partition(b"\r\n")
            if not end or len(rest) < int(size, 16) + 2:
                break
            assert rest[int(size, 16):][:2] == b"\r\n", rest
            self.over = self.over or int(size, 16) == 0
            self.text += rest[:int(size, 16)].decode()
            self.raw = rest[int(size, 16) + 2:]
        else:
            self.text, self.raw = self.text + self.raw.decode(), b""
        while "\n\n" in self.text:
            event, _, self.text = self.text.partition("\n\n")
            self.event_take(event)

    def event_take(self, event):
        if event.startswith(":"):
            self.comments += 1
            return
        kind, data = (line.split(": ", 1)[1] for line in event.split("\n"))
        self.events.append((kind, json.loads(data) if data.startswith("{") else data, time.monotonic()))

    def until(self, condition, seconds=10.0):
        """Hears until the condition holds, which is looked at after each piece; what it gave."""
        end = time.monotonic() + seconds * PATIENCE
        while not (value := condition()):
            if self.over or time.monotonic() > end:
                raise AssertionError(f"it did not come true; status {self.status}, heard {self.events[-5:]}")
            self.hear(0.1)
        return value

    def opened(self):
        """All that is told at first has been heard."""
        self.until(lambda: self.comments or (self.status and self.status != 200))
        return self

    def figure(self, name, period="year"):
        """As it was told last; None: it never was."""
        told = [data for kind, data, _ in self.events if kind == "kpi" and (data["id"], data["period"]) == (name, period)]
        return told[-1] if told else None

    def parts(self):
        return [data for kind, data, _ in self.events if kind == "deel"]
