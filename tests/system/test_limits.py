"""What is bounded stays bounded: blocks, a full disk, who may come in, what a crash leaves behind."""
import concurrent.futures
import pathlib
import re
import resource
import signal
import struct
import threading
import time
import unittest
import urllib.error
import urllib.request

from pushclient import Push, call
from wot import Wot, now, wait_until

BLOCK_EVENTS = 4096  # the soft limit: what one frame or one array brings comes on top


def contact(ref):
    return {"externalRef": ref, "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"}


class Blocks(unittest.TestCase):
    """A block beyond what a feed can carry would be the end of its log: nobody could read on."""

    def setUp(self):
        self.wot = self.enterContext(Wot())
        self.wot.start("intake")

    def blocks(self):
        line = self.wot.wotctl("verify").stdout
        return int(re.search(r"intake +intake +1\.\.\d+ +(\d+) blocks", line).group(1))

    def test_frames_that_come_at_once_do_not_become_one_block(self):
        frames, each = 16, 3000
        with Push(self.wot) as push:
            at_ms = int(time.time() * 1000)
            for frame in range(frames):
                push.submit([call(f"{frame:03}-{i:04}", at_ms) for i in range(each)])
            for _ in range(frames):
                self.assertTrue(all(receipt.code == 202 for receipt in push.receipts().receipts))
        self.assertGreaterEqual(self.blocks(), frames * each // (BLOCK_EVENTS + each))

    def test_arrays_that_come_at_once_do_not_become_one_block(self):
        arrays, each = 24, 1000
        bodies = [[contact(f"{array:03}-{i:04}") for i in range(each)] for array in range(arrays)]
        with concurrent.futures.ThreadPoolExecutor(arrays) as pool:
            answers = list(pool.map(lambda body: self.wot.post("desk", "/v1/brief-contacts", body), bodies))
        for status, items in answers:
            self.assertEqual((status, {item["code"] for item in items}), (207, {202}))
        self.assertGreaterEqual(self.blocks(), arrays * each // (BLOCK_EVENTS + each))


class Room(unittest.TestCase):
    def test_a_full_disk_is_said_at_once_and_passes(self):
        with Wot() as wot:
            wot.start("intake")
            pid = wot.processes["intake"].pid
            self.assertEqual(wot.post("desk", "/v1/brief-contacts", contact("before"))[0], 202)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (120_000, resource.RLIM_INFINITY))
            answers = []
            waiting = threading.Thread(
                target=lambda: answers.append(wot.post("desk", "/v1/brief-contacts", contact("waits"))))
            waiting.start()
            wait_until(lambda: "disk_full: yes" in wot.ask("intake", "show info"))
            self.assertEqual(wot.post("desk", "/v1/brief-contacts", contact("refused"))[0], 503)
            with Push(wot) as push:
                self.assertEqual(push.ask(call("refused", int(time.time() * 1000))).problem.status, 503)
            with self.assertRaises(urllib.error.HTTPError) as health:
                urllib.request.urlopen(wot.url("intake", "/healthz"), timeout=10)
            self.assertEqual(health.exception.code, 503)
            self.assertEqual(answers, [])
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            waiting.join()
            self.assertEqual(answers[0][0], 202)
            self.assertEqual(wot.post("desk", "/v1/brief-contacts", contact("refused"))[0], 202)


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start("intake")

    def reload(self):
        before = self.wot.log("intake").count("event=reloaded")
        self.wot.processes["intake"].send_signal(signal.SIGHUP)
        wait_until(lambda: self.wot.log("intake").count("event=reloaded") > before)

    def test_a_revoked_client_is_out_at_every_door_and_its_name_stays_taken(self):
        at_ms = int(time.time() * 1000)
        with Push(self.wot) as push:
            self.assertEqual(push.ask(call("a", at_ms)).receipts[0].code, 202)
            self.wot.wotctl("client", "revoke", "rogplus")
            self.reload()
            self.assertEqual(push.ask(call("b", at_ms)).problem.status, 401)
            self.wot.wotctl("client", "rotate", "rogplus", "--keep", "0")
            self.reload()
            self.assertEqual(push.ask(call("b", at_ms)).problem.status, 401, "that was the old key")
        with Push(self.wot) as push:
            self.assertEqual(push.ask(call("b", at_ms)).receipts[0].code, 202)
        self.wot.wotctl("client", "revoke", "rogplus")
        self.reload()
        self.assertEqual(self.wot.post("rogplus", "/v1/brief-contacts", contact("b"))[0], 401)
        self.assertEqual(self.wot.wotctl("client", "add", "rogplus", "desk", check=False).returncode, 2)
        self.wot.wotctl("client", "rotate", "rogplus", "--keep", "0")
        self.reload()
        self.assertEqual(self.wot.post("rogplus", "/v1/brief-contacts", contact("c"))[0], 202)

    def test_a_crash_leaves_no_core_file_in_which_persons_could_be(self):
        limits = pathlib.Path(f"/proc/{self.wot.processes['intake'].pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +1 +1 ")

    def test_the_key_of_a_day_that_is_over_is_destroyed_though_nobody_calls(self):
        with Wot() as wot:
            wot.start("intake").stop("intake")
            kept = wot.dir / "intake/vault.caller"
            yesterday = int(time.time() // 86400) - 1
            kept.write_bytes(b"k" * 32 + struct.pack("<ii", yesterday, yesterday))
            wot.start("intake")
            wait_until(lambda: b"k" not in kept.read_bytes())


if __name__ == "__main__":
    unittest.main()
