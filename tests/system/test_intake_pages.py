"""What the intake team sees of whom to phone, and says of it by a form; and the page of a case."""
import concurrent.futures
import contextlib
import http.client
import json
import random
import re
import unittest
import urllib.parse

from browser import CHROMIUM, Browser
from test_page import POLICY, Markup
from wot import Wot, now, wait_until

ENTRY = re.compile(r'<a class="nw" href="/aanmeldteam/([^"]+)">')


class Pages:
    """A wot of its own, and a browser before it."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        cls.cookies = {}

    def fetch(self, path, client=None, daemon="triage", form=None, **headers):
        """As a browser that follows nothing; signed in, by its cookie."""
        if client:
            headers["Cookie"] = self.sign_in(client)
        body = urllib.parse.urlencode(form) if form is not None else None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.wot.port(daemon), timeout=30)) as connection:
            connection.request("GET" if form is None else "POST", path, body, {"Accept": "text/html", **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

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


class IntakePages(Pages, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        days = ("2026-01-05", "2026-01-07", None, None, None, None)
        for i, day in enumerate(days):
            cls.wot.post("desk", "/v1/help-requests", {
                "externalRef": f"r{i}", "occurredAt": f"{day}T10:00:00Z" if day else now(), "channel": "WEB" if i == 2 else "PHONE",
                "domesticViolence": i == 3, "ageGroup": "ADULT", "person": {"name": "Jan Jansen", "phone": "0612345678"}})
        cls.wot.post("gp", "/v1/signals", {
            "externalRef": "s-1", "occurredAt": now(), "kind": "RENT_ARREARS",
            "person": {"name": "Piet", "address": "Dorpsstraat 1, 3111 AB Schiedam", "bsn": "111222333"}})
        cls.wot.settle()

    # ---- the list ----

    def test_each_entry_stands_on_the_page_once_and_in_order(self):
        listed = self.worklist()
        day = lambda item: min(item["deadline"], item.get("reactBy", item["deadline"]))
        urgent = [item for item in listed if item["priority"] != "ROUTINE"]
        rest = sorted((item for item in listed if item["priority"] == "ROUTINE"), key=day)
        expected = [item.get("caseId") or f"signaal/{item['caseRef'].replace('/', ':')}" for item in urgent + rest]
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

    def test_an_entry_can_be_opened_whatever_a_partner_calls_it(self):
        refs = ("..", ".", "a:b", "-1", "signaal")
        for i, ref in enumerate(refs):
            self.wot.post("police", "/v1/signals", {
                "externalRef": ref, "occurredAt": now(), "kind": "EVICTION", "person": {"name": "P", "address": f"Kerkstraat {i + 1}, 3111 AB Schiedam"}})
        self.wot.settle()
        named = {path.partition("signaal/police:")[2]: path for path in map("/aanmeldteam/{}".format, ENTRY.findall(self.page("/aanmeldteam")))}
        for ref in refs:
            text = self.page(named[ref])
            self.assertEqual(re.search(r'class="formulier" method="post" action="([^"]*)"', text)[1], named[ref])
            steps = named[ref].split("/")
            self.assertFalse({".", "..", ""} & set(steps[1:]), "a browser would go elsewhere")
            self.assertEqual(self.fetch(named[ref], "aanmeldteam", form=self.form_of(named[ref], outcome="ADVICE"))[0], 303)

    def test_an_entry_that_never_was_is_404(self):
        for path in ("/aanmeldteam/2026-999999", "/aanmeldteam/x", "/aanmeldteam/signaal/gp:none", "/aanmeldteam/signaal/gp/s-1",
                     "/aanmeldteam/signaal"):
            self.page(path, status=404)

    def test_a_part_of_the_list_has_an_address_and_holds_what_was_asked_for(self):
        listed = self.worklist()
        keys = {"alle", *(item["team"] for item in listed if item.get("team"))}
        for kind in ("alles", "hulpvragen", "signalen"):
            for team in keys:
                for phoned in ("alles", "nog_niet", "geprobeerd"):
                    wanted = [item for item in listed
                              if (kind == "alles" or ("caseId" in item) == (kind == "hulpvragen"))
                              and team in ("alle", item.get("team")) and (phoned == "alles" or (item["attempts"] == 0) == (phoned == "nog_niet"))]
                    text = self.page(f"/aanmeldteam?soort={kind}&team={team}&gebeld={phoned}")
                    self.assertEqual(len(ENTRY.findall(text)), len(wanted), (kind, team, phoned))
                    if (kind, team, phoned) != ("alles", "alle", "alles"):
                        self.assertIn(f"U ziet er {len(wanted)} van de {len(listed)}." if wanted else "Hiervan staat er niemand op de lijst.", text)
        self.assertGreater(len(keys), 1)
        for asked in ("soort=x", "soort=", "team=gone", "gebeld=1", "soort=alles&soort=alles", "deel=gone", "wijk=ZUID"):
            self.assertIn("Dit adres klopt niet", self.page(f"/aanmeldteam?{asked}", status=400), asked)

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
        self.assertEqual(path, "/aanmeldteam/signaal/gp:s-1")
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


@unittest.skipUnless(CHROMIUM, "there is no chromium")
class FormInPlace(Pages, unittest.TestCase):
    """With its script the form of an entry opens in the list, and is the same form."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for i in range(2):
            cls.help_request(i)
        cls.wot.settle()

    @classmethod
    def help_request(cls, i):
        cls.wot.post("desk", "/v1/help-requests", {
            "externalRef": f"r{i}", "occurredAt": now(), "channel": "WEB", "ageGroup": "ADULT",
            "person": {"name": "Jan Jansen", "phone": "0612345678"}})

    def setUp(self):
        self.browser = self.enterContext(Browser({}))
        name, _, value = self.sign_in("aanmeldteam").partition("=")
        self.address = self.wot.url("triage", "/aanmeldteam")
        self.browser.call("Network.setCookie", name=name, value=value, url=self.address)
        self.browser.open(self.address)

    LINKS = "document.querySelectorAll('[data-formulier]')"
    FORM = "document.querySelector('.werk > li > form.formulier')"

    def test_it_opens_closes_and_is_taken_with_keys_alone(self):
        self.browser.run(f"{self.LINKS}[0].focus()")
        self.browser.key("Enter")
        self.browser.until(f"{self.FORM}?.contains(document.activeElement)")
        self.assertEqual(self.browser.run(f"{self.LINKS}[0].getAttribute('aria-expanded')"), "true")
        self.browser.key("Escape")
        self.assertTrue(self.browser.run(f"!{self.FORM} && document.activeElement === {self.LINKS}[0]"))
        self.browser.key("Enter")
        self.browser.until(f"{self.FORM}?.contains(document.activeElement)")
        before = self.screenings()
        self.browser.run(f"{self.FORM}.querySelector('[value=NOT_REACHED]').click(); {self.FORM}.querySelector('button').click()")
        self.browser.until("document.body?.textContent.includes('1 keer geprobeerd')")
        self.assertEqual(self.screenings(), before + 1)
        self.assertEqual(self.browser.said, [])

    def test_one_is_open_at_a_time_and_the_list_does_not_take_it_away(self):
        for i in (0, 1):
            self.browser.run(f"{self.LINKS}[{i}].click()")
            self.browser.until(f"{self.LINKS}[{i}].closest('li').contains({self.FORM})")
        self.assertEqual(self.browser.run("document.querySelectorAll('form.formulier').length"), 1)
        self.browser.run("document.activeElement.blur()")
        self.help_request("later")
        self.browser.until("document.body?.textContent.includes('1 nieuwe.')")
        self.assertTrue(self.browser.run(f"!!{self.FORM}"))


class FormsUnderKills(Pages, unittest.TestCase):
    """A browser sends a form again that had no answer; whoever is killed meanwhile, it counts once."""
    FORMS, KILLS = 100, 8

    def send(self, path, form):
        """Until there is an answer."""
        def answered():
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, _, text = self.fetch(path, "aanmeldteam", form=form)
                if status not in (429, 503):
                    self.assertEqual(status, 303, text)
                    return True
        wait_until(answered, 60, "an answer to a form")

    def test_each_form_that_is_sent_twice_counts_once_while_triage_is_killed(self):
        for i in range(self.FORMS):
            self.wot.post("desk", "/v1/help-requests", {
                "externalRef": f"k{i}", "occurredAt": now(), "channel": "PHONE", "ageGroup": "ADULT", "person": {"name": "Jan Jansen"}})
        self.wot.settle()
        outcomes = ({"outcome": "NOT_REACHED"}, {"outcome": "ADVICE"}, {"outcome": "TO_SUPPORT", "careWeight": "LIGHT"})
        forms = {path: self.form_of(path, **outcomes[i % 3])
                 for i, path in enumerate(f"/aanmeldteam/{item['caseId']}" for item in self.worklist())}
        self.assertEqual(len(forms), self.FORMS)
        twice = random.sample([*forms.items()] * 2, 2 * self.FORMS)
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            sent = [pool.submit(self.send, *one) for one in twice]
            for kill in range(self.KILLS):
                wait_until(lambda: sum(one.done() for one in sent) > kill * len(sent) // self.KILLS, 60, "forms that were answered")
                self.assertEqual(self.wot.kill("triage"), -9)
                self.wot.spawn("triage")
                self.wot.wait_healthy("triage", 60)
            for one in sent:
                one.result()
        self.wot.settle()
        expected = sorted((form["externalRef"], path.rpartition("/")[2], form["outcome"]) for path, form in forms.items())
        events = [row["event"] for row in self.wot.tail("triage") if row["kind"] == "screening"]
        self.assertEqual(sorted((e["externalRef"], e["caseId"], e["body"]["screening"]["outcome"]) for e in events), expected)
        followed = [row["event"]["caseId"] for row in self.wot.tail("case") if row["kind"] == "screening"]
        self.assertEqual(sorted(followed), sorted(case for _, case, _ in expected), "wot-case took each once")
        waits = {item["caseId"]: item["attempts"] for item in self.worklist()}
        self.assertEqual(waits, {case: 1 for _, case, outcome in expected if outcome == "NOT_REACHED"})
        self.wot.wotctl("replay", "--check")


if __name__ == "__main__":
    unittest.main()
