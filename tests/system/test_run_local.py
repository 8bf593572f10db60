"""deploy/run-local: all of wot in the foreground, as a person at a terminal starts and stops it."""
import contextlib
import fcntl
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from wot import BIN, DAEMONS, HOUSE_PORTS, ROOT, ports_take, wait_until


def signals_default():
    """What a shell in the background ignores its children ignore too, and no script may change that."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class RunLocal(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="wot-run-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.base, lock = ports_take(HOUSE_PORTS)
        self.addCleanup(lock.close)

    def start(self, folder="run", base=None, ready=True):
        """As from a terminal: in the foreground, at the head of a process group."""
        out = open(self.dir / f"out-{len(list(self.dir.glob('out-*')))}", "w+")
        self.addCleanup(out.close)
        command = [ROOT / "deploy/run-local", self.dir / folder, "--base-port", str(base or self.base), "--no-sample"]
        run = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, "WOT_BIN": str(BIN)}, preexec_fn=signals_default)
        self.addCleanup(self.end, run)
        run.text = lambda: pathlib.Path(out.name).read_text()
        if ready:
            wait_until(lambda: "\nready " in "\n" + run.text() or run.poll() is not None, 40, "ready")
            self.assertIsNone(run.poll(), run.text())
        return run

    def end(self, run):
        if run.poll() is None:
            run.send_signal(signal.SIGTERM)
            run.wait(30)

    def pid(self, name):
        return int((self.dir / "run" / f"{name}.pid").read_text())

    def stopped_at(self, name):
        lines = (self.dir / "run" / f"{name}.log").read_text().splitlines()
        return re.search(r"time=(\S+)", next(line for line in reversed(lines) if "event=stopping" in line)).group(1)

    def test_ctrl_c_stops_all_four_in_order_and_quietly(self):
        run = self.start()
        os.killpg(run.pid, signal.SIGINT)
        self.assertEqual(run.wait(30), 0)
        self.assertNotIn("ended", run.text())
        self.assertNotIn("died", run.text())
        times = [self.stopped_at(name) for name in DAEMONS]
        self.assertEqual(times, sorted(times))

    def test_a_daemon_that_dies_is_started_again(self):
        run = self.start()
        first = self.pid("triage")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: "wot-triage died (137), started again" in run.text())
        wait_until(lambda: (self.dir / "run/triage.pid").exists() and self.pid("triage") != first)
        self.end(run)
        self.assertEqual(run.returncode, 0, run.text())

    def test_a_daemon_that_cannot_start_is_not_tried_without_end(self):
        self.end(self.start())
        data = self.dir / "run/triage/data.mdb"
        data.write_bytes(b"x" * 65536)
        run = self.start(ready=False)
        wait_until(lambda: run.text().count("wot-triage died (1)") >= 3)
        log = (self.dir / "run/triage.log").read_text()
        times = re.findall(r"time=\S+T(\d+):(\d+):([\d.]+)Z \S+ \S+ event=not_started", log)
        seconds = [int(h) * 3600 + int(m) * 60 + float(s) for h, m, s in times]
        self.assertTrue(all(b - a > 0.9 for a, b in zip(seconds, seconds[1:])), seconds)

    def lock(self, name, seconds):
        """Somebody holds that daemon's folder from the moment that it dies on."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        held = open(self.dir / "run" / name / "lock", "r+")
        os.kill(pid, signal.SIGKILL)
        fcntl.flock(held, fcntl.LOCK_EX)
        timer = threading.Timer(seconds, held.close)
        timer.start()
        self.addCleanup(timer.join)

    def test_a_lock_that_is_held_for_a_moment_is_waited_for(self):
        run = self.start()
        for name in DAEMONS:
            with self.subTest(name):
                first = self.pid(name)
                self.lock(name, 2)
                log = self.dir / "run" / f"{name}.log"
                wait_until(lambda: "event=lock_awaited" in log.read_text())
                wait_until(lambda: (self.dir / f"run/{name}.pid").exists() and self.pid(name) != first)
                wait_until(lambda: log.read_text().count("event=ready") >= 2, 30, f"{name} is there again")
        self.assertIsNone(run.poll(), run.text())
        self.end(run)
        self.assertEqual(run.returncode, 0, run.text())

    def seize(self, name, port, seconds):
        """Somebody takes the port of that daemon at the moment that it dies."""
        pid = self.pid(name)
        keeper = int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(keeper, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)
        taken = socket.socket()
        self.addCleanup(taken.close)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)

        def bound():
            with contextlib.suppress(OSError):
                taken.bind(("127.0.0.1", port))
                return True
        wait_until(bound)
        taken.listen()
        os.kill(keeper, signal.SIGCONT)
        timer = threading.Timer(seconds, taken.close)
        timer.start()
        self.addCleanup(timer.join)

    def test_a_port_that_is_held_for_a_moment_is_waited_for(self):
        run = self.start()
        for i, name in enumerate(DAEMONS):
            pushes = name != "aggregate"
            for port in [self.base + i, self.base + 10 + i][:1 + pushes]:
                with self.subTest(name, port=port - self.base):
                    log = self.dir / "run" / f"{name}.log"
                    ready, awaited = (log.read_text().count(f"event={word}") for word in ("ready", "address_awaited"))
                    self.seize(name, port, 2)
                    wait_until(lambda: log.read_text().count("event=address_awaited") > awaited)
                    wait_until(lambda: log.read_text().count("event=ready") > ready, 30, f"{name} is there again")
        self.assertIsNone(run.poll(), run.text())
        self.end(run)
        self.assertEqual(run.returncode, 0, run.text())

    def test_a_daemon_that_ends_for_good_ends_all_of_it(self):
        wrong = lambda path: path.write_text(path.read_text() + "tea_cups: many\n")
        for name, spoil in zip(DAEMONS, (wrong, pathlib.Path.unlink, wrong, pathlib.Path.unlink), strict=True):
            with self.subTest(name):
                run = self.start(folder=f"run-{name}")
                folder = self.dir / f"run-{name}"
                spoil(folder / "wot.yaml")
                os.kill(int((folder / f"{name}.pid").read_text()), signal.SIGKILL)
                self.assertEqual(run.wait(40), 2, run.text())
                self.assertIn(f"wot-{name} ended with 2", run.text())
                self.assertEqual(list(folder.glob("*.pid")), [])

    def test_a_lack_of_descriptors_at_a_start_is_not_taken_for_a_wrong_setting(self):
        self.end(self.start())
        command = [BIN / "wot-intake", "--config", self.dir / "run/wot.yaml", "--dir", self.dir / "run"]
        codes = []
        for limit in range(6, 200):
            intake = subprocess.Popen(
                command, stderr=subprocess.PIPE, text=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))
            ready = any("event=ready" in line for line in intake.stderr)
            intake.terminate()
            intake.stderr.close()
            codes.append(intake.wait(20))
            if ready:
                break
        self.assertTrue(ready)
        self.assertGreater(len(codes), 5)
        self.assertNotIn(2, codes)

    def test_a_second_start_in_the_same_folder_leaves_the_first_alone(self):
        run = self.start()
        settings = (self.dir / "run/wot.yaml").read_text()
        second = self.start(base=self.base + 5, ready=False)
        self.assertEqual(second.wait(30), 2)
        self.assertIn("is in use", second.text())
        self.assertEqual((self.dir / "run/wot.yaml").read_text(), settings)
        self.assertTrue(all(self.pid(name) for name in DAEMONS))
        self.assertIsNone(run.poll())

    def test_a_taken_port_ends_it_with_2_and_says_which(self):
        run = self.start()
        second = self.start(folder="other", ready=False)
        self.assertEqual(second.wait(60), 2, second.text())
        self.assertRegex(second.text(), rf"127\.0\.0\.1:{str(self.base)[:-2]}\d\d\b.*(Address already in use|is taken)")
        self.assertIsNone(run.poll())


if __name__ == "__main__":
    unittest.main()
