"""Triage as the intake team meets it: where a request goes and why, the work list with its signals, teams and their
queues, a team by hand, and other rules; what is wrong is refused with its place and changes nothing."""
import datetime
import json
import re
import signal
import unittest

from wot import ROOT, Wot, now, wait_until

SHIPPED = (ROOT / "config/triage.yaml").read_text()
TEAMS = ["centrum-west", "noordrand", "groenoord", "oost", "nieuwland", "zuid"]
CHOSEN = {"RULE_NAMES", "MOST_HOURS", "HAS_EXPERTISE"}


class House(unittest.TestCase):
    """A running wot with rules of its own."""

    rules = SHIPPED

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.file = cls.wot.dir / "rules.yaml"
        cls.file.write_text(cls.rules)
        cls.wot.write_config(rules=str(cls.file))
        cls.wot.wotctl("client", "add", "woonplus", "partner")
        cls.wot.start()
        cls.count = 0

    def post(self, client, path, **body):
        type(self).count += 1
        return self.wot.post(client, path, {"externalRef": f"r-{self.count}", "occurredAt": now(), **body})

    def accepted(self, client, path, **body):
        code, receipt = self.post(client, path, **body)
        self.assertEqual(code, 202, receipt)
        return receipt

    def request(self, **body):
        """The case of a request that has been given its route."""
        case = self.accepted("desk", "/v1/help-requests", channel="PHONE", **body)["caseId"]
        wait_until(lambda: "routing" in self.case(case))
        return case

    def screen(self, case, outcome, **body):
        return self.accepted("aanmeldteam", "/v1/screenings", caseId=case, outcome=outcome, **body)

    def case(self, case):
        code, answer = self.wot.get("aanmeldteam", f"/v1/cases/{case}")
        return answer if code == 200 else {}

    def worklist(self):
        return self.wot.get("aanmeldteam", "/v1/worklist")[1]["items"]

    def team(self, key):
        teams = self.wot.get("aanmeldteam", "/v1/teams")[1]["items"]
        return next(team for team in teams if team["team"] == key)

    def reload(self, daemon="triage"):
        self.wot.processes[daemon].send_signal(signal.SIGHUP)


class Triage(House):
    def test_every_route_says_which_rule_which_teams_and_why(self):
        wanted = {
            "under-18": ({"person": {"birthDate": "2015-05-17"}}, {"redirectedTo": "mevis"}),
            "not-a-resident": ({"resident": False}, {"redirectedTo": "other-municipality"}),
            "addiction-care": ({"problems": ["SUBSTANCE_USE"]}, {"redirectedTo": "addiction-care"}),
            "domestic-violence": ({"domesticViolence": True}, {"team": "dv-screening", "priority": "FAST_LANE"}),
            "crisis": ({"crisis": True}, {"priority": "CRISIS"}),
            "welfare-first": ({"problems": ["TIME_USE", "SOCIAL_NETWORK"]}, {"welfareFirst": True}),
            "expertise": ({"expertise": ["ELDERLY", "EMPLOYMENT"]}, {"team": "groenoord"}),
            "default": ({"problems": ["FINANCE"]}, {}),
        }
        for rule, (asked, expected) in wanted.items():
            with self.subTest(rule):
                case = self.request(**asked)
                routing = self.case(case)["routing"]
                self.assertEqual(routing, {**routing, "rule": rule, **expected})
                reason = re.search(rf"name: {rule} .*\n    reason: (.*)|name: {rule}\n    reason: (.*)", SHIPPED)
                self.assertTrue(routing["reason"].startswith(reason[1] or reason[2]), routing["reason"])
                told = [e["event"] for e in self.wot.tail("triage") if e["event"].get("caseId") == case]
                self.assertEqual(told[0]["body"]["caseRouted"], routing)
                if "redirectedTo" in expected:
                    self.assertNotIn("team", routing)
                    continue
                considered = {team["team"]: team["why"] for team in routing["considered"]}
                self.assertLessEqual(set(TEAMS), set(considered))
                chosen = [team for team, why in considered.items() if why in CHOSEN]
                self.assertEqual(chosen, [routing["team"]])

    def test_who_is_redirected_or_offered_an_activity_is_phoned_knowing_it(self):
        away, welfare = self.request(resident=False), self.request(problems=["TIME_USE"])
        items = {item.get("caseId"): item for item in self.worklist()}
        self.assertEqual(items[away]["redirectedTo"], "other-municipality")
        self.assertTrue(items[welfare]["welfareFirst"])
        self.assertEqual(items[away]["reden"], "Wie in een andere gemeente woont, krijgt daar hulp.")
        self.assertTrue(self.case(welfare)["routing"]["reden"].startswith(items[welfare]["reden"] + " "))
        table = self.wot.wotctl("worklist").stdout
        self.assertRegex(table, rf"{away} .* to other-municipality\?\n")
        self.assertRegex(table, rf"{welfare} .* a welfare activity first\n")
        self.assertNotIn(self.request(ageGroup="YOUTH"), [item.get("caseId") for item in self.worklist()])

    def test_a_team_by_hand_is_honoured_and_counted_and_an_unknown_one_refused(self):
        case = self.request()
        chosen = next(team for team in TEAMS if team != self.case(case)["routing"]["team"])
        before, said = self.team(chosen), self.wot.said("triage")
        screening = {"externalRef": "by-hand", "occurredAt": now(), "caseId": case, "outcome": "TO_SUPPORT"}
        code, problem = self.wot.post("aanmeldteam", "/v1/screenings", {**screening, "team": "west"})
        self.assertEqual((code, problem["errors"][0]["pointer"]), (400, "/team"))
        self.assertIn(case, [item.get("caseId") for item in self.worklist()])
        self.assertEqual(self.wot.said("triage"), said)
        code, _ = self.wot.post("aanmeldteam", "/v1/screenings", {**screening, "team": chosen, "careWeight": "HEAVY"})
        self.assertEqual(code, 202)
        after = self.team(chosen)
        gained = {name: after[name] - before[name] for name in ("byHand", "openCases", "loadHours", "freeHours")}
        self.assertEqual(gained, {"byHand": 1, "openCases": 1, "loadHours": 3, "freeHours": -3})
        wait_until(lambda: self.case(case)["routing"].get("byHand"))
        routing = self.case(case)["routing"]
        self.assertEqual((routing["rule"], routing["team"]), ("by-hand", chosen))
        self.assertEqual(routing["considered"][0]["why"], "BY_HAND")
        self.assertEqual(self.case(case)["facts"]["team"], chosen)

    def test_wotctl_shows_capacity_load_and_queue_of_the_teams(self):
        self.request()
        answer = self.wot.get("casesystem", "/v1/teams")[1]
        self.assertEqual(json.loads(self.wot.wotctl("teams", "--json").stdout), answer)
        people = sum(team["people"] for team in answer["items"])
        self.assertEqual((people, sum(team["capacityHours"] for team in answer["items"]) / 36), (52, 40))
        rows = {row.split()[0]: row.split()[1:] for row in self.wot.wotctl("teams").stdout.splitlines()}
        for team in answer["items"]:
            shown = ("people", "capacityHours", "loadHours", "freeHours", "openCases", "queue", "byHand")
            self.assertEqual(rows[team["team"]], [str(team[name]) for name in shown])
        denied = self.wot.wotctl("--client", "gp", "teams", check=False)
        self.assertEqual((denied.returncode, "403" in denied.stderr), (1, True))

    def test_signals_of_a_household_are_one_item_until_somebody_was_reached(self):
        def listed():
            items = [item for item in self.worklist() if item.get("caseRef", "").startswith(("woonplus/", "gp/"))]
            return {item["caseRef"]: (item["signals"], item["attempts"]) for item in items}

        def phone(ref, outcome):
            self.accepted("aanmeldteam", "/v1/screenings", caseRef=ref, outcome=outcome)

        requests = self.wot.kpi("--period", "year")["help_requests"]["value"]
        person = {"name": "A. Test", "bsn": "999990342", "address": "Hoogstraat 12 B, 3111 hc Schiedam"}
        self.accepted("woonplus", "/v1/signals", externalRef="rent", kind="RENT_ARREARS", person=person)
        self.accepted("gp", "/v1/signals", kind="LONELINESS", person={"address": "3111HC Hoogstraat 12-b"})
        self.accepted("gp", "/v1/signals", kind="DEBT", person={"bsn": "999990342"})
        self.accepted("gp", "/v1/signals", externalRef="other", kind="UNSAFE", person={"bsn": "123456782"})
        kinds = ["RENT_ARREARS", "DEBT", "LONELINESS"]
        both = {"woonplus/rent": (kinds, 0), "gp/other": (["UNSAFE"], 0)}
        wait_until(lambda: listed() == both, what="one item a household")
        self.assertRegex(self.wot.wotctl("worklist").stdout, r"woonplus/rent .* signals: RENT_ARREARS, DEBT, LONELINESS\n")
        phone("woonplus/rent", "NOT_REACHED")
        self.assertEqual(listed()["woonplus/rent"], (kinds, 1))
        phone("woonplus/rent", "ADVICE")
        self.assertEqual(listed(), {"gp/other": (["UNSAFE"], 0)})
        self.accepted("woonplus", "/v1/signals", externalRef="again", kind="EVICTION", person=person)
        wait_until(lambda: listed().get("woonplus/again") == (["EVICTION"], 0))
        phone("woonplus/again", "WITHDRAWN")
        phone("gp/other", "WITHDRAWN")
        self.wot.stop("triage")
        self.wot.start("triage")
        self.assertEqual(listed(), {})
        self.wot.settle()
        self.assertEqual(self.wot.kpi("--period", "year")["help_requests"]["value"], requests)

    def test_advice_keeps_the_person_until_case_has_confirmed_it(self):
        def vault():
            return (self.wot.dir / "intake" / "vault").read_bytes()

        case = self.request(person={"name": "A. Test", "birthDate": "1980-05-17"})
        event = next(e["event"] for e in self.wot.tail("intake") if e["event"].get("caseId") == case)
        key = bytes.fromhex(event["body"]["helpRequest"]["sealed"]["keyId"])
        self.wot.stop("case")
        self.screen(case, "ADVICE")
        self.assertNotIn(case, [item.get("caseId") for item in self.worklist()])
        self.assertIn(key, vault())
        self.wot.start("case")
        wait_until(lambda: key not in vault(), what="the person is forgotten")
        self.wot.settle()
        self.assertEqual(self.case(case)["status"], "BRIEF_CONTACT")
        code, problem = self.post("aanmeldteam", "/v1/screenings", caseId=case, outcome="TO_SUPPORT")
        self.assertEqual((code, "brief contact" in problem["detail"]), (409, True))

    def test_what_is_wrong_is_refused_with_its_reason_and_changes_nothing(self):
        case = self.request()
        self.accepted("casesystem", "/v1/case-events", caseId=case, firstContact={})
        self.wot.settle()
        day = self.case(case)["facts"]["reportedOn"]
        before = datetime.date.fromisoformat(day) - datetime.timedelta(1)
        tomorrow = datetime.date.fromisoformat(day) + datetime.timedelta(2)
        old = "2024-01-01T10:00:00+01:00"
        born_later = {"person": {"birthDate": "2024-01-02"}, "occurredAt": old}
        wrong = (
            ("desk", "/v1/help-requests", {"channel": "PHONE", "ward": "ATLANTIS"}, 400, "/ward"),
            ("desk", "/v1/help-requests", {"channel": "PHONE", **born_later}, 400, "/person/birthDate"),
            ("gp", "/v1/signals", {"kind": "DEBT", **born_later}, 400, "/person/birthDate"),
            ("aanmeldteam", "/v1/screenings", {"outcome": "TO_SUPPORT", "team": "west"}, 400, "/team"),
            ("aanmeldteam", "/v1/screenings", {"outcome": "REDIRECTED", "redirectedTo": "x"}, 400, "/redirectedTo"),
            ("aanmeldteam", "/v1/screenings", {"outcome": "ADVICE", "occurredAt": old}, 409, "before the day"),
            ("casesystem", "/v1/case-events", {"supportStarted": {}, "occurredAt": old}, 409, "2024-01-01"),
        )
        corrections = (
            ({"ward": "ATLANTIS", "careWeight": "HEAVY"}, 400, "/corrected/ward"),
            ({"careWeight": "HEAVY", "closedOn": day}, 409, "open"),
            ({"careWeight": "HEAVY", "firstContactOn": str(before)}, 409, str(before)),
            ({"careWeight": "HEAVY", "reportedOn": str(tomorrow)}, 400, "/corrected/reportedOn"),
            ({"firstContactOn": day, "remove": ["firstContactOn"]}, 400, "/corrected/remove/0"),
        )
        child = self.request(person={"birthDate": "2020-01-01"})
        unborn = {"caseId": child, "corrected": {"reportedOn": "2018-01-01"}}
        wrong += (("casesystem", "/v1/case-events", unborn, 409, "birth"),)
        wrong += tuple(("casesystem", "/v1/case-events", {"corrected": said}, *why) for said, *why in corrections)
        facts, said = self.case(case), [self.stored(log) for log in ("intake", "triage", "case")]
        for client, path, body, status, reason in wrong:
            with self.subTest(body):
                if path in ("/v1/screenings", "/v1/case-events"):
                    body = {"caseId": case, **body}
                code, problem = self.post(client, path, **body)
                self.assertEqual(code, status, problem)
                self.assertIn(reason, json.dumps(problem))
        self.assertEqual([self.stored(log) for log in ("intake", "triage", "case")], said)
        self.assertEqual(self.case(case), facts)

    def stored(self, log):
        """Without what comes of itself, whenever it comes: notes of progress, and which households wait."""
        return [e["seq"] for e in self.wot.tail(log) if e["kind"] not in ("input_read", "signals_wait")]


class Rules(House):
    """triage.yaml while wot runs, with teams that are soon full."""

    rules = re.sub(r"hours: \d+", "hours: 3", SHIPPED)

    def loaded(self):
        return [e for e in self.wot.tail("triage") if e["kind"] == "config_loaded"]

    def test_a_full_team_queues_by_priority_then_age_and_violence_waits_for_none_of_it(self):
        first = [self.request() for _ in TEAMS]
        self.assertEqual(sorted(self.case(case)["routing"]["team"] for case in first), sorted(TEAMS))
        old, young = self.request(), self.request()
        crisis = self.request(crisis=True)
        violence = self.request(domesticViolence=True)
        self.assertEqual(self.case(violence)["routing"]["team"], "dv-screening")
        self.assertIn("Waits", self.case(old)["routing"]["reason"])
        routing = self.case(old)["routing"]
        self.assertEqual(routing["considered"][0], {"team": routing["considered"][0]["team"], "freeHours": 1, "why": "FULL"})
        self.assertEqual(routing["neededHours"], 2)
        self.assertEqual(self.wot.get("aanmeldteam", "/v1/teams")[1]["queue"], 3)
        self.assertEqual(self.team("oost")["queue"], 3)
        order = [item["caseId"] for item in self.worklist()]
        self.assertEqual(order, [violence, crisis, *first, old, young])
        self.assertRegex(self.wot.wotctl("worklist").stdout, rf"{crisis} .* queued\n")
        for done, waited in zip(first, (crisis, old, young)):
            self.screen(done, "WITHDRAWN")
            wait_until(lambda: "team" in self.case(waited)["routing"], what=f"{waited} has a team")
        self.assertEqual(self.wot.get("aanmeldteam", "/v1/teams")[1]["queue"], 0)
        for case in (*first[3:], old, young, crisis, violence):
            self.screen(case, "WITHDRAWN")

    def test_a_mistake_is_refused_with_its_place_and_the_old_rules_stay(self):
        before, teams = self.loaded(), self.wot.get("aanmeldteam", "/v1/teams")
        mistakes = {
            "team: dv-screening": "team: dv-screaming",
            "when: {crisis: true}": "when: {crysis: true}",
            "redirect_to: mevis": "redirect_to: nobody",
            "location: OOST": "location: EAST",
        }
        text, places = self.rules, []
        for right, wrong in mistakes.items():
            text = text.replace(right, wrong)
        for number, line in enumerate(text.splitlines(), 1):
            for wrong in mistakes.values():
                if wrong in line:
                    column = line.index(wrong) + 1 if "when" not in wrong else line.index("crysis") + 1
                    if "when" not in wrong:
                        column += wrong.index(": ") + 2
                    places.append(f"{self.file}:{number}:{column}:")
        self.assertEqual(len(places), 4)
        self.file.write_text(text)
        for daemon in ("triage", "intake", "case"):
            self.reload(daemon)
        wait_until(lambda: places[-1] in self.wot.log("triage"))
        for place in places:
            self.assertIn(place, self.wot.log("triage"))
        self.assertEqual((self.loaded(), self.wot.get("aanmeldteam", "/v1/teams")), (before, teams))
        case = self.request(crisis=True)
        self.assertEqual(self.case(case)["routing"]["rule"], "crisis")
        self.screen(case, "WITHDRAWN")
        done = self.wot.kill("triage", signal.SIGTERM)
        self.wot.spawn("triage")
        self.assertEqual((done, self.wot.processes.pop("triage").wait(20)), (0, 2))
        self.file.write_text(self.rules)
        self.wot.start("triage")

    def test_other_rules_decide_who_waits_and_never_the_past(self):
        given = [self.request() for _ in TEAMS]
        waits = self.request()
        self.file.write_text(self.rules.replace("name: Oost\n", "name: Oost\n    leader: x\n"))
        self.reload()
        wait_until(lambda: "leader" in self.wot.log("triage"))
        self.file.write_text(self.rules.replace("hours: 3", "hours: 9").replace("name: default", "name: rest"))
        self.reload()
        wait_until(lambda: "team" in self.case(waits)["routing"])
        self.assertEqual(self.case(waits)["routing"]["rule"], "rest")
        self.assertEqual({self.case(case)["routing"]["rule"] for case in given}, {"default"})
        self.file.write_text(self.rules)
        self.reload()
        wait_until(lambda: self.team("oost")["capacityHours"] == 3)
        for case in (*given, waits):
            self.screen(case, "WITHDRAWN")


if __name__ == "__main__":
    unittest.main()
