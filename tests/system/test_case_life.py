"""A case's life as a case system tells it, from the report to a corrected closing: every event of the door is taken
in and shows; what contradicts is refused with its reason, and nothing of it is applied. And what else is told goes all
the way into its figure: handovers at 18, complaints, cards, surveys, trainings.
"""
import concurrent.futures
import datetime
import json
import os
import signal
import unittest
import zoneinfo

from wot import Wot, wait_until

AMSTERDAM = zoneinfo.ZoneInfo("Europe/Amsterdam")
TODAY = datetime.datetime.now(AMSTERDAM).date()  # the same for all of a test, also at midnight


def ago(days):
    return TODAY - datetime.timedelta(days)


def at(days, hour=12):
    return datetime.datetime.combine(ago(days), datetime.time(hour), AMSTERDAM).isoformat()


class CaseLife(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot()).start()
        cls.count = 0

    def ref(self):
        type(self).count += 1
        return f"life-{self.count}"

    def post(self, client, path, days, status=202, hour=12, **body):
        """The answer, which must have that status."""
        sent = {"externalRef": self.ref(), "occurredAt": at(days, hour), **body}
        got, answer = self.wot.post(client, path, sent)
        self.assertEqual(got, status, answer)
        return answer

    def request(self, days, **body):
        case = self.post("desk", "/v1/help-requests", days, channel="PHONE", **body)["caseId"]
        wait_until(lambda: self.wot.get("casesystem", f"/v1/cases/{case}")[0] == 200)
        return case

    def say(self, case, days, kind, status=202, **members):
        return self.post("casesystem", "/v1/case-events", days, status, caseId=case, **{kind: members})

    def case(self, case):
        return self.wot.get("casesystem", f"/v1/cases/{case}")[1]

    def figure(self, name, days=90):
        self.wot.settle()
        return self.wot.kpi(name, "--period", f"{ago(days)}..{ago(0)}")[name]

    def rows(self, name):
        return {row["key"]: row["count"] for row in self.figure(name)["by"]}

    def test_every_event_of_a_life_is_taken_and_shown(self):
        case = self.request(80, ward="ZUID")
        told = [
            (78, "firstContact", {}),
            (76, "intakeHeld", {"clientSupportOffered": True}),
            (70, "supportStarted", {"caseLead": "cl-01"}),
            (69, "planAgreed", {"goals": 3}),
            (68, "careWeightSet", {"careWeight": "MEDIUM"}),
            (67, "peopleInvolvedSet", {"count": 4}),
            (66, "problemsSet", {"problems": ["HOUSING", "FINANCE"]}),
            (65, "tailoredSolution", {"decision": "GRANTED", "savingEuro": 39000}),
            (60, "paused", {"reason": "HOLIDAY"}),
            (50, "resumed", {}),
            (49, "handoverOffered", {"to": "minters", "warm": True}),
            (48, "handoverConfirmed", {"by": "RECEIVING"}),
            (47, "handoverConfirmed", {"by": "OFFERING"}),
            (40, "closed", {"reason": "GOALS_MET"}),
            (30, "reopened", {}),
            (20, "closed", {"reason": "UNKNOWN"}),
            (10, "corrected", {"closingReason": "STOPPED_BY_CLIENT", "supportStartedOn": str(ago(72)), "peopleInvolved": 2,
                               "remove": ["firstContactOn"]}),
        ]
        for days, kind, members in told:
            self.say(case, days, kind, **members)
        shown = self.case(case)
        self.assertEqual([step["what"] for step in shown["life"] if step["what"] not in ("caseRegistered", "caseRouted")],
                         [kind for _, kind, _ in told])
        self.assertEqual((shown["status"], shown["caseLead"], shown["reopenedOn"]), ("CLOSED", "cl-01", str(ago(30))))
        facts = {name: shown["facts"].get(name) for name in (
            "reportedOn", "firstContactOn", "supportStartedOn", "closedOn", "closingReason", "careWeight", "peopleInvolved",
            "problems", "ward", "handedOverOn")}
        self.assertEqual(facts, {
            "reportedOn": str(ago(80)), "firstContactOn": None, "supportStartedOn": str(ago(72)), "closedOn": str(ago(20)),
            "closingReason": "STOPPED_BY_CLIENT", "careWeight": "MEDIUM", "peopleInvolved": 2,
            "problems": ["HOUSING", "FINANCE"], "ward": "ZUID", "handedOverOn": str(ago(47))})
        self.assertEqual(shown["handover"], {
            "to": "minters", "warm": True, "confirmedByOffering": True, "confirmedByReceiving": True, "complete": True})
        clocks = {clock["kind"]: clock for clock in shown["clocks"]}
        self.assertEqual((clocks["CLOSING"]["days"], clocks["CLOSING"]["pausedDays"]), (60, 10))
        self.assertEqual((clocks["SUPPORT_START"]["days"], clocks["SUPPORT_START"]["pausedDays"]), (8, 0))
        self.assertEqual(self.figure("tailored_saving")["mean"], 39000)

    def test_what_contradicts_is_refused_with_its_reason_and_nothing_of_it_is_applied(self):
        open_case, case = self.request(80), self.request(80, ward="OOST")
        self.say(case, 70, "supportStarted")
        self.say(case, 60, "closed", reason="GOALS_MET")
        self.say(case, 50, "reopened")
        self.say(case, 40, "closed", reason="MOVED_AWAY")
        tomorrow, reported = str(ago(-1)), str(ago(80))
        refused = [  # (case, days ago, event, its members), status, what is said, where
            ((case, 5, "corrected", {"ward": "ZUID", "reportedOn": str(ago(65))}), 409, "start of support", None),
            ((case, 5, "corrected", {"closingReason": "OTHER", "closedOn": str(ago(75))}), 409, "start of support", None),
            ((case, 5, "corrected", {"peopleInvolved": 9, "closedOn": str(ago(55))}), 409, "reopening", None),
            ((case, 5, "corrected", {"ward": "ZUID", "firstContactOn": str(ago(81))}), 409, reported, None),
            ((open_case, 5, "corrected", {"ward": "ZUID", "closedOn": str(ago(6))}), 409, "open", None),
            ((case, 5, "corrected", {"ward": "ZUID", "closedOn": tomorrow}), 400, "to come", "/corrected/closedOn"),
            ((case, 5, "corrected", {"ward": "ATLANTIS", "peopleInvolved": 9}), 400, "", "/corrected/ward"),
            ((case, 5, "corrected", {"ward": "ZUID", "remove": ["reportedOn"]}), 400, "", "/corrected/remove/0"),
            ((case, 5, "corrected", {}), 400, "", "/corrected"),
            ((case, 5, "closed", {"reason": "OTHER"}), 409, str(ago(40)), None),
            ((case, 39, "planAgreed", {}), 409, "reopen", None),
            ((case, 81, "firstContact", {}), 409, reported, None),
            ((open_case, 5, "reopened", {}), 409, "not closed", None),
            ((open_case, 5, "resumed", {}), 409, "not paused", None),
            ((open_case, 5, "handoverConfirmed", {"by": "OFFERING"}), 409, "offered", None),
            ((open_case, 5, "handoverOffered", {"to": "nobody"}), 400, "", "/handoverOffered/to"),
            ((open_case, 5, "problemsSet", {"problems": ["HOUSING", "HOUSING"]}), 400, "", "/problemsSet/problems/1"),
        ]
        self.wot.settle()
        before = self.case(case), self.case(open_case), self.wot.said("case")
        for (which, days, kind, members), status, said, where in refused:
            with self.subTest(kind, **members):
                problem = self.say(which, days, kind, status, **members)
                told = [error["detail"] for error in problem.get("errors", [])] + [problem.get("detail", "")]
                self.assertTrue(any(said in text for text in told), problem)
                if where:
                    self.assertEqual([error["pointer"] for error in problem["errors"]], [where])
        self.wot.settle()
        self.assertEqual((self.case(case), self.case(open_case), self.wot.said("case")), before)

    def test_who_was_born_after_the_report_gets_no_case(self):
        self.wot.settle()
        before = self.wot.said("intake")
        born = {"name": "A. de Vries", "birthDate": str(ago(9))}
        for client, path, body in (
            ("desk", "/v1/help-requests", {"channel": "PHONE", "ward": "ZUID"}),
            ("gp", "/v1/referrals", {"channel": "PARTNER", "consent": True, "referrer": {"organisation": "gp"}}),
            ("gp", "/v1/signals", {"kind": "UNSAFE"}),
        ):
            problem = self.post(client, path, 10, 400, person=born, **body)
            self.assertEqual([error["pointer"] for error in problem["errors"]], ["/person/birthDate"])
        self.wot.settle()
        self.assertEqual(self.wot.said("intake"), before)

    def test_transitions_to_18_show_whether_the_handover_was_warm_and_in_time(self):
        born = ago(50).replace(year=ago(50).year - 18) if str(ago(50))[5:] != "02-29" else ago(51)
        cases = [self.request(80, person={"birthDate": str(born)}) for _ in range(3)]
        self.request(80, person={"birthDate": str(born.replace(year=born.year + 3))})  # 15: not yet
        due = datetime.date.fromisoformat(self.case(cases[0])["facts"]["handOverBy"])
        self.assertEqual(due.isoweekday(), 7)
        self.assertIn((ago(50) - due).days, range(1, 8))
        late = (ago(0) - due).days - 1
        for case, days, warm in ((cases[0], late + 1, True), (cases[1], late, False)):
            self.say(case, 75, "handoverOffered", to="minters", warm=warm)
            self.say(case, days, "handoverConfirmed", by="OFFERING")
            self.assertNotIn("handover", self.case(case)["facts"])
            self.say(case, 70, "handoverConfirmed", by="RECEIVING")
        self.assertEqual(self.rows("transitions_18"), {"WARM_IN_TIME": 1, "COLD_LATE": 1, "UNKNOWN": 1})
        rows = json.loads(self.wot.wotctl("explain", "transitions_18", "--period", f"{ago(80)}..{ago(0)}", "--json").stdout)
        shown = {row["id"]: (row["handOverBy"], row["handover"]) for row in rows}
        self.assertEqual(shown, {case: (str(due), how) for case, how in zip(cases, ("WARM_IN_TIME", "COLD_LATE", "UNKNOWN"))})

    def test_a_screening_that_crosses_the_closing_is_left_out(self):
        """Both are accepted where neither daemon has heard of the other; it counts once the case is open again."""
        def cross(case):
            os.kill(triage, signal.SIGSTOP)  # what it has not heard of when both have been sent
            try:
                with concurrent.futures.ThreadPoolExecutor() as pool:
                    screened = pool.submit(self.wot.post, "aanmeldteam", "/v1/screenings", {
                        "externalRef": self.ref(), "occurredAt": at(40), "caseId": case, "outcome": "WELFARE_ACTIVITY"})
                    self.say(case, 50, "closed", reason="GOALS_MET")
                    os.kill(triage, signal.SIGCONT)
                    return screened.result()[0]
            finally:
                os.kill(triage, signal.SIGCONT)

        def left_out():
            rows = json.loads(self.wot.ask("aggregate", "show stat json"))
            return sum(row["left_out"] for row in rows)

        triage = self.wot.processes["triage"].pid
        for _ in range(40):
            case = self.request(60, ward="ZUID")
            self.wot.settle()
            status = cross(case)
            self.assertIn(status, (202, 409))
            if status == 202:
                break
        else:
            self.skipTest("triage heard of each closing first")
        wait_until(lambda: left_out() == 1)
        self.assertNotIn("screening", self.case(case)["facts"])
        self.assertEqual(self.figure("redirected_to_welfare")["count"], 0)
        self.say(case, 45, "reopened")
        self.assertEqual(self.case(case)["facts"]["screening"], "WELFARE_ACTIVITY")
        self.assertEqual(self.figure("redirected_to_welfare")["count"], 1)
        self.say(case, 41, "closed", 409, reason="GOALS_MET")  # it was heard by now
        self.say(case, 40, "closed", reason="GOALS_MET")

    def test_complaints_cards_surveys_and_trainings_reach_their_figures(self):
        complaint = self.post("desk", "/v1/complaints", 20, formal=True, parts=["waiting", "manner"], externalRef="complaint-1")
        self.assertNotIn("caseId", complaint)
        outcome = {"client": "desk", "path": "/v1/complaint-outcomes", "days": 10, "complaintRef": "complaint-1"}
        self.post(**outcome, part="waiting", outcome="FORWARDED")
        self.post(**outcome, part="manner", outcome="UPHELD")
        self.post(**outcome, part="manner", outcome="PARTLY_UPHELD", hour=13)
        problem = self.post(**outcome, status=400, part="nothing", outcome="UPHELD")
        self.assertEqual(problem["errors"][0]["pointer"], "/part")
        other = {**outcome, "client": "aanmeldteam", "part": "waiting", "outcome": "UNFOUNDED"}
        self.post(**other, status=404)  # no complaint of theirs has this name
        other["complaintRef"] = "desk/complaint-1"
        self.post(**{**other, "client": "gp"}, status=403)
        early = self.post(**{**other, "days": 21}, status=409)
        self.assertEqual(early["type"], "urn:wot:life-forbids")
        self.post(**{**other, "days": 20}, hour=10)  # told last, but the one of ten days later holds
        self.assertEqual(self.rows("complaint_outcomes"), {"FORWARDED": 1, "PARTLY_UPHELD": 1})
        self.post(**{**other, "days": 9})
        self.assertEqual(self.figure("complaints")["value"], 1)
        self.assertEqual(self.rows("complaint_outcomes"), {"UNFOUNDED": 1, "PARTLY_UPHELD": 1})

        for rating in ("POSITIVE", "POSITIVE", "POSITIVE", "NEGATIVE"):
            self.post("desk", "/v1/feedback-cards", 15, rating=rating, location="OOST")
        self.assertEqual((self.figure("feedback_cards")["value"], self.figure("feedback_positive")["value"]), (4, 0.75))

        self.post("manager", "/v1/surveys", 15, subject="CLIENT_ACCESS", satisfied=80, answered=90)
        self.post("gp", "/v1/surveys", 14, subject="CLIENT_ACCESS", satisfied=10, answered=30)
        self.post("manager", "/v1/surveys", 14, 400, subject="CLIENT_ACCESS", satisfied=31, answered=30)
        access = self.figure("satisfied_client_access")
        self.assertEqual((access["value"], access["count"], access["of"], access["met"]), (0.75, 90, 120, False))

        for code in ("geld", "wonen"):
            self.post("manager", "/v1/trainings", 15, code=code)
        self.assertEqual(self.figure("trainings")["value"], 2)

    def test_a_second_call_that_is_answered_excuses_the_callback(self):
        def call(name, event, hour, **more):
            self.post("rogplus", "/v1/calls", 20, hour=hour, callId=name, queue="wot", event=event, **more)

        for name, number in (("again", "0101111111"), ("gone", "0102222222")):
            call(name, "ABANDONED", 9, waitSeconds=40, caller=number)
        call("second", "ENTERED", 10, caller="0101111111")
        call("second", "ANSWERED", 10, waitSeconds=5)
        for _ in range(2):  # a doubled completion
            call("second", "ENDED", 11, talkSeconds=60, outcome="BRIEF_CONTACT")
        owed = self.figure("callback_within_1_working_day")
        self.assertEqual((owed["count"], owed["of"]), (0, 1))
        offered = self.figure("phone_abandoned")
        self.assertEqual((offered["count"], offered["of"]), (2, 3))
        self.assertEqual(self.figure("brief_contacts")["value"], 0)  # a call's outcome counts nothing
        hashes = [e["event"]["body"]["call"]["callerHash"] for e in self.wot.tail("intake")
                  if e["kind"] == "call" and "callerHash" in e["event"]["body"]["call"]]
        self.assertEqual(hashes[0], hashes[2])
        self.assertNotEqual(hashes[0], hashes[1])

    def test_who_calls_is_a_number_in_any_form_and_nobody_where_it_is_withheld(self):
        before = self.figure("callback_within_1_working_day")

        def owed():
            now = self.figure("callback_within_1_working_day")
            return now["count"] - before["count"], now["of"] - before["of"]

        def call(name, event, hour, caller):
            self.post("rogplus", "/v1/calls", 20, hour=hour, callId=name, queue="wot", event=event, waitSeconds=9,
                      caller=caller)

        forms = ("+31 6-12345678", "0612345678", '"Jansen" <sip:0031612345678@trunk.example.nl;user=phone>')
        withheld = ("", "Anonymous", "anonymous", "0", "sip:anonymous@anonymous.invalid")
        for name, callers in (("form", forms), ("withheld", withheld)):
            for number, caller in enumerate(callers):
                call(f"{name}-{number}", "ABANDONED", 9 + number, caller)
        self.post("rogplus", "/v1/callbacks", 20, hour=10, callId="form-0", reached=True)
        self.assertEqual(owed(), (2, 8))  # what that caller had open by then
        call("form-4", "ANSWERED", 15, forms[0])
        call("withheld-9", "ANSWERED", 15, withheld[0])
        self.assertEqual(owed(), (0, 5))


if __name__ == "__main__":
    unittest.main()
