"""Daemons on several machines: feeds over tcp with CURVE, only for whom clients.yaml names."""
import unittest

from wot import Wot, now, wait_until


class FeedOverTcp(unittest.TestCase):
    def setUp(self):
        self.wot = self.enterContext(Wot())
        feed = f"tcp://127.0.0.1:{self.wot.base + 13}"
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


if __name__ == "__main__":
    unittest.main()
