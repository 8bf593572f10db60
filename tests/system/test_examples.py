"""docs/examples as a reader runs them: receipts, the same call again, silence, and a key that may not."""
import signal
import subprocess
import sys
import time
import unittest

from wot import BIN, PATIENCE, ROOT, Wot

PYTHON = sys.executable


class Examples:
    """What both clients must do; a subclass says how its own is started."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start("intake")

    def setUp(self):
        self.call_id = f"{self.id().split('.')[-1][-40:]}-{time.time_ns() % 10**9}"
        self.at = int(time.time())

    def start(self, client="rogplus", timeout_s=20):
        keys = self.wot.dir / "keys"
        server = f"tcp://127.0.0.1:{self.wot.port('intake', push=True)}"
        command = self.command(server, keys / "intake.pub", keys / client, timeout_s * PATIENCE)
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def finish(self, process, before=""):
        out = before + process.stdout.read()
        return process.wait(60 * PATIENCE), out

    def stored(self):
        return [e["event"]["body"]["call"]["event"] for e in self.wot.tail("intake")
                if e["kind"] == "call" and e["event"]["body"]["call"]["callId"] == self.call_id]

    def test_a_call_gets_its_three_receipts(self):
        code, out = self.finish(self.start())
        self.assertEqual(code, 0, out)
        self.assertEqual([line.split()[:3] for line in out.splitlines()],
                         [[event, "202", "ACCEPTED"] for event in ("ENTERED", "ANSWERED", "ENDED")])
        self.assertEqual(self.stored(), ["ENTERED", "ANSWERED", "ENDED"])

    def test_the_same_call_again_gets_the_first_receipts(self):
        _, first = self.finish(self.start())
        code, again = self.finish(self.start())
        self.assertEqual(code, 0, again)
        self.assertEqual(again, first.replace("202 ACCEPTED ", "200 DUPLICATE"))
        self.assertEqual(len(self.stored()), 3)

    def test_silence_is_answered_by_the_same_refs(self):
        intake = self.wot.processes["intake"]
        intake.send_signal(signal.SIGSTOP)
        self.addCleanup(intake.send_signal, signal.SIGCONT)
        client = self.start(timeout_s=1)
        said = client.stdout.readline()  # waits for it
        intake.send_signal(signal.SIGCONT)
        code, out = self.finish(client, said)
        self.assertIn("no answer for 3", said)
        self.assertEqual(code, 0, out)
        self.assertEqual(self.stored(), ["ENTERED", "ANSWERED", "ENDED"])

    def test_a_role_that_may_not_send_calls_is_told(self):
        code, out = self.finish(self.start(client="gp"))
        self.assertEqual(code, 1, out)
        self.assertEqual([line.split()[1] for line in out.splitlines()], ["403"] * 3)
        self.assertEqual(self.stored(), [])


class PythonClient(Examples, unittest.TestCase):
    def command(self, server, server_key, key, timeout_s):
        return [PYTHON, ROOT / "docs/examples/push_client.py", "--server", server, "--server-key", server_key,
                "--key", key, "--call-id", self.call_id, "--at", self.at, "--timeout", timeout_s]


class CClient(Examples, unittest.TestCase):
    def command(self, server, server_key, key, timeout_s):
        return [BIN / "examples/push_client", server, server_key, key, self.call_id, self.at, int(timeout_s * 1000)]


if __name__ == "__main__":
    unittest.main()
