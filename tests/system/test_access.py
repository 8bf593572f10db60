"""Who may open which page: people sign in with their token, and get a cookie that holds for every daemon's pages."""
import html
import http.client
import re
import signal
import subprocess
import unittest
import urllib.parse

from wot import BIN, Wot, today, wait_until

PEOPLE = {"viewer": "viewer", "manager": "manager", "operator": "operator", "aanmeldteam": "intake_team"}
SYSTEMS = ("rogplus", "gp", "desk", "casesystem")
FORM = "application/x-www-form-urlencoded"
SIGN_IN = "302 to sign-in"
# Each page, of which daemon, and what who gets: nobody known, viewer, manager, operator, intake team. To add a page: its row.
ACCESS = [
    ("aggregate", "/", 302, 302, 302, 302, 302),
    ("aggregate", "/nu", SIGN_IN, 403, 200, 200, 403),
    ("aggregate", "/nu?deel=now_teams", SIGN_IN, 403, 200, 200, 403),
    ("aggregate", "/nu?deel=nothing", SIGN_IN, 403, 400, 400, 403),
    ("aggregate", "/cijfers", SIGN_IN, 200, 200, 200, 403),
    ("aggregate", "/cijfers?periode=today", SIGN_IN, 403, 200, 200, 403),
    ("aggregate", "/cijfers/started_within_4_weeks?periode=2025", SIGN_IN, 200, 200, 200, 403),
    ("aggregate", "/cijfers/started_within_4_weeks/zaken", SIGN_IN, 403, 200, 200, 403),
    ("aggregate", "/hoe-wij-tellen", 200, 200, 200, 200, 200),
    ("aggregate", "/toegankelijkheid", 200, 200, 200, 200, 200),
    ("aggregate", "/bestanden", 200, 200, 200, 200, 200),
    ("aggregate", f"/jaarverslag/{today().year}", 404, 403, 200, 200, 200),
    ("aggregate", f"/jaarverslag/{today().year}.json", 404, 403, 200, 200, 200),
    ("aggregate", f"/jaarverslag/{today().year}/data/", 404, 403, 200, 200, 200),
    ("aggregate", "/charts/help_requests/balk.svg", 404, 200, 200, 200, 403),
    ("aggregate", "/charts/help_requests/balk.svg?periode=2025&breedte=300", 404, 200, 200, 200, 403),
    ("aggregate", "/charts/help_requests/lijn.svg?periode=2025", 404, 200, 200, 200, 403),
    ("aggregate", "/charts/help_requests/balk.svg?periode=today", 404, 403, 200, 200, 403),
    ("aggregate", "/charts/help_requests/balk.svg?periode=2025&per=team", 404, 403, 200, 200, 403),
    ("aggregate", "/inloggen", 200, 200, 200, 200, 200),
    ("triage", "/inloggen", 200, 200, 200, 200, 200),
    ("case", "/inloggen", 200, 200, 200, 200, 200),
    ("triage", "/nothing", 404, 404, 404, 404, 404),
    ("aggregate", "/uitloggen", 405, 405, 405, 405, 405),
    # What pages may fetch.
    ("aggregate", "/v1/kpis?period=2025", 401, 200, 200, 200, 403),
    ("aggregate", "/v1/kpis?period=2025&by=month", 401, 200, 200, 200, 403),
    ("aggregate", "/v1/kpis?period=today&by=ward", 401, 200, 200, 200, 403),  # for a viewer without a number
    ("triage", "/v1/worklist", 401, 403, 200, 200, 200),
    ("case", "/v1/cases", 401, 403, 200, 200, 200),
]
HOMES = {None: "/inloggen", "viewer": "/cijfers", "manager": "/nu", "operator": "/nu", "aanmeldteam": "/aanmeldteam"}


class Door:
    """What a browser does that follows nothing and keeps no cookies by itself."""

    def fetch(self, path, method="GET", cookie=None, fields=None, daemon="aggregate", body=None, type=FORM, **headers):
        if cookie:
            headers["Cookie"] = cookie
        if fields is not None:
            body = urllib.parse.urlencode(fields)
        if body is not None:
            headers["Content-Type"] = type
        connection = http.client.HTTPConnection("127.0.0.1", self.wot.port(daemon), timeout=30)
        connection.request(method, path, body, {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def post(self, path, fields=None, **more):
        return self.fetch(path, "POST", fields=fields, **more)

    def try_token(self, token, naar=None, **more):
        return self.post("/inloggen", {"token": token, **({"naar": naar} if naar is not None else {})}, **more)

    def sign_in(self, client, naar=None, **more):
        """The cookie, as a browser sends it back, and where it is sent."""
        code, headers, _ = self.try_token(self.wot.token(client), naar, **more)
        self.assertEqual(code, 303, (client, naar))
        return headers["Set-Cookie"].partition(";")[0], headers["Location"]

    def mark(self, cookie, daemon="aggregate"):
        """What a form of a page of that session holds."""
        return re.search(r'name="formulier" value="([0-9a-f]{64})"', self.fetch("/inloggen", cookie=cookie, daemon=daemon)[2])[1]

    def reload(self):
        for daemon in ("triage", "case", "aggregate"):
            before = self.wot.log(daemon).count("event=reloaded")
            self.wot.processes[daemon].send_signal(signal.SIGHUP)
            wait_until(lambda: self.wot.log(daemon).count("event=reloaded") > before, what=f"{daemon} has reloaded")

    def assert_out(self, cookie):
        code, headers, _ = self.fetch("/cijfers/help_requests", cookie=cookie)
        self.assertEqual((code, headers["Location"]), (302, "/inloggen?naar=/cijfers/help_requests"), cookie)

    def assert_in(self, cookie, **more):
        self.assertEqual(self.fetch("/cijfers/help_requests", cookie=cookie, **more)[0], 200)


class Access(Door, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot(settings={"synthetic": True}))
        cls.wot.start()

    def test_each_page_is_for_who_may_open_it(self):
        cookies = [None] + [self.sign_in(client)[0] for client in PEOPLE]
        for daemon, path, *expected in ACCESS:
            for who, cookie, status in zip(("nobody", *PEOPLE), cookies, expected):
                code, headers, text = self.fetch(path, cookie=cookie, daemon=daemon)
                with self.subTest(path=path, daemon=daemon, who=who):
                    self.assertEqual(code, 302 if status == SIGN_IN else status)
                    if status == SIGN_IN:
                        to = urllib.parse.urlsplit(headers["Location"])
                        self.assertEqual((to.path, urllib.parse.parse_qs(to.query)), ("/inloggen", {"naar": [path]}))
                    if code == 403 and headers["Content-Type"].startswith("text/html"):
                        self.assertIn("Dit mag u niet bekijken", text)
                        self.assertIn("ingelogd als" if cookie else "/inloggen", text)

    def test_the_front_page_is_the_first_of_its_role(self):
        for client, home in HOMES.items():
            cookie = client and self.sign_in(client)[0]
            for daemon in ("triage", "case", "aggregate"):
                code, headers, body = self.fetch("/", cookie=cookie, daemon=daemon)
                self.assertEqual((code, headers["Location"], body), (302, home, ""), client)

    def test_the_head_of_a_page_says_who_signed_in(self):
        called = {"viewer": "kijker", "manager": "teammanager", "operator": "beheerder", "aanmeldteam": "aanmeldteam"}
        for client, name in called.items():
            text = self.fetch("/hoe-wij-tellen", cookie=self.sign_in(client)[0])[2]
            self.assertIn(f"Ingelogd als {name}", text)
            self.assertIn('action="/uitloggen"', text)
        text = self.fetch("/hoe-wij-tellen")[2]
        self.assertNotIn("Ingelogd als", text)
        self.assertIn('<a href="/inloggen">Inloggen</a>', text)

    def test_wot_intake_has_no_pages(self):
        for path in ("/inloggen", "/", "/uitloggen", "/static/wot.css"):
            self.assertEqual(self.fetch(path, daemon="intake")[0], 404, path)

    # ---- the cookie ----

    def test_the_cookie_is_kept_from_scripts_other_sites_and_tomorrow(self):
        line = self.try_token(self.wot.token("manager"))[1]["Set-Cookie"]
        self.assertRegex(line, r"^wot=[\w-]{192}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax$")

    def test_a_cookie_of_one_daemon_holds_at_the_others(self):
        cookie, _ = self.sign_in("operator", daemon="case")
        self.assert_in(cookie)
        self.assertEqual(self.fetch("/v1/worklist", cookie=cookie, daemon="triage")[0], 200)

    def test_a_cookie_with_any_character_changed_is_nobodys(self):
        cookie, _ = self.sign_in("manager")
        self.assert_in(cookie)
        self.assert_in(f"other=1; {cookie}; more=2")
        for at in range(len("wot="), len(cookie), 7):
            self.assert_out(cookie[:at] + ("B" if cookie[at] == "A" else "A") + cookie[at + 1:])
        for forged in (cookie[:-4], cookie + "AAAA", "wot=", "wot", "Wot" + cookie[3:], "wot=" + 5000 * "A", "wot=%00", "a" + cookie):
            self.assert_out(forged)

    def test_a_cookie_changes_nothing_but_what_a_form_of_ours_changes(self):
        cookie, _ = self.sign_in("aanmeldteam")
        code, _, _ = self.fetch("/v1/screenings", "POST", cookie=cookie, body="{}", type="application/json", daemon="triage")
        self.assertEqual(code, 401)

    def test_a_token_in_the_head_counts_before_a_cookie(self):
        cookie, _ = self.sign_in("manager")
        for client, status in (("viewer", 403), ("operator", 200)):
            code = self.fetch("/cijfers/help_requests?periode=today", cookie=cookie, Authorization=f"Bearer {self.wot.token(client)}")[0]
            self.assertEqual(code, status)
        self.assertEqual(self.fetch("/cijfers/help_requests", cookie=cookie, Authorization="Bearer x")[0], 401)
        self.assert_in(cookie, Authorization="Basic eDp5")  # of a proxy before us

    # ---- signing in ----

    def test_a_code_of_a_system_signs_nobody_in(self):
        for client in SYSTEMS:
            code, headers, text = self.try_token(self.wot.token(client))
            self.assertEqual((code, headers["Set-Cookie"]), (403, None), client)
            self.assertIn("Deze code is voor een systeem", text)

    def test_after_sign_in_one_is_where_one_wanted_to_be(self):
        asked = "/cijfers/help_requests?periode=2025&vergelijk=geen"
        to = self.fetch(asked)[1]["Location"]
        text = self.fetch(to)[2]
        naar = html.unescape(re.search(r'name="naar" value="([^"]*)"', text)[1])
        self.assertEqual(naar, asked)
        cookie, where = self.sign_in("manager", naar)
        self.assertEqual(where, asked)
        self.assertEqual(self.fetch(where, cookie=cookie)[0], 200)
        self.assertEqual(self.sign_in("manager")[1], "/")
        self.assertEqual(self.sign_in("manager", "")[1], "/")

    def test_no_address_of_others_is_where_one_is_sent(self):
        for to in ("//evil.example", "/\\evil.example", "https://evil.example", "http:/evil", "\\\\evil", " //evil", "evil",
                   "javascript:alert(1)", "/\u00e9", "///evil", "/a b", "http://127.0.0.1:1@evil.example/"):
            self.assertEqual(self.sign_in("manager", to)[1], "/", to)
        for raw in ("%2f%2fevil.example", "%2f%5cevil.example", "https%3a%2f%2fevil.example", "%252f%252fevil"):
            code, headers, _ = self.post("/inloggen", body=f"token={self.wot.token('manager')}&naar={raw}")
            self.assertEqual((code, headers["Location"]), (303, "/"), raw)
        for raw in ("%2F%09%2Fevil", "%2Fa%0D%0ASet-Cookie:%20x=y", "%2F%01"):  # what no browser makes of a page of ours
            code, headers, _ = self.post("/inloggen", body=f"token={self.wot.token('manager')}&naar={raw}")
            self.assertEqual((code, headers["Location"], headers["Set-Cookie"]), (400, None, None), raw)

    def test_what_is_no_page_to_open_is_not_where_one_is_sent(self):
        for to in ("/uitloggen", "/inloggen", "/inloggen?naar=/nu", "/v1/kpis", "/nothing"):
            self.assertEqual(self.sign_in("manager", to)[1], "/", to)

    def test_who_may_not_open_a_page_is_told_for_whom_it_is(self):
        for client, path, people in (("viewer", "/nu", "teammanager of beheerder"),
                                     ("viewer", "/cijfers?periode=today", "teammanager of beheerder"),
                                     ("aanmeldteam", "/cijfers", "teammanager, kijker of beheerder")):
            code, _, text = self.fetch(path, cookie=self.sign_in(client)[0])
            self.assertEqual(code, 403)
            self.assertIn(f"Dit is voor wie is ingelogd als {people}.", text)
            self.assertIn('href="/inloggen"', text)

    def test_the_address_that_was_asked_for_is_left_out_where_it_is_too_long(self):
        code, headers, _ = self.fetch("/cijfers/" + 3000 * "x")
        self.assertEqual((code, headers["Location"]), (302, "/inloggen"))

    def test_signing_out_takes_the_cookie_away(self):
        cookie, _ = self.sign_in("manager")
        code, headers, _ = self.post("/uitloggen", {"formulier": self.mark(cookie)}, cookie=cookie)
        self.assertEqual((code, headers["Location"]), (303, "/inloggen"))
        self.assertRegex(headers["Set-Cookie"], r"^wot=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax$")

    # ---- forms ----

    def test_a_form_without_the_mark_of_its_session_changes_nothing(self):
        cookie, other = self.sign_in("manager")[0], self.sign_in("manager")[0]
        mark = self.mark(cookie)
        self.assertNotEqual(mark, self.mark(other))
        wrong = [{}, {"formulier": ""}, {"formulier": self.mark(other)}, {"formulier": mark[:-1]}, {"formulier": mark.upper()},
                 [("formulier", mark), ("formulier", mark)]]
        before = self.wot.refused("aggregate", "http").get("form", 0)
        for fields in wrong:
            code, headers, text = self.post("/uitloggen", fields, cookie=cookie)
            self.assertEqual((code, headers["Set-Cookie"]), (403, None), fields)
            self.assertIn("Er is niets veranderd", text)
        self.assertEqual(self.wot.refused("aggregate", "http")["form"], before + len(wrong))
        code, _, text = self.post("/uitloggen", {"formulier": mark}, cookie=cookie, Sec_Fetch_Site="cross-site")
        self.assertEqual(code, 403)
        code, _, _ = self.try_token(self.wot.token("manager"), Sec_Fetch_Site="cross-site")
        self.assertEqual(code, 403)
        self.assertEqual(self.try_token(self.wot.token("manager"), Sec_Fetch_Site="same-origin")[0], 303)

    def test_a_form_of_who_is_not_signed_in_is_refused_as_a_page(self):
        for headers in ({}, {"Authorization": f"Bearer {self.wot.token('manager')}"}):
            code, _, text = self.post("/uitloggen", {"formulier": 64 * "0"}, **headers)
            self.assertEqual(code, 403 if headers else 401)
            self.assertIn("foutmelding", text)

    def test_what_is_no_form_is_refused_as_a_page(self):
        cookie, _ = self.sign_in("manager")
        mark = "formulier=" + self.mark(cookie)
        for path, body, type, status in (
            ("/inloggen", "token=a&token=b", FORM, 400), ("/inloggen", "token=a&code=b", FORM, 400), ("/inloggen", "token=%zz", FORM, 400),
            ("/inloggen", "token=a b", FORM, 400), ("/inloggen", "token=\0", FORM, 400), ("/inloggen", "token=" + 10000 * "x", FORM, 400),
            ("/inloggen", "&".join(f"f{i}=" for i in range(40)), FORM, 400), ("/inloggen?x=1", "token=a", FORM, 400),
            ("/inloggen", "token=%ff", FORM, 400), ("/inloggen", "token", FORM, 400), ("/inloggen", "token=" + 70000 * "x", FORM, 413),
            ("/inloggen", "token=" + 3000000 * "x", FORM, 413), ("/inloggen", '{"token": "a"}', "application/json", 415),
            ("/inloggen", "token=a", "text/plain", 415), ("/uitloggen", mark + "&x=1", FORM, 400), ("/cijfers", "periode=2025", FORM, 405),
            ("/nothing", "a=b", FORM, 404), ("/static/wot.css", "a=b", FORM, 405),
        ):
            with self.subTest(path=path, body=body[:40]):
                code, headers, text = self.post(path, body=body, type=type, cookie=cookie)
                self.assertEqual((code, headers["Set-Cookie"]), (status, None))
                self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
                self.assertIn('class="foutmelding"', text)
        for path, allowed in (("/inloggen", "GET, HEAD, POST"), ("/uitloggen", "POST"), ("/cijfers", "GET, HEAD")):
            for method in {"PUT", "DELETE", "GET", "POST"} - set(allowed.split(", ")):
                code, headers, text = self.fetch(path, method, cookie=cookie)
                self.assertEqual((code, headers["Allow"]), (405, allowed), (path, method))
                self.assertIn("Dit kan hier niet", text)

    def test_parameters_of_the_page_are_read_strictly(self):
        for query in ("naar=/a&naar=/b", "x=1", "naar=" + 10000 * "x", "naar=", "naar"):
            self.assertEqual(self.fetch(f"/inloggen?{query}")[0], 400, query[:20])


class Attempts(Door, unittest.TestCase):
    """Who tries codes must wait; each test has daemons that count from nothing."""

    def start(self, **settings):
        self.wot = self.enterContext(Wot(settings=settings))
        self.wot.start("intake", "triage", "case", "aggregate")

    def test_after_five_failures_even_the_right_code_waits_a_minute(self):
        self.start()
        token = self.wot.token("manager")
        self.wot.wotctl("client", "rotate", "viewer", "--keep", "0")
        texts = set()
        for wrong in ("", "x", token[:-1], self.wot.token("viewer")):  # the last is not read in yet
            code, headers, text = self.try_token(wrong)
            self.assertEqual((code, headers["Set-Cookie"], headers["WWW-Authenticate"]), (401, None, "Bearer"))
            texts.add(text)
        self.assertEqual(len(texts), 1)
        self.assertIn("Deze code klopt niet of is verlopen", texts.pop())
        for tried in ("x", token):
            code, headers, text = self.try_token(tried)
            self.assertEqual((code, headers["Retry-After"], headers["Set-Cookie"]), (429, "60", None))
            self.assertIn("Wacht een minuut", text)
        self.assertEqual(self.try_token(token, X_Forwarded_For="192.0.2.1")[0], 429, "nobody's word is taken for who he is")
        self.assertEqual(self.fetch("/inloggen")[0], 200)

    def test_a_code_that_is_right_makes_the_count_begin_anew(self):
        self.start()
        for _ in range(2):
            for _ in range(4):
                self.assertEqual(self.try_token("x")[0], 401)
            self.sign_in("manager")

    def test_behind_a_trusted_proxy_each_address_has_a_count_of_its_own(self):
        self.start(trusted_proxies="127.0.0.1, ::1")
        for i in range(5):
            code = self.try_token("x", X_Forwarded_For=f"192.0.2.{100 + i}, 198.51.100.7")[0]
        self.assertEqual(code, 429)
        token = self.wot.token("manager")
        self.assertEqual(self.try_token(token, X_Forwarded_For="198.51.100.7")[0], 429)
        self.assertEqual(self.try_token(token, X_Forwarded_For="198.51.100.7, 198.51.100.8")[0], 303)
        self.assertEqual(self.try_token(token)[0], 303)


class Life(Door, unittest.TestCase):
    """What ends a session, and what does not."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot(settings={"public_url": "https://wot.example"}))
        cls.wot.start()

    def test_who_is_revoked_rotated_or_of_another_role_is_out_with_the_next_reload(self):
        cookie, other = self.sign_in("manager")[0], self.sign_in("operator")[0]
        self.assert_in(cookie)
        self.wot.wotctl("client", "rotate", "manager", "--keep", "0")
        self.assert_in(cookie)
        self.reload()
        self.assert_out(cookie)
        self.assert_in(other)
        cookie = self.sign_in("manager")[0]
        self.wot.wotctl("client", "revoke", "manager")
        self.reload()
        self.assert_out(cookie)
        listed = self.wot.dir / "clients.yaml"
        listed.write_text(listed.read_text().replace('role: "operator"', 'role: "viewer"'))
        self.reload()
        self.assertEqual(self.fetch("/cijfers/help_requests?periode=today", cookie=other)[0], 403)
        listed.write_text(listed.read_text().replace('role: "viewer"', 'role: "operator"'))
        self.wot.wotctl("client", "rotate", "manager", "--keep", "0")
        self.reload()

    def test_over_tls_the_cookie_goes_over_nothing_else(self):
        self.assertTrue(self.try_token(self.wot.token("operator"))[1]["Set-Cookie"].endswith("; SameSite=Lax; Secure"))

    def test_a_restart_keeps_sessions_and_forms(self):
        cookie, _ = self.sign_in("operator")
        mark = self.mark(cookie)
        self.wot.stop("aggregate")
        self.wot.start("aggregate")
        self.assert_in(cookie)
        self.assertEqual(self.post("/uitloggen", {"formulier": mark}, cookie=cookie)[0], 303)

    def test_without_its_key_a_daemon_signs_nobody_in_and_says_so(self):
        cookie, _ = self.sign_in("operator")
        key = self.wot.dir / "keys/session.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        key.unlink()
        self.reload()
        self.assert_out(cookie)
        for code, _, text in (self.fetch("/inloggen"), self.try_token(self.wot.token("operator"))):
            self.assertEqual(code, 503)
            self.assertIn("Inloggen kan nu niet", text)
            self.assertNotIn("<form", text)
        self.assertRegex(self.wot.log("aggregate"), "event=no_sign_in why=.*session.key.*wotctl keygen")
        self.wot.wotctl("keygen")
        self.reload()
        self.assert_out(cookie)
        self.assert_in(self.sign_in("operator")[0])


class Development(Door, unittest.TestCase):
    """On a developer's machine pages are seen without a code, and lead to the ports of the others."""

    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.origins = {daemon: f"http://127.0.0.1:{cls.wot.port(daemon)}" for daemon in ("triage", "case", "aggregate")}
        cls.wot.write_config(pages_development_role="manager", **{f"pages_{name}": at for name, at in cls.origins.items()})
        cls.wot.start()

    def test_whoever_looks_has_the_role_and_the_page_says_so(self):
        code, _, text = self.fetch("/cijfers/help_requests")
        self.assertEqual(code, 200)
        text = self.fetch("/cijfers?periode=today")[2]
        self.assertIn("Zonder code gezien als teammanager: alleen om te ontwikkelen", text)
        self.assertNotIn("/uitloggen", text)
        self.assertEqual(self.fetch("/v1/kpis")[0], 401, "programs are nobody")

    def test_who_signed_in_is_who_that_is(self):
        cookie, _ = self.sign_in("viewer")
        self.assertEqual(self.fetch("/cijfers/help_requests?periode=today", cookie=cookie)[0], 403)
        self.assertIn("Ingelogd als kijker", self.fetch("/cijfers", cookie=cookie)[2])

    def test_who_comes_through_a_proxy_is_not_a_developer(self):
        for name in ("X_Forwarded_For", "x_forwarded_proto", "X_Forwarded_Anything", "Forwarded"):
            self.assertEqual(self.fetch("/cijfers/help_requests", **{name: "127.0.0.1"})[0], 302, name)

    def test_pages_lead_to_the_ports_of_the_others(self):
        text = self.fetch("/inloggen", daemon="triage")[2]
        self.assertIn(f'<a href="{self.origins["aggregate"]}/cijfers">', text)
        self.assertEqual(self.fetch("/", daemon="triage")[1]["Location"], f"{self.origins['aggregate']}/nu")
        self.assertEqual(self.fetch("/")[1]["Location"], "/nu")
        for origin in self.origins.values():
            self.assertEqual(self.sign_in("manager", f"{origin}/aanmeldteam?a=b")[1], f"{origin}/aanmeldteam?a=b")
        for to in (f"{self.origins['case']}.evil.example/", f"{self.origins['case']}@evil/", f"{self.origins['case']}//evil",
                   self.origins["case"], f"{self.origins['case']}0/"):
            self.assertEqual(self.sign_in("manager", to)[1], "/", to)

    def test_it_stands_beside_nothing_that_others_reach(self):
        for beside in ("public_url: https://wot.example", "trusted_proxies: 127.0.0.1", "case:\n  public_url: http://wot.example"):
            path = self.wot.dir / "wrong.yaml"
            path.write_text(f"pages_development_role: manager\n{beside}\n")
            self.assertIn("is for a developer's machine", self.check(path))
        for wrong, said in (("pages_development_role: desk", "a role of people"), ("public_url: https://a/b", "https://HOST"),
                            ("trusted_proxies: everybody", "IP addresses"), ("pages_case: case", "http://HOST")):
            path.write_text(wrong + "\n")
            self.assertIn(said, self.check(path))

    def check(self, path):
        done = subprocess.run([BIN / "wot-case", "--config", path, "--check-config"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        return done.stderr


if __name__ == "__main__":
    unittest.main()
