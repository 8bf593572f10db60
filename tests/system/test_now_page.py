"""The page of today over a simulated city: its numbers are those of wotctl kpi and forecast, and it follows what comes in."""
import datetime
import html
import json
import math
import re
import statistics
import unittest
import urllib.error
import urllib.request

from browser import CHROMIUM, Browser
from stream import Stream
from test_figure_pages import Widths, share, texts, thousands, written
from wot import Wot, now, today, wait_until

TODAY = today()
DAY = datetime.timedelta(days=1)
PROMISES = ["callbacks_due", "reactions_due", "contacts_due", "signals_due", "starts_due", "closes_due"]
NUMBERS = ["waiting_now", "overdue_now", "open_cases", "contacts_total"]
PARTS = ["now_lead", "now_promises", "now_list", "now_teams", "now_forecast", "now_phone", "now_course"]


class NowPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        first = TODAY.replace(year=TODAY.year - 1, month=1, day=1)
        cls.wot = cls.enterClassContext(Wot(settings={"synthetic": True, "figures_complete_from": first.isoformat()}))
        cls.wot.start()
        cls.wot.live_through(first, TODAY, 5)
        cls.count = 0

    def page(self, path="/nu"):
        asked = urllib.request.Request(self.wot.url("aggregate", path), headers={
            "Accept": "text/html", "Authorization": f"Bearer {self.wot.token('manager')}"})
        with urllib.request.urlopen(asked) as answer:
            return answer.read().decode()

    def rows(self, markup):
        return [[texts(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
                for row in re.findall(r"<tr>(.*?)</tr>", markup.partition("<tbody>")[2].partition("</tbody>")[0], re.S)]

    def value(self, name, *words):
        return self.wot.kpi(name, *words)[name]["value"]

    def contact(self):
        type(self).count += 1
        code, receipt = self.wot.post("desk", "/v1/brief-contacts", {
            "externalRef": f"now-{self.count}", "occurredAt": now(), "channel": "PHONE", "answer": "ADVICE"})
        self.assertEqual(code, 202, receipt)

    def test_the_four_figures_stand_beside_four_weeks_ago(self):
        shown = {name: (value, texts(before)) for name, value, before in re.findall(
            r'data-live="(\w+)">([^<]*)</dd><dd class="uitleg">(.*?)</dd>', self.page())}
        then = TODAY - 28 * DAY
        self.assertEqual(list(shown), NUMBERS)
        for name, (value, before) in shown.items():
            self.assertEqual(value, thousands(self.value(name, "--period", "today")), name)
            self.assertEqual(re.search(r": ([\d.]+)", before)[1], thousands(self.value(name, "--period", then)), name)

    def promises_at_rest(self):
        """The part, and the figures of its cells, of one moment: triage writes down since when households wait a little after
        it heard of them."""
        def look():
            markup = self.page("/nu?deel=now_promises")
            cells = re.findall(r"/nu\?afspraak=(\w+)&amp;periode=([\d.-]+)", markup)
            told = {(name, period): self.value(name, "--period", period) for name, period in cells}
            told |= {(name, "late"): self.value(name, "--period", f"2015-01-01..{TODAY - DAY}") for name in PROMISES}
            return (markup, told) if self.page("/nu?deel=now_promises") == markup else None

        return wait_until(look, seconds=60, what="the page stands still")

    def test_each_cell_of_the_promises_is_the_figure_of_its_days_and_filters_the_list(self):
        markup, told = self.promises_at_rest()
        rows, cells = self.rows(markup), dict(re.findall(r'href="(/nu[^"]*)#lijst"[^>]*>([\d.]+)<', markup))
        self.assertEqual(len(rows), len(PROMISES))
        self.assertTrue(cells)
        for address, shown in cells.items():
            name, period = re.fullmatch(r"/nu\?afspraak=(\w+)&amp;periode=([\d.-]+)", address).groups()
            self.assertEqual(shown, thousands(told[name, period]), address)
            listed = self.page(html.unescape(address) + "&deel=now_list")
            self.assertEqual(listed.count("<li>"), min(told[name, period], 50), address)
            self.assertIn(f"{shown} afspra" if told[name, period] <= 50 else f"eerste 50 van {shown}", texts(listed))
        for name, row in zip(PROMISES, rows):
            days = [period for found, period in re.findall(r"/nu\?afspraak=(\w+)&amp;periode=([\d.-]+)", markup) if found == name]
            for before, after in zip(days, days[1:]):
                self.assertLess(before.split("..")[1], after.split("..")[0], "no day stands in two columns")
            if name != "callbacks_due":
                self.assertEqual(row[1], thousands(told[name, "late"]), name)

    def test_teams_are_those_who_wait(self):
        rows = {row[0]: row[1:] for row in self.rows(self.page("/nu?deel=now_teams"))}
        self.assertEqual(set(rows) - {"onbekend"} - {team["name"] for team in self.triage()[0]["items"]}, set())
        waiting, late = ({row["label"]: row["count"] for row in self.wot.kpi(name, "--period", "today", "--by", "team")[name]["by"]}
                         for name in ("waiting_now", "overdue_now"))
        self.assertEqual(rows, {name: [thousands(count), thousands(late.get(name, 0))] for name, count in waiting.items() if count})

    def triage(self):
        return [self.wot.get("manager", path)[1] for path in ("/v1/teams", "/v1/worklist?limit=1000")]

    def as_triage_says(self):
        """Whether the hours of the teams, and the list of those to be phoned first, are what triage itself says now."""
        teams, work = self.triage()
        shown = self.page("/nu?deel=now_teams").partition("<caption>Werk en ruimte per team")[2]
        hours = {row[0]: row[1:3] for row in self.rows(shown)}
        told = {team["name"]: [thousands(team["loadHours"]), thousands(team["capacityHours"])] for team in teams["items"]}
        last = TODAY + 365 * DAY
        listed = self.page(f"/nu?deel=now_list&afspraak=contacts_due&periode=2015-01-01..{last}")
        lines = re.findall(r'/aanmeldteam/([\d-]+)">.*?<span class="bij">.*?· (nog niet gebeld|\d+ keer geprobeerd)', listed)
        wanted = sorted((item for item in work["items"] if item.get("caseId")), key=lambda item: item["deadline"])
        said = {item["caseId"]: f"{item['attempts']} keer geprobeerd" if item["attempts"] else "nog niet gebeld" for item in wanted}
        self.assertTrue(hours and lines)
        return hours == told and len(lines) == min(50, len(wanted)) and all(said.get(case) == tries for case, tries in lines)

    def test_teams_and_list_are_what_triage_says_also_after_either_was_killed(self):
        agree = lambda: wait_until(self.as_triage_says, seconds=60, what="both say the same")
        agree()
        for name in ("aggregate", "triage"):
            self.wot.kill(name)
            self.wot.start(name)
            agree()
        case = self.wot.get("manager", "/v1/worklist?limit=1")[1]["items"][0]
        named = "caseId" if case.get("caseId") else "caseRef"
        code, receipt = self.wot.post("aanmeldteam", "/v1/screenings", {
            "externalRef": "now-tried", named: case[named], "occurredAt": now(), "outcome": "NOT_REACHED"})
        self.assertEqual(code, 202, receipt)
        agree()

    def test_a_list_of_what_there_is_not_is_refused(self):
        for asked in ("afspraak=contacts_due", "periode=today", "afspraak=waiting_now&periode=today", "afspraak=starts_due&periode=ooit"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.page(f"/nu?{asked}")
            self.assertEqual(refused.exception.code, 400, asked)

    def test_teams_go_by_their_names_and_addresses_by_their_keys(self):
        body, team = self.page("/cijfers"), self.triage()[0]["items"][0]
        self.assertIn(f'<option value="{team["team"]}">{team["name"]}</option>', body)

    def test_the_outlook_is_the_forecast(self):
        markup = self.page("/nu?deel=now_forecast")
        told = json.loads(self.wot.wotctl("forecast", "--json").stdout)
        started = told["started"]
        self.assertIn(f"Dit kwartaal lukte dit bij {share(started['count'] / started['of'], .8)}. De norm is 80%.", markup)
        self.assertEqual([row[1] for row in self.rows(markup)], [thousands(week["due"]) for week in told["weeks"]])
        quarter = self.wot.kpi("contacts_total", "--period", "quarter")["contacts_total"]
        self.assertIn(f"<b>Contacten dit kwartaal: {thousands(quarter['value'])}.</b>", markup)
        self.assertNotIn("Vooruitblik", self.page("/cijfers"))

    def test_the_telephone_is_held_to_its_norms_and_to_an_ordinary_day(self):
        markup = self.page("/nu?deel=now_phone")
        rows = self.rows(markup)
        for name, row in zip(("phone_service_level", "phone_abandoned"), rows):
            for period, shown in zip(("today", "year"), row[1:]):
                figure = self.wot.kpi(name, "--period", period)[name]
                self.assertEqual(shown, written(figure, figure["value"]), (name, period))
        promised = self.rows(self.page("/nu?deel=now_promises"))[0]
        self.assertEqual(rows[2][1], thousands(sum(int(cell.replace(".", "")) for cell in promised[1:3])))
        ordinary = re.search(r"Op een gewone \w+ zijn het er ([\d.]+) op de hele dag", markup)
        if ordinary:
            calls = [self.value("calls_by_hour", "--period", TODAY - 7 * week * DAY) for week in range(1, 27)]
            calls = [count for count in calls if count][:8]
            self.assertEqual(ordinary[1], thousands(math.floor(statistics.median(calls) + .5)))

    def test_the_course_is_that_of_each_day(self):
        rows = self.rows(self.page("/nu?deel=now_course"))
        for name, at in (("waiting_now", 1), ("overdue_now", 2)):
            days = self.wot.kpi(name, "--period", f"{TODAY - 91 * DAY}..{TODAY}", "--by", "day")[name]["by"]
            shown = [row["count"] for row in days if datetime.date.fromisoformat(row["key"]).weekday() == 0 or row["key"] == str(TODAY)]
            self.assertEqual([row[at] for row in rows], [thousands(count) for count in shown], name)

    def test_no_text_of_a_chart_lies_outside_of_it_and_it_weighs_little(self):
        body, widths = self.page(), Widths()
        charts = re.findall(r'<svg class="g (?:smal|breed)".*?</svg>', body, re.S)
        self.assertEqual(len(charts), 10)
        for chart in charts:
            width = float(re.search(r' width="([\d.]+)"', chart)[1])
            for kind, x, more, text in re.findall(r'<text class="(\w+)[^"]*" x="([\d.-]+)" y="[\d.-]+"([^>]*)>([^<]*)', chart):
                wide = widths.of(html.unescape(text), {"t": 13, "k": 13}.get(kind, 12), kind == "k")
                left = float(x) - (wide if '"end"' in more else wide / 2 if '"middle"' in more else 0)
                self.assertGreaterEqual(left, -1, text)
                self.assertLessEqual(left + wide, width + 1, text)
        ids = re.findall(r' id="([^"]+)"', body)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertLess(len(body.encode()), 60_000)

    def test_its_parts_are_told_when_they_changed_and_stand_as_on_the_page(self):
        body = self.page()
        for part in PARTS:
            self.assertIn(f'data-deel="{part}"', body)
            self.assertIn(self.page(f"/nu?deel={part}").strip(), body)
        stream = Stream(self.wot, "aggregate", "/live", "manager")
        self.addCleanup(stream.socket.close)
        stream.opened()
        self.assertEqual(set(stream.parts()), set(PARTS))
        heard = len(stream.events)
        self.contact()
        later = lambda: [data for kind, data, _ in stream.events[heard:] if kind == "deel"]
        stream.until(lambda: "now_forecast" in later())
        self.assertEqual(later(), ["now_forecast"], "a contact changes the contacts of the quarter, and no other part")

    @unittest.skipUnless(CHROMIUM, "there is no chromium")
    def test_it_follows_in_a_browser_while_it_is_open(self):
        with Browser({"Authorization": f"Bearer {self.wot.token('manager')}"}) as browser:
            browser.open(self.wot.url("aggregate", "/nu"))
            browser.until("document.querySelector('[role=status]').textContent.startsWith('Live. ')")
            figure = "document.querySelector('[data-live=contacts_total]').textContent"
            part = "document.querySelector('[data-deel=now_forecast] .alinea b').textContent"
            before, said = int(browser.run(figure)), browser.run(part)
            self.contact()
            browser.until(f"{figure} === '{before + 1}'")
            browser.until(f"{part} !== {said!r}")
            self.assertEqual(browser.said, [])
            for width in (320, 360, 768, 1440):
                browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
                self.assertLessEqual(browser.run("document.documentElement.scrollWidth"), width, "nothing scrolls sideways")


if __name__ == "__main__":
    unittest.main()
