"""What aggregate shows over HTTP: a page for everybody, breakdowns for those who may."""
import unittest
import urllib.request

from wot import Wot, now


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot(settings={"synthetic": True}))
        cls.wot.start()
        for i in range(7):
            ward = "ZUID" if i else "OOST"
            cls.wot.post("desk", "/v1/help-requests",
                         {"externalRef": f"r{i}", "occurredAt": now(), "channel": "PHONE", "ward": ward})
        cls.wot.settle()

    def rows(self, client):
        code, figures = self.wot.get(client, "/v1/kpis?id=requests_by_ward&period=today")
        self.assertEqual(code, 200)
        return {row["key"]: row["count"] for row in figures[0]["by"]}

    def test_the_page_shows_the_figures_and_says_that_they_are_an_example(self):
        with urllib.request.urlopen(self.wot.url("aggregate", "/")) as answer:
            page = answer.read().decode()
        self.assertIn('<html lang="nl">', page)
        self.assertIn("verzonnen stad", page)
        self.assertRegex(page, r"Hulpvragen</th><td>7</td>")
        self.assertIn("meer dan 300 per kwartaal", page)

    def test_a_manager_sees_every_row(self):
        self.assertEqual(self.rows("manager"), {"OOST": 1, "ZUID": 6})

    def test_a_viewer_sees_no_small_count(self):
        self.assertEqual(self.rows("viewer"), {"OOST": None, "ZUID": 6})

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


if __name__ == "__main__":
    unittest.main()
