"""kpi.yaml, calendar.yaml and published.yaml in a running wot: what is changed in them holds from SIGHUP on, for the
same data; what is wrong is refused with its place, and the old one stays, also after a restart. And the verbs that
stand on them: compare, forecast, explain.
"""
import datetime
import json
import signal
import unittest

from wot import ROOT, Wot, today, wait_until


def day(days, hour=11):
    """An instant so many days ago."""
    at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return at.replace(hour=hour, minute=0).isoformat(timespec="seconds")


class Definitions(unittest.TestCase):
    def setUp(self):
        self.wot = self.enterContext(Wot())
        self.files = {name: self.wot.dir / f"own-{name}.yaml" for name in ("kpi", "calendar", "published")}
        for name, path in self.files.items():
            path.write_text((ROOT / "config" / f"{name}.yaml").read_text())
        self.wot.write_config(**{name: str(path) for name, path in self.files.items()})
        self.wot.start()
        self.count = 0

    def request(self, days, started=None):
        self.count += 1
        ref = f"r-{self.count}"
        body = {"externalRef": ref, "occurredAt": day(days), "channel": "WEB", "ward": "ZUID"}
        self.assertEqual(self.wot.post("operator", "/v1/help-requests", body)[0], 202)
        if started is not None:
            body = {"externalRef": f"{ref}.1", "occurredAt": day(started, 12), "caseRef": ref, "supportStarted": {}}
            wait_until(lambda: self.wot.post("operator", "/v1/case-events", body)[0] in (200, 202), what="the case is known")
        self.wot.settle()

    def change(self, name, old, new, daemon):
        text = self.files[name].read_text()
        self.assertTrue(old in text, f"{name} has no longer: {old}")
        self.files[name].write_text(text.replace(old, new, 1))
        self.wot.processes[daemon].send_signal(signal.SIGHUP)

    def figure(self, name, *args):
        return self.wot.kpi(name, "--period", "365d", *args)[name]

    def norm(self):
        return self.figure("started_within_4_weeks")["norm"]

    def definitions(self):
        """The texts of kpi.yaml in case's log, beside the other files that case decides by."""
        loaded = [e["event"]["body"]["configLoaded"] for e in self.wot.tail("case") if e["kind"] == "config_loaded"]
        return [config["content"] for config in loaded if config["name"] == "kpi.yaml"]

    def test_a_changed_kpi_yaml_counts_what_is_there_anew(self):
        self.request(60, started=40)
        self.assertEqual(self.figure("started_within_4_weeks")["count"], 1)
        self.change("kpi", "count: waiting_days <= 28\n", "count: waiting_days <= 14\n", "case")
        wait_until(lambda: self.figure("started_within_4_weeks")["count"] == 0, what="the new definition")
        entered = self.definitions()
        self.assertEqual(len(entered), 2)
        self.assertIn("waiting_days <= 14", entered[1])
        self.wot.wotctl("replay", "--check")

    def test_a_mistake_is_refused_with_its_place_and_the_old_file_stays(self):
        kpi = self.files["kpi"].read_text()
        self.files["kpi"].write_text(kpi.replace("unit: days", "unit: day"))  # several mistakes are one event
        self.change("kpi", "    norm: {atLeast: 0.8}\n    by: [ward", "    norm: {atLest: 0.9}\n    by: [ward", "case")
        said = wait_until(lambda: "reload_refused" in self.wot.log("case") and self.wot.log("case"))
        self.assertRegex(said, r"own-kpi\.yaml:\d+:\d+: .*atLest")
        self.assertEqual([line for line in said.splitlines() if not line.startswith("time=")], [])
        self.assertEqual(self.norm(), {"atLeast": 0.8})
        self.files["kpi"].write_text(kpi)
        self.change("kpi", "norm: {atLeast: 0.8}\n    by: [ward", "norm: {atLeast: 0.9}\n    by: [ward", "case")
        wait_until(lambda: self.norm() == {"atLeast": 0.9}, what="the file that was put right")
        self.assertEqual(len(self.definitions()), 2)

    def test_a_new_years_definition_stands_beside_the_old_one(self):
        self.request(60, started=40)
        year = today().year
        text = self.files["kpi"].read_text()
        self.files["kpi"].write_text(text.replace("  2025: {from: 2024}", f"  2025: {{from: 2024, until: {year - 1}}}\n  {year}: {{from: {year}}}"))
        old = "    definitions:\n      2025: {count: waiting_days <= 28, norm: {atLeast: 0.8}, changed: Daarna zijn het 14 dagen.}\n"
        first = "    count: waiting_days <= 28\n    unknown_outside: {day: closed_on, where: support_started_on is unset}\n    norm: {atLeast: 0.8}\n    by: [ward, reason]\n"
        self.change("kpi", f"{first}    definitions:\n", first.replace("28", "14").replace("0.8", "0.9") + old, "case")
        figure = wait_until(lambda: (f := self.figure("started_within_4_weeks"))["definition"] == year and f, what="the new year's definition")
        self.assertEqual((figure["count"], figure["of"], figure["norm"]), (0, 1, {"atLeast": 0.9}))
        before = self.figure("started_within_4_weeks", "--definition", 2025)
        self.assertEqual((before["count"], before["norm"]), (1, {"atLeast": 0.8}))
        compared = self.wot.wotctl("compare", "started_within_4_weeks", 2025, year, "--period", "365d", "--json").stdout
        self.assertEqual(json.loads(compared)["cases"], 1)

    def test_what_is_in_force_survives_a_restart_of_who_counts(self):
        self.change("kpi", "norm: {atLeast: 0.8}\n    by: [ward", "norm: {atLeast: 0.9}\n    by: [ward", "case")
        wait_until(lambda: self.norm() == {"atLeast": 0.9}, what="the new norm")
        self.files["kpi"].write_text((ROOT / "config" / "kpi.yaml").read_text())  # nobody has loaded this one
        self.wot.stop("aggregate")
        self.wot.start("aggregate")
        self.wot.settle()
        self.assertEqual(self.norm(), {"atLeast": 0.9})

    def test_a_kpi_of_ones_own_is_there_at_once(self):
        self.request(3)
        own = "kpis:\n  web_requests:\n    label: Aanvragen via de website\n    title: Requests by web\n    unit: count\n"
        own += "    short: Via de website\n    who: Aanvragen.\n    when: Op de dag van de melding.\n    unknown: Niets.\n"
        own += "    population: requests\n    where: channel is WEB\n    day: reported_on\n"
        self.change("kpi", "kpis:\n", own, "case")
        wait_until(lambda: self.wot.kpi("--period", "365d").get("web_requests", {}).get("value") == 1, what="the new KPI")

    def published(self):
        return [figure["value"] for figure in self.figure("closed_within_6_months").get("published", [])]

    def test_what_was_published_is_read_anew_and_a_mistake_in_it_is_refused(self):
        self.assertEqual(self.published(), [0.71])
        self.change("published", "value: 0.71", "value: 71", "aggregate")
        said = wait_until(lambda: "reload_refused" in self.wot.log("aggregate") and self.wot.log("aggregate"))
        self.assertRegex(said, r"own-published\.yaml:\d+:\d+: a number from 0 to 1")
        self.assertEqual(self.published(), [0.71])
        self.change("published", "value: 71", "value: 0.72", "aggregate")
        wait_until(lambda: self.published() == [0.72], what="the figure that was put right")

    def test_a_closing_day_moves_a_deadline(self):
        self.request(30)
        due = self.explained("reaction_within_1_working_day")[0]["day"]
        self.change("calendar", "closed: []", f"closed: [{due}]", "triage")
        wait_until(lambda: self.explained("reaction_within_1_working_day")[0]["day"] > due, what="the next working day")

    def explained(self, name):
        return json.loads(self.wot.wotctl("explain", name, "--period", "365d", "--json").stdout)

    def test_compare_shows_both_definitions_and_how_many_cases_differ(self):
        self.request(60, started=20)
        self.request(60, started=59)
        answer = json.loads(self.wot.wotctl("compare", "started_within_4_weeks", "2023", "2025", "--period", "365d", "--json").stdout)
        self.assertEqual(answer["figures"][0]["of"], 0)  # nobody had a first contact with the case lead
        self.assertEqual((answer["figures"][1]["count"], answer["figures"][1]["of"]), (1, 2))
        self.assertEqual(answer["cases"], 2)
        self.assertIn("2 cases are counted otherwise", self.wot.wotctl("compare", "started_within_4_weeks", 2023, 2025, "--period", "365d").stdout)
        self.assertEqual(self.wot.wotctl("compare", "closures", 2023, check=False).returncode, 2)

    def test_forecast_says_who_can_still_start_in_time(self):
        self.request(2)
        self.request(100)
        answer = json.loads(self.wot.wotctl("forecast", "--json").stdout)
        self.assertEqual(answer["waiting"], {"inTime": 1, "late": 1})
        self.assertEqual(answer["norm"], {"atLeast": 0.8})
        self.assertIn("1 can start in time, 1 no longer", self.wot.wotctl("forecast").stdout)

    def test_yesterday_evening_nothing_was_known_of_what_came_in_today(self):
        self.request(60)
        yesterday = today() - datetime.timedelta(days=2)
        self.assertEqual(self.figure("help_requests")["value"], 1)
        self.assertEqual(self.figure("help_requests", "--as-of", yesterday)["value"], 0)
        tomorrow = today() + datetime.timedelta(days=2)
        self.assertEqual(self.figure("help_requests", "--as-of", tomorrow)["value"], 1)


if __name__ == "__main__":
    unittest.main()
