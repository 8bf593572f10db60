"""wotctl as a person at the console uses it: where it runs, and what it says when something is wrong."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from wot import BIN, Wot, now


def wotctl(*args):
    return subprocess.run([BIN / "wotctl", *args], capture_output=True, text=True)


class Console(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        above = pathlib.Path(tempfile.mkdtemp(prefix="wot-test-"))
        cls.addClassCleanup(shutil.rmtree, above, ignore_errors=True)
        cls.folder = above / ("a-folder-with-a-name-longer-than-a-socket-address-can-be-" * 2)
        cls.wot = cls.enterClassContext(Wot(dir=cls.folder))
        cls.wot.start()

    def lines(self, name, bodies):
        path = self.folder / name
        path.write_text("".join(json.dumps({"to": "/v1/help-requests", "body": body}) + "\n" for body in bodies))
        return path

    def test_a_long_folder_name_hides_no_socket(self):
        self.assertEqual(self.wot.wotctl("status").returncode, 0)
        self.assertEqual(self.wot.wotctl("tail", "triage").returncode, 0)

    def test_what_only_looks_needs_the_folder_and_no_settings(self):
        done = wotctl("verify", str(self.folder))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("chain whole", done.stdout)

    def test_json_may_be_asked_for_before_the_verb_and_after_it(self):
        for verb in ("daemons", "teams", "worklist"):
            before, after = self.wot.wotctl("--json", verb), self.wot.wotctl(verb, "--json")
            self.assertEqual(json.loads(after.stdout), json.loads(before.stdout))
            wrong = self.wot.wotctl(verb, "--csv", check=False)
            self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
            self.assertIn(f"--csv: unexpected argument; {verb} [--json]", wrong.stderr)

    def test_a_question_without_a_folder_says_what_is_needed(self):
        done = wotctl("kpi")
        self.assertEqual(done.returncode, 1)
        self.assertIn("needs --dir DIR", done.stderr)

    def test_what_cannot_be_read_is_no_empty_file(self):
        done = self.wot.wotctl("import", self.folder, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("Is a directory", done.stderr)

    def test_long_questions_are_sent_in_bodies_that_a_door_takes(self):
        person = {"name": "\U0001f3e0" * 200, "address": "\U0001f3e0" * 300}
        body = {"occurredAt": now(), "channel": "PHONE", "question": "\U0001f3e0" * 4000, "person": person}
        file = self.lines("long.jsonl", [{**body, "externalRef": f"long-{i}"} for i in range(70)])
        done = self.wot.wotctl("import", file, check=False)
        self.assertIn("70 accepted", done.stderr)

    def test_what_cannot_be_asked_is_refused_with_what_can(self):
        for asked, said in (
            ("kpi --period 2025-13", "2025-13 is no period; there are 2025, 2025-Q1,"),
            ("kpi --period 2025-02-30", "is no period"),
            ("kpi --period 2025-12-31..2025-01-01", "ends before it begins"),
            ("kpi nonsense", "there is no KPI nonsense; there are help_requests,"),
            ("kpi --by nonsense", "no KPI is split by nonsense; there are ward,"),
            ("kpi help_requests --by nonsense", "help_requests is not split by nonsense; it is by ward,"),
            ("kpi help_requests --by ward,age,team", "at most 2"),
            ("kpi help_requests --by ward=ZUID", "by ward=ZUID is a filter; write: where ward=ZUID"),
            ("kpi help_requests --by month,day", "one series"),
            ("kpi help_requests --by day --period 2015-01-01..2024-12-31", "3653 rows, more than 1100; ask by month"),
            ("kpi help_requests --where nonsense=1", "help_requests has no nonsense to filter by; it has ward,"),
            ("kpi --where nonsense=1", "no KPI can be filtered by nonsense; there are ward,"),
            ("kpi help_requests --where ward", "ward is no filter; one reads ward=ZUID"),
            ("kpi help_requests --where month=2025-03", "month is no filter: which it is says the period"),
            ("kpi --where channel=PIGEON", "channel is never PIGEON; there are"),
            ("forecast --where ward=ZUID", "forecast is of this quarter"),
            ("kpi --definition 1999", "there is no definition of 1999"),
            ("kpi --definition -1", "-1 is no year"),
            ("kpi --as-of 2026-02-30", "2026-02-30 is no day; one reads"),
            ("explain help_requests", "of which period?"),
            ("explain help_requests --period 2025 --by ward", "filtered: where ward=ZUID"),
            ("explain help_requests --period 2025 --by channel=PIGEON", "channel is never PIGEON; there are"),
            ("compare help_requests 2023", "compare ID YEAR YEAR"),
            ("compare help_requests 2023 next", "next is no year"),
        ):
            with self.subTest(asked=asked):
                done = self.wot.wotctl(*asked.split(), check=False)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(said, done.stderr)

    def test_the_last_line_needs_no_end(self):
        file = self.lines("open.jsonl", [{"externalRef": "open", "occurredAt": now(), "channel": "PHONE"}])
        file.write_text(file.read_text().rstrip("\n"))
        self.assertIn("1 accepted", self.wot.wotctl("import", file).stderr)

    def test_a_file_of_windows_is_read(self):
        file = self.lines(
            "windows.jsonl", [{"externalRef": f"win-{i}", "occurredAt": now(), "channel": "PHONE"} for i in range(3)])
        text = file.read_bytes().replace(b"\n", b"\r\n\r\n")
        file.write_bytes(b"\xef\xbb\xbf" + text)
        done = self.wot.wotctl("import", file)
        self.assertIn("3 accepted, 0 were there already, 0 refused", done.stderr)
        file.write_bytes(b"\n".join([text, b"\xef\xbb\xbf" + text]))
        done = self.wot.wotctl("push", file, check=False)
        self.assertIn("5 were there already, 1 refused", done.stderr)

    def test_a_nul_is_read_as_no_json(self):
        file = self.lines("nul.jsonl", [
            {"externalRef": f"nul-{i}", "occurredAt": now(), "channel": "PHONE", "peopleInvolved": 12}
            for i in range(2)])
        file.write_bytes(file.read_bytes().replace(b"12}", b"12\0}", 1))
        done = self.wot.wotctl("import", file, check=False)
        self.assertIn("1 accepted, 0 were there already, 1 refused", done.stderr)
        file.write_text('{"to": "/v1/help-requests\\u0000x", "body": {}}\n')
        done = self.wot.wotctl("import", file, check=False)
        self.assertIn("0 accepted, 0 were there already, 1 refused", done.stderr)

    def test_what_was_refused_is_for_its_owner_alone(self):
        bad = [{"externalRef": "bad", "channel": "PHONE", "person": {"name": "A. Testpersoon"}}]
        file = self.lines("refused.jsonl", bad)
        rejected = file.with_name(file.name + ".rejected")
        for verb in ("import", "push"):
            rejected.write_text("of another time")
            rejected.chmod(0o666)
            with self.subTest(verb=verb):
                self.assertEqual(self.wot.wotctl(verb, file, check=False).returncode, 1)
                self.assertIn("Testpersoon", rejected.read_text())
                self.assertEqual(rejected.stat().st_mode & 0o777, 0o600)


if __name__ == "__main__":
    unittest.main()
