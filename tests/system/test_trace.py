"""One input can be followed through all four daemons, as lines of their logs; and those lines tell nobody's business.

The log is what is sent to whoever helps, so what is not to be found there is looked for value by value.
"""
import re
import unittest

from pushclient import Push, messages
from wot import DAEMONS, Wot, now, wait_until

PERSON = {"name": "Agnes Proefpersoon", "birthDate": "1980-05-17", "bsn": "999990019", "phone": "0612345678",
          "email": "agnes@voorbeeld.nl", "address": "Testweg 4711"}
QUESTION = "Schulden en geen overzicht"
VALUES = [*PERSON.values(), QUESTION, "3111AB", "FINANCE", "DEBT", "ZUID", "1980", "MEDIUM", "TO_SUPPORT"]


def referral(ref, **more):
    place = {} if "ward" in more else {"postcode": "3111AB"}
    return {"externalRef": ref, "occurredAt": now(), "channel": "PARTNER", "consent": True,
            "referrer": {"organisation": "gp"}, "problems": ["FINANCE"], "expertise": ["DEBT"],
            "person": PERSON, "question": QUESTION, **place, **more}


class Trace(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()

    def setUp(self):
        self.from_line = {daemon: len(self.wot.log(daemon).splitlines()) for daemon in DAEMONS}
        self.addCleanup(self.ask_all, "trace off; set log-level info")

    def ask_all(self, line):
        return [self.wot.ask(daemon, line, admin=True) for daemon in DAEMONS]

    def lines(self, daemon, event="trace"):
        """What that daemon has logged of such an event since the test began, each as a dict."""
        new = self.wot.log(daemon).splitlines()[self.from_line[daemon]:]
        lines = [dict(re.findall(r'(\w+)=("[^"]*"|\S+)', line)) for line in new if f" event={event} " in line]
        return [line for line in lines if "following" not in line]

    def seen(self, daemon):
        return {(line["step"], line["stream"], line["kind"], line["outcome"]) for line in self.lines(daemon)}

    def wait_for(self, daemon, *steps):
        wait_until(lambda: set(steps) <= self.seen(daemon), 30, f"wot-{daemon} traces {steps}")

    def accepted(self, client, path, body):
        code, said = self.wot.post(client, path, body)
        self.assertEqual(code, 202, said)
        return said

    def test_a_referral_is_followed_through_all_four(self):
        self.ask_all("set log-level error")  # what was asked for is there all the same
        self.ask_all("trace ref gp/followed")
        self.accepted("gp", "/v1/referrals", referral("other"))
        said = self.accepted("gp", "/v1/referrals", referral("followed"))
        self.accepted("desk", "/v1/help-requests",
                      {"externalRef": "followed", "occurredAt": now(), "channel": "WEB", "ward": "ZUID"})
        self.wot.settle()
        self.wait_for("intake", ("door", "intake", "referral", "taken"), ("decide", "intake", "referral", "accepted"),
                      ("fold", "intake", "referral", "folded"), ("commit", "intake", "referral", "durable"),
                      ("feed", "case", "case_registered", "read"))
        self.wait_for("triage", ("feed", "intake", "referral", "read"), ("decide", "intake", "referral", "accepted"),
                      ("fold", "triage", "case_routed", "folded"), ("commit", "triage", "case_routed", "durable"))
        self.wait_for("case", ("feed", "intake", "referral", "read"), ("decide", "intake", "referral", "accepted"),
                      ("fold", "case", "case_registered", "folded"), ("commit", "case", "case_registered", "durable"),
                      ("feed", "triage", "case_routed", "read"))
        for stream, kind in (("intake", "referral"), ("triage", "case_routed"), ("case", "case_registered")):
            self.wait_for("aggregate", ("feed", stream, kind, "read"), ("fold", stream, kind, "folded"),
                          ("commit", stream, kind, "durable"))
        for daemon in DAEMONS:
            for line in self.lines(daemon):
                self.assertEqual(line["ref"], "gp/followed")
                if line["stream"] == "intake" and line["kind"] == "referral":
                    self.assertEqual(int(line["seq"]), said["seq"], "the other referral is followed")

    def test_a_line_has_what_was_asked_for_and_no_value(self):
        self.ask_all("trace ref gp/private")
        self.accepted("gp", "/v1/referrals", referral("private"))
        self.wot.settle()
        self.wait_for("aggregate", ("commit", "case", "case_registered", "durable"))
        for daemon in DAEMONS:
            lines = self.lines(daemon)
            self.assertTrue(lines)
            for line in lines:
                self.assertEqual(set(line) - {"seq"}, {"time", "level", "daemon", "event", "ref", "step", "stream",
                                                       "kind", "outcome"})
            for value in VALUES:
                self.assertNotIn(value, self.wot.log(daemon))

    def test_trace_off_ends_it_in_that_daemon_alone(self):
        self.ask_all("trace ref gp/gone")
        self.wot.ask("intake", "trace off", admin=True)
        self.accepted("gp", "/v1/referrals", referral("gone"))
        self.wot.settle()
        self.wait_for("aggregate", ("fold", "intake", "referral", "folded"))
        self.assertEqual(self.lines("intake"), [])
        self.wot.ask("aggregate", "trace off", admin=True)
        before = len(self.lines("aggregate"))
        self.accepted("desk", "/v1/brief-contacts", {"externalRef": "b-1", "occurredAt": now(), "channel": "PHONE",
                                                     "answer": "ADVICE"})
        self.wot.settle()
        self.assertEqual(len(self.lines("aggregate")), before)

    def test_what_is_refused_says_where_and_why(self):
        self.ask_all("trace ref gp/refused")
        self.assertEqual(self.wot.post("gp", "/v1/referrals", referral("refused", problems=["NOTHING"]))[0], 400)
        self.assertEqual(self.wot.post("gp", "/v1/referrals", referral("refused", ward="NOWHERE"))[0], 400)
        self.accepted("gp", "/v1/referrals", referral("refused"))
        self.assertEqual(self.wot.post("gp", "/v1/referrals", referral("refused", expertise=[]))[0], 409)
        outcomes = [line["outcome"] for line in self.lines("intake") if line["step"] == "door"]
        self.assertEqual(outcomes, ["invalid", "invalid", "taken", "ref_taken"])

    def test_a_duplicate_and_what_is_pushed_are_told_as_well(self):
        call = {"external_ref": "c-1", "occurred_at": 1764000000000, "body": {"call": {"call_id": "k", "queue": "main", "event": 1}}}
        wrong = {**call, "occurred_at": 0}
        other = {**call, "external_ref": "c-2"}
        self.ask_all("trace ref rogplus/c-1")
        with Push(self.wot) as push:
            codes = [receipt.code for receipt in
                     push.ask(*(messages().Submission(**item) for item in (wrong, other, call, call))).receipts]
        self.assertEqual(codes, [400, 202, 202, 200])
        doors = [(line["kind"], line["outcome"]) for line in self.lines("intake") if line["step"] == "door"]
        self.assertEqual(doors, [("call", "invalid"), ("call", "taken"), ("call", "duplicate")])
        self.wait_for("aggregate", ("fold", "intake", "call", "folded"))
        self.assertEqual(len([line for line in self.lines("aggregate") if line["step"] == "fold"]), 1)

    def test_a_case_is_followed_with_all_that_concerns_it(self):
        first = self.accepted("gp", "/v1/referrals", referral("c-1"))["caseId"]
        second = self.accepted("gp", "/v1/referrals", referral("c-2"))["caseId"]
        self.wot.settle()
        self.ask_all(f"trace case {first}")
        for case, ref in ((second, "s-2"), (first, "s-1")):
            self.accepted("aanmeldteam", "/v1/screenings", {
                "externalRef": ref, "occurredAt": now(), "caseId": case, "outcome": "TO_SUPPORT",
                "careWeight": "MEDIUM", "expertise": ["DEBT"]})
        self.wot.settle()
        self.wait_for("triage", ("door", "triage", "screening", "taken"), ("decide", "triage", "screening", "accepted"),
                      ("commit", "triage", "screening", "durable"))
        self.wait_for("case", ("feed", "triage", "screening", "read"))
        self.wait_for("aggregate", ("feed", "triage", "screening", "read"), ("fold", "triage", "screening", "folded"))
        for daemon in DAEMONS:
            self.assertTrue(all(line["case"] == first for line in self.lines(daemon)))
            screenings = {line["seq"] for line in self.lines(daemon)
                          if (line["stream"], line["kind"]) == ("triage", "screening")}
            self.assertLessEqual(len(screenings), 1, "the other case is followed")

    def test_a_trace_of_what_cannot_be_is_refused_and_says_how(self):
        for wrong in ("trace ref followed", "trace ref gp/", "trace ref", "trace ref gp/a/b", "trace ref GP/a",
                      "trace ref gp/999990019"):
            said = self.wot.ask("intake", wrong, admin=True)
            self.assertIn("trace ref CLIENT/REF", said)
            self.assertNotIn("999990019", said + self.wot.log("intake"))
        for wrong in ("trace case 12", "trace case gp/x", "trace case"):
            self.assertIn("trace case ID", self.wot.ask("intake", wrong, admin=True))
        self.assertNotIn("follows", self.wot.ask("intake", "trace ref gp/a"), "the plain socket is for reading only")

    def test_debug_tells_of_each_block_and_each_refusal(self):
        for level in ("info", "debug"):
            self.ask_all(f"set log-level {level}")
            self.accepted("desk", "/v1/brief-contacts", {"externalRef": f"d-{level}", "occurredAt": now(),
                                                         "channel": "PHONE", "answer": "ADVICE"})
            self.assertEqual(self.wot.post("desk", "/v1/brief-contacts", {"externalRef": QUESTION})[0], 400)
            self.wot.settle()
            committed = [line["seq"] for line in self.lines("intake", "committed")]
            refused = [line["reason"] for line in self.lines("intake", "refused")]
            read = [line["stream"] for line in self.lines("aggregate", "read")]
            if level == "info":
                self.assertEqual((committed, refused, read), ([], [], []))
        self.assertTrue(committed)
        self.assertEqual(refused, ["invalid"])
        self.assertIn("intake", read)
        self.assertNotIn(QUESTION, self.wot.log("intake"))


if __name__ == "__main__":
    unittest.main()
