"""docs/examples as a reader runs them: receipts, the same call again, silence, and a key that may not."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
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


class TelephoneSystems(unittest.TestCase):
    """What Asterisk and FreeSWITCH write, and beside each file what is sent of it: sent again as it stands there, all of it is
    there already. On the centre's own machine, where there is nothing of the daemons but a door and keys."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start("intake")

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        push = self.wot.port("intake", push=True)
        (self.folder / "wot.yaml").write_text(f"keys: {self.wot.dir}/keys\nintake: {{push: 'tcp://127.0.0.1:{push}'}}\n")

    def wotctl(self, *words, client="rogplus", **how):
        command = [BIN / "wotctl", "--config", self.folder / "wot.yaml", "--client", client, *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, **how)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr

    def example(self, name):
        return shutil.copy(ROOT / "docs/examples" / name, self.folder)

    def assert_sent(self, said, name, count):
        self.assertIn(f" {count} accepted", said)
        again = self.wotctl("push", self.example(name))
        self.assertIn(f" {count} lines: 0 accepted, {count} were there already, 0 refused", again)

    def test_of_a_queue_log_is_sent_what_stands_beside_it(self):
        said = self.wotctl("queue-log", self.example("queue_log"), "--state", "state", "--callback-key", "1")
        self.assert_sent(said, "queue_log.sent.jsonl", 12)

    def test_of_events_of_mod_callcenter_is_sent_what_stands_beside_them(self):
        said = self.wotctl("freeswitch", self.example("freeswitch.jsonl"))
        self.assert_sent(said, "freeswitch.sent.jsonl", 7)

    def test_what_the_event_socket_says_may_be_piped_in(self):
        """A socket that says what FreeSWITCH does, of the same events."""
        events = (ROOT / "docs/examples/freeswitch.jsonl").read_bytes().splitlines()
        heard = []
        with socket.create_server(("127.0.0.1", 0)) as server:
            def serve():
                connection, _ = server.accept()
                with connection, connection.makefile("rb") as stream:
                    connection.sendall(b"Content-Type: auth/request\n\n")
                    for reply in (b"+OK accepted", b"+OK event listener enabled json"):
                        heard.append(stream.readline())
                        stream.readline()
                        connection.sendall(b"Content-Type: command/reply\nReply-Text: " + reply + b"\n\n")
                    for event in events:
                        connection.sendall(b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(event), event))

            thread = threading.Thread(target=serve)
            thread.start()
            listener = subprocess.Popen([PYTHON, ROOT / "docs/examples/event_socket.py", "127.0.0.1:%d" % server.getsockname()[1]],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"ESL_PASSWORD": "ClueCon"})
            said = self.wotctl("freeswitch", "-", client="operator", stdin=listener.stdout)
            listener.stdout.close()
            self.assertIn(b"event_socket.py: the event socket was closed", listener.stderr.read())
            listener.stderr.close()
            thread.join()
            self.assertEqual(listener.wait(), 1)
        self.assertEqual(heard, [b"auth ClueCon\n", b"event json CUSTOM callcenter::info\n"])
        self.assertIn(" 7 accepted", said)

    def test_the_unit_is_one_that_systemd_takes(self):
        unit = (ROOT / "docs/examples/wot-queue-log.service").read_text().replace("\\\n", " ")
        words = re.search(r"^ExecStart=(.*)$", unit, re.M)[1].split()
        self.assertEqual(words[5], "queue-log")
        state = self.folder / "state"
        given = [word.replace("%S/wot-queue-log/queue_log.state", str(state)) for word in words[6:] if word != "--follow"]
        self.wotctl("queue-log", self.example("queue_log"), *given[1:])


if __name__ == "__main__":
    unittest.main()
