"""The HTTP doors: a partner's referral from post to status, and every refusal of the contract."""
import json
import socket
import subprocess
import time
import unittest

from wot import Wot, now, wait_until

BSN = "999990342"


def request_body(ref, **more):
    return {"externalRef": ref, "occurredAt": now(), "channel": "PARTNER", **more}


def referral(ref, **more):
    return request_body(
        ref, consent=True, referrer={"organisation": "gp", "reference": "r-1", "contact": "Dr. Test"}, **more)


class HttpDoor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()

    def setUp(self):
        self.ref = f"{self.id().split('.')[-1][:30]}-{time.time_ns()}"

    def stored(self):
        """The externalRefs in intake's log; its notes of progress come whenever they come."""
        return [e["event"]["externalRef"] for e in self.wot.tail("intake") if "externalRef" in e["event"]]

    def errors(self, problem):
        return {error["pointer"] for error in problem["errors"]}

    def test_curl_posts_a_referral_and_reads_its_status(self):
        url = self.wot.url("intake", "/v1/referrals")
        token = self.wot.token("gp")
        auth = ["-H", f"Authorization: Bearer {token}"]
        body = json.dumps(referral(self.ref, person={"name": "Test", "bsn": BSN}, question="Help"))
        done = subprocess.run(
            ["curl", "-sS", *auth, "-H", "Content-Type: application/json", "-d", body, url],
            capture_output=True, text=True, check=True)
        receipt = json.loads(done.stdout)
        self.assertEqual(receipt["status"], "ACCEPTED")
        self.assertRegex(receipt["caseId"], r"^\d{4}-\d{6,}$")
        read = subprocess.run(["curl", "-sS", *auth, f"{url}/{self.ref}"], capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(read.stdout)["status"], "RECEIVED")

        screening = {"externalRef": self.ref, "occurredAt": now(), "caseId": receipt["caseId"], "outcome": "TO_SUPPORT"}
        wait_until(lambda: self.wot.post("aanmeldteam", "/v1/screenings", screening)[0] in (200, 202))
        wait_until(lambda: self.wot.get("gp", f"/v1/referrals/{self.ref}")[1]["status"] == "ACCEPTED")
        event = {"externalRef": self.ref, "occurredAt": now(), "caseId": receipt["caseId"], "supportStarted": {}}
        wait_until(lambda: self.wot.post("casesystem", "/v1/case-events", event)[0] in (200, 202))
        wait_until(lambda: self.wot.get("gp", f"/v1/referrals/{self.ref}")[1]["status"] == "IN_SUPPORT")

    def traces(self, *refs):
        """Of all that follows from these submissions in three logs: (log, kind) to trace, by ref."""
        cases = {e["event"].get("caseId"): e["event"]["externalRef"] for e in self.wot.tail("intake")
                 if e["event"].get("externalRef") in refs}
        found = {ref: {} for ref in refs}
        for log in ("intake", "triage", "case"):
            for e in self.wot.tail(log):
                if ref := cases.get(e["event"].get("caseId", "")):
                    found[ref][log, e["kind"]] = e["event"].get("trace")
        return [found[ref] for ref in refs]

    def test_a_trace_is_kept_with_what_it_led_to(self):
        trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

        def post(*refs, header=f"00-{trace}-{span}-01", array=True):
            bodies = [request_body(ref, ward="ZUID", person={"name": "Test"}) for ref in refs]
            code, _ = self.wot.post("desk", "/v1/help-requests", bodies if array else bodies[0], headers={"traceparent": header})
            self.assertEqual(code, 207 if array else 202)

        refs = [f"{self.ref}-{i}" for i in range(6)]
        post(refs[0], array=False)
        post(refs[1])
        post(refs[2], refs[3])
        post(refs[4], header=f"00-{trace.upper()}-{span}-01", array=False)
        post(refs[5], header=f"00-{'0' * 32}-{span}-01")
        self.wot.settle()
        found = self.traces(*refs)
        for of in found:
            self.assertLessEqual({("intake", "help_request"), ("triage", "case_routed"), ("triage", "case_noted"),
                                  ("case", "case_registered"), ("case", "case_routed")}, set(of))
            self.assertEqual(len(set(of.values())), 1, of)  # what follows has what it follows from
        single, item, one, other, capitals, zeros = (of["intake", "help_request"] for of in found)
        self.assertEqual(single, trace + span)
        self.assertEqual(item[:32], trace)
        self.assertEqual(len({single[32:], item[32:], one[32:], other[32:]}), 4)
        self.assertEqual(len({trace, one[:32], other[:32]}), 3)  # housemates of an import are not joined
        self.assertEqual((len(one), capitals, zeros), (48, None, None))

    def test_a_partner_does_not_see_another_partners_referral(self):
        self.assertEqual(self.wot.post("gp", "/v1/referrals", referral(self.ref))[0], 202)
        self.assertEqual(self.wot.get("police", f"/v1/referrals/{self.ref}")[0], 404)

    def test_the_same_again_is_200_with_the_first_receipt(self):
        body = referral(self.ref, person={"name": "Test", "bsn": BSN})
        _, first = self.wot.post("gp", "/v1/referrals", body)
        code, again = self.wot.post("gp", "/v1/referrals", body)
        self.assertEqual((code, again["status"]), (200, "DUPLICATE"))
        self.assertEqual((again["id"], again["seq"], again["caseId"]), (first["id"], first["seq"], first["caseId"]))
        code, problem = self.wot.post("gp", "/v1/referrals", {**body, "question": "Other"})
        self.assertEqual((code, problem["type"]), (409, "urn:wot:ref-taken"))

    def test_an_instant_written_otherwise_is_the_same_content(self):
        body = {"externalRef": self.ref, "channel": "PHONE", "answer": "ADVICE"}
        self.assertEqual(self.wot.post("desk", "/v1/brief-contacts", {**body, "occurredAt": "2026-01-05T10:00:00+01:00"})[0], 202)
        self.assertEqual(self.wot.post("desk", "/v1/brief-contacts", {**body, "occurredAt": "2026-01-05T09:00:00.000Z"})[0], 200)

    def test_a_refused_submission_does_not_take_its_ref(self):
        wrong = {"externalRef": self.ref, "occurredAt": now(), "channel": "PHONE", "answer": "NONSENSE"}
        self.assertEqual(self.wot.post("desk", "/v1/brief-contacts", wrong)[0], 400)
        self.assertEqual(self.wot.post("desk", "/v1/brief-contacts", {**wrong, "answer": "ADVICE"})[0], 202)

    def test_an_array_answers_each_item_by_itself(self):
        good = {"externalRef": self.ref, "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"}
        code, items = self.wot.post("desk", "/v1/brief-contacts", [good, {**good, "externalRef": "a b"}, good])
        self.assertEqual((code, [i["code"] for i in items]), (207, [202, 400, 200]))

    def test_errors_come_in_the_order_of_the_contract(self):
        post = self.wot.post
        self.assertEqual(post(None, "/v1/calls", b"x")[0], 401)
        self.assertEqual(post(None, "/v1/calls", b"x", token="00" * 32)[0], 401)
        self.assertEqual(post("desk", "/v1/calls", b"x")[0], 403)
        self.assertEqual(post("rogplus", "/v1/calls", b"x" * (2 << 20), headers={"Content-Type": "text/plain"})[0], 413)
        self.assertEqual(post("rogplus", "/v1/calls", b"x", headers={"Content-Type": "text/plain"})[0], 415)
        self.assertEqual(post("rogplus", "/v1/calls", b"x")[0], 400)
        self.assertEqual(self.wot.request("DELETE", "/v1/calls", "rogplus")[0], 405)
        self.assertEqual(self.wot.get("rogplus", "/v1/calls")[0], 405)
        self.assertEqual(self.wot.get("operator", "/v1/nothing")[0], 404)

    def test_another_method_is_told_those_that_the_path_has(self):
        document = self.wot.get(None, "/v1/openapi.json", daemon="intake")[1]
        both = 0
        for path, operations in document["paths"].items():
            methods = [method.upper() for method in operations]
            both += len(methods) > 1
            allowed = sorted([*methods, "HEAD"] if "GET" in methods else methods)
            for method in {"DELETE", "OPTIONS", "POST", "GET"} - set(methods):
                code, _, headers = self.wot.request(method, path.replace("{", "").replace("}", ""), "operator", daemon="intake")
                self.assertEqual((code, headers["Allow"]), (405, ", ".join(allowed)), f"{method} {path}")
        self.assertTrue(both, "no path of intake is both read and sent to")

    def test_each_refusal_is_counted_by_its_reason_and_stores_nothing(self):
        good = {"externalRef": self.ref, "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"}
        self.assertEqual(self.wot.post("desk", "/v1/brief-contacts", good)[0], 202)
        stored = self.stored()
        post = self.wot.post
        refusals = {
            "unauthenticated": lambda: post(None, "/v1/brief-contacts", good, token="no"),
            "forbidden": lambda: post("gp", "/v1/brief-contacts", good),
            "too_large": lambda: post("desk", "/v1/brief-contacts", {**good, "redirectedTo": "x" * 70000}),
            "media_type": lambda: post("desk", "/v1/brief-contacts", good, headers={"Content-Type": "text/xml"}),
            "not_json": lambda: post("desk", "/v1/brief-contacts", b"{"),
            "invalid": lambda: post("desk", "/v1/brief-contacts", {**good, "extra": 1}),
            "ref_taken": lambda: post("desk", "/v1/brief-contacts", {**good, "channel": "CHAT"}),
        }
        for reason, refuse in refusals.items():
            with self.subTest(reason):
                before = self.wot.refused("intake", "http").get(reason, 0)
                self.assertGreaterEqual(refuse()[0], 400)
                self.assertEqual(self.wot.refused("intake", "http").get(reason, 0), before + 1)
        self.assertEqual(self.stored(), stored)

    def test_all_faults_are_told_at_once_each_with_its_pointer(self):
        code, problem = self.wot.post("desk", "/v1/help-requests", {
            "externalRef": "with blank", "occurredAt": "yesterday", "channel": "PHONE", "colour": 1,
            "person": {"bsn": "999012345", "birthDate": "1990-02-30"}, "peopleInvolved": 100, "problems": ["FINANCE", 3]})
        self.assertEqual(code, 400)
        self.assertLessEqual(
            {"/externalRef", "/occurredAt", "/colour", "/person/bsn", "/person/birthDate", "/peopleInvolved", "/problems/1"},
            self.errors(problem))

    def test_json_that_libraries_let_pass_is_refused(self):
        head = '{"externalRef":"%s","occurredAt":"%s","channel":"PHONE","answer":"ADVICE"' % (self.ref, now())
        wrong = {
            "a duplicate key": head + ',"answer":"ADVICE"}',
            "a NUL": head + ',"redirectedTo":"a\\u0000b"}',
            "null": head + ',"location":null}',
            "bad UTF-8": head.encode() + b',"redirectedTo":"\xc3\x28"}',
            "a number too big": head + ',"waitSeconds":123456789012345678901234567890}',
            "two values": head + "}{}",
            "an ageless array": "[]",
        }
        for what, text in wrong.items():
            with self.subTest(what):
                body = text if isinstance(text, bytes) else text.encode()
                code, problem = self.wot.post("desk", "/v1/brief-contacts", body)
                self.assertEqual(code, 400, problem)

    def test_an_unknown_case_is_404_to_be_tried_again(self):
        for client, path, body in (
            ("aanmeldteam", "/v1/screenings", {"caseId": "2026-999999", "outcome": "TO_SUPPORT"}),
            ("casesystem", "/v1/case-events", {"caseRef": "gp/unknown", "supportStarted": {}}),
        ):
            body = {"externalRef": self.ref, "occurredAt": now(), **body}
            code, problem, headers = self.wot.request("POST", path, client, body)
            self.assertEqual((code, problem["type"], headers["Retry-After"]), (404, "urn:wot:unknown-case", "1"))

    def test_a_forbidden_step_is_409_and_names_the_days(self):
        _, receipt = self.wot.post("gp", "/v1/referrals", referral(self.ref))
        event = {"externalRef": self.ref + "a", "occurredAt": "2026-01-05T10:00:00Z", "caseId": receipt["caseId"], "supportStarted": {}}
        wait_until(lambda: self.wot.post("casesystem", "/v1/case-events", event)[0] == 409)
        code, problem = self.wot.post("casesystem", "/v1/case-events", event)
        self.assertEqual((code, problem["type"]), (409, "urn:wot:life-forbids"))
        self.assertIn("2026-01-05", problem["detail"])

    def test_an_unknown_ward_organisation_or_team_is_refused(self):
        cases = (
            ("desk", "/v1/help-requests", {"channel": "PHONE", "ward": "ATLANTIS"}, "/ward"),
            ("desk", "/v1/brief-contacts", {"channel": "PHONE", "answer": "REDIRECTED", "redirectedTo": "nobody"}, "/redirectedTo"),
            ("gp", "/v1/referrals", {"channel": "PARTNER", "consent": True, "referrer": {"organisation": "huisarts-oost"}},
                "/referrer/organisation"),
        )
        for client, path, body, pointer in cases:
            code, problem = self.wot.post(client, path, {"externalRef": self.ref, "occurredAt": now(), **body})
            self.assertEqual(code, 400)
            self.assertEqual(self.errors(problem), {pointer})

    def test_a_bsn_is_no_externalRef_and_is_not_repeated(self):
        code, problem = self.wot.post("desk", "/v1/brief-contacts", {
            "externalRef": BSN, "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"})
        self.assertEqual(code, 400)
        self.assertNotIn(BSN, json.dumps(problem))

    def test_nothing_personal_reaches_a_file_or_a_log(self):
        marks = {"name": "Zwaanhilde Testnaam", "phone": "06-12345678", "email": "zwaan@test.example", "address": "Teststraat 7, 3111 AB"}
        body = request_body(self.ref, person={**marks, "bsn": "123456782", "birthDate": "1980-05-17"}, question="Geheime vraag 4711")
        self.assertEqual(self.wot.post("desk", "/v1/help-requests", body)[0], 202)
        self.wot.post("desk", "/v1/help-requests", {**body, "externalRef": "123456782", "colour": "Zwaanhilde"})
        self.wot.settle()
        secrets = [*marks.values(), "123456782", "Geheime vraag", "Zwaanhilde"]
        for file in self.wot.dir.rglob("*"):
            if file.is_file():
                data = file.read_bytes()
                for secret in secrets:
                    self.assertNotIn(secret.encode(), data, file)

    def test_advice_makes_it_a_brief_contact_and_destroys_the_person(self):
        before = self.wot.kpi("--period", "today")
        _, receipt = self.wot.post("desk", "/v1/help-requests", request_body(self.ref, person={"name": "Test", "bsn": BSN}))
        vault = (self.wot.dir / "intake" / "vault").read_bytes()
        screening = {"externalRef": self.ref, "occurredAt": now(), "caseId": receipt["caseId"], "outcome": "ADVICE"}
        wait_until(lambda: self.wot.post("aanmeldteam", "/v1/screenings", screening)[0] in (200, 202))
        self.wot.settle()
        after = self.wot.kpi("--period", "today")
        self.assertEqual(after["help_requests"]["value"], before["help_requests"]["value"])
        self.assertEqual(after["brief_contacts"]["value"], before["brief_contacts"]["value"] + 1)
        sealed = [e["event"]["body"]["helpRequest"]["sealed"]["keyId"] for e in self.wot.tail("intake")
                  if e["kind"] == "help_request" and e["event"].get("caseId") == receipt["caseId"]][0]
        self.assertIn(bytes.fromhex(sealed), vault)
        wait_until(lambda: bytes.fromhex(sealed) not in (self.wot.dir / "intake" / "vault").read_bytes())

    def test_under_the_ref_of_somebody_forgotten_nothing_else_is_lost(self):
        """What was personal cannot be compared any more; the kind and the day of it can."""
        def person(**more):
            return request_body(ref, occurredAt="2025-02-03T10:00:00Z", **more)

        ref = self.ref
        request = person(person={"name": "Test A", "bsn": BSN})
        receipt = self.wot.post("operator", "/v1/help-requests", request)[1]
        screening = {"externalRef": self.ref, "occurredAt": "2025-02-04T10:00:00Z", "caseId": receipt["caseId"], "outcome": "ADVICE"}
        wait_until(lambda: self.wot.post("operator", "/v1/screenings", screening)[0] in (200, 202))

        def forgotten():
            """As long as the person is known, so is that this is another one."""
            code, answer = self.wot.post("operator", "/v1/help-requests", person(person={"name": "Test B"}))
            return code == 200 and answer["caseId"] == receipt["caseId"]

        wait_until(forgotten)

        def check():
            self.assertEqual(self.wot.post("operator", "/v1/help-requests", request), (200, {**receipt, "status": "DUPLICATE"}))
            at = {"occurredAt": "2025-02-03T10:00:00Z"}
            others = {
                "/v1/help-requests": person(person={"name": "Test B"}) | {"occurredAt": "2025-02-04T10:00:00Z"},
                "/v1/referrals": person(referrer={"organisation": "gp"}, consent=True, person={"name": "Test A"}),
                "/v1/signals": {**at, "kind": "EVICTION", "person": {"name": "Test A"}},
                "/v1/feedback-cards": {**at, "rating": "POSITIVE"},
                "/v1/brief-contacts": {**at, "channel": "PHONE", "answer": "ADVICE"},
                "/v1/calls": {**at, "callId": "forgotten", "queue": "wot", "event": "ENTERED"},
                "/v1/complaints": {**at, "formal": False, "parts": ["a"]},
            }
            for path, body in others.items():
                code, problem = self.wot.post("operator", path, {**body, "externalRef": ref})
                self.assertEqual((code, problem.get("type")), (409, "urn:wot:ref-taken"), path)

        check()
        self.wot.stop("intake")
        self.wot.start("intake")
        check()  # the log tells it

    def test_a_slow_client_is_closed(self):
        with socket.create_connection(("127.0.0.1", self.wot.port("intake"))) as slow:
            slow.settimeout(20)
            slow.sendall(b"POST /v1/calls HTTP/1.1\r\nHost: x\r\n")
            self.assertEqual(slow.recv(100), b"")

    def test_health_metrics_and_openapi_are_open_to_all(self):
        for daemon in ("intake", "triage", "case", "aggregate"):
            self.assertEqual(self.wot.get(None, "/healthz", daemon=daemon)[0], 200)
        code, api = self.wot.get(None, "/v1/openapi.json")
        self.assertEqual(code, 200)
        self.assertIn("/v1/brief-contacts", api["paths"])


if __name__ == "__main__":
    unittest.main()
