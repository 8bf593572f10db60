"""The attack on a viewer's answers, on a few towns; and that it is won where suppression is weakened on purpose."""
import copy
import unittest

import drawings
from answers import BEFORE, CLASS, PARTS, SPLITS, period_before
from attack import LIMIT, SOME, System, views_of
from pages import said_in

TOWNS = 5  # of the first also pages and charts
HIDDEN = 2000  # numbers in a town of a year: fewer, and there would be little to attack


class Attack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.views = [views for seed in range(1, TOWNS + 1) for views in views_of(seed, years=1, some=SOME if seed == 1 else 0)]
        cls.smallest = min(cls.views, key=lambda views: System(*views).hidden())

    def test_no_hidden_number_of_some_towns_follows_from_all_answers_together(self):
        for views in self.views:
            with self.subTest(year=views[0].years):
                wins, hidden = System(*views).wins()
                self.assertEqual((wins, views[0].leaks), ([], []))
                self.assertGreater(hidden, HIDDEN)

    def test_numbers_of_every_kind_are_hidden_in_them(self):
        kinds, spans = set(), set()
        for views in self.views:
            for _, period, split, _, part in System(*views).secrets():
                kinds.add((split, part))
                spans.add("month" if len(period) == len("2025-01") and "Q" not in period else period[5:6])
        self.assertEqual(kinds, {(CLASS, "count"), *((split, part) for split in ("", *SPLITS) for part in PARTS)})
        self.assertEqual(spans, {"month", "Q", ""})

    def test_it_is_won_where_only_small_numbers_are_hidden_and_none_with_them(self):
        seen, true = copy.deepcopy(self.smallest)
        for place, cell in true.cells.items():
            if place in seen.cells and not any(0 < cell[part] < LIMIT for part in seen.small[place[0]]):
                seen.cells[place] = cell
        system = System(seen, true)
        some = {at for at in system.secrets() if at[:3:2] == ("help_requests", "ward")}
        self.assertEqual(len(system.wins(enough=3, among=some)[0]), 3)

    def test_it_is_won_where_another_answer_shows_a_hidden_number(self):
        seen, true = copy.deepcopy(self.smallest)
        place = ("help_requests", seen.years[0], "", "")
        number = true.cells[place]["count"]
        self.assertGreaterEqual(number, LIMIT)
        seen.cells[place] = None
        [(_, _, low, high)] = System(seen, true).wins(among=[(*place, "count")])[0]
        self.assertEqual((low, high), (number, number))

    def test_it_is_won_where_the_report_or_a_chart_shows_what_the_figures_hide(self):
        seen, true = copy.deepcopy(self.smallest)
        [year] = seen.years
        hidden = [place for place, cell in seen.cells.items() if not cell and place[2] == "ward" and true.cells[place]["count"] >= LIMIT]
        seen.know(true, hidden[0])
        self.assertEqual(seen.leaks, [f"chart shows {hidden[0]}"])
        seen, true = copy.deepcopy(self.smallest)
        self.assertIsNone(seen.cells["started_within_1_week", year, "", ""])
        first = ("waiting_days", year, CLASS, "1")
        seen.cells[first] = true.cells[first]
        total = ("started_within_1_week", year, "", "", "count")
        self.assertEqual(len(System(seen, true).wins(among=[total])[0]), 1)

    def test_it_is_won_where_a_page_says_what_no_answer_says(self):
        seen, true = copy.deepcopy(self.smallest)
        [year] = seen.years
        told = true.cells["help_requests", year, "", ""]["count"]
        seen.said["help_requests", period_before(year)] |= set()  # or it would be asked, and nobody answers any more
        seen.read("page", f"<main><h1>{year}</h1><p>Het waren er {told}.</p><svg><desc>Mei: 1.234,5.</desc></svg></main>", ["help_requests"], [year])
        self.assertEqual(seen.leaks, ["page says [1234.5]"])

    def test_it_is_won_where_a_drawing_tells_more_than_it_says(self):
        drawn = lambda desc, marks: drawings.faults_of(  # noqa: E731
            f'<svg viewBox="0 0 300 220" width="300" height="220"><desc>{desc}</desc>{marks}</svg>')
        hidden = '<text class="m" x="7" y="30">niet getoond: klein aantal</text>'
        bar, below = '<rect class="a" x="0" y="18" width="31" height="16"/>', '<rect class="a" x="0" y="45" width="31" height="16"/>'
        self.assertEqual(drawn("Zuid: 12; Oost: niet getoond: klein aantal.", hidden + below), [])
        self.assertEqual(drawn("Zuid: 12; Oost: niet getoond: klein aantal.", hidden + bar + below), ["draws a bar where one is hidden, at 7 30"])
        self.assertEqual(drawn("Oost: niet getoond: klein aantal.", hidden + '<circle class="a" cx="9" cy="25" r="5.5"/>'),
                         ["draws a dot where one is hidden, at 7 30"])
        column = '<text class="m" x="20" y="30" text-anchor="middle">x</text>'
        self.assertEqual(drawn("1: niet getoond: klein aantal.", column + bar), ["draws a bar where one is hidden, at 20 30"])
        part = '<rect class="a" x="0" y="36" width="31" height="26"/>'
        self.assertEqual(drawn("Zuid: 12; Oost: niet getoond: klein aantal.", hidden + 2 * part), ["has 2 parts and says 1"])
        line, axis = '<path class="la" d="M1 2L3 4L5 6"/>', '<text class="m" x="9" y="12" text-anchor="end">20</text>'
        self.assertEqual(drawn("jan. 2025 12; mrt. 2025 14.", line + axis), ["draws 3 months and says 2"])
        self.assertEqual(drawn("jan. 2025 12; feb. 2025 9; mrt. 2025 14.", line + axis.replace("20", "40")), ["has an axis to 40, where 14 needs 20"])

    def test_it_is_won_where_only_a_drawing_has_a_number(self):
        svg = '<svg width="300" height="220"><desc>Zuid: 12.</desc><text class="m" x="9" y="12" text-anchor="end">20</text><text class="k" x="9" y="30">7</text></svg>'
        self.assertEqual(said_in(f"<main>{svg}</main>"), {7, 12})

    def test_it_is_won_where_a_median_says_how_few_waited_longer(self):
        seen, true = copy.deepcopy(self.smallest)
        seen.spreads |= true.spreads
        system = System(seen, true)
        some = {at for at in system.secrets() if at[0] == "closed_within_6_months" and not at[2]}
        self.assertEqual(len(system.wins(enough=3, among=some)[0]), 3)

    def test_the_report_is_among_the_answers(self):
        for seen, _ in self.views:
            self.assertIn(("help_requests" + BEFORE, seen.years[0], "", ""), seen.cells)
            self.assertIn(("lead_days", seen.years[0], CLASS), seen.tables)


if __name__ == "__main__":
    unittest.main()
