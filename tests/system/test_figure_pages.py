"""The pages of figures over the sample: every number on them is that of wotctl kpi asked the same."""
import csv
import datetime
import html
import io
import json
import math
import re
import unittest
import urllib.error
import urllib.request

from wot import ROOT, Wot, today

NB, DASH = "\u00a0", "\u2013"
TODAY = today()
SO_FAR = f"{TODAY.year}-01-01..{TODAY}"


def thousands(number):
    return f"{number:,.0f}".replace(",", ".")


def share(value, norm):
    """As DESIGN has it: whole percents, with one decimal where they would be on the other side of the norm, or on it."""
    whole = math.floor(100 * value + 0.5)
    if norm is not None and abs(value - norm) > 1e-9:
        bound = 100 * norm
        if abs(whole - bound) < 1e-6 or (whole > bound) != (value > norm):
            tenths = math.floor(1000 * value + 0.5)
            tenths = math.ceil(10 * bound) - 1 if value < norm and tenths >= 10 * bound else tenths
            tenths = math.floor(10 * bound) + 1 if value > norm and tenths <= 10 * bound else tenths
            return f"{tenths / 10:.1f}%".replace(".", ",")
    return f"{whole}%"


def written(figure, value, table=True):
    """A value of a figure as a page writes it."""
    if value is None:
        return DASH
    norm = figure.get("norm") or {}
    bound = next((norm[kind] for kind in ("atLeast", "atMost", "moreThan") if norm.get(kind) is not None), None)
    whole = math.floor(value + 0.5)
    if figure["unit"] == "share":
        return share(value, bound)
    if figure["unit"] == "days":
        return f"{thousands(whole)}{NB}{'dag' if whole == 1 else 'dagen'}"
    if figure["unit"] == "seconds":
        return f"{thousands(whole)}{NB}{'sec.' if table else 'seconde' if whole == 1 else 'seconden'}"
    return f"€{NB}{thousands(whole)}" if figure["unit"] == "euro" else thousands(whole)


def texts(fragment):
    return html.unescape(re.sub(r"<[^>]*>", "", fragment)).strip()


class Widths:
    """How wide a text is drawn at most: the program's own table, as test_chart_bounds takes it."""

    def __init__(self):
        source = (ROOT / "web" / "svg.c").read_text()
        numbers = re.search(r"advances\[\] = \{([^}]*)\}", source)[1]
        self.advances = [int(number) for number in numbers.split(",")]

    def of(self, text, size, bold):
        known = (self.advances[ord(c) - 32] if 32 <= ord(c) < 127 else 556 for c in text)
        return sum(known) * size / 1000 * (1.08 if bold else 1)


class FigurePages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        first = TODAY.replace(year=TODAY.year - 1, month=1, day=1)
        cls.wot = cls.enterClassContext(Wot(settings={"synthetic": True, "figures_complete_from": first.isoformat()}))
        cls.wot.start()
        cls.wot.live_through(first, TODAY, 5)
        cls.ids = [figure for figure in cls.wot.kpi("--period", "year")]

    def fetch(self, path, client="manager"):
        asked = urllib.request.Request(self.wot.url("aggregate", path), headers={"Accept": "text/html"})
        if client:
            asked.add_header("Authorization", f"Bearer {self.wot.token(client)}")
        try:
            with urllib.request.urlopen(asked) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def page(self, path, client="manager"):
        status, body = self.fetch(path, client)
        self.assertEqual(status, 200, path)
        return body

    def rows(self, body):
        """Of the table of all figures, by id."""
        found = re.findall(r'<tr><th scope="row"><a [^>]*>[^<]*</a></th><td [^>]*data-live="(\w+)">(.*?)</td>'
                           r'<td class="r toen"[^>]*>(.*?)</td>.*?<td class="norm">.*?</td><td class="oordeelcel"[^>]*>(.*?)</td></tr>', body, re.S)
        return {name: [texts(cell) for cell in cells] for name, *cells in found}

    def table(self, body, caption):
        """The cells of each row of a table beside a chart."""
        found = re.search(rf"<caption>{re.escape(html.escape(caption))}</caption>.*?<tbody>(.*?)</tbody>", body, re.S)
        return [[texts(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
                for row in re.findall(r"<tr>(.*?)</tr>", found[1], re.S)]

    # ---- /cijfers ----

    def assert_figures(self, path, *words):
        shown = self.rows(self.page(path))
        asked = self.wot.kpi(*words)
        self.assertEqual(set(shown), set(asked))
        for name, figure in asked.items():
            self.assertEqual(shown[name][0], written(figure, figure["value"]), name)
            if figure["unit"] == "share" and figure["low"] is not None and figure["high"] - figure["low"] >= 0.004:
                low, high = (math.floor(100 * figure[end] + 0.5) for end in ("low", "high"))
                self.assertIn(f"kan {low}{DASH}{high}% zijn", shown[name][2], name)
        return shown, asked

    def test_every_figure_is_that_of_the_same_question(self):
        shown, asked = self.assert_figures("/cijfers", "--period", "year", "--beside", "last-year")
        then = self.wot.kpi("--period", TODAY - datetime.timedelta(days=28))
        stocks = {"open_cases", "waiting_now", "overdue_now", "care_hours", "calls_waiting"}
        for name, figure in asked.items():
            beside = then[name]["value"] if name in stocks else figure.get("beside", {}).get("value")
            self.assertEqual(shown[name][1], "" if name.endswith("_due") else written(figure, beside), name)

    def test_it_is_so_under_filters_and_another_definition(self):
        year = TODAY.year - 1
        for path, words in ((f"periode={year}-Q2&wijk=ZUID", ("--period", f"{year}-Q2", "--where", "ward=ZUID")),
                            (f"periode={year}&vergelijk=geen&definitie=2023", ("--period", year, "--definition", 2023))):
            asked = self.wot.kpi(*words)
            shown = self.rows(self.page(f"/cijfers?{path}"))
            for name, figure in asked.items():
                self.assertEqual(shown[name][0], written(figure, figure["value"]), (path, name))

    def test_what_stands_out_is_what_differs_by_more_than_chance(self):
        body = self.page("/cijfers")
        asked = self.wot.kpi("--period", "year", "--beside", "last-year")
        differs = {name for name, figure in asked.items() if "beside" in figure and figure["beside"]["difference"] in ("more", "fewer") and
                   not name.endswith("_due")}
        part = body.partition("Wat valt op?")[2].partition("</section>")[0]
        self.assertEqual(set(re.findall(r'href="/cijfers/(\w+)"', part)), differs)

    def test_months_are_those_of_the_series(self):
        body = self.page("/cijfers")
        head = re.search(r"<caption>Alle maanden</caption>\s*<thead>(.*?)</thead>", body, re.S)[1]
        names = [texts(cell) for cell in re.findall(r"<th[^>]*>(.*?)</th>", head)][1:]
        told = {kpi["short"]: kpi["id"] for kpi in self.wot.get(None, "/v1/definitions")[1]}
        table = self.table(body, "Alle maanden")
        series = self.wot.kpi("--period", f"{TODAY.year - 1}-01-01..{TODAY}", "--by", "month")
        self.assertEqual(len(names), 12)
        for at, name in enumerate(names):
            figure = series[told[name]]
            self.assertEqual([row[at + 1] for row in table], [written(figure, row["value"], False) for row in figure["by"]], name)

    def test_bands_of_ordinary_months_are_those_of_the_figure(self):
        body = self.page("/cijfers/help_requests")
        months = self.wot.kpi("--period", "year", "--beside", "last-year")["help_requests"]["months"]
        if months:
            low, high = thousands(math.floor(months["low"] + 0.5)), thousands(math.floor(months["high"] + 0.5))
            self.assertRegex(body, f"(tussen {low} en {high}|Gewoon is {low} tot {high}|Verandering: al)")

    # ---- one figure ----

    def test_each_figure_has_a_page_with_its_numbers(self):
        asked = self.wot.kpi("--period", "year")
        for name, figure in asked.items():
            body = self.page(f"/cijfers/{name}")
            shown = texts(re.search(r'<span class="cijfer" data-live="\w+">(.*?)</span>', body)[1])
            self.assertEqual(shown, written(figure, figure["value"]), name)
            self.assertLess(len(body), 90_000, name)

    def test_all_rows_come_as_one_table_however_many(self):
        """In pieces: the table is longer than one of them, and one who stops reading harms nobody."""
        period = f"{TODAY.year - 1}-01-01..{TODAY}"
        path = f"/v1/kpis/phone_service_level/rows?period={period}&format=csv"
        request = urllib.request.Request(self.wot.url("aggregate", path),
                                         headers={"Authorization": f"Bearer {self.wot.token('manager')}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read(10)
        rows = self.page(path)
        self.assertEqual(rows, self.wot.wotctl("explain", "phone_service_level", "--period", period, "--csv").stdout)
        self.assertGreater(len(rows), 500_000)

    def test_groups_are_those_of_the_split(self):
        for name in ("started_within_4_weeks", "help_requests", "waiting_days", "goals_met"):
            body = self.page(f"/cijfers/{name}")
            for by, caption in (("ward", "Per wijk"), ("team", "Per team"), ("age", "Per leeftijd"), ("care_weight", "Per zorgzwaarte")):
                figure = self.wot.kpi("--period", "year", "--by", by)[name]
                shown = {row[0]: row[1] for row in self.table(body, caption)}
                self.assertEqual(shown, {row["label"]: written(figure, row["value"], False) for row in figure["by"]}, (name, by))

    def test_months_parts_and_days_are_those_of_their_questions(self):
        body = self.page("/cijfers/started_within_4_weeks")
        figure = self.wot.kpi("--period", "year")["started_within_4_weeks"]
        parts = {row[0]: row[1] for row in self.table(body, "Waaruit bestaat het cijfer?")}
        self.assertEqual(parts, {"Binnen 4 weken": thousands(figure["count"]), "Later": thousands(figure["of"] - figure["count"]),
                                 "Onbekend": thousands(figure["unknown"])})
        series = self.wot.kpi("--period", f"{TODAY.year - 1}-01-01..{TODAY}", "--by", "month")["started_within_4_weeks"]
        self.assertEqual([row[1:5] for row in self.table(body, "Verloop per maand")],
                         [[written(figure, row["value"]), *(thousands(row[part]) for part in ("count", "of", "unknown"))]
                          for row in series["by"]])
        classes = self.wot.kpi("--period", "year", "--by", "class")["waiting_days"]["by"]
        known = {row["key"]: thousands(row["count"]) for row in classes if row["key"] != "UNKNOWN" and row["count"]}
        drawn = {row[0].replace(">13", "14+"): row[1] for row in self.table(body, "Wachttijd, per week") if row[1] != "0"}
        self.assertEqual(drawn, known)
        older = self.wot.kpi("--period", "year", "--definition", 2023)["started_within_4_weeks"]
        self.assertIn(f"Volgens de telling van 2023 is het in deze periode {share(older['value'], None)}", body)

    def test_the_last_cases_are_rows_behind_the_figure(self):
        rows = json.loads(self.wot.wotctl("explain", "started_within_4_weeks", "--period", "year", "--json").stdout)
        body = self.page("/cijfers/started_within_4_weeks")
        shown = [[texts(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
                 for row in re.findall(r"<tr>(.*?)</tr>", body.partition('<table class="zaken">')[2].partition("</table>")[0], re.S)][1:]
        missed = sorted((row for row in rows if row["of"] and not row["count"]), key=lambda row: row["day"], reverse=True)
        self.assertEqual(len(shown), 8)
        by_id = {row["id"]: row for row in missed}
        self.assertTrue(all(row[0] in by_id and by_id[row[0]]["day"] >= missed[7]["day"] for row in shown))
        page, found = "/cijfers/started_within_4_weeks/zaken", []
        while page:
            body = self.page(page)
            found += re.findall(r'<tr><th scope="row"><a href="[^"]*/zaken/[^"]*">([^<]*)</a></th>', body)
            following = re.search(r'href="(/cijfers/started_within_4_weeks/zaken\?[^"]*na=[^"]*)"', body)
            page = following and html.unescape(following[1])
        self.assertEqual(sorted(found), sorted(row["id"] for row in rows))

    def test_the_link_to_all_cases_says_how_many_rows_there_are(self):
        told = 0
        for name in self.ids:
            shown = re.search(r'/zaken[^"]*">(?:Alle zaken|(?:Alle )?([\d.]+) (?:zaken|zaak))</a>', self.page(f"/cijfers/{name}"))
            rows = json.loads(self.wot.wotctl("explain", name, "--period", "year", "--json").stdout)
            if shown[1]:
                self.assertEqual(shown[1], thousands(len(rows)), name)
                told += 1
        self.assertGreater(told, len(self.ids) / 2)
        self.assertNotIn("zaken</a>", self.page("/cijfers/started_within_4_weeks", "viewer"))

    def test_a_figure_is_a_file_too_for_who_may_see_all_of_it(self):
        last = TODAY.year - 1
        for name, asked, kpi in [(name, "", ("--period", "year")) for name in self.ids] + [
                ("closures", f"?periode={last}-Q1&wijk=ZUID&vergelijk=geen", ("--period", f"{last}-Q1", "--where", "ward=ZUID")),
                ("goals_met", f"?periode={last}&team=alle&definitie=2023", ("--period", f"{last}", "--definition", "2023"))]:
            link = re.search(r'<a href="(/v1/kpis\?[^"]*)" download="(\w+)\.csv">', self.page(f"/cijfers/{name}{asked}"))
            whole, *months = csv.DictReader(io.StringIO(self.page(html.unescape(link[1]))))
            figure = self.wot.kpi(*kpi)[name]
            self.assertEqual((link[2], whole["id"], whole["key"]), (name, name, ""))
            self.assertEqual(whole["value"], "" if figure["value"] is None else whole["value"])
            self.assertAlmostEqual(float(whole["value"] or 0), figure["value"] or 0)
            self.assertIn(len(months), (3, 12, TODAY.month))
        self.assertNotIn("(CSV)", self.page(f"/cijfers/closures?periode={last}", "viewer"))

    def test_all_figures_are_a_file_too_for_who_may_see_all_of_them(self):
        last = TODAY.year - 1
        for asked, told in (("", ("--period", "year")), (f"?periode={last}-Q1&wijk=ZUID", ("--period", f"{last}-Q1", "--where", "ward=ZUID"))):
            link = re.search(r'<a href="(/v1/kpis\?[^"]*)" download="cijfers\.csv">', self.page(f"/cijfers{asked}"))
            rows = list(csv.DictReader(io.StringIO(self.page(html.unescape(link[1])))))
            figures = self.wot.kpi(*told)
            self.assertEqual({row["id"] for row in rows}, set(figures))
            for row in rows:
                if not row["key"]:  # one figure is told by ward anyhow
                    self.assertAlmostEqual(float(row["value"] or 0), figures[row["id"]]["value"] or 0, msg=row)
        self.assertNotIn("(CSV)", self.page(f"/cijfers?periode={last}", "viewer"))

    # ---- the page of the intake team ----

    def test_who_was_phoned_in_time_is_said_there_as_it_is_here(self):
        asked = urllib.request.Request(self.wot.url("triage", "/aanmeldteam"), headers={
            "Accept": "text/html", "Authorization": f"Bearer {self.wot.token('manager')}"})
        with urllib.request.urlopen(asked) as answer:
            text = texts(re.search(r'data-deel="on_time">(.*?)</p>', answer.read().decode(), re.S)[1])
        months = "januari februari maart april mei juni juli augustus september oktober november december".split()
        month, year = (self.wot.kpi("--period", period)["first_contact_within_5_working_days"]
                       for period in (f"{TODAY.replace(day=1)}..{TODAY}", SO_FAR))
        said = f"binnen 5 werkdagen contact ({thousands(month['count'])} van {thousands(month['of'])})."
        self.assertIn(f"In {months[TODAY.month - 1]} was er met {share(month['value'], None)} {said}" if month["of"] else "nog niemand te bellen", text)
        if month["of"] and year["of"] > month["of"]:
            self.assertTrue(text.endswith(f" In heel {TODAY.year} met {share(year['value'], None)}."), text)

    # ---- every page ----

    def test_no_text_of_a_chart_lies_outside_of_it(self):
        widths, seen = Widths(), 0
        for path in ["/cijfers"] + [f"/cijfers/{name}" for name in self.ids]:
            body = self.page(path)
            charts = re.findall(r'<svg class="g (?:smal|breed)".*?</svg>', body, re.S)
            for chart in charts:
                width, height = (float(re.search(rf' {side}="([\d.]+)"', chart)[1]) for side in ("width", "height"))
                for kind, x, y, more, text in re.findall(r'<text class="(\w+)[^"]*" x="([\d.-]+)" y="([\d.-]+)"([^>]*)>([^<]*)', chart):
                    seen += 1
                    size = {"t": 13, "k": 13}.get(kind, 12)
                    wide = widths.of(html.unescape(text), size, kind == "k")
                    left = float(x) - (wide if '"end"' in more else wide / 2 if '"middle"' in more else 0)
                    self.assertGreaterEqual(left, -1, (path, text))
                    self.assertLessEqual(left + wide, width + 1, (path, text))
                    self.assertLessEqual(float(y), height, (path, text))
                self.assertEqual(chart.count("<text"), len(re.findall(r'<text class="\w+[^"]*" x="[\d.-]+" y="[\d.-]+"', chart)))
            ids = re.findall(r' id="([^"]+)"', body)
            self.assertEqual(len(ids), len(set(ids)), path)
        self.assertGreater(seen, 1000)

    def test_the_pages_weigh_little(self):
        self.assertLess(len(self.page("/cijfers").encode()), 100_000)
        self.assertLess(len(self.page("/cijfers/started_within_4_weeks").encode()), 90_000)

    def test_what_is_not_there_or_may_not_be_asked_is_refused(self):
        for path, client, status in (
            ("/cijfers/nothing", "manager", 404), ("/cijfers/goals_met/x", "manager", 404), ("/cijfers?vergelijk=gisteren", "manager", 400),
            ("/cijfers?wijk=NERGENS", "manager", 400), ("/cijfers?team=a&team=b", "manager", 400), ("/cijfers?definitie=x", "manager", 400),
            ("/cijfers/goals_met?na=0-1", "manager", 400), ("/cijfers/goals_met/zaken?na=+1-2", "manager", 400),
            ("/cijfers/goals_met", "desk", 403), ("/cijfers/goals_met?wijk=ZUID", "viewer", 403),
            (f"/cijfers/goals_met/zaken?periode={TODAY.year - 1}", "viewer", 403),
        ):
            self.assertEqual(self.fetch(path, client)[0], status, path)

    def test_a_viewer_sees_neither_teams_nor_cases_nor_registration(self):
        path = f"/cijfers/started_within_4_weeks?periode={TODAY.year - 1}"
        body = self.page(path, "viewer")
        for word in ("Per team", "zaken achter", "Verloop per maand", 'name="wijk"'):
            self.assertNotIn(word, body)
            self.assertIn(word, self.page(path))
        self.assertNotIn("wat onbekend is", self.page(f"/cijfers?periode={TODAY.year - 1}", "viewer"))

    def test_an_address_keeps_what_was_asked(self):
        body = self.page(f"/cijfers?team=alle&wijk=ZUID&periode={TODAY.year - 1}-Q2&vergelijk=vorige")
        links = set(re.findall(r'href="/cijfers/\w+(\?[^"]*)"', body))
        self.assertEqual(links, {f"?periode={TODAY.year - 1}-Q2&amp;vergelijk=vorige&amp;wijk=ZUID"})


if __name__ == "__main__":
    unittest.main()
