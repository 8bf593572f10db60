"""Daemons on several machines: feeds over tcp with CURVE, only for whom clients.yaml names."""
import unittest

from pushclient import Push, messages
from wot import CLIENTS, Wot, now, wait_until


class FeedOverTcp(unittest.TestCase):
    def setUp(self):
        self.wot = self.enterContext(Wot())
        self.port = self.wot.base + 13
        feed = f"tcp://127.0.0.1:{self.port}"
        text = (self.wot.dir / "wot.yaml").read_text()
        text = text.replace("intake:\n", f"intake:\n  feed: {feed}\n")
        for reader in ("triage", "case", "aggregate"):
            text = text.replace(f"{reader}:\n", f"{reader}:\n  intake_feed: {feed}\n")
        (self.wot.dir / "wot.yaml").write_text(text)

    def let_in(self, reader):
        key = (self.wot.dir / "keys" / f"{reader}.pub").read_text().strip()
        self.wot.wotctl("client", "add", f"wot-{reader}", "operator", key)

    def report(self, ref):
        body = {"externalRef": ref, "occurredAt": now(), "channel": "PHONE"}
        self.assertEqual(self.wot.post("desk", "/v1/help-requests", body)[0], 202)

    def test_readers_that_are_let_in_read_everything(self):
        for reader in ("triage", "case", "aggregate"):
            self.let_in(reader)
        self.wot.start()
        self.report("a")
        self.wot.settle()
        self.assertEqual(self.wot.kpi("--period", "today")["help_requests"]["value"], 1)
        self.assertIn("identical", self.wot.wotctl("replay", "--check").stdout)

    def test_a_reader_that_is_not_let_in_reads_nothing(self):
        self.let_in("triage")
        self.wot.start("intake", "triage", "aggregate")
        self.report("a")
        wait_until(lambda: "events_case_routed" in self.wot.ask("triage", "show info"))
        self.assertIn("read_intake: 0", self.wot.ask("aggregate", "show info"))
        self.assertIn("connected=no", self.wot.ask("aggregate", "show peers"))


    def fetch(self, reader, stream="intake", wait_ms=0):
        pb = messages("feed")
        reader.socket.send(pb.Fetch(request=1, stream=stream, after_seq=0, max_bytes=65536, wait_ms=wait_ms)
                           .SerializeToString())

    def answer(self, reader):
        pb = messages("feed")
        reply, blocks = reader.socket.recv_multipart()
        reply = pb.FetchReply.FromString(reply)
        return pb.FetchReply.Status.Name(reply.status), len(blocks)

    def test_of_the_roles_only_an_operator_may_read_a_log(self):
        self.wot.start("intake")
        self.report("a")
        for client, role in CLIENTS.items():
            with self.subTest(role=role), Push(self.wot, client, port=self.port) as reader:
                self.fetch(reader)
                status, size = self.answer(reader)
                if role == "operator":
                    self.assertEqual(status, "OK")
                    self.assertGreater(size, 0)
                else:
                    self.assertEqual((status, size), ("NOT_ALLOWED", 0))

    def test_what_may_not_be_read_or_is_not_there_takes_no_readers_place(self):
        self.let_in("triage")
        self.wot.start("intake", "triage")
        peers = lambda: [line.split(" seen")[0] for line in self.wot.ask("intake", "show peers").splitlines()
                         if line.startswith("consumer")]
        wait_until(lambda: any("waiting" in line for line in peers()))
        for client, status in (("gp", "NOT_ALLOWED"), ("operator", "UNKNOWN_STREAM")):
            with self.subTest(client=client), Push(self.wot, client, port=self.port) as reader:
                for i in range(200):
                    self.fetch(reader, f"stream-{i}", wait_ms=5000)
                self.assertEqual({self.answer(reader)[0] for _ in range(200)}, {status})
                self.assertEqual([line.split()[1] for line in peers()], ["stream=intake"])
        self.report("a")
        wait_until(lambda: "events_case_routed" in self.wot.ask("triage", "show info"))


if __name__ == "__main__":
    unittest.main()
