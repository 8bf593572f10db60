"""Clocks as people meet them: the work list, a case's clocks, clocks.yaml; the past that is imported stays silent."""
import datetime
import json
import signal
import unittest

from wot import Wot, now, today, wait_until

CLOCK_KINDS = {"clock_warned", "clock_broke", "clock_withdrawn"}


class Clocks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.clocks = cls.wot.dir / "clocks.yaml"
        cls.clocks.write_text("warn_before: {support_start: 5}\n")
        cls.wot.write_config(clocks=str(cls.clocks))
        cls.wot.start()

    def request(self, ref, channel="PHONE", at=None):
        body = {"externalRef": ref, "occurredAt": at or now(), "channel": channel}
        code, receipt = self.wot.post("desk", "/v1/help-requests", body)
        self.assertEqual(code, 202, receipt)
        return receipt["caseId"]

    def uptime(self):
        infos = [self.wot.ask(daemon, "show info") for daemon in ("intake", "triage", "case")]
        return min(int(line.split()[-1]) for info in infos for line in info.splitlines() if line.startswith("uptime"))

    def tick(self):
        """A tick comes once a second; the feeds may keep the first one back for ten."""
        start = self.uptime()
        wait_until(lambda: self.uptime() > max(start, 10) + 2)

    def listed(self, case):
        done = self.wot.wotctl("worklist", "--json")
        return next((item for item in json.loads(done.stdout) if item.get("caseId") == case), None)

    def test_the_work_list_shows_deadline_and_attempts_until_somebody_was_reached(self):
        case = self.request("list-1", channel="WEB")
        wait_until(lambda: self.listed(case))
        item = self.listed(case)
        self.assertEqual((item["attempts"], item["reportedOn"]), (0, str(today())))
        self.assertGreater(item["deadline"], item["reactBy"])
        self.assertGreater(item["reactBy"], str(today()))
        screening = {"externalRef": "list-1", "occurredAt": now(), "caseId": case, "outcome": "NOT_REACHED"}
        self.assertEqual(self.wot.post("aanmeldteam", "/v1/screenings", screening)[0], 202)
        self.assertEqual(self.listed(case)["attempts"], 1)
        table = self.wot.wotctl("worklist").stdout
        row = next(line for line in table.splitlines() if case in line)
        self.assertRegex(row, rf"^{item['deadline']}  \d+ days")
        screening.update(externalRef="list-2", outcome="TO_SUPPORT")
        self.assertEqual(self.wot.post("aanmeldteam", "/v1/screenings", screening)[0], 202)
        self.assertIsNone(self.listed(case))

    def test_a_signal_is_on_the_work_list_once_per_household(self):
        def listed():
            items = json.loads(self.wot.wotctl("worklist", "--json").stdout)
            return [item for item in items if item.get("signals")]

        def signal(ref, kind, **person):
            body = {"externalRef": ref, "occurredAt": now(), "kind": kind, "person": person}
            code, receipt = self.wot.post("gp", "/v1/signals", body)
            self.assertEqual((code, receipt.get("caseId")), (202, None), receipt)

        signal("signal-1", "RENT_ARREARS", bsn="999990342", address="Dam 1, 3111 AB Schiedam")
        signal("signal-2", "DEBT", name="A. de Vries", address="dam 1 3111ab")
        wait_until(lambda: listed() and len(listed()[0]["signals"]) == 2)
        (item,) = listed()
        self.assertEqual((item["signals"], item["reportedOn"]), (["RENT_ARREARS", "DEBT"], str(today())))
        self.assertNotIn("caseId", item)
        self.assertRegex(self.wot.wotctl("worklist").stdout, r"gp/signal-1 .*signals: RENT_ARREARS, DEBT\n")
        body = {"externalRef": "signal-3", "occurredAt": now(), "channel": "PHONE", "person": {"bsn": "999990342"}}
        case = self.wot.post("desk", "/v1/help-requests", body)[1]["caseId"]
        wait_until(lambda: listed()[0].get("caseId") == case)
        self.assertEqual(len(listed()), 1)
        path = f"/v1/cases/{case}"
        wait_until(lambda: self.wot.get("casesystem", path)[0] == 200)
        self.assertNotIn("householdId", self.wot.get("casesystem", path)[1]["facts"])
        screening = {"externalRef": "signal-4", "occurredAt": now(), "caseId": case, "outcome": "TO_SUPPORT"}
        self.assertEqual(self.wot.post("aanmeldteam", "/v1/screenings", screening)[0], 202)
        self.assertEqual(listed(), [])

    def test_neighbours_are_two_households_however_their_street_is_called(self):
        def households(*persons):
            """How many there are on the work list that were not there before."""

            def listed():
                items = json.loads(self.wot.wotctl("worklist", "--json").stdout)
                return {item["caseRef"] for item in items if item.get("signals")}

            before = listed()
            for person in [*persons, {"name": "the last one, of a household of its own"}]:
                self.signals = getattr(self, "signals", 0) + 1
                ref = f"eviction-{self.signals}"
                body = {"externalRef": ref, "occurredAt": now(), "kind": "EVICTION", "person": person}
                self.assertEqual(self.wot.post("gp", "/v1/signals", body)[0], 202)
            wait_until(lambda: f"gp/{ref}" in listed())
            return len(listed() - before) - 1

        for street in ("Laan 1940-1945", "Plein 1940", "1e Testweg", "Flat 3, Testweg", "Kade t/o", "Kerkstraat 3"):
            one, other = ({"address": f"{street} {n}, 3117 KL Schiedam"} for n in (36, 59))
            self.assertEqual(households(one, other), 2, street)
        for i, writing in enumerate(("12 a", "12-A", "12a", "012 A", "12\u00a0A")):
            one, other = ({"address": f"Kerkstraat {n}, 3118 A{chr(65 + i)}"} for n in ("12A", writing))
            self.assertEqual(households(one, other), 1, writing)
        parts = {"address": "3119 AB Schiedam", "houseNumber": 12}
        other = {**parts, "houseNumberAddition": "a"}
        self.assertEqual(households({"address": "Laan 12, 3119AB"}, parts, other), 2)

    def test_who_may_not_see_the_work_list_is_told_so(self):
        done = self.wot.wotctl("--client", "gp", "worklist", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("403", done.stderr)

    def test_a_case_shows_its_clocks_and_what_stopped_them(self):
        case = self.request("case-1", channel="EMAIL")
        path = f"/v1/cases/{case}"
        wait_until(lambda: self.wot.get("casesystem", path)[0] == 200)
        clocks = {c["kind"]: c for c in self.wot.get("casesystem", path)[1]["clocks"]}
        self.assertEqual(set(clocks), {"REACTION", "FIRST_CONTACT", "SUPPORT_START", "CLOSING"})
        self.assertEqual(clocks["SUPPORT_START"]["deadlineOn"], str(today() + datetime.timedelta(28)))
        self.assertTrue(all(c["status"] in ("RUNNING", "WARNED") for c in clocks.values()), clocks)
        event = {"externalRef": "case-1", "occurredAt": now(), "caseId": case, "supportStarted": {}}
        self.assertEqual(self.wot.post("casesystem", "/v1/case-events", event)[0], 202)
        clocks = {c["kind"]: c for c in self.wot.get("casesystem", path)[1]["clocks"]}
        self.assertEqual(clocks["SUPPORT_START"]["status"], "STOPPED")
        self.assertEqual(clocks["SUPPORT_START"]["stoppedOn"], str(today()))
        self.assertNotEqual(clocks["CLOSING"]["status"], "STOPPED")

    def test_the_past_that_is_imported_stays_silent(self):
        case = self.request("past-1", channel="WEB", at="2025-03-03T10:00:00+01:00")
        call = {"externalRef": "past-2", "occurredAt": "2025-03-03T10:00:00+01:00", "callId": "past", "queue": "wot",
                "event": "ABANDONED", "waitSeconds": 9}
        self.assertEqual(self.wot.post("rogplus", "/v1/calls", call)[0], 202)
        path = f"/v1/cases/{case}"
        wait_until(lambda: self.wot.get("casesystem", path)[0] == 200)
        clocks = self.wot.get("casesystem", path)[1]["clocks"]
        self.assertEqual({c["status"] for c in clocks}, {"PASSED"})
        self.wot.settle()
        self.tick()
        for log in ("intake", "triage", "case"):
            self.assertFalse(CLOCK_KINDS & {e["kind"] for e in self.wot.tail(log)})

    def test_a_mistake_in_clocks_yaml_is_refused_with_its_place_and_the_old_one_stays(self):
        def loaded():
            return [e["event"]["body"]["configLoaded"]["content"] for e in self.wot.tail("case")
                    if e["kind"] == "config_loaded" and e["event"]["body"]["configLoaded"]["name"] == "clocks.yaml"]

        before = loaded()
        self.assertEqual(before[-1], "warn_before: {support_start: 5}\n")
        self.clocks.write_text("warn_before: {support_start: soon}\n")
        self.wot.processes["case"].send_signal(signal.SIGHUP)
        wait_until(lambda: f"{self.clocks}:1:30" in self.wot.log("case"))
        self.assertEqual(loaded(), before)
        self.clocks.write_text("warn_before: {support_start: 6}\n")
        self.wot.processes["case"].send_signal(signal.SIGHUP)
        wait_until(lambda: loaded()[-1] == "warn_before: {support_start: 6}\n")


if __name__ == "__main__":
    unittest.main()
