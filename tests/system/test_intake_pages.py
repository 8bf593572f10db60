"""What the intake team sees of whom to phone, and says of it by a form; and the page of a case."""
import concurrent.futures
import http.client
import json
import re
import unittest
import urllib.parse

from test_page import POLICY, Markup
from wot import Wot, now

ENTRY = re.compile(r'<a class="nw" href="/aanmeldteam/([^"]+)">')


class IntakePages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        days = ("2026-01-05", "2026-01-07", None, None, None, None)
        for i, day in enumerate(days):
            cls.wot.post("desk", "/v1/help-requests", {
                "externalRef": f"r{i}", "occurredAt": f"{day}T10:00:00Z" if day else now(), "channel": "WEB" if i == 2 else "PHONE",
                "domesticViolence": i == 3, "ageGroup": "ADULT", "person": {"name": "Jan Jansen", "phone": "0612345678"}})
        cls.wot.post("gp", "/v1/signals", {
            "externalRef": "s-1", "occurredAt": now(), "kind": "RENT_ARREARS",
            "person": {"name": "Piet", "address": "Dorpsstraat 1, 3111 AB Schiedam", "bsn": "111222333"}})
        cls.wot.settle()
        cls.cookies = {}

    def fetch(self, path, client=None, daemon="triage", form=None, **headers):
        """As a browser that follows nothing; signed in, by its cookie."""
        if client:
            headers["Cookie"] = self.sign_in(client)
        body = urllib.parse.urlencode(form) if form is not None else None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.wot.port(daemon), timeout=30)
        connection.request("GET" if form is None else "POST", path, body, {"Accept": "text/html", **headers})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def sign_in(self, client):
        if client not in self.cookies:
            status, headers, _ = self.fetch("/inloggen", form={"token": self.wot.token(client)})
            self.assertEqual(status, 303)
            self.cookies[client] = headers["Set-Cookie"].partition(";")[0]
        return self.cookies[client]

    def page(self, path, client="aanmeldteam", status=200, **more):
        code, headers, text = self.fetch(path, client, **more)
        self.assertEqual(code, status, path)
        self.assertEqual(headers["Content-Security-Policy"], POLICY)
        self.assertEqual(Markup(text).faults, [], path)
        return text

    def worklist(self):
        return json.loads(self.wot.wotctl("worklist", "--json").stdout)

    def case_of(self, ref):
        return next(row["caseId"] for row in self.wot.get("operator", "/v1/cases")[1]["items"] if row["caseRef"] == f"desk/{ref}")

    def form_of(self, path, **fields):
        """What a browser sends of the form at that path."""
        text = self.page(path)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text[text.index('class="formulier"'):]))
        return {**hidden, "team": "", "redirectedTo": "", **fields}

    def screenings(self):
        return sum(event["kind"] in ("screening", "signal_screened") for event in self.wot.tail("triage"))

    # ---- the list ----

    def test_each_entry_stands_on_the_page_once_and_in_order(self):
        listed = self.worklist()
        day = lambda item: min(item["deadline"], item.get("reactBy", item["deadline"]))
        urgent = [item for item in listed if item["priority"] != "ROUTINE"]
        rest = sorted((item for item in listed if item["priority"] == "ROUTINE"), key=day)
        expected = [item.get("caseId") or f"signaal/{item['caseRef']}" for item in urgent + rest]
        self.assertEqual(ENTRY.findall(self.page("/aanmeldteam")), expected)
        self.assertGreater(len(expected), 2)

    def test_nothing_of_a_person_is_on_a_page(self):
        for path in ["/aanmeldteam"] + [f"/aanmeldteam/{entry}" for entry in ENTRY.findall(self.page("/aanmeldteam"))]:
            self.assertNotRegex(self.page(path), r"Jan|Piet|Dorpsstraat|0612345678|111222333")

    def test_why_a_team_is_proposed_stands_with_an_entry_in_dutch(self):
        self.wot.post("desk", "/v1/help-requests", {
            "externalRef": "why", "occurredAt": now(), "channel": "PHONE", "ageGroup": "ADULT", "domesticViolence": True,
            "person": {"name": "Jan Jansen", "phone": "0612345678"}})
        self.wot.settle()
        item = next(item for item in self.worklist() if item.get("caseId") == self.case_of("why"))
        self.assertIn("Huiselijk geweld", item["reden"])
        for path in ("/aanmeldteam", f"/aanmeldteam/{item['caseId']}"):
            self.assertIn(item["reden"], self.page(path))
        case = self.page(f"/zaken/{item['caseId']}", daemon="case")
        self.assertIn(item["reden"] + " Gaat naar ", case)
        self.assertIn("Gekozen: de regel noemt dit team", case)
        self.assertNotIn('lang="en"', case)

    def test_who_may_not_see_the_list_is_told_so(self):
        path = f"/aanmeldteam/{self.case_of('r5')}"
        for address in ("/aanmeldteam", path):
            for client in ("manager", "operator", "aanmeldteam"):
                self.page(address, client)
            self.page(address, "viewer", status=403)
            self.assertEqual(self.fetch(address)[0], 302)
        for client in ("manager", "operator"):
            self.assertNotIn("Vastleggen", self.page("/aanmeldteam", client))
            self.assertNotIn('class="formulier"', self.page(path, client))

    def test_an_entry_that_never_was_is_404(self):
        for path in ("/aanmeldteam/2026-999999", "/aanmeldteam/x", "/aanmeldteam/signaal/gp/none", "/aanmeldteam/signaal/", "/aanmeldteam/"):
            self.page(path, status=404)
        self.page("/aanmeldteam?soort=alles", status=400)

    # ---- the form ----

    def test_a_form_that_is_sent_twice_at_once_counts_once(self):
        path, before = f"/aanmeldteam/{self.case_of('r0')}", self.screenings()
        form = self.form_of(path, outcome="TO_SUPPORT", careWeight="HEAVY", team="zuid")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.fetch(path, "aanmeldteam", form=form), range(8)))
        self.assertEqual({(status, headers["Location"]) for status, headers, _ in answers}, {(303, "/aanmeldteam")})
        self.assertEqual(self.screenings(), before + 1)
        said = next(row["event"] for row in self.wot.tail("triage") if row["kind"] == "screening" and row["event"]["caseId"] in path)
        self.assertEqual((said["client"], said["externalRef"]), ("aanmeldteam", form["externalRef"]))
        self.assertIn("Staat niet meer op de werklijst", self.page(path))
        form["outcome"] = "WITHDRAWN"
        self.assertEqual(self.fetch(path, "aanmeldteam", form=form)[0], 409, "the same form, saying something else")

    def test_who_is_not_reached_stays_with_an_attempt_more(self):
        path = f"/aanmeldteam/{self.case_of('r1')}"
        self.assertEqual(self.fetch(path, "aanmeldteam", form=self.form_of(path, outcome="NOT_REACHED"))[0], 303)
        self.assertIn("1 keer geprobeerd", self.page(path))

    def test_a_household_that_is_reached_leaves_the_list(self):
        path = next(f"/aanmeldteam/{entry}" for entry in ENTRY.findall(self.page("/aanmeldteam")) if entry.startswith("signaal"))
        self.assertEqual(path, "/aanmeldteam/signaal/gp/s-1")
        self.assertEqual(self.fetch(path, "aanmeldteam", form=self.form_of(path, outcome="ADVICE"))[0], 303)
        self.assertIn("Staat niet meer op de werklijst", self.page(path))

    def test_what_is_refused_comes_back_in_the_form(self):
        path, before = f"/aanmeldteam/{self.case_of('r4')}", self.screenings()
        for fields, says in (({}, "Kies wat eruit kwam."), ({"outcome": "TO_SUPPORT"}, "Kies de zorgzwaarte."),
                             ({"outcome": "REDIRECTED"}, "Kies naar welke organisatie."),
                             ({"outcome": "TO_SUPPORT", "careWeight": "LIGHT", "team": "gone"}, "Dit team is er niet meer."),
                             ({"outcome": "REDIRECTED", "redirectedTo": "gone"}, "Deze organisatie is er niet meer."),
                             ({"outcome": "ADVICE", "externalRef": "mine"}, "Dit formulier is van een eerdere dag.")):
            text = self.page(path, form=self.form_of(path, **fields), status=400)
            self.assertIn(says, text)
            self.assertIn("Nog niet opgeslagen", text)
            if fields.get("outcome"):
                self.assertIn(f'value="{fields["outcome"]}" checked', text)
        self.assertEqual(self.screenings(), before)

    def test_a_form_that_is_not_of_who_sends_it_changes_nothing(self):
        path, before = f"/aanmeldteam/{self.case_of('r5')}", self.screenings()
        form = self.form_of(path, outcome="NOT_REACHED")
        self.page(path, "manager", form=form, status=403)
        self.page(path, form={**form, "formulier": "x"}, status=403)
        self.page(path, form={name: value for name, value in form.items() if name != "formulier"}, status=403)
        self.page(path, form={**form, "more": "1"}, status=400)
        self.assertEqual(self.screenings(), before)

    # ---- a case ----

    def test_a_case_tells_its_life_its_promises_and_why(self):
        case = self.case_of("r3")
        self.wot.post("casesystem", "/v1/case-events", {"externalRef": "e1", "occurredAt": now(), "caseId": case, "supportStarted": {}})
        self.wot.settle()
        for client in ("manager", "operator", "aanmeldteam"):
            text = self.page(f"/zaken/{case}", client, daemon="case")
            for says in ("De begeleiding startte op", "Screeningsteam huiselijk geweld", "Begeleiding starten", "binnen 4 weken",
                         "Traject afsluiten", "De hulpvraag kwam binnen."):
                self.assertIn(says, text)
            self.assertNotRegex(text, r"Jan|0612345678")
        self.page(f"/zaken/{case}", "viewer", daemon="case", status=403)
        self.assertEqual(self.fetch(f"/zaken/{case}", daemon="case")[0], 302)
        bearer = {"Authorization": f"Bearer {self.wot.token('casesystem')}"}
        self.assertEqual(self.fetch(f"/zaken/{case}", daemon="case", **bearer)[0], 403, "a page is for people")
        for other in ("2026-999999", "x", ""):
            self.page(f"/zaken/{other}", "manager", daemon="case", status=404)


if __name__ == "__main__":
    unittest.main()
