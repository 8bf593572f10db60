"""What aggregate shows over HTTP: pages for everybody, breakdowns for those who may."""
import datetime
import gzip
import http.client
import html.parser
import re
import unittest

from wot import Wot, now, today

VOID = {"meta", "link", "br", "hr", "img", "input"}
PAGES = ["/cijfers", "/cijfers?periode=2025", "/hoe-wij-tellen", "/toegankelijkheid", "/bestanden"]
POLICY = ("default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; script-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")


class Markup(html.parser.HTMLParser):
    """A page that was read: what it links to, its texts; what is not closed or stands there twice is a fault."""

    def __init__(self, text):
        super().__init__()
        self.open, self.faults, self.links, self.ids, self.text, self.cells = [], [], [], [], "", []
        self.feed(text)
        self.close()
        self.faults += [f"{tag} is not closed" for tag in self.open]
        self.faults += [f"id {name} is there twice" for name in set(self.ids) if self.ids.count(name) > 1]

    def handle_starttag(self, tag, attrs):
        names = dict(attrs)
        if len(names) < len(attrs):
            self.faults.append(f"an attribute of {tag} is there twice")
        if tag == "style" or "style" in names or any(name.startswith("on") for name in names):
            self.faults.append(f"{tag} has something inline")
        if tag == "script" and "src" not in names:
            self.faults.append("a script is inline")
        self.links += [names[name] for name in ("href", "src", "action") if name in names]
        self.ids += [names["id"]] if "id" in names else []
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.cells.append([])
        if tag in ("td", "th") and self.cells:
            self.cells[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"{tag} ends at {self.getpos()} what is not open")

    def handle_data(self, data):
        self.text += data
        if self.cells and self.cells[-1] and {"td", "th"} & set(self.open):
            self.cells[-1][-1] += data


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot(settings={"synthetic": True, "municipality_name": "A<b>&\"'"}))
        cls.wot.start()
        for i in range(7):
            ward = "ZUID" if i else "OOST"
            cls.wot.post("desk", "/v1/help-requests",
                         {"externalRef": f"r{i}", "occurredAt": now(), "channel": "PHONE", "ward": ward})
        for i in range(8):
            cls.wot.post("desk", "/v1/brief-contacts",
                         {"externalRef": f"c{i}", "occurredAt": f"{2024 if i < 3 else 2023}-02-03T10:00:00Z",
                          "channel": "PHONE", "answer": "ADVICE"})
        cls.wot.settle()

    def fetch(self, path, method="GET", client="manager", daemon="aggregate", **headers):
        """The answer's status, headers and body, as a browser gets them that follows nothing."""
        if client:
            headers["Authorization"] = f"Bearer {self.wot.token(client)}"
        connection = http.client.HTTPConnection("127.0.0.1", self.wot.port(daemon), timeout=30)
        connection.request(method, path, headers={"Accept": "text/html", **headers})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    def page(self, path, status=200, **more):
        code, headers, body = self.fetch(path, **more)
        self.assertEqual(code, status, path)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8", path)
        self.assertEqual(headers["Content-Security-Policy"], POLICY, path)
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff", path)
        self.assertEqual(headers["Referrer-Policy"], "no-referrer", path)
        self.assertEqual(headers["Cache-Control"], "no-store", path)
        markup = Markup(body.decode())
        self.assertEqual(markup.faults, [], path)
        return markup

    def row(self, markup, label):
        """Of the table of all figures, which has 6 columns, or of the definitions."""
        rows = ([cell.strip() for cell in cells] for cells in markup.cells)
        return next(cells for cells in rows if cells[0] == label and len(cells) in (3, 6))

    # ---- figures ----

    def test_figures_stand_beside_last_year_with_their_norm(self):
        markup = self.page("/cijfers")
        # In a running year the quarters that are over are judged, and in the first one nothing is.
        verdict = "nog bezig" if today().month <= 3 else "niet gehaald"
        quarters = (today().month - 1) // 3
        verdict += f" (0 van {quarters})" if quarters > 1 else ""
        self.assertEqual(self.row(markup, "Hulpvragen en korte contacten samen")[1:], ["7", "0", "", "meer dan 300 per kwartaal", verdict])
        self.assertEqual(self.row(markup, "Hulpvragen")[1:], ["7", "0", "", "", ""])
        self.assertIn("verzonnen stad", markup.text)
        *cells, verdict = self.row(markup, "Cliënten tevreden over de toegang")[1:]
        self.assertEqual(cells, ["–", "–", "", "minstens 80%"])
        self.assertRegex(verdict, r"^geen meting\s+· volgende meting in 20\d\d$")

    def test_numbers_are_those_of_the_same_question(self):
        for client, period in (("manager", "quarter"), ("viewer", "2025"), ("manager", "today")):
            markup = self.page(f"/cijfers?periode={period}", client=client)
            for figure in self.wot.get(client, f"/v1/kpis?period={period}")[1]:
                if figure["unit"] == "count" and figure["value"] is not None:
                    self.assertEqual(self.row(markup, figure["label"])[1], f"{figure['value']:,.0f}".replace(",", "."))

    def test_who_reads_no_figures_sees_none(self):
        code, headers, _ = self.fetch("/cijfers", client=None)
        self.assertEqual((code, headers["Location"]), (302, "/inloggen?naar=/cijfers"))
        self.page("/cijfers", status=403, client="desk")

    def test_a_viewer_sees_periods_that_are_over(self):
        for period in ("2025", "2015", "2025-Q1", "2025-03"):
            self.page(f"/cijfers?periode={period}", client="viewer")
        for period in ("year", "today", "quarter", "28d", "2025-01-01..2025-01-02", "2100", "2025-01-02..2026-01-01"):
            self.page(f"/cijfers?periode={period}")
            markup = self.page(f"/cijfers?periode={period}", status=403, client="viewer")
            self.assertIn("Dit mag u niet bekijken", markup.text)

    def test_without_a_period_a_viewer_sees_the_last_quarter_that_is_over(self):
        period = self.wot.get("viewer", "/v1/kpis?id=help_requests")[1][0]["period"]
        tables = [self.page(path, client="viewer").cells for path in ("/cijfers", f"/cijfers?periode={period['from']}..{period['to']}")]
        self.assertEqual(*tables)

    def test_a_small_number_of_people_is_shown_to_nobody_but_who_reads_all(self):
        hidden = "niet getoond: klein aantal"
        for client, shown in (("viewer", hidden), ("manager", "3")):
            markup = self.page("/cijfers?periode=2024", client=client)
            self.assertEqual(self.row(markup, "Korte contacten")[1], shown)
        row = self.row(self.page("/cijfers?periode=2024", client="viewer"), "Hulpvragen en korte contacten samen")
        self.assertEqual((row[1], row[5]), (hidden, ""))

    def test_the_form_offers_what_one_may_see_and_keeps_what_was_chosen(self):
        for client, path in (("viewer", "/cijfers"), ("manager", "/cijfers"), ("manager", "/cijfers?periode=2025-03")):
            body = self.fetch(path, client=client)[2].decode()
            form = body.partition('name="periode"')[2].partition("</select>")[0]
            offered = re.findall(r'<option value="([^"]+)"( selected)?>', form)
            self.assertEqual(sum(bool(chosen) for _, chosen in offered), 1, path)
            self.assertEqual(len(offered), {"/cijfers": 9 if client == "manager" else 6}.get(path, 10))
            for period, _ in offered:
                self.page(f"/cijfers?periode={period}", client=client)

    def test_every_figure_is_explained(self):
        figures, definitions = self.page("/cijfers"), self.page("/hoe-wij-tellen")
        named = set(re.findall(r"^/cijfers/(\w+)", "\n".join(figures.links), re.M))
        self.assertGreater(len(named), 30)
        self.assertEqual(named - set(definitions.ids), set())
        self.assertRegex(self.row(definitions, "Begeleiding gestart binnen 4 weken")[1], "18 jaar of ouder.*hoogstens 28 dagen.*minstens 80%.*Wat is onbekend")
        self.assertRegex(self.row(definitions, "Begeleiding gestart binnen 4 weken")[2], "Sinds 2024 tellen we zo. Tot en met 2023 telden we tot het eerste contact")

    # ---- the rest of a page ----

    def test_all_that_pages_name_is_there_and_ours(self):
        for path in PAGES + ["/nothing"]:
            for link in self.page(path, status=404 if path == "/nothing" else 200).links:
                if not link.startswith("#"):
                    self.assertRegex(link, r"^/[a-z]|^/$", path)
                    daemon = "triage" if link.startswith("/aanmeldteam") else "aggregate"
                    self.assertIn(self.fetch(link.partition("#")[0], daemon=daemon)[0], (200, 302), link)

    def test_a_name_is_escaped_and_none_is_left_open(self):
        for path in PAGES:
            body = self.fetch(path)[2].decode()
            self.assertIn("A&lt;b&gt;&amp;&quot;&#39;", body)
            self.assertNotRegex(body, r"[{}]|A<b>")

    def test_what_is_refused_is_said_in_dutch_as_a_page(self):
        refused = [("/nothing", 404), ("/hoe-wij-tellen/nothing", 404), ("/static/wot.css", 404), ("/cijfers?periode=2025-13", 400),
                   ("/cijfers?periode=", 400), ("/cijfers?period=2025", 400), ("/cijfers?periode=2025&periode=2025", 400),
                   ("/cijfers?periode=" + 10000 * "x", 400), ("/hoe-wij-tellen?x=1", 400), ("/?x=1", 400)]
        for path, status in refused:
            says = "Controleer het adres" if status == 404 else "Dit adres klopt niet"
            self.assertIn(says, self.page(path, status=status).text, path[:40])
        for method in ("POST", "PUT", "DELETE"):
            code, headers, body = self.fetch("/cijfers", method=method)
            self.assertEqual((code, headers["Allow"]), (405, "GET, HEAD"))
            self.assertIn("Dit kan hier niet", body.decode())

    def test_a_wrong_question_is_called_one_and_no_submission(self):
        for path in ("/v1/kpis?period=2025-13", "/v1/kpis?x=1", "/v1/kpis?period=2025&period=2025", "/healthz?x=1"):
            code, body = self.wot.get("manager", path)
            self.assertEqual((code, body["type"]), (400, "urn:wot:question"), path)

    def test_a_slash_behind_the_address_of_a_page_leads_to_the_page(self):
        for path, to in (("/hoe-wij-tellen/", "/hoe-wij-tellen"), ("/cijfers/?periode=2025", "/cijfers?periode=2025"),
                         ("/cijfers/help_requests//", "/cijfers/help_requests"), ("/jaarverslag/2025/", "/jaarverslag/2025")):
            for method in ("GET", "HEAD"):
                code, headers, _ = self.fetch(path, method=method)
                self.assertEqual((code, headers["Location"]), (308, to), path)
            self.assertEqual(self.fetch(to)[0], 200, to)

    def test_a_slash_leads_to_no_other_address(self):
        for path in ("//evil/", "///", "//hoe-wij-tellen/", "/nothing/", "/v1/kpis/", "/static/", "/hoe-wij-tellen/x/"):
            code, headers, _ = self.fetch(path)
            self.assertEqual((code, headers["Location"]), (404, None), path)
        self.assertEqual(self.fetch("/cijfers/", method="POST")[0], 405)

    def test_programs_are_refused_with_a_problem(self):
        for path, accept in (("/nothing", "*/*"), ("/v1/kpis", "text/html")):
            code, headers, _ = self.fetch(path, client=None, Accept=accept)
            self.assertIn(code, (401, 404))
            self.assertEqual(headers["Content-Type"], "application/problem+json", path)

    def test_assets_are_kept_and_packed_for_who_can_unpack(self):
        style = next(link for link in self.page("/cijfers").links if link.endswith(".css"))
        code, headers, plain = self.fetch(style)
        self.assertEqual((code, headers["Content-Type"]), (200, "text/css; charset=utf-8"))
        self.assertEqual(headers["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertIsNone(headers["Content-Encoding"])
        code, headers, packed = self.fetch(style, **{"Accept-Encoding": "gzip, br"})
        self.assertEqual((code, headers["Content-Encoding"], gzip.decompress(packed)), (200, "gzip", plain))
        self.assertLess(len(packed), len(plain) / 3)
        code, again, body = self.fetch(style, **{"If-None-Match": headers["ETag"]})
        self.assertEqual((code, body, again["ETag"], again["Content-Length"]), (304, b"", headers["ETag"], None))
        self.assertEqual(self.fetch(style, **{"If-None-Match": '"other"'})[0], 200)
        code, head, body = self.fetch(style, method="HEAD")
        self.assertEqual((code, head["Content-Length"], body), (200, str(len(plain)), b""))

    # ---- JSON ----

    def rows(self, client):
        code, figures = self.wot.get(client, "/v1/kpis?id=requests_by_ward&period=today")
        self.assertEqual(code, 200)
        return {row["key"]: row["count"] for row in figures[0]["by"]}

    def test_a_manager_sees_every_row(self):
        self.assertEqual(self.rows("manager"), {"OOST": 1, "ZUID": 6})

    def test_who_may_not_read_kpis_is_refused(self):
        self.assertEqual(self.wot.get(None, "/v1/kpis")[0], 401)
        self.assertEqual(self.wot.get("desk", "/v1/kpis")[0], 403)
        self.assertEqual(self.wot.get("manager", "/v1/kpis?period=2025-13")[0], 400)
        self.assertEqual(self.wot.get("manager", "/v1/kpis?id=nothing")[0], 404)
        for asked in ("by=nothing", "by=ward%3DZUID", "definition=1999", "definition=-1", "as-of=2025-12-31", "beside=2024"):
            self.assertEqual(self.wot.get("manager", f"/v1/kpis?{asked}")[0], 400, asked)

    def test_how_each_kpi_is_counted_is_open_to_all(self):
        code, told = self.wot.get(None, "/v1/definitions")
        self.assertEqual(code, 200)
        by_id = {kpi["id"]: kpi["versions"] for kpi in told}
        self.assertEqual(by_id["goals_met"][0]["norm"], "Minstens 80%.")
        self.assertEqual([version["definition"] for version in by_id["lead_days"]], [2025, 2023])

    def test_a_figure_stands_beside_last_years_same_days(self):
        code, figures = self.wot.get("manager", "/v1/kpis?id=help_requests&period=today&beside=last-year")
        self.assertEqual(code, 200)
        self.assertEqual((figures[0]["beside"]["value"], figures[0]["beside"]["difference"]), (0, "more"))
        self.assertNotIn("beside", self.wot.get("manager", "/v1/kpis?id=help_requests&period=today")[1][0])

    def test_a_filter_is_a_parameter_that_a_dimension_names(self):
        code, [figure] = self.wot.get("manager", "/v1/kpis?id=help_requests&period=today&ward=ZUID,OOST&by=day")
        self.assertEqual((code, figure["count"], figure["met"]), (200, 7, None))
        self.assertEqual([(row["count"], row["over"]) for row in figure["by"]], [(7, False)])
        code, [figure] = self.wot.get("manager", "/v1/kpis?id=help_requests&period=today&ward=OOST&channel=PHONE")
        self.assertEqual((code, figure["count"]), (200, 1))
        code, [figure] = self.wot.get("manager", "/v1/kpis?id=help_requests&ward=NOORDRAND")
        self.assertEqual((code, figure["count"]), (200, 0), "a ward that nobody is of yet")
        for asked, name, said in (
            ("perod=2025", "perod", "there are id, period, by, definition, beside, asOf, format, and the dimensions ward, team,"),
            ("ward=ZUID&ward=OOST", "ward", "more than once"), ("ward=", "ward", "a value expected"),
        ):
            code, problem = self.wot.get("manager", f"/v1/kpis?id=help_requests&{asked}")
            self.assertEqual((code, [error["pointer"] for error in problem["errors"]]), (400, [f"/{name}"]), asked)
            self.assertIn(said, problem["errors"][0]["detail"])
        for asked in ("channel=PIGEON", "theme=MONEY", "month=2026-11"):
            self.assertEqual(self.wot.get("manager", f"/v1/kpis?id=help_requests&{asked}")[0], 400, asked)

    def test_a_viewer_cannot_take_one_answer_from_another(self):
        for asked in ("ward=ZUID", "by=day", "by=class", "by=month,ward"):
            figures = self.wot.get("viewer", f"/v1/kpis?period=2025&{asked}")[1]
            self.assertEqual({told["suppressed"] for figure in figures for told in (figure, *figure["by"])}, {True}, asked)
        self.assertEqual(self.wot.get("viewer", "/v1/kpis?period=2025&by=ward")[0], 200)


if __name__ == "__main__":
    unittest.main()
