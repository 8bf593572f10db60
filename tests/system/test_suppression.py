"""What a viewer gets over HTTP: figures of periods that are over, without what could point at a person. The attack
on all of it together is `make suppress-attack`."""
import unittest

from wot import Wot


NUMBERS = ("value", "count", "of", "unknown", "low", "high", "p50", "p90", "mean", "met", "group")


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
            for number in NUMBERS:
                self.assertIsNone(figure.get(number), number)
            self.assertEqual((figure["verdict"], figure["by"]), ("none", []))
            self.assertNotIn("metIn", figure.get("norm") or {})

    def test_what_a_viewer_may_not_ask_has_no_number_and_names_what_there_could_be(self):
        for asked in ("period=today", "period=year", "period=2025-02-03", "period=2025-02&by=ward", "period=2025&by=team", "period=2025&by=class",
                      "period=2025&by=ward,age", "period=2025&by=month,ward", "period=2025&by=day", "period=2025&definition=2023", "period=2025&ward=ZUID",
                      "period=2025&beside=last-year", "period=2025&by=referrer", "period=2025-01-01..2025-06-30", "period=2025&asOf=2025-06-01"):
            code, figures = self.wot.get("viewer", f"/v1/kpis?{asked}")
            self.assertEqual(code, 200, asked)
            for figure in figures:
                for told in (figure, *figure["by"]):
                    self.assertIs(told["suppressed"], True, asked)
                    self.assertEqual({told.get(name) for name in NUMBERS}, {None}, asked)
                self.assertEqual((figure["verdict"], figure.get("months"), figure.get("beside")), ("none", None, None))
            self.assertEqual(self.wot.get("manager", f"/v1/kpis?{asked}")[0], 200, asked)

    def test_the_rows_that_are_named_are_the_same_whatever_there_is(self):
        named = lambda asked: [row["key"] for row in self.wot.get("viewer", f"/v1/kpis?id=help_requests&{asked}")[1][0]["by"]]  # noqa: E731
        wards = ["CENTRUM_WEST", "NOORDRAND", "GROENOORD", "OOST", "NIEUWLAND", "ZUID", "UNKNOWN"]
        for period in ("2025-02-03", "2025-02-04", "today"):
            self.assertEqual(named(f"period={period}&by=ward"), wards)
            self.assertEqual(named(f"period={period}&by=team"), ["UNKNOWN"])
            self.assertEqual(named(f"period={period}&by=referrer"), ["UNKNOWN"])
        self.assertEqual(named("period=2025-02&by=care_weight,ward")[:2], ["LIGHT,CENTRUM_WEST", "LIGHT,NOORDRAND"])
        self.assertEqual(named("period=2025-02-01..2025-02-03&by=day"), ["2025-02-01", "2025-02-02", "2025-02-03"])
        for filtered in ("ward=ZUID", "ward=OOST", "ward=NOWHERE", "team=ZUID", "referrer=police"):
            answer = self.wot.get("viewer", f"/v1/kpis?id=help_requests&period=2025&{filtered}")
            self.assertEqual(answer, self.wot.get("viewer", "/v1/kpis?id=help_requests&period=2025&ward=ZUID"))

    def test_what_is_no_question_is_refused_as_for_others(self):
        for asked, status in (("period=2025-13", 400), ("id=nothing&period=today", 404), ("id=help_requests&period=today&by=theme", 400),
                              ("id=help_requests&period=today&theme=MONEY", 400), ("period=today&by=ward,age,team", 400),
                              ("id=help_requests&period=2000-01-01..today&by=day", 400)):
            for client in ("viewer", "manager"):
                self.assertEqual(self.wot.get(client, f"/v1/kpis?{asked}")[0], status, (client, asked))

    def test_without_a_period_it_is_the_last_quarter_that_is_over(self):
        code, figures = self.wot.get("viewer", "/v1/kpis?id=help_requests")
        self.assertEqual(code, 200)
        first, last = figures[0]["period"]["from"], figures[0]["period"]["to"]
        self.assertIn((first[5:], last[5:]), {("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")})


if __name__ == "__main__":
    unittest.main()
