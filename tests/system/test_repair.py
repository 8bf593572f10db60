"""wotctl verify says what is gone, and only that; a repair that is broken off at any step can be run again."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import history
from wot import BIN, DAEMONS, PATIENCE, Wot, wait_until

HERE = pathlib.Path(__file__).resolve().parent
LOGS = ("intake", "triage", "case")
BROKEN_OFF = 99  # fault.c's exit code


def wotctl(*args, env=None):
    return subprocess.run([BIN / "wotctl", *map(str, args)], capture_output=True, text=True,
                          timeout=60 * PATIENCE, env={**os.environ, **(env or {})})


class Stopped(unittest.TestCase):
    """A stopped wot with a history; each test has a copy of its own."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        history.lives(cls.wot, "life", 3)
        cls.wot.settle()
        cls.wot.stop("intake")
        shutil.copy(cls.wot.dir / "intake" / "data.mdb", cls.wot.dir / "older.mdb")
        cls.older = len(cls.wot.tail("intake"))
        cls.wot.start("intake")
        history.lives(cls.wot, "more", 2)
        cls.wot.settle()
        cls.wot.stop()
        cls.heads = {log: len(cls.wot.tail(log)) for log in LOGS}

    def setUp(self):
        above = tempfile.TemporaryDirectory()
        self.addCleanup(above.cleanup)
        self.dir = pathlib.Path(above.name) / "run"
        self.copy(self.dir)

    def copy(self, to):
        to.mkdir()
        for name in DAEMONS:
            shutil.copytree(self.wot.dir / name, to / name)

    def verify(self, code, pattern=None, dir=None):
        done = wotctl("--dir", dir or self.dir, "verify")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        if pattern:
            self.assertRegex(done.stdout + done.stderr, pattern)
        return done

    def start_says(self, name):
        """The exit code and the text of a start; it is killed when it is ready."""
        with open(self.dir / "log", "w+") as log:
            config = self.dir / "wot.yaml"
            config.write_text((self.wot.dir / "wot.yaml").read_text())
            process = subprocess.Popen([BIN / f"wot-{name}", "--config", config, "--dir", self.dir],
                                       stderr=log, cwd=self.wot.dir)
            path = pathlib.Path(log.name)
            try:
                wait_until(lambda: process.poll() is not None or "event=ready" in path.read_text(),
                           what="it starts or does not")
            finally:
                code = process.poll()
                process.kill()
                process.wait()
            return code, path.read_text()


class Verify(Stopped):
    def test_what_is_no_folder_of_logs_is_an_error(self):
        self.verify(0)
        file, empty = self.dir / "file", self.dir / "empty"
        file.write_text("")
        empty.mkdir()
        for path in (self.dir / "nowhere", self.dir / "intake", file, empty, file / "below"):
            with self.subTest(path.name):
                self.verify(1, re.escape(str(path)), path)

    def test_a_log_that_is_gone_is_an_error_for_all_that_have_read_it(self):
        for log in LOGS:
            with self.subTest(log):
                away = self.dir / f"{log}.away"
                (self.dir / log).rename(away)
                done = self.verify(1, f"{log}: sequence 1: is gone")
                self.assertIn("aggregate has read up to", done.stderr)
                away.rename(self.dir / log)

    def test_a_folder_that_was_emptied_is_an_error(self):
        for log in LOGS:
            shutil.rmtree(self.dir / log)
            (self.dir / log).mkdir()
            self.verify(1, f"{log}/data.mdb: no log here")
            shutil.rmtree(self.dir / log)
            shutil.copytree(self.wot.dir / log, self.dir / log)

    def test_a_log_on_another_machine_is_not_missed(self):
        shutil.rmtree(self.dir / "intake")
        settings = "intake_feed: tcp://192.0.2.1:9999\n"
        (self.dir / "wot.yaml").write_text(settings)
        self.verify(0, "aggregate +intake +read up to .*elsewhere")
        shutil.rmtree(self.dir / "triage")
        self.verify(1, "triage: sequence 1: is gone")

    def test_a_running_wot_is_whole_while_events_come_in(self):
        """Nothing is compared with what a log was before others read on: the feeds form a cycle."""
        with Wot() as wot:
            wot.start()
            city = wot.dir / "city.jsonl"
            city.write_text(wot.wotctl("simulate", "--from", "2025-01-01", "--to", "2025-06-01", "--seed", "1").stdout)
            load = subprocess.Popen([BIN / "wotctl", "--dir", wot.dir, "import", city], stderr=subprocess.DEVNULL)
            runs = 0
            while load.poll() is None or runs < 5:
                self.verify(0, dir=wot.dir)
                runs += 1
            wot.settle()
            self.verify(0, dir=wot.dir)

    def test_verify_needs_no_right_to_write_and_changes_nothing(self):
        def state():
            return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in self.dir.rglob("*") if path.is_file()}

        before = state()
        self.verify(0)
        wotctl("--dir", self.dir, "tail")
        self.assertEqual(state(), before)

    def test_a_row_that_cannot_be_found_keeps_a_daemon_from_starting(self):
        """One bit of its key: the submission would be taken in a second time."""
        path = self.dir / "intake" / "data.mdb"
        wotctl("accept-loss", self.dir / "intake")  # writes the file anew, without old pages
        data = bytearray(path.read_bytes())
        at = data.index(b"ddesk\0")
        data[data.index(b"\0", at) + 2] ^= 1
        path.write_bytes(data)
        code, text = self.start_says("intake")
        self.assertEqual(code, 1, text)
        self.assertIn("log intake: every event is there", text)
        self.verify(1, "rows")
        self.assertIn("nothing is lost", wotctl("accept-loss", self.dir / "intake").stdout)
        self.verify(0)
        self.assertIsNone(self.start_says("intake")[0])


class BrokenOff(Stopped):
    """accept-loss of a log that lost its tail, or of one with a wrong bit, ends at each step in turn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fault = cls.wot.dir / "fault.so"
        subprocess.run(["cc", "-O1", "-D_GNU_SOURCE", "-fPIC", "-shared", "-o", cls.fault, HERE / "fault.c", "-ldl"], check=True)

    def damage_tail(self):
        shutil.copy(self.wot.dir / "older.mdb", self.dir / "intake" / "data.mdb")
        return self.older

    def damage_bit(self):
        seqs = self.wot.tail("intake")
        row = seqs[len(seqs) // 2]
        path = self.dir / "intake" / "data.mdb"
        data = bytearray(path.read_bytes())
        for match in re.finditer(re.escape(bytes.fromhex(row["event"]["id"])), bytes(data)):
            data[match.start()] ^= 1
        path.write_bytes(data)
        return None

    def again(self, damage):
        shutil.rmtree(self.dir / "intake")
        shutil.copytree(self.wot.dir / "intake", self.dir / "intake")
        return damage()

    def accept(self, **fault):
        env = {"LD_PRELOAD": str(self.fault), "FAULT_STEP": str(fault["step"]), "FAULT_HOW": fault["how"]} if fault else None
        return wotctl("accept-loss", self.dir / "intake", env=env)

    def lost(self):
        return sorted((path.name, path.read_bytes()) for path in (self.dir / "intake").glob("lost-*"))

    def every_step(self, damage, how):
        """Whatever was broken off: the log does not start as if nothing were lost, and the next run completes it."""
        self.again(damage)
        kept = int(re.search(r"up to sequence (\d+) is whole", self.accept().stdout)[1])
        lost, step, fired = self.lost(), 0, True
        while fired:
            step += 1
            self.again(damage)
            done = self.accept(step=step, how=how)
            fired = "fault" in done.stderr
            with self.subTest(how=how, step=step):
                state = wotctl("--dir", self.dir, "verify").stdout
                whole = re.search(r"intake +intake .*chain whole", state)
                if whole:  # then it is the new one: under another id, and all others see that
                    self.assertNotEqual(self.ids("intake"), self.ids_before, state)
                again = self.accept()
                self.assertEqual(again.returncode, 0, again.stderr)
                self.assertIn(f"up to sequence {kept} is whole", again.stdout)
                self.assertEqual(self.lost(), lost)
                self.assertIn(f"1..{kept} ", wotctl("--dir", self.dir, "verify").stdout)
                self.assertFalse(list((self.dir / "intake").glob("*.tmp")) + list((self.dir / "intake").glob("*.part")))
        self.assertGreater(step, 5)

    @property
    def ids_before(self):
        return self.stream_id(self.wot.dir / "intake" / "data.mdb")

    def ids(self, log):
        return self.stream_id(self.dir / log / "data.mdb")

    @staticmethod
    def stream_id(path):
        """The id in the record of the log's name: what the next block is written under."""
        data = path.read_bytes()
        return {data[match.end():match.end() + 17] for match in re.finditer(rb"intake\x01", data)}

    def test_of_a_lost_tail_at_each_step_killed(self):
        self.every_step(self.damage_tail, "kill")

    def test_of_a_lost_tail_at_each_step_failed(self):
        self.every_step(self.damage_tail, "fail")

    def test_of_a_wrong_bit_at_each_step_killed(self):
        self.every_step(self.damage_bit, "kill")

    def test_of_a_wrong_bit_at_each_step_failed(self):
        self.every_step(self.damage_bit, "fail")

    def test_of_a_wrong_bit_amid_each_write(self):
        self.every_step(self.damage_bit, "half")

    def test_until_the_new_file_is_in_place_the_start_goes_on_to_refuse(self):
        self.again(self.damage_tail)
        self.assertEqual(self.start_says("intake")[0], 1)
        steps = 0
        while steps < 100:
            steps += 1
            self.again(self.damage_tail)
            before = (self.dir / "intake" / "data.mdb").read_bytes()
            if "fault" not in self.accept(step=steps, how="fail").stderr:
                break
            if (self.dir / "intake" / "data.mdb").read_bytes() == before:
                code, text = self.start_says("intake")
                self.assertEqual(code, 1, f"step {steps}: {text}")


if __name__ == "__main__":
    unittest.main()
