"""The attack on a viewer's answers, on a few towns; and that it is won where suppression is weakened on purpose."""
import copy
import unittest

from attack import LIMIT, System, attack, views_of

TOWNS = 5


class Attack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        [cls.views] = views_of(TOWNS + 1, years=1)

    def test_no_hidden_number_of_some_towns_follows_from_all_answers_together(self):
        for seed in range(1, TOWNS + 1):
            with self.subTest(seed=seed):
                wins, hidden = attack(seed)
                self.assertEqual(wins, [])
                self.assertGreater(hidden, 100)

    def test_it_is_won_where_only_small_numbers_are_hidden_and_none_with_them(self):
        seen, true = copy.deepcopy(self.views)
        for place, cell in true.cells.items():
            if place in seen.cells and not any(0 < cell[part] < LIMIT for part in seen.small[place[0]]):
                seen.cells[place] = cell
        self.assertEqual(len(System(seen, true).wins(enough=3)[0]), 3)

    def test_it_is_won_where_another_answer_shows_a_hidden_number(self):
        seen, true = copy.deepcopy(self.views)
        place = ("help_requests", seen.years[0], "", "")
        number = true.cells[place]["count"]
        self.assertGreaterEqual(number, LIMIT)
        seen.cells[place] = None
        self.assertTrue(any(low == high == number for _, _, low, high in System(seen, true).wins()[0]))


if __name__ == "__main__":
    unittest.main()
