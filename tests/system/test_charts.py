"""Charts over HTTP: files by themselves, made from the figures that the same client reads."""
import datetime
import unittest
import urllib.error
import urllib.request
import xml.etree.ElementTree as xml
import zoneinfo

from wot import Wot, now

SVG = "{http://www.w3.org/2000/svg}"


class Reader:
    def chart(self, client, name):
        asked = urllib.request.Request(self.wot.url("aggregate", f"/charts/{name}"))
        if client:
            asked.add_header("Authorization", f"Bearer {self.wot.token(client)}")
        with urllib.request.urlopen(asked) as answer:
            self.assertEqual(answer.headers["Content-Type"], "image/svg+xml")
            return answer.read().decode()

    def status(self, client, name):
        try:
            self.chart(client, name)
            return 200
        except urllib.error.HTTPError as refused:
            return refused.code

    def desc(self, client, name):
        return xml.fromstring(self.chart(client, name)).findtext(f"{SVG}desc")


class Charts(Reader, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        month = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Amsterdam")).date().replace(day=1)
        cls.wot = cls.enterClassContext(Wot(settings={"figures_complete_from": month.isoformat()}))
        cls.wot.start()
        for i in range(7):
            ward = "ZUID" if i else "OOST"
            cls.wot.post("desk", "/v1/help-requests",
                         {"externalRef": f"r{i}", "occurredAt": now(), "channel": "PHONE", "ward": ward})
        cls.wot.settle()

    def test_a_chart_says_what_it_shows(self):
        self.assertEqual(self.desc("manager", "help_requests/balk.svg?per=ward"),
                         "Oost: 1; Zuid: 6.")

    def test_what_is_of_before_figures_were_complete_is_not_drawn(self):
        self.assertRegex(self.desc("manager", "help_requests/lijn.svg"), r"^[a-z]+\.? 20\d\d 7\.$")
        self.assertNotIn("vorig jaar", self.desc("manager", "help_requests/balk.svg"))

    def test_each_kind_is_a_drawing_at_both_widths_that_needs_no_style_sheet(self):
        for kind in ("balk", "stapel?per=ward", "kolom?per=ward", "lijn", "paneel", "vonk"):
            name, _, query = kind.partition("?")
            for width in (300, 624):
                drawn = self.chart("manager", f"help_requests/{name}.svg?breedte={width}&{query}".rstrip("&"))
                self.assertEqual(xml.fromstring(drawn).tag, f"{SVG}svg", kind)
                self.assertNotIn("class=", drawn)
        self.assertIn("onbekend", self.desc("manager", "started_within_4_weeks/stip.svg"))

    def test_what_is_not_there_is_said_with_what_is(self):
        for name, code in (("nothing/balk.svg", 404), ("help_requests/taart.svg", 404), ("help_requests", 404),
                           ("help_requests/stip.svg", 404), ("help_requests/balk.svg?breedte=500", 400),
                           ("help_requests/balk.svg?periode=2025-13", 400), ("help_requests/lijn.svg?per=ward", 400),
                           ("help_requests/kolom.svg", 404), ("help_requests/balk.svg?per=ward,age", 400)):
            self.assertEqual(self.status("manager", name), code, name)

    def test_who_may_not_read_figures_sees_no_chart(self):
        """Nobody known gets what was published, which is nothing here; test_report has what is."""
        self.assertEqual(self.status(None, "help_requests/balk.svg"), 404)
        self.assertEqual(self.status("desk", "help_requests/balk.svg"), 403)


class OfViewer(Reader, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        for i in range(30):
            year, month, ward = 2025, 4 if i < 3 else 5 if i < 9 else 6, "OOST" if i < 2 else "ZUID" if i < 8 else "NIEUWLAND"
            if i >= 18:
                year, ward = 2024, "ZUID"
            cls.wot.post("desk", "/v1/help-requests", {"externalRef": f"v{i}", "occurredAt": f"{year}-{month:02}-03T10:00:00Z",
                                                       "channel": "PHONE", "ward": ward})
        cls.wot.settle()

    def test_what_is_small_is_drawn_without_a_number(self):
        self.assertEqual(self.desc("viewer", "help_requests/balk.svg?periode=2025-Q2&per=ward"),
                         "Nieuwland: 10; Oost: niet getoond: klein aantal; Zuid: niet getoond: klein aantal.")

    def test_months_are_those_that_he_may_ask_for(self):
        desc = self.desc("viewer", "help_requests/lijn.svg?periode=2025-Q2")
        self.assertTrue(desc.endswith("mrt. 2025 0; juni 2025 9."), desc)  # 3 in April, and 6 in May with them
        self.assertIn("apr. 2025 3; mei 2025 6; juni 2025 9.", self.desc("manager", "help_requests/lijn.svg?periode=2025-Q2"))

    def test_what_he_may_not_ask_is_no_chart(self):
        for asked in ("balk.svg?periode=today", "lijn.svg?periode=year", "balk.svg?periode=2025&per=team", "balk.svg?periode=2025-04&per=ward"):
            self.assertEqual(self.status("viewer", f"help_requests/{asked}"), 403, asked)
            self.assertEqual(self.status("manager", f"help_requests/{asked}"), 200, asked)


if __name__ == "__main__":
    unittest.main()
