"""wotctl queue-log against real daemons: whatever happens to the file, to the reader and to intake, the figures are those of
a plain fold of all lines that were written, and no call is in twice or missing.

    make queue-log      the whole: 100,000 lines, 40 rotations, 20 kills of the reader and 20 of intake"""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import time
import unittest

from queue_log import CALLBACK_KEY, Centre, Fold
from wot import BIN, Wot, ask, note, wait_until

WHOLE = bool(os.environ.get("WOT_QUEUE_LOG_WHOLE"))
DAY = 86400


class Reader:
    """wotctl queue-log beside a running wot."""

    def __init__(self, wot, file, *words):
        self.wot, self.file, self.words = wot, pathlib.Path(file), words
        self.state = wot.dir / f"{self.file.name}.state"
        self.process = None

    def command(self, *words):
        return [BIN / "wotctl", "--dir", self.wot.dir, "--client", "rogplus", "queue-log", self.file, *self.words, *words]

    def once(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True)
        counts = {name: int(count) for count, name in re.findall(r"(\d+) (lines|accepted|were|told|passed|rejected)", done.stderr)}
        return done.returncode, counts, done.stderr

    def start(self):
        with open(self.wot.dir / "reader.log", "ab") as log:
            self.process = subprocess.Popen(self.command("--follow"), stderr=log, stdin=subprocess.DEVNULL)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def place(self):
        """Which file it has come to and how far."""
        with contextlib.suppress(OSError):
            text = self.state.read_text()
            return int(re.search(r"^file \d+ (\d+)", text, re.M)[1]), int(re.search(r"^place (\d+)", text, re.M)[1])
        return None

    def wait_read(self):
        """Until all that stands in the file is answered."""
        def is_read():
            self.alive()
            stat = os.stat(self.file)
            return self.place() == (stat.st_ino, stat.st_size)
        wait_until(is_read, 120, "the reader has read all")

    def alive(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the reader ended: {(self.wot.dir / 'reader.log').read_text()[-800:]}")

    def rejected(self):
        return (self.wot.dir / f"{self.state.name}.rejected").read_text().splitlines()


def told_of(wot):
    """What intake's log says of calls, by ref; each event once."""
    told = {}
    log = subprocess.run([BIN / "wotctl", "--dir", wot.dir, "tail", "intake", "--json"], capture_output=True, text=True, check=True)
    for row in map(json.loads, log.stdout.splitlines()):
        if row["kind"] == "call":
            event = row["event"]
            assert event["externalRef"] not in told, "one ref twice"
            told[event["externalRef"]] = event
    return told


class Telephone(unittest.TestCase):
    def assert_told(self, wot, fold):
        """Each call as the fold has it, none twice, none missing."""
        told = told_of(wot)
        self.assertEqual(len(told), len(fold.told))
        self.assertEqual(set(told), set(fold.told))
        for ref, event in told.items():
            call = dict(event["body"]["call"])
            for name in ("callerHash", "cappedAt"):
                call.pop(name, None)
            wanted = dict(fold.told[ref])
            wanted.pop("at")
            self.assertEqual(call, wanted, ref)

    def assert_figures(self, wot, fold):
        wot.wotctl("status", "--wait", "60")
        for name, (count, of, unknown) in fold.figures().items():
            (figure,) = json.loads(wot.wotctl("kpi", name, "--period", f"{self.year}", "--json").stdout)
            found = [figure["value"] if name == "phone_wait_seconds" else figure["count"], figure["of"], figure["unknown"]]
            self.assertEqual(found, [count, of, unknown], name)

    def assert_no_number(self, wot, numbers):
        """In no file but those that the telephone centre writes."""
        for path in wot.dir.rglob("*"):
            if path.is_file() and not path.name.startswith("queue_log") or path.name.startswith("queue_log.state"):
                found = {number.decode() for number in re.findall(rb"06\d{8}", path.read_bytes())} & numbers
                self.assertFalse(found, path)

    def centre(self, seed, days_ago=40):
        start = (time.time() // DAY - days_ago) * DAY
        self.year = time.gmtime(start).tm_year
        return Centre(seed, start)


class AFile(Telephone):
    def test_it_is_counted_as_a_plain_fold_of_it_counts(self):
        lines = 50_000 if WHOLE else 4_000
        with Wot() as wot:
            wot.start()
            centre = self.centre(1)
            text = list(centre.lines(lines))
            (wot.dir / "queue_log").write_bytes(b"".join(line + b"\n" for line in text))
            fold = Fold(text)
            reader = Reader(wot, wot.dir / "queue_log", "--callback-key", CALLBACK_KEY)
            began = time.monotonic()
            code, counts, said = reader.once()
            rate = lines / (time.monotonic() - began)
            self.assertEqual(code, 1, said)
            expected = {
                "lines": lines, "accepted": len(fold.told), "were": fold.again, "told": fold.doubled, "passed": fold.passed,
                "rejected": fold.rejected,
            }
            self.assertGreater(min(expected.values()), 0)
            again = counts["were"] - expected["were"]  # what was sent twice, for its receipt was late
            self.assertEqual(counts, expected | {"accepted": expected["accepted"] - again, "were": expected["were"] + again})
            self.assert_told(wot, fold)
            self.assert_figures(wot, fold)
            self.assert_no_number(wot, centre.numbers)
            offsets = [int(row.split()[0]) for row in reader.rejected()]
            self.assertEqual(len(offsets), fold.rejected)
            whole = (wot.dir / "queue_log").read_bytes()
            self.assertTrue(all(offset == 0 or whole[offset - 1 : offset] == b"\n" for offset in offsets))
            self.assertEqual(reader.once()[:2], (0, {name: 0 for name in expected}))
            self.assertIn(f"counts lines {lines} accepted {counts['accepted']} ", reader.state.read_text())
            reader.state.unlink()
            code, counts, said = reader.once()
            self.assertEqual((code, counts["accepted"], counts["were"] + counts["told"]),
                (1, 0, len(fold.told) + fold.again + fold.doubled), said)
            note(f"{rate:.0f} lines/s")
            if WHOLE:
                self.assertGreater(rate, 5000)

    def test_who_has_no_state_yet_and_no_file_is_told(self):
        with Wot() as wot:
            reader = Reader(wot, wot.dir / "queue_log")
            self.assertIn("No such file", reader.once()[2])
            (wot.dir / "queue_log").write_text("")
            reader.state.write_text("something else\n")
            self.assertIn("is no state of queue-log", reader.once()[2])

    def test_two_readers_do_not_keep_one_state(self):
        with Wot() as wot:
            wot.start("intake")
            (wot.dir / "queue_log").write_text("1764000000|1.1|1501|NONE|ENTERQUEUE||0612345678|1\n")
            reader = Reader(wot, wot.dir / "queue_log").start()
            reader.wait_read()
            self.assertIn("another wotctl writes there", reader.once()[2])
            reader.kill()
            self.assertEqual(reader.once()[0], 0)

    def test_who_may_not_send_calls_skips_none(self):
        with Wot() as wot:
            wot.start("intake")
            (wot.dir / "queue_log").write_text("1764000000|1.1|1501|NONE|ENTERQUEUE||0612345678|1\n")
            reader = Reader(wot, wot.dir / "queue_log")
            done = wot.wotctl("--client", "gp", "queue-log", reader.file, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("intake takes no calls: 403", done.stderr)
            self.assertEqual(reader.once()[:2][1]["accepted"], 1)


    def test_maintenance_is_waited_for(self):
        with Wot() as wot:
            wot.start("intake")
            ask(wot.dir, "intake", "set maintenance on", admin=True)
            (wot.dir / "queue_log").write_text("1764000000|1.1|1501|NONE|ENTERQUEUE||0612345678|1\n" * 3)
            reader = Reader(wot, wot.dir / "queue_log").start()
            wait_until(lambda: int(re.search(r"^door +push +0 +0 +0 +(\d+)", ask(wot.dir, "intake", "show stat"), re.M)[1]) > 9)
            self.assertEqual(reader.place()[1], 0)
            ask(wot.dir, "intake", "set maintenance off", admin=True)
            reader.wait_read()
            reader.kill()
            self.assertEqual((len(told_of(wot)), reader.rejected()), (1, []))


class ALog(Telephone):
    """Written, rotated and read, while reader and intake are killed."""

    def setUp(self):
        self.lines, self.rotations, self.kills = (100_000, 40, 20) if WHOLE else (4_000, 8, 2)
        self.wot = self.enterContext(Wot())
        self.random = random.Random(7)
        self.file = self.wot.dir / "queue_log"
        self.written, self.turned = [], 0

    def write(self, count):
        lines = [line for line in (next(self.source, None) for _ in range(count)) if line is not None]
        with open(self.file, "ab") as out:
            out.write(b"".join(line + b"\n" for line in lines))
        self.written += lines

    # ---- the four kinds of rotation; the third and fourth leave nothing to read but what is open ----

    def shift(self):
        for number in range(12, 0, -1):
            for ending in ("", ".gz"):
                with contextlib.suppress(FileNotFoundError):
                    os.rename(f"{self.file}.{number}{ending}", f"{self.file}.{number + 1}{ending}")

    def rename(self):
        self.shift()
        os.rename(self.file, f"{self.file}.1")
        self.file.touch()  # as logrotate's `create`; Asterisk goes on in the old one until it is told
        lines = [next(self.source) for _ in range(3)]
        with open(f"{self.file}.1", "ab") as out:
            out.write(b"".join(line + b"\n" for line in lines))
        self.written += lines

    def copytruncate(self):
        self.shift()
        shutil.copy(self.file, f"{self.file}.1")
        os.truncate(self.file, 0)

    def delete(self):
        self.reader.wait_read()
        self.write(20)
        self.file.unlink()

    def compress(self):
        self.reader.wait_read()
        self.write(20)
        self.shift()
        os.rename(self.file, f"{self.file}.1")
        subprocess.run(["gzip", f"{self.file}.1"], check=True)

    def rotate(self):
        kind = (self.rename, self.copytruncate, self.delete, self.compress)[self.turned % 4]
        self.turned += 1
        kind()
        self.write(5)
        if kind in (self.delete, self.compress):
            self.reader.wait_read()  # a kill now would lose what is nowhere any more

    # ---- what goes wrong meanwhile ----

    def kill_reader(self):
        self.reader.kill()
        if self.random.random() < 0.5:  # two rotations that nobody looks at
            for kind in (self.rename, self.copytruncate):
                self.write(20)
                kind()
            self.write(10)
        self.reader.start()

    def kill_intake(self):
        self.wot.kill("intake")
        self.write(50)
        self.wot.start("intake")

    def test_it_is_counted_as_a_plain_fold_of_all_that_was_written(self):
        wot = self.wot.start()
        centre = self.centre(2)
        self.source = centre.lines(self.lines)
        self.file.touch()
        self.reader = Reader(wot, self.file, "--callback-key", CALLBACK_KEY).start()
        self.reader.wait_read()
        acts = [self.rotate] * self.rotations + [self.kill_reader] * self.kills + [self.kill_intake] * self.kills
        self.random.shuffle(acts)
        share = self.lines // (len(acts) + 2)
        for act in acts:
            self.write(share - 100)
            act()
        self.write(self.lines)
        self.reader.wait_read()
        peak = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.reader.process.pid}/status").read_text())[1])
        self.reader.kill()
        fold = Fold(self.written)
        self.assertEqual(len(self.written), self.lines)
        self.assert_told(wot, fold)
        self.assert_figures(wot, fold)
        self.assert_no_number(wot, centre.numbers)
        self.assertEqual(len(self.reader.rejected()), fold.rejected)
        self.assertNotIn("missing", (wot.dir / "reader.log").read_text())
        self.assertLess(peak, 40 * 1024, "KiB at most")
        note(f"{self.lines} lines, {len(fold.told)} submissions, {self.rotations} rotations, {self.kills} kills each; "
             f"reader {peak / 1024:.0f} MiB at most")


if __name__ == "__main__":
    unittest.main()
