"""Damage is found, named, and never walked over; and a daemon ends as it should, whatever is wrong."""
import concurrent.futures
import contextlib
import http.client
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import threading
import unittest

import history
from pushclient import Push, call
from wot import BIN, DAEMONS, PATIENCE, Wot, now, wait_until

LOGS = ("intake", "triage", "case")
FLIPS = 25  # a log
BODY, FIXED64, BYTES = 11, 1, 2  # of the wire format


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def event_end(data, at):
    """Where the event ends that begins here: after its body, its last field. None where another page overwrote it."""
    number = 0
    while number != BODY:
        before = number
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if not before < number <= BODY or at >= len(data):
            return None
        length, at = (8, at) if kind == FIXED64 else varint(data, at)
        at += length if kind in (FIXED64, BYTES) else 0
    return at


def event_bytes(data, event_id):
    """[(from, to)] of an event's copies in a file: LMDB leaves old pages behind."""
    starts = [match.start() for match in re.finditer(re.escape(b"\x0a\x10" + event_id), data)]
    places = [(at, event_end(data, at)) for at in starts]
    return [(at, to) for at, to in places if to and to <= len(data)]


class Folder(unittest.TestCase):
    """A stopped wot with a history; each test puts back what it spoils."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        history.lives(cls.wot, "life", 8)
        history.calls(cls.wot, "call", 30)
        cls.wot.settle()
        cls.wot.stop()
        cls.logs = {log: cls.wot.tail(log) for log in LOGS}
        for name in DAEMONS:  # nothing is lost, and the file is written anew without old pages
            cls.wot.wotctl("accept-loss", cls.wot.dir / name)
        cls.random = random.Random(4711)
        cls.kept = cls.wot.dir / "kept"
        for name in DAEMONS:
            shutil.copytree(cls.wot.dir / name, cls.kept / name)

    def setUp(self):
        self.addCleanup(self.put_back)

    def put_back(self):
        for name in list(self.wot.processes):
            self.wot.kill(name)
        for name in DAEMONS:
            shutil.rmtree(self.wot.dir / name)
            shutil.copytree(self.kept / name, self.wot.dir / name)

    def data(self, log):
        return self.wot.dir / log / "data.mdb"

    def run_daemon(self, name):
        return subprocess.run(
            [BIN / f"wot-{name}", "--config", self.wot.dir / "wot.yaml", "--dir", self.wot.dir],
            capture_output=True, text=True, timeout=30 * PATIENCE)

    def named(self, text, log, seq=None):
        """The text names that log, and a place not after seq; where seq may not be known."""
        match = re.search(rf"log {log}: event (\d+)|{log}: sequence (\d+)", text)
        self.assertIsNotNone(match, text)
        place = int(next(group for group in match.groups() if group))
        if seq:
            self.assertLessEqual(place, seq, text)
            self.assertGreater(place, seq - 64, text)
        return place

    def refuses_to_start(self, name, log, seq=None):
        done = self.run_daemon(name)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("event=not_started", done.stderr)
        self.assertRegex(done.stderr, "accept-loss|backup|put back a copy")  # a way on
        return seq is None and "every event is there" in done.stderr or self.named(done.stderr, log, seq)

    def flip(self, log, owner=None, rows=None):
        """One bit of one random event (of these), in every copy of it. Returns its seq."""
        path = self.data(owner or log)
        data = bytearray(path.read_bytes())
        row = self.random.choice(rows or self.logs[log])
        places = event_bytes(data, bytes.fromhex(row["event"]["id"]))
        self.assertTrue(places, f"{log} {row['seq']} is not in the file")
        length = min(to - at for at, to in places)
        offset, bit = self.random.randrange(length), 1 << self.random.randrange(8)
        for at, _ in places:
            data[at + offset] ^= bit
        path.write_bytes(data)
        return row["seq"]


class Damage(Folder):
    def verify(self):
        return self.wot.wotctl("verify", check=False)

    def test_a_whole_log_verifies_line_by_line(self):
        done = self.verify()
        self.assertEqual(done.returncode, 0, done.stderr)
        for log in LOGS:
            self.assertRegex(done.stdout, rf"{log} +{log} +1\.\.{len(self.logs[log])} ")
            self.assertRegex(done.stdout, rf"aggregate +{log} +1\.\.{len(self.logs[log])} ")

    def test_a_flipped_bit_in_any_event_is_found_and_named(self):
        for log in LOGS:
            whole = self.data(log).read_bytes()
            for _ in range(FLIPS):
                seq = self.flip(log)
                done = self.verify()
                with self.subTest(log=log, seq=seq):
                    self.assertEqual(done.returncode, 1, done.stdout)
                    self.named(done.stderr, log, seq)
                self.data(log).write_bytes(whole)

    def test_a_flipped_bit_in_a_replica_is_found_and_named(self):
        for log in LOGS:
            whole = self.data("aggregate").read_bytes()
            seq = self.flip(log, owner="aggregate")
            done = self.verify()
            self.assertEqual(done.returncode, 1, done.stdout)
            self.named(done.stderr, log, seq)
            self.assertIn("aggregate", done.stderr)
            self.refuses_to_start("aggregate", log, seq)
            self.data("aggregate").write_bytes(whole)

    def test_a_daemon_does_not_start_on_a_damaged_log(self):
        for log in LOGS:
            for _ in range(3):
                whole = self.data(log).read_bytes()
                seq = self.flip(log)
                with self.subTest(log=log, seq=seq):
                    self.refuses_to_start(log, log, seq)
                self.data(log).write_bytes(whole)

    def test_a_file_cut_off_is_found_and_named_and_not_started_on(self):
        for log in LOGS:
            whole = self.data(log).read_bytes()
            for part in (0, 0.001, 0.1, 0.3, 0.5):
                with self.subTest(log=log, part=part):
                    self.data(log).write_bytes(whole[:int(len(whole) * part)])
                    done = self.verify()
                    self.assertEqual(done.returncode, 1, done.stdout)
                    self.named(done.stderr, log)
                    self.refuses_to_start(log, log)
                self.data(log).write_bytes(whole)

    def test_a_cut_of_any_length_loses_nothing_silently(self):
        """The last pages may be free ones: then everything is still there, to the last event."""
        for log in LOGS:
            whole = self.data(log).read_bytes()
            for _ in range(10):
                length = self.random.randrange(len(whole))
                self.data(log).write_bytes(whole[:length])
                done = self.verify()
                with self.subTest(log=log, length=length, of=len(whole)):
                    if done.returncode == 0:
                        self.assertIn(f"1..{len(self.logs[log])} ", done.stdout)
                    else:
                        self.assertEqual(done.returncode, 1, done.stderr)
                        self.assertIn(log, done.stderr)
                self.data(log).write_bytes(whole)

    def test_a_log_that_is_gone_does_not_start_anew(self):
        for log in LOGS:
            self.data(log).rename(self.data(log).with_suffix(".away"))
            self.assertEqual(self.verify().returncode, 1)
            self.assertEqual(self.refuses_to_start(log, log), 1)

    def test_an_older_copy_of_a_log_is_found_by_what_others_have_read(self):
        """As after a wrong restore: whole in itself, but behind what was acknowledged and read."""
        self.wot.start()
        history.lives(self.wot, "later", 1)
        self.wot.settle()
        self.wot.stop()
        shutil.rmtree(self.wot.dir / "intake")
        shutil.copytree(self.kept / "intake", self.wot.dir / "intake")
        done = self.verify()
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(self.named(done.stderr, "intake"), len(self.logs["intake"]) + 1)
        self.wot.start("intake")
        for name in ("triage", "case", "aggregate"):
            done = self.run_daemon(name)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("diverged", done.stderr)


class WhileRunning(Folder):
    """The file is damaged under a daemon that is at work."""

    def setUp(self):
        super().setUp()
        self.wot.start("intake")

    def flip_in_place(self, log):
        row = self.random.choice(self.logs[log])
        with open(self.data(log), "r+b") as file:
            data = file.read()
            for at, to in event_bytes(data, bytes.fromhex(row["event"]["id"])):
                offset = self.random.randrange(at, to)
                file.seek(offset)
                file.write(bytes([data[offset] ^ 1 << self.random.randrange(8)]))
        return row["seq"]

    def test_verify_finds_it_and_no_reader_takes_it_in(self):
        seq = self.flip_in_place("intake")
        done = self.wot.wotctl("verify", check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.named(done.stderr, "intake", seq)
        shutil.rmtree(self.wot.dir / "aggregate")  # reads everything from the beginning
        for name in ("triage", "case"):
            self.wot.spawn(name)
        done = self.run_daemon("aggregate")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, "event=feed_halted stream=intake seq=[0-9]+ reason=damaged")

    def test_a_file_cut_off_that_is_read_ends_the_daemon_with_the_reason(self):
        os.truncate(self.data("intake"), 8192)
        self.wot.wotctl("verify", check=False)
        self.assertEqual(self.wot.processes["intake"].wait(20), 1)
        self.assertIn("event=log_unreadable", self.wot.log("intake"))
        self.assertIn("accept-loss", self.wot.log("intake"))

    def test_nothing_is_acknowledged_on_a_file_cut_off(self):
        os.truncate(self.data("intake"), 8192)
        body = {"externalRef": "after", "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"}
        with contextlib.suppress(OSError, http.client.HTTPException):  # or no answer at all
            self.assertGreaterEqual(self.wot.post("desk", "/v1/brief-contacts", body)[0], 500)
        self.assertIn(self.wot.processes["intake"].wait(20), (1, -signal.SIGABRT))
        self.assertRegex(self.wot.log("intake"), "event=(log_unreadable|store_damaged|store_commit_failed)")
        self.assertEqual(self.wot.wotctl("verify", check=False).returncode, 1)


class Loss(Folder):
    def test_accepting_the_loss_of_nothing_loses_nothing(self):
        for name in DAEMONS:
            self.assertIn("nothing is lost", self.wot.wotctl("accept-loss", self.wot.dir / name).stdout)
        self.assertEqual({log: self.wot.tail(log) for log in LOGS}, self.logs)
        self.wot.start()
        history.lives(self.wot, "later", 1)
        self.wot.settle()
        self.wot.wotctl("replay", "--check")

    def accept_loss(self, name):
        done = self.wot.wotctl("accept-loss", self.wot.dir / name)
        return int(re.search(r"up to sequence (\d+) is whole", done.stdout)[1])

    def test_after_accepted_loss_the_log_goes_on_and_readers_that_were_further_stop(self):
        seq = self.flip("intake", rows=self.logs["intake"][:8])  # of requests, which all have read for certain
        place = self.refuses_to_start("intake", "intake", seq)
        self.assertEqual(self.accept_loss("intake"), place - 1)
        done = subprocess.run([BIN / "wotctl", "--dir", self.wot.dir, "verify"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, "others have read what is gone")
        self.wot.start("intake")
        history.calls(self.wot, "after", 2)
        rows = self.wot.tail("intake")
        self.assertEqual([row["seq"] for row in rows], list(range(1, len(rows) + 1)))
        self.assertEqual([row["event"]["id"] for row in rows[:place - 1]],
                         [row["event"]["id"] for row in self.logs["intake"][:place - 1]])
        for name in ("triage", "case", "aggregate"):
            with self.subTest(name):
                done = self.run_daemon(name)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("reason=diverged", done.stderr)
                self.named(done.stderr, "intake") if "sequence" in done.stderr else self.assertIn("stream=intake", done.stderr)
                self.assertIn("wotctl", done.stderr)

    def test_readers_that_were_not_further_go_on_with_the_new_stream(self):
        self.wot.start("intake")
        refs = history.calls(self.wot, "unread", 6)
        self.wot.stop("intake")
        path = self.data("intake")
        data = bytearray(path.read_bytes())
        rows = self.wot.tail("intake")
        last = bytes.fromhex(rows[-1]["event"]["id"])
        for at, to in event_bytes(data, last):
            data[to - 1] ^= 1
        path.write_bytes(data)
        self.refuses_to_start("intake", "intake", rows[-1]["seq"])
        kept = self.accept_loss("intake")
        self.assertGreaterEqual(kept, len(self.logs["intake"]))
        self.assertLess(kept, rows[-1]["seq"])
        self.wot.start()
        history.calls(self.wot, "unread", 6)  # sent again: what was lost is accepted, the others are there
        history.lives(self.wot, "after", 1)
        self.wot.settle()
        stored = [row["event"].get("externalRef") for row in self.wot.tail("intake")]
        self.assertEqual([stored.count(ref) for ref in refs], [1] * len(refs))
        self.assertEqual(self.wot.wotctl("replay", "--check").returncode, 0)
        self.assertEqual(self.wot.stop(), [0, 0, 0, 0])
        self.assertEqual(self.wot.wotctl("verify").returncode, 0)

    def test_a_damaged_replica_is_fetched_again(self):
        self.flip("case", owner="aggregate")
        self.accept_loss("aggregate")
        self.wot.start()
        self.wot.settle()
        self.wot.wotctl("replay", "--check")
        self.assertEqual(self.wot.stop(), [0, 0, 0, 0])
        self.wot.wotctl("verify")


class PutBack(unittest.TestCase):
    """A folder that was put back from an older copy, lock and all: nothing in it says that its log once was longer."""

    def test_a_log_that_others_have_read_further_than_it_goes_is_not_gone_on_with(self):
        wot = self.enterContext(Wot())
        wot.start()
        history.lives(wot, "life", 1)
        wot.settle()
        wot.stop()
        shutil.copytree(wot.dir / "intake", wot.dir / "older")
        wot.start()
        history.lives(wot, "more", 1)
        wot.settle()
        wot.stop()
        shutil.rmtree(wot.dir / "intake")
        (wot.dir / "older").rename(wot.dir / "intake")
        # case cannot ask intake, whose answer it would end by; it only gives its log.
        settings = (wot.dir / "wot.yaml").read_text()
        (wot.dir / "wot.yaml").write_text(settings.replace("case:\n", "case:\n  intake_feed: ipc://nobody.feed\n"))
        wot.start("case")
        wot.spawn("intake")
        wait_until(lambda: wot.processes["intake"].poll() is not None, what="wot-intake has ended")
        self.assertEqual(wot.processes["intake"].poll(), 1, wot.log("intake"))
        self.assertIn("it has read more of this daemon's log than there is", wot.log("intake"))


class WrongUse(unittest.TestCase):
    """Exit 2, and a text that says what is wrong."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())

    def tearDown(self):
        for name in list(self.wot.processes):
            self.wot.kill(name)
        self.wot.write_config()

    def run_daemon(self, name, *args):
        args = args or ("--config", self.wot.dir / "wot.yaml", "--dir", self.wot.dir)
        return subprocess.run([BIN / f"wot-{name}", *args], capture_output=True, text=True, timeout=20 * PATIENCE)

    def run_daemons(self, names):
        """At once: each waits for a while before it gives up."""
        with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
            return zip(names, pool.map(self.run_daemon, names))

    def assert_wrong(self, done, *texts):
        self.assertEqual(done.returncode, 2, done.stderr)
        for text in texts:
            self.assertRegex(done.stderr, text)

    def test_a_second_daemon_on_the_same_folder_says_who_holds_it(self):
        self.wot.start()
        for name, done in self.run_daemons(DAEMONS):
            pid = self.wot.processes[name].pid
            self.assertEqual(done.returncode, 1, done.stderr)  # once that one is gone, starting it again would help
            self.assertRegex(done.stderr, rf"in use by wot-{name} \(pid {pid}\)")
        self.wot.post("desk", "/v1/brief-contacts", {"externalRef": "still-there", "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"})
        self.wot.settle()  # the first ones were not disturbed

    def test_a_taken_port_is_named(self):
        for push, names in ((False, DAEMONS), (True, LOGS)):
            ports = {name: self.wot.port(name, push=push) for name in names}
            with contextlib.ExitStack() as taken:
                for port in ports.values():
                    taken.enter_context(socket.create_server(("127.0.0.1", port)))
                for name, done in self.run_daemons(names):
                    with self.subTest(name=name, push=push):
                        self.assert_wrong(done, rf"127\.0\.0\.1:{ports[name]}")

    def test_a_wrong_setting_is_named_by_file_line_and_column(self):
        path = self.wot.dir / "wot.yaml"
        good = path.read_text()
        lines = good.count("\n")
        for wrong in ("colour: blue", "map_size_mib: many", "map_size_mib: 1", "intake: [", "log_level: loud"):
            path.write_text(f"{good}{wrong}\n")
            with self.subTest(wrong):
                self.assert_wrong(self.run_daemon("intake"), rf"wot\.yaml:{lines + 1}:\d+: ")

    def test_a_wrong_file_beside_it_is_named_by_file_line_and_column(self):
        for setting, name, text in (
            ("clients", "intake", "- name: x\n  rule: y\n"),
            ("rules", "triage", "teams: {a: {capacity: lots}}\n"),
            ("kpi", "aggregate", "kpis:\n  - nonsense\n"),
        ):
            path = self.wot.dir / f"wrong-{setting}.yaml"
            path.write_text(text)
            self.wot.write_config(**{setting: str(path)})
            with self.subTest(setting):
                self.assert_wrong(self.run_daemon(name), rf"{path.name}:\d+:\d+")
            del self.wot.settings[setting]

    def test_check_config_says_what_is_wrong_and_starts_nothing(self):
        config = self.wot.dir / "wot.yaml"
        self.assertEqual(self.run_daemon("intake", "--check-config", "--config", config).returncode, 0)
        kpis = self.wot.dir / "wrong-kpi.yaml"
        kpis.write_text("kpis:\n  help_requests: 3\n")
        self.wot.write_config(kpi=str(kpis))
        self.assert_wrong(self.run_daemon("case", "--check-config", "--config", config), r"wrong-kpi\.yaml:\d+:\d+")
        config.write_text("colour: blue\n")
        self.assert_wrong(self.run_daemon("intake", "--check-config", "--config", config), r"wot\.yaml:1:1")

    def test_wrong_arguments_are_shown_the_usage(self):
        config = self.wot.dir / "wot.yaml"
        for args in (["--dir", self.wot.dir], ["--config", config], ["--nonsense"], ["word"]):
            self.assert_wrong(self.run_daemon("intake", *args), "usage: wot-intake")
        self.assert_wrong(self.run_daemon("intake", "--config", self.wot.dir / "none", "--dir", self.wot.dir), "none")
        self.assert_wrong(self.run_daemon("intake", "--config", config, "--dir", self.wot.dir / "none"), "none")

    def test_help_and_version_are_no_mistake(self):
        for name in DAEMONS:
            for option, text in (("--help", "usage:"), ("--version", f"wot-{name} "), ("--print-docs", "map_size_mib")):
                done = self.run_daemon(name, option)
                self.assertEqual((done.returncode, text in done.stdout), (0, True), option)


class Stopping(unittest.TestCase):
    """SIGTERM and Ctrl-C: exit 0, and whatever was acknowledged is in the log."""

    def stop_under_load(self, how):
        with Wot() as wot:
            wot.start()
            receipts, stop = {}, threading.Event()

            def load():
                with Push(wot) as push:
                    push.socket.rcvtimeo = 200
                    frames = {}
                    while not stop.is_set():
                        if len(frames) < 32:
                            frame = [call(f"call-{push.request:06d}-{i}", 1763750000000) for i in range(8)]
                            frames[push.submit(frame)] = frame
                            continue
                        with contextlib.suppress(Exception):
                            answer = push.receipts()
                            for sent, receipt in zip(frames.pop(answer.request), answer.receipts):
                                receipts[sent.external_ref] = receipt.seq
            thread = threading.Thread(target=load)
            thread.start()
            wait_until(lambda: len(receipts) > 2000, what="2,000 receipts")
            codes = [wot.kill(name, how) for name in DAEMONS]
            stop.set()
            thread.join()
            self.assertEqual(codes, [0, 0, 0, 0])
            stored = {row["event"].get("externalRef"): row["seq"] for row in wot.tail("intake")}
            self.assertLessEqual(receipts.items(), stored.items())
            self.assertEqual(wot.wotctl("verify").returncode, 0)

    def test_sigterm(self):
        self.stop_under_load(signal.SIGTERM)

    def test_ctrl_c(self):
        self.stop_under_load(signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
