"""The annual report as of a day. A small town comes in day by day, on a clock of its own, so that everything is recorded on the
day on which it happened; the report of 2025 is made when 1 February 2026 is over, a year goes on with corrections, and the report
as of that day is the same to the last byte: also from a copy of the folder, in other time zones and locales."""
import calendar
import collections
import datetime
import glob
import json
import pathlib
import shutil
import subprocess
import unittest
import zoneinfo

from history import accepted
from wot import BIN, DAEMONS, ROOT, Wot

FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
FORMATS = (["--html"], ["--csv"], ["--json"], ["--json", "--internal"])
AS_OF = "2026-02-01"
ONE_IN = 61  # of the cases and contacts of a city
CALLS_ONE_IN = 500
PLACES = [("America/New_York", "nl_NL.UTF-8"), ("Asia/Tokyo", "tr_TR.UTF-8"), ("Pacific/Chatham", "C.UTF-8")]


class Clock:
    """What daemons take for the time: it stands still until it is set."""

    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "clock"
        self.before = ["env", "TZ=UTC", f"LD_PRELOAD={FAKETIME}", f"FAKETIME_TIMESTAMP_FILE={self.file}", "FAKETIME_NO_CACHE=1",
                       "FAKETIME_DONT_FAKE_MONOTONIC=1"]

    def set(self, day, time="21:30:00"):
        new = self.file.with_suffix(".new")
        new.write_text(f"{day} {time}")
        new.rename(self.file)


def town(lines):
    """Few of its cases and calls, whole; of what is rare, all. By day of occurrence."""
    days = collections.defaultdict(list)
    for line in lines.splitlines():
        sent = json.loads(line)
        body, path = sent["body"], sent["to"]
        name = body.get("caseRef") or body.get("callId") or body["externalRef"]
        number = name.split(".")[0].rpartition("-")[2]
        one_in = {"/v1/calls": CALLS_ONE_IN, "/v1/callbacks": CALLS_ONE_IN}.get(path, ONE_IN)
        rare = path in ("/v1/complaints", "/v1/complaint-outcomes", "/v1/trainings", "/v1/feedback-cards")
        if "2024" not in name and (rare or int(number) % one_in == 0):
            days[body["occurredAt"][:10]].append(line)
    return days


def instant(event):
    """When it was recorded."""
    return datetime.datetime.fromisoformat(event["event"]["recordedAt"].replace("Z", "+00:00"))


def months(days):
    """The same, by the last of each month."""
    grouped = collections.defaultdict(list)
    for day, lines in sorted(days.items()):
        grouped[f"{day[:8]}{calendar.monthrange(int(day[:4]), int(day[5:7]))[1]}"] += lines
    return grouped


@unittest.skipUnless(FAKETIME, "deploy/install-deps.sh --dev installs faketime")
class AsOf(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot(settings={"figures_complete_from": "2025-01-01"}))
        cls.clock = Clock(cls.wot.dir)
        cls.wot.before = cls.clock.before
        cls.clock.set("2025-01-01")
        cls.wot.start()
        days = town(cls.wot.wotctl("simulate", "--from", "2025-01-01", "--to", "2027-01-31", "--seed", 20261121).stdout)
        cls.days = sorted(days)
        cls.live(days, "2025-01-01", AS_OF)
        cls.clock.set(AS_OF, "22:59:59")  # the day's last second where wot is
        cls.wot.settle()
        cls.wot.stop("intake", "triage", "case")  # who decide are silent in that night
        cls.clock.set("2026-02-02")
        cls.made = {" ".join(format): cls.report(*format) for format in FORMATS}
        cls.wot.start("intake", "triage", "case")
        cls.correct()
        cls.live(months(days), "2026-02-02", "2027-01-31")
        cls.define_anew()
        cls.wot.settle()

    @classmethod
    def live(cls, days, first, last):
        for day in sorted(day for day in days if first <= day <= last):
            cls.clock.set(day)
            for line in days[day]:
                sent = json.loads(line)
                accepted(cls.wot, "operator", sent["to"], sent["body"])

    @classmethod
    def correct(cls):
        """What comes in of 2025 once the report is made: a request and its closing, another day of a closing, a complaint, a
        contact, a training; and a screening of somebody who waits."""
        late = {"occurredAt": "2025-11-03T10:00:00+01:00"}
        for i in range(12):
            cls.clock.set("2026-02-02" if i < 6 else "2026-05-04")
            ref = f"late-{i}"
            case = accepted(cls.wot, "desk", "/v1/help-requests", {"externalRef": ref, **late, "channel": "PHONE", "person": {"name": "Test"}})["caseId"]
            accepted(cls.wot, "desk", "/v1/brief-contacts", {"externalRef": f"{ref}-k", **late, "channel": "PHONE", "answer": "ADVICE"})
            screened = {"externalRef": ref, "occurredAt": "2025-11-04T10:00:00+01:00", "caseId": case, "outcome": "TO_SUPPORT"}
            accepted(cls.wot, "aanmeldteam", "/v1/screenings", screened)
            for step, what in enumerate(({"supportStarted": {}}, {"closed": {"reason": "GOALS_MET"}},
                                         {"corrected": {"closedOn": "2025-12-20", "closingReason": "OTHER"}})):
                body = {"externalRef": f"{ref}-{step}", "occurredAt": f"2025-12-{10 + step}T10:00:00+01:00", "caseId": case, **what}
                body["occurredAt"] = body["occurredAt"] if step < 2 else "2026-02-02T10:00:00+01:00"
                accepted(cls.wot, "casesystem", "/v1/case-events", body)
        accepted(cls.wot, "desk", "/v1/complaints", {"externalRef": "late-c", **late, "formal": True, "parts": ["bejegening"]})
        waits = accepted(cls.wot, "desk", "/v1/help-requests", {"externalRef": "waits", **late, "channel": "WEB", "person": {"name": "Test"}})
        cls.clock.set("2026-06-01")
        accepted(cls.wot, "aanmeldteam", "/v1/screenings", {
            "externalRef": "waits", "occurredAt": "2026-06-01T10:00:00+02:00", "caseId": waits["caseId"], "outcome": "ADVICE"})

    @classmethod
    def define_anew(cls):
        """Whoever counts otherwise later does not count otherwise then."""
        text = (ROOT / "config" / "kpi.yaml").read_text()
        assert text.count("label: Hulpvragen\n") == 1
        (cls.wot.dir / "kpi.yaml").write_text(text.replace("label: Hulpvragen\n", "label: Vragen om hulp\n"))
        cls.wot.stop()
        cls.wot.write_config(kpi=str(cls.wot.dir / "kpi.yaml"))
        cls.wot.start()

    @classmethod
    def report(cls, *args, wot=None):
        return (wot or cls.wot).wotctl("report", "2025", *args).stdout

    def test_it_equals_what_was_made_when_that_day_had_ended(self):
        for format, made in self.made.items():
            self.assertEqual(self.report(*format.split(), "--as-of", AS_OF), made, format)

    def test_without_a_day_it_is_of_now_and_another(self):
        for format, made in self.made.items():
            self.assertNotEqual(self.report(*format.split()), made, format)
        figures = [{item["figure"]["id"]: item["figure"] for item in reversed(json.loads(text)["figures"]) if not item["by"]}
                   for text in (self.made["--json --internal"], self.report("--json", "--internal"))]
        for id, more in (("help_requests", 12), ("brief_contacts", 13), ("closures", 12), ("complaints", 1)):
            self.assertEqual(figures[1][id]["count"] - figures[0][id]["count"], more, id)
        self.assertEqual([by_id["help_requests"]["label"] for by_id in figures], ["Hulpvragen", "Vragen om hulp"])

    def test_all_that_a_report_tells_of_happened_and_was_recorded_on_its_day(self):
        of_2025 = json.loads(self.made["--json --internal"])["figures"]
        for id in ("help_requests", "brief_contacts", "closures", "complaints", "feedback_cards", "trainings"):
            self.assertTrue(any(item["figure"]["id"] == id and item["figure"]["value"] for item in of_2025), id)
        for event in self.wot.tail("intake"):
            said = event["event"]
            if said.get("externalRef", "").startswith("syn-") and said["recordedAt"][:10] <= AS_OF:
                self.assertEqual(said["recordedAt"][:10], said["occurredAt"][:10], said["externalRef"])

    def test_it_names_up_to_where_each_log_was_read_and_the_day_of_its_last_block(self):
        made = json.loads(self.made["--json"])
        end = datetime.datetime(2026, 2, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Amsterdam"))
        recorded = []
        for log, read in made["logs"].items():
            before = [event for event in self.wot.tail(log) if instant(event) < end]
            self.assertEqual(read["seq"], before[-1]["seq"], log)
            recorded.append(before[-1]["event"]["recordedAt"])
        self.assertEqual(made["asOf"], max(recorded)[:10])
        self.assertTrue(made["over"])

    def test_days_on_which_nothing_was_recorded_change_nothing(self):
        """2025-12-25, which nobody works."""
        self.assertNotIn("2025-12-25", self.days)
        before = self.report("--json", "--as-of", "2025-12-24")
        self.assertEqual(self.report("--json", "--as-of", "2025-12-25"), before)
        self.assertLessEqual(json.loads(before)["asOf"], "2025-12-24")

    def test_before_the_first_record_there_is_no_report(self):
        refused = self.wot.wotctl("report", "2025", "--as-of", "2024-12-31", check=False)
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("this is as of 2024-12-31", refused.stderr)

    def test_a_copy_elsewhere_in_another_time_zone_and_locale_gives_the_same_bytes(self):
        self.addCleanup(self.wot.start)
        self.wot.stop("intake", "triage", "case")  # they note how far they read each other
        now = {" ".join(format): self.report(*format) for format in FORMATS}
        self.wot.stop("aggregate")
        for zone, locale in PLACES:
            with Wot() as other:
                for name in DAEMONS:
                    shutil.copytree(self.wot.dir / name, other.dir / name)
                shutil.copy(self.wot.dir / "kpi.yaml", other.dir)
                other.write_config(**{**self.wot.settings, "kpi": str(other.dir / "kpi.yaml")})
                place = {"TZ": zone, "LC_ALL": locale, "LANG": locale}
                other.before = [*self.clock.before, *(f"{name}={value}" for name, value in place.items())]
                other.start("aggregate")
                for format in FORMATS:
                    args = [*format, "--as-of", AS_OF]
                    said = [subprocess.run([*other.before, BIN / "wotctl", "--dir", other.dir, "report", "2025", *args], stdout=subprocess.PIPE, text=True).stdout]
                    said += [other.wotctl("report", "2025", *format).stdout]
                    self.assertEqual(said, [self.made[" ".join(format)], now[" ".join(format)]], (zone, locale, format))


if __name__ == "__main__":
    unittest.main()
