"""What the push door bears: large, many, repeated; each is told, nobody else notices."""
import importlib.util
import json
import socket
import subprocess
import threading
import unittest
import urllib.request

import zmq
from pushclient import Push, PushTest, call, field, messages, now_ms, varint
from wot import BIN, ROOT, Wot, now, wait_until

MIB = 1 << 20
SIZES = (MIB + 1, MIB + 100, 3 * MIB, 20 * MIB)


class Relay:
    """Stands between a client and its door, and can say again what was said."""

    def __init__(self, door):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.door = self.listener.getsockname()[1], door
        self.last, self.is_cut, self.ends = b"", False, []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        client, _ = self.listener.accept()
        door = socket.create_connection(("127.0.0.1", self.door))
        self.ends = [client, door]
        threading.Thread(target=self.copy, args=(door, client), daemon=True).start()
        self.copy(client, door)

    def copy(self, source, to):
        try:
            while data := source.recv(65536):
                if to is self.ends[1]:
                    self.last = data
                to.sendall(data)
        except OSError:
            pass
        self.is_cut = self.is_cut or source is self.ends[1]

    def send_last_again(self):
        self.ends[1].sendall(self.last)

    def close(self):
        for end in (self.listener, *self.ends):
            end.close()


class PushLimits(PushTest):
    def large(self, size, request=7):
        """A Submit of so many bytes, of submissions that would each be taken."""
        one = field(2, call(self.ref, self.at).SerializeToString())
        head = b"\x08" + varint(request)
        times, rest = divmod(size - len(head), len(one))
        return head + one * times + one[:rest]

    def test_what_is_over_1_mib_is_413_of_its_request_and_nothing_else_is_lost(self):
        before = self.wot.refused("intake", "push").get("too_large", 0)
        with Push(self.wot) as push:
            asked = [push.submit([call(f"{self.ref}.{i}", self.at)]) for i in range(8)]
            for request, size in enumerate(SIZES, 1000):
                push.socket.send(self.large(size, request))
            asked.append(push.submit([call(f"{self.ref}.after", self.at)]))
            answers = {answer.request: answer for answer in (push.receipts() for _ in range(9 + len(SIZES)))}
        self.assertEqual([answers[request].receipts[0].code for request in asked], [202] * 9)
        for request in range(1000, 1000 + len(SIZES)):
            self.assertEqual(answers[request].problem.type, "urn:wot:too-large")
            self.assertIn(f"{MIB} bytes", answers[request].problem.detail)
        self.assertEqual(self.wot.refused("intake", "push")["too_large"], before + len(SIZES))
        self.assertIn("event=push_too_large client=rogplus", self.wot.log("intake"))

    def test_a_req_socket_too_is_told_that_its_submit_is_too_large(self):
        with Push(self.wot, kind=zmq.REQ) as push:
            push.socket.send(self.large(2 * MIB))
            answer = push.receipts()
            self.assertEqual((answer.request, answer.problem.status), (7, 413))
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 202)

    def test_parts_that_are_small_but_many_are_too_large_as_well(self):
        with Push(self.wot) as push:
            for parts in ([b"x" * 200_000] * 7, [b"x"] * 500, [b""] * 500, [b"x" * (2 * MIB), b"y"]):
                push.socket.send_multipart(parts)
                answer = messages().Receipts.FromString(push.socket.recv_multipart()[-1])
                self.assertEqual(answer.problem.status, 413)
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 202)

    def test_exactly_1_mib_is_read(self):
        with Push(self.wot) as push:
            push.socket.send(self.large(MIB))
            self.assertEqual(push.receipts().problem.status, 400)  # its last submission is cut short

    def test_the_limit_is_a_setting(self):
        with Wot(settings={"push_message_kib": 64}) as wot:
            wot.start("intake")
            with Push(wot) as push:
                push.socket.send(self.large(65_537))
                self.assertIn("65536 bytes", push.receipts().problem.detail)
            lines = wot.dir / "lines.jsonl"
            lines.write_text("".join(
                json.dumps({"to": "/v1/calls", "body": {
                    "externalRef": f"{i:060}", "occurredAt": now(), "callId": f"{i:064}",
                    "queue": "q" * 64, "event": "ENTERED"}}) + "\n" for i in range(1000)))
            self.assertIn("1000 accepted", wot.wotctl("push", lines).stderr)

    def test_wotctl_does_not_send_what_the_door_would_not_take(self):
        lines = self.wot.dir / "lines.jsonl"
        body = {"externalRef": self.ref, "occurredAt": now(), "callId": "c" * 64, "queue": "q", "event": "ENTERED"}
        lines.write_text(json.dumps({"to": "/v1/calls", "body": body}) + "\n")
        self.wot.wotctl("push", lines)
        body.update(externalRef=f"{self.ref}.2", queue="q" * (2 * MIB))
        lines.write_text(json.dumps({"to": "/v1/calls", "body": body}) + "\n")
        before = self.wot.ask("intake", "show errors")
        self.assertEqual(self.wot.wotctl("push", lines, check=False).returncode, 1)
        self.assertEqual(self.wot.ask("intake", "show errors"), before)

    def test_the_example_does_not_send_what_the_door_would_not_take(self):
        spec = importlib.util.spec_from_file_location("push_client", ROOT / "docs/examples/push_client.py")
        client = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(client)
        with Push(self.wot) as push:
            calls = [call(f"{self.ref}{i:030}", self.at) for i in range(20000)]
            with self.assertRaisesRegex(client.TooLarge, f"{MIB}: send it in parts"):
                client.send(push.socket, messages().Submit(request=1, submissions=calls))
            client.send(push.socket, messages().Submit(request=1, submissions=calls[:4000]))
            self.assertEqual(len(push.receipts().receipts), 4000)

    def test_a_recorded_frame_that_is_played_again_ends_the_connection(self):
        """Nobody between a client and its door can say anything twice."""
        relay = Relay(self.wot.port("intake", push=True))
        self.addCleanup(relay.close)
        with Push(self.wot) as push:
            push.socket.disconnect(push.socket.last_endpoint)
            push.socket.connect(f"tcp://127.0.0.1:{relay.port}")
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 202)
            relay.send_last_again()
            wait_until(lambda: relay.is_cut)
        self.assertIn("bus push invalid", self.wot.ask("intake", "show errors"))

    def test_one_clients_connections_are_counted_and_limited(self):
        pushes = [self.enterContext(Push(self.wot, client="police")) for _ in range(8)]
        for push in pushes:
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 403)
        self.enterContext(Push(self.wot, client="police"))
        wait_until(lambda: "bus push too_many" in self.wot.ask("intake", "show errors"))
        self.assertIn("event=turned_away door=push reason=too_many client=police", self.wot.log("intake"))
        with Push(self.wot) as other:
            self.assertEqual(other.ask(call(self.ref, self.at)).receipts[0].code, 202)

    def test_who_connects_and_says_nothing_keeps_nobody_out(self):
        door = ("127.0.0.1", self.wot.port("intake", push=True))
        silent = [socket.create_connection(door) for _ in range(300)]
        with Push(self.wot) as push:
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 202)
        self.assertIn("bus push timeout", self.wot.ask("intake", "show errors"))
        for end in silent:
            end.close()

    def test_what_passes_the_door_is_counted(self):
        with Push(self.wot) as push:
            push.ask(call(self.ref, self.at))
            lines = self.wot.ask("intake", "show stat csv").splitlines()
            names = lines[0].removeprefix("# ").split(",")
            rows = {tuple(row[:2]): dict(zip(names, row)) for row in (line.split(",") for line in lines[1:])}
        passed, store = rows["bus", "push"], rows["store", "intake"]
        for row, counted in ((passed, "received sent bytes bytes_out connections"), (store, "commits")):
            for name in counted.split():
                self.assertGreater(int(row[name]), 0, name)
        self.assertEqual((store["waiting"], store["disk_full_waits"]), ("0", "0"))
        metrics = urllib.request.urlopen(self.wot.url("intake", "/metrics")).read().decode()
        self.assertRegex(metrics, r'wot_bytes_out_total{daemon="intake",kind="bus",name="push"} [1-9]')
        self.assertRegex(metrics, r'wot_commits_total{daemon="intake",kind="store",name="intake"} [1-9]')


class FewDescriptors(unittest.TestCase):
    """Where the system gives few, strangers get fewer: readers and good clients go on."""

    def test_readers_and_clients_come_in_beside_300_silent_connections(self):
        with Wot(settings={"request_timeout_ms": 60000}) as wot:
            with open(wot.dir / "intake.log", "ab") as log:
                command = f"ulimit -n 64; exec {BIN}/wot-intake --config {wot.dir}/wot.yaml --dir {wot.dir}"
                wot.processes["intake"] = subprocess.Popen(["sh", "-c", command], stderr=log)
            wot.wait_healthy("intake")
            door = ("127.0.0.1", wot.port("intake", push=True))
            silent = [socket.create_connection(door) for _ in range(300)]
            wot.start("triage")
            with Push(wot) as push:
                self.assertEqual(push.ask(call("a", now_ms())).receipts[0].code, 202)
            body = {"externalRef": "a", "occurredAt": now(), "channel": "PHONE"}
            self.assertEqual(wot.post("desk", "/v1/help-requests", body)[0], 202)
            wait_until(lambda: "events_case_routed" in wot.ask("triage", "show info"))
            self.assertIn("bus push timeout", wot.ask("intake", "show errors"))
            for end in silent:
                end.close()


if __name__ == "__main__":
    unittest.main()
