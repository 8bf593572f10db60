"""A disk that is full, and a map that is: nothing acknowledged is lost, and it goes on by itself."""
import collections
import concurrent.futures
import contextlib
import http.client
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import history
import zmq
from pushclient import Push, call
from wot import DAEMONS, Wot, note, wait_until

MIB = 1 << 20
BALLAST = "ballast"
PATHS = {"request": "/v1/help-requests", "contact": "/v1/brief-contacts"}


@contextlib.contextmanager
def small_disk(path, mib):
    path.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700", "tmpfs", path], capture_output=True, text=True)
    if done.returncode:
        raise unittest.SkipTest(f"a small tmpfs cannot be mounted here: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def free_bytes(path):
    stat = os.statvfs(path)
    return stat.f_bavail * stat.f_frsize


def fill(path, leave):
    """Ballast, so that so many bytes are left."""
    with open(path / BALLAST, "ab") as ballast:
        while (more := free_bytes(path) - leave) > 0:
            ballast.write(bytes(min(more, MIB)))
            ballast.flush()


class DiskFull(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("only root may mount a small disk")
        self.accepted = {}  # ref: (id, seq)
        self.refused = collections.Counter()  # with 503, by path

    def submit(self, wot, ref):
        """A help request with a person, or a brief contact. Returns the code, notes the receipt."""
        body = {"externalRef": ref, "occurredAt": "2026-01-05T10:00:00Z", "channel": "PHONE"}
        path = PATHS[ref.split("-")[0]]
        if path == PATHS["request"]:
            body.update(person={"name": "Test", "birthDate": "1980-05-17"}, question="x" * 4000)
        else:
            body.update(answer="ADVICE")
        try:
            code, answer, headers = wot.request("POST", path, "desk", body)
        except (OSError, http.client.HTTPException):
            return 0
        if code == 503:
            self.refused[path] += 1
            self.assertEqual(answer["type"], "urn:wot:disk-full", answer)
            self.assertIsNotNone(headers["Retry-After"])
        else:
            self.assertIn(code, (200, 202), answer)
            receipt = (answer["id"], answer["seq"])
            self.assertEqual(self.accepted.setdefault(ref, receipt), receipt)
        return code

    def until_full(self, wot, executor):
        """Submits from several clients at once until nothing is taken. Returns those that wait, and all refs."""
        waiting, refs = [], []
        self.refused.clear()
        while not self.refused[PATHS["contact"]]:
            refs.append(f"{('request', 'contact')[len(refs) % 2]}-{len(self.accepted)}-{len(refs)}")
            waiting.append(executor.submit(self.submit, wot, refs[-1]))
            done, _ = concurrent.futures.wait(waiting, 0.05, concurrent.futures.FIRST_COMPLETED)
            for one in done:
                one.result()  # raises what it raised
            waiting = [one for one in waiting if one not in done]
            self.assertLess(len(refs), 20000, "the disk does not fill up")
        return waiting, refs

    def holds(self, wot):
        """Everything acknowledged is there once; logs and figures agree."""
        wot.settle()
        stored = {row["event"]["externalRef"]: (row["event"]["id"], row["seq"]) for row in wot.tail("intake")
                  if "digest" in row["event"]}
        self.assertEqual(stored, self.accepted)
        self.assertEqual(wot.wotctl("replay", "--check").returncode, 0)
        self.assertEqual(wot.kpi("--period", "2026")["contacts_total"]["value"], len(self.accepted))
        self.assertEqual(wot.stop(), [0] * len(DAEMONS))
        wot.wotctl("verify")

    def fill_and_resume(self, wot, disk, leave):
        for name in DAEMONS:  # a daemon that was killed could not resume by itself
            self.assertIsNone(wot.processes[name].poll(), name)
        with concurrent.futures.ThreadPoolExecutor(32) as executor:
            fill(disk, leave)
            waiting, refs = self.until_full(wot, executor)
            self.assertEqual(wot.get(None, "/healthz")[0], 503)
            self.assertIn("disk_full", wot.ask("intake", "show errors") + wot.ask("intake", "show info"))
            for _ in range(5):  # being asked again and again changes nothing
                self.assertEqual(self.submit(wot, "contact-more"), 503)
            acknowledged = len(self.accepted)
            os.unlink(disk / BALLAST)
            freed = time.monotonic()
            codes = [one.result(30) for one in waiting]
            self.assertNotIn(0, codes, "one that waited was never answered")
            wait_until(lambda: self.submit(wot, "contact-more") in (200, 202), 10, "submissions are taken again")
            note(f"disk full: {acknowledged} acknowledged before, {len(self.accepted) - acknowledged} that waited "
                 f"answered and open again {time.monotonic() - freed:.2f} s after there was room")
            for ref in refs:  # those that got 503 try again, the others get their receipts again
                self.assertIn(self.submit(wot, ref), (200, 202))
        for name in DAEMONS:
            self.assertIsNone(wot.processes[name].poll(), f"{name}: {wot.log(name)[-500:]}")
            wot.wait_healthy(name)

    def test_intakes_disk(self):
        with Wot() as wot, small_disk(wot.dir / "intake", 12) as disk:
            wot.start()
            self.fill_and_resume(wot, disk, 2 * MIB)
            self.fill_and_resume(wot, disk, MIB // 2)  # and once more
            self.holds(wot)

    def test_everybodys_disk(self):
        with tempfile.TemporaryDirectory() as above:
            path = pathlib.Path(above) / "disk"
            with small_disk(path, 12) as disk, Wot(disk) as wot:
                wot.start()
                self.fill_and_resume(wot, disk, MIB)
                self.holds(wot)

    def test_a_reader_whose_disk_is_full_catches_up(self):
        for name in ("triage", "case", "aggregate"):
            with self.subTest(name), Wot() as wot, small_disk(wot.dir / name, 12) as disk:
                wot.start()
                self.accepted = {}
                fill(disk, 0)
                for i in range(40):
                    self.assertEqual(self.submit(wot, f"request-{i}"), 202)
                wait_until(lambda: "disk_full: yes" in wot.ask(name, "show info"), what=f"{name} says that its disk is full")
                self.assertEqual(wot.get(None, "/healthz", daemon=name)[0], 503)
                settled = wot.wotctl("status", "--wait", 2, check=False)
                self.assertEqual(settled.returncode, 1, "what a full disk keeps in memory is not settled")
                os.unlink(disk / BALLAST)
                self.holds(wot)

    def test_killed_and_started_again_while_the_disk_is_full(self):
        with Wot() as wot, small_disk(wot.dir / "intake", 12) as disk:
            wot.start()
            for i in range(10):
                self.assertEqual(self.submit(wot, f"request-{i}"), 202)
            fill(disk, 0)
            refs = []
            for _ in range(3):
                wot.kill("intake")
                wot.spawn("intake")
                wait_until(lambda: "event=ready" in wot.log("intake").rsplit("event=replayed", 1)[-1], what="it starts")
                with concurrent.futures.ThreadPoolExecutor(8) as executor:
                    refs += self.until_full(wot, executor)[1]
                    wot.kill("intake")  # those that wait get no answer
            os.unlink(disk / BALLAST)
            wot.start("intake")
            for ref in refs:
                self.assertIn(self.submit(wot, ref), (200, 202))
            self.holds(wot)

    def test_no_room_to_start(self):
        with Wot() as wot, small_disk(wot.dir / "intake", 1) as disk:
            fill(disk, 0)
            wot.spawn("intake")
            self.assertEqual(wot.processes["intake"].wait(20), 1)
            self.assertRegex(wot.log("intake"), "event=not_started.*full")
            os.unlink(disk / BALLAST)
            wot.start("intake")


class MapFull(unittest.TestCase):
    def test_a_full_map_stops_clearly_and_resumes_with_a_larger_one(self):
        with Wot(settings={"map_size_mib": 16}) as wot:
            wot.start("intake")
            accepted, frames = {}, 0

            def push(number):
                frame = [call(f"call-{number:05d}-{i:04d}", history.AT, call_id=f"{number}-{i}") for i in range(1000)]
                client.submit(frame)
                for sent, receipt in zip(frame, client.receipts().receipts):
                    self.assertIn(receipt.code, (200, 202))
                    accepted[sent.external_ref] = receipt.seq

            with Push(wot) as client:
                client.socket.rcvtimeo = 3000
                with contextlib.suppress(zmq.Again):  # no answer any more
                    while frames < 1000:
                        push(frames)
                        frames += 1
            self.assertLess(frames, 1000, "the map does not fill up")
            self.assertEqual(wot.processes["intake"].wait(20), 1)
            self.assertRegex(wot.log("intake"), "event=map_full.*map_size_mib")
            self.assertEqual(wot.log("intake").count("event=map_full"), 1)
            wot.processes.pop("intake")

            wot.write_config(map_size_mib=64)
            wot.start()
            with Push(wot) as client:
                for number in range(frames + 2):
                    push(number)
            wot.settle()
            stored = {row["event"]["externalRef"]: row["seq"] for row in wot.tail("intake") if row["kind"] == "call"}
            self.assertEqual(stored, accepted)
            self.assertEqual(wot.stop(), [0] * len(DAEMONS))
            wot.wotctl("verify")


if __name__ == "__main__":
    unittest.main()
