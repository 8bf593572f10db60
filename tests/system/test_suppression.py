"""What a viewer gets over HTTP: figures of periods that are over, without what could point at a person. The attack
on all of it together is `make suppress-attack`."""
import unittest

from wot import Wot


class Viewer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        wards = ["OOST"] * 2 + ["NIEUWLAND"] * 6 + ["ZUID"] * 9
        for i, ward in enumerate(wards):
            cls.wot.post("desk", "/v1/help-requests",
                         {"externalRef": f"r{i}", "occurredAt": "2025-02-03T10:00:00Z", "channel": "PHONE", "ward": ward})
        cls.wot.settle()

    def test_a_hidden_row_has_no_number_and_stands_last(self):
        code, figures = self.wot.get("viewer", "/v1/kpis?id=requests_by_ward&period=2025-Q1&by=ward")
        self.assertEqual(code, 200)
        rows = figures[0]["by"]
        self.assertEqual([row["key"] for row in rows], ["ZUID", "NIEUWLAND", "OOST"])
        self.assertEqual([row.get("suppressed") for row in rows], [None, True, True])
        self.assertEqual({row[name] for row in rows[1:] for name in ("value", "count", "of", "unknown")}, {None})
        self.assertEqual((rows[0]["count"], figures[0]["count"]), (9, 17))

    def test_a_hidden_total_has_no_number_and_no_verdict(self):
        figure = self.wot.get("viewer", "/v1/kpis?id=domestic_violence&period=2025-Q1")[1][0]
        self.assertEqual((figure["count"], figure.get("suppressed")), (0, None))
        self.wot.post("desk", "/v1/help-requests", {"externalRef": "dv", "occurredAt": "2025-05-03T10:00:00Z",
                                                    "channel": "PHONE", "domesticViolence": True})
        self.wot.settle()
        for name in ("domestic_violence", "help_requests"):
            figure = self.wot.get("viewer", f"/v1/kpis?id={name}&period=2025-Q2")[1][0]
            self.assertIs(figure.get("suppressed"), True)
            for number in ("value", "count", "of", "unknown", "low", "high", "p50", "p90", "mean", "met"):
                self.assertIsNone(figure.get(number), number)
            self.assertEqual((figure["verdict"], figure["by"]), ("none", []))
            self.assertNotIn("metIn", figure.get("norm") or {})

    def test_what_a_viewer_may_not_ask_is_403_and_says_what_may_be_asked(self):
        for asked in ("period=today", "period=year", "period=2025-02-03", "period=2025-02&by=ward", "period=2025&by=team",
                      "period=2025&by=ward,age", "period=2025&by=month,ward", "period=2025&by=day", "period=2025&definition=2023", "period=2025&beside=last-year", "period=2025&by=referrer",
                      "period=2025-01-01..2025-06-30"):
            code, problem = self.wot.get("viewer", f"/v1/kpis?{asked}")
            self.assertEqual(code, 403, asked)
            self.assertIn("quarters and years that are over", str(problem))
            self.assertEqual(self.wot.get("manager", f"/v1/kpis?{asked}")[0], 200, asked)

    def test_without_a_period_it_is_the_last_quarter_that_is_over(self):
        code, figures = self.wot.get("viewer", "/v1/kpis?id=help_requests")
        self.assertEqual(code, 200)
        first, last = figures[0]["period"]["from"], figures[0]["period"]["to"]
        self.assertIn((first[5:], last[5:]), {("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")})


if __name__ == "__main__":
    unittest.main()
