"""What a newcomer sees: deploy/run-local with the sample, the table, the same again; then a look around with
wotctl and the stats sockets, and what an idle wot takes."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from wot import BIN, DAEMONS, HOUSE_PORTS, PATIENCE, ROOT, ask, note, ports_take, wait_until

LOGS = ("intake", "triage", "case")
PUBLISHED = {  # of 2025, as the table shows them
    "help_requests": "1001",
    "brief_contacts": "634",
    "contacts_total": "1635",
    "started_within_4_weeks": "76.0%",
    "started_within_1_week": "46.0%",
    "closed_within_6_months": "67.0%",
    "goals_met": "70.5%",
    "closures": "1054",
}
CLOSURES = {"GOALS_MET": 743, "STOPPED_BY_CLIENT": 154, "REDIRECTED_SPECIALIST": 66, "UNKNOWN": 91}
IDLE_SECONDS, IDLE_CPU, IDLE_RSS_KIB = 4, 0.03, 20 * 1024  # the promise is 1 % of one core; a busy machine is not exact


def run_local(*args):
    return [ROOT / "deploy/run-local", *map(str, args)]


class Newcomer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="wot-new-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        cls.base, lock = ports_take(HOUSE_PORTS)
        cls.addClassCleanup(lock.close)
        cls.env = {**os.environ, "WOT_BIN": str(BIN)}
        cls.first = cls.once()
        running = cls.start()
        cls.first_kpi = cls.kpi_text()
        cls.end(running)
        cls.second = cls.once()
        cls.addClassCleanup(cls.end, cls.start())
        cls.wotctl("status", "--wait", 30)

    @classmethod
    def once(cls):
        return subprocess.run(
            run_local(cls.dir, "--base-port", cls.base, "--once"), capture_output=True, text=True,
            timeout=180 * PATIENCE, env=cls.env)

    @classmethod
    def start(cls):
        """What is there, without the sample, until it is stopped."""
        with open(cls.dir / "out", "w") as out:
            run = subprocess.Popen(
                run_local(cls.dir, "--base-port", cls.base, "--no-sample"), stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, env=cls.env, start_new_session=True)
        wait_until(lambda: "ready " in (cls.dir / "out").read_text() or run.poll() is not None, 60, "ready")
        return run

    @classmethod
    def end(cls, run):
        run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 0

    @classmethod
    def wotctl(cls, *args, code=0):
        done = subprocess.run(
            [BIN / "wotctl", "--dir", cls.dir, *map(str, args)], capture_output=True, text=True, timeout=60 * PATIENCE)
        assert done.returncode == code, f"{args}: {done.returncode} {done.stdout[-300:]}{done.stderr}"
        return done.stdout

    @classmethod
    def kpi_text(cls, *args):
        """As it is printed, but for the marks."""
        text = cls.wotctl("kpi", "--period", "2025", *args, "--json")
        return re.sub(r'"marks":\{[^}]*\}', "", text)

    def kpi(self, *args):
        return {figure["id"]: figure for figure in json.loads(self.wotctl("kpi", *args, "--json"))}

    # ---- the sample ----

    def test_once_ends_well_and_says_when_it_is_ready(self):
        self.assertEqual(self.first.returncode, 0, self.first.stderr)
        self.assertRegex(self.first.stdout, r"(?m)^ready http://127\.0\.0\.1:\d+")
        lines = int(re.search(r" (\d+) accepted, 0 were there already, 0 refused", self.first.stderr)[1])
        self.assertGreater(lines, 20000)

    def test_the_table_shows_the_published_figures_beside_this_years(self):
        table = {words[0]: words[1:] for words in map(str.split, self.first.stdout.splitlines()) if len(words) > 1}
        for name, value in PUBLISHED.items():
            self.assertEqual(table[name][0], value, name)
            self.assertGreaterEqual(len([word for word in table[name] if word[0].isdigit()]), 2, "this year is beside it")

    def test_the_figures_behind_the_table(self):
        figures = self.kpi("--period", "2025")
        rows = {row["key"]: row["count"] for row in figures["closures"]["by"]}
        self.assertEqual({name: count for name, count in rows.items() if count}, CLOSURES)
        goals = figures["goals_met"]
        self.assertEqual([round(goals[name], 3) for name in ("low", "high")], [0.705, 0.791])
        self.assertEqual((figures["tailored_solutions"]["value"], figures["tailored_saving"]["mean"]), (18, 39000))
        self.assertEqual((figures["feedback_cards"]["value"], figures["complaints"]["value"]), (48, 1))

    def test_the_same_sample_again_changes_nothing(self):
        self.assertEqual(self.second.returncode, 0, self.second.stderr)
        self.assertIn(" 0 refused", self.second.stderr)
        self.assertEqual(self.kpi_text(), self.first_kpi)

    # ---- a look around ----

    def test_tail_shows_each_log_as_it_is(self):
        for log in LOGS:
            info = json.loads(ask(self.dir, log, "show info json"))
            rows = [json.loads(line) for line in self.wotctl("tail", log, "--from", info["head"] - 9, "--json").splitlines()]
            self.assertEqual([row["seq"] for row in rows], list(range(info["head"] - 9, info["head"] + 1)))
            text = self.wotctl("tail", log, "--from", info["head"] - 9).splitlines()
            self.assertEqual([int(line.split()[1]) for line in text], [row["seq"] for row in rows])
        self.wotctl("tail", "nonsense", code=2)
        self.wotctl("tail", "intake", "--from", "0", code=2)

    def test_the_rows_of_explain_add_up_to_the_figure(self):
        for period, definition in (("2025", "2025"), ("2025-Q2", "2025"), ("2026-03", "2023")):
            for id, figure in self.kpi("--period", period, "--definition", definition).items():
                rows = json.loads(self.wotctl("explain", id, "--period", period, "--definition", definition, "--json"))
                with self.subTest(id=id, period=period, definition=definition):
                    for name in ("count", "of", "unknown"):
                        if figure[name] is not None and not (name == "of" and id == "requests_by_ward"):
                            self.assertEqual(sum(row[name] or 0 for row in rows), figure[name], name)

    def test_the_rows_of_one_ward_add_up_to_its_row(self):
        figure = self.kpi("help_requests", "--period", "2025", "--by", "ward")["help_requests"]
        self.assertEqual(sum(row["count"] for row in figure["by"]), figure["count"])
        for row in figure["by"]:
            rows = json.loads(self.wotctl("explain", "help_requests", "--period", "2025", "--where", f"ward={row['key']}", "--json"))
            self.assertEqual(sum(one["count"] for one in rows), row["count"], row["key"])
            self.assertTrue(all(one["ward"] == row["key"] and one["day"].startswith("2025") for one in rows))

    def test_the_stats_sockets_speak_haproxys_convention(self):
        for daemon in DAEMONS:
            info, _, stat = ask(self.dir, daemon, "show info; show stat csv").partition("\n\n")
            self.assertIn(f"daemon: {daemon}", info)
            header, *rows = stat.strip().splitlines()
            self.assertRegex(header, "^# .*received,accepted,duplicate,refused,bytes,head,lag,oldest_ms,p50_ms,p99_ms,")
            self.assertTrue(rows and all(row.count(",") == header.count(",") for row in rows))
            unknown = ask(self.dir, daemon, "do something")
            for known in ("show info", "show stat", "show errors", "show peers", "help", "quit", "prompt"):
                self.assertIn(known, unknown)
            self.assertNotIn("set log-level", unknown, "the plain socket is for reading only")
            self.assertIn("set log-level", ask(self.dir, daemon, "help", admin=True))
            self.assertTrue(ask(self.dir, daemon, "show metrics").rstrip().endswith("# EOF"))
        self.assertIn("help_requests", ask(self.dir, "aggregate", "show kpi period 2025"))

    def test_a_prompt_keeps_the_socket_open(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(20)
            sock.connect(str(self.dir / "intake.sock"))
            sock.sendall(b"prompt\n")
            for line in ("show version", "show info", "show version"):
                sock.sendall(line.encode() + b"\n")
            sock.sendall(b"quit\n")
            answer = b""
            while chunk := sock.recv(65536):
                answer += chunk
        self.assertEqual(answer.count(b"wot-intake "), 2)

    def test_status_says_that_all_is_read(self):
        status = json.loads(self.wotctl("status", "--json"))
        for reader in ("triage", "case", "aggregate"):
            for log in LOGS:
                if f"read_{log}" in status[reader]:
                    self.assertEqual(status[reader][f"read_{log}"], status[log]["head"], f"{reader} reads {log}")
        self.wotctl("replay", "--check")
        self.wotctl("verify")

    # ---- what it takes ----

    def test_an_idle_wot_takes_next_to_nothing(self):
        pids = {daemon: json.loads(ask(self.dir, daemon, "show info json"))["pid"] for daemon in DAEMONS}

        def ticks():
            stats = [pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in pids.values()]
            return sum(int(stat[11]) + int(stat[12]) for stat in stats)

        self.wotctl("status", "--wait", 30)
        before, begun = ticks(), time.monotonic()
        time.sleep(IDLE_SECONDS)  # nothing to wait for: that nothing happens is what is measured
        cpu = (ticks() - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - begun)
        rss = {}
        for daemon, pid in pids.items():
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            rss[daemon] = int(re.search(r"RssAnon:\s+(\d+) kB", status)[1])
        shown = ", ".join(f"{daemon} {kib / 1024:.1f}" for daemon, kib in rss.items())
        note(f"idle with the sample: RssAnon MiB {shown}; CPU of all four {100 * cpu:.2f} %")
        self.assertLess(max(rss.values()), IDLE_RSS_KIB * PATIENCE, rss)
        self.assertLess(cpu, IDLE_CPU * PATIENCE)


if __name__ == "__main__":
    unittest.main()
