"""Days, working days and verdicts by hand. Run: python3 -m unittest in this folder."""

import os
import sys
import unittest
from datetime import date, datetime, timezone

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import days  # noqa: E402
import judge  # noqa: E402

Y2025 = (date(2025, 1, 1), date(2025, 12, 31))


class Days(unittest.TestCase):
    def test_days_are_days_in_amsterdam(self):
        for text, day in (
            ("2025-12-31T23:30:00Z", date(2026, 1, 1)),
            ("2025-06-30T22:30:00Z", date(2025, 7, 1)),
            ("2025-06-30T21:30:00Z", date(2025, 6, 30)),
            ("2025-01-01T00:30:00+02:00", date(2024, 12, 31)),
        ):
            self.assertEqual(days.day_of(days.instant_of(text)), day, text)

    def test_summer_time_begins_and_ends_at_one_utc(self):
        for day, hour, offset in ((30, 0, 1), (30, 1, 2)):
            instant = datetime(2025, 3, day, hour, tzinfo=timezone.utc)
            self.assertEqual(days.amsterdam_offset(instant), offset)
        for hour, offset in ((0, 2), (1, 1)):
            instant = datetime(2025, 10, 26, hour, tzinfo=timezone.utc)
            self.assertEqual(days.amsterdam_offset(instant), offset)

    def test_six_months_end_on_the_last_day_where_the_day_is_missing(self):
        self.assertEqual(days.add_months(date(2025, 8, 31), 6), date(2026, 2, 28))
        self.assertEqual(days.add_months(date(2023, 8, 31), 6), date(2024, 2, 29))
        self.assertEqual(days.add_months(date(2025, 6, 30), 6), date(2025, 12, 30))

    def test_born_on_29_february_is_a_year_older_on_1_march(self):
        born = date(2008, 2, 29)
        self.assertEqual(days.age_on(born, date(2026, 2, 28)), 17)
        self.assertEqual(days.age_on(born, date(2026, 3, 1)), 18)

    def test_periods_have_the_names_that_wotctl_gives_them(self):
        today = date(2026, 11, 21)
        for text, first, last in (
            ("2025", date(2025, 1, 1), date(2025, 12, 31)),
            ("2025-Q1", date(2025, 1, 1), date(2025, 3, 31)),
            ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
            ("2025-03-01..2025-03-02", date(2025, 3, 1), date(2025, 3, 2)),
            ("7d", date(2026, 11, 15), today),
            ("quarter", date(2026, 10, 1), today),
            ("year", date(2026, 1, 1), today),
            ("today", today, today),
        ):
            self.assertEqual(days.period_of(text, today), (first, last), text)


class Judged(unittest.TestCase):
    """Values worked out by hand, on both sides of each limit."""

    def test_spans_are_those_that_are_over_of_a_period_that_is_made_of_them(self):
        today = date(2026, 11, 21)
        spans = lambda first, last, months=3: judge.whole_spans(first, last, today, months)  # noqa: E731
        self.assertEqual(len(spans(*Y2025)[0]), 4)
        self.assertEqual(spans(date(2026, 1, 1), today)[1], date(2026, 10, 1))
        self.assertEqual(spans(date(2026, 1, 1), today, 12), ([], date(2026, 1, 1)))
        self.assertIsNone(spans(date(2025, 1, 1), date(2025, 4, 1)))
        self.assertIsNone(spans(date(2025, 2, 1), date(2025, 4, 30)))

    def test_a_bound_beyond_the_norm_makes_a_verdict_unsure(self):
        self.assertEqual(judge.verdict_of("atLeast", 0.8, 0.82, 0.79, 0.84), "met_unsure")
        self.assertEqual(judge.verdict_of("atLeast", 0.8, 0.7, 0.69, 0.8), "missed_unsure")
        self.assertEqual(judge.verdict_of("atMost", 0.05, 0.04, 0.03, 0.06), "met_unsure")
        self.assertEqual(judge.verdict_of("moreThan", 300, 300, None, None), "missed")

    def test_differences_begin_at_their_limits(self):
        self.assertEqual(judge.counts_differ(337, 288), "more")  # 49 is 1.96 times 25
        self.assertEqual(judge.counts_differ(336, 288), "same")
        self.assertEqual(judge.counts_differ(0, 4), "fewer")
        self.assertEqual(judge.shares_differ(64, 100, 50, 100), "more")
        self.assertEqual(judge.shares_differ(63, 100, 50, 100), "same")
        self.assertEqual(judge.shares_differ(68, 100, 50, 100, judge.GROUPS), "same")
        self.assertEqual(judge.shares_differ(69, 100, 50, 100, judge.GROUPS), "more")
        self.assertIsNone(judge.shares_differ(49, 49, 0, 1000))

    def test_the_days_beside_are_those_of_the_calendar(self):
        february = (date(2025, 2, 1), date(2025, 2, 28))
        self.assertEqual(judge.last_year(*february), (date(2024, 2, 1), date(2024, 2, 29)))
        self.assertEqual(judge.previous(*february), (date(2025, 1, 1), date(2025, 1, 31)))
        self.assertEqual(judge.previous(date(2024, 2, 1), date(2024, 2, 28)), (date(2024, 1, 4), date(2024, 1, 31)))


class WorkingDays(unittest.TestCase):
    def test_easter_is_where_it_was(self):
        for day in ("2020-04-12", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25", "2049-04-18"):
            self.assertEqual(days.easter(int(day[:4])).isoformat(), day)

    def test_holidays_weekends_and_closing_days_are_no_working_days(self):
        for start, count, end in (
            ("2025-04-15", 5, "2025-04-24"),  # Good Friday, Easter Monday
            ("2025-04-25", 1, "2025-04-28"),
            ("2025-05-02", 1, "2025-05-06"),  # 5 May, every year
            ("2025-05-28", 1, "2025-05-30"),  # Ascension Day
            ("2025-12-24", 1, "2025-12-29"),
            ("2026-04-26", 1, "2026-04-28"),
        ):
            at = days.add_working_days(date.fromisoformat(start), count)
            self.assertEqual(at.isoformat(), end, start)
        closed = frozenset({date(2025, 6, 3)})
        self.assertEqual(days.add_working_days(date(2025, 6, 2), 1, closed), date(2025, 6, 4))


if __name__ == "__main__":
    unittest.main()
