"""The sample through the whole of wot: nothing is refused, 2025 shows the published figures,
and every KPI equals a recomputation from the submissions alone (tests/recompute), to the last digit.

WOT_SEEDS="1 2" runs it under other seeds.
"""
import datetime
import os
import time
import unittest

from recomputed import DEFINITIONS, Recomputed
from wot import note

SEEDS = os.environ.get("WOT_SEEDS", "20261121").split()
TODAY = datetime.date(2026, 11, 21)
PERIODS = ["2024", "2025", "2026", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2025-03", "2025-10", "2025-02-10..2026-03-09", "2026-11-01..2026-11-21"]
SERIES = [("2025", "month"), ("2025-02-10..2025-06-09", "month,ward"), ("2026-Q1", "problem,month"),
          ("2025-10-27..2025-11-02", "day"), ("2026-11-19..2026-11-22", "team,day"), ("2025", "class"), ("2025", "class,ward"),
          ("2025-Q4", "month,class")]
FILTERED = [("", ["ward=ZUID"]), ("", ["ward=ZUID,OOST", "age=18-26,UNKNOWN"]), ("ward", ["problem=FINANCE,HOUSING"]),
            ("month", ["ward=NOORDRAND"]), ("month,age", ["channel=PHONE", "ward=ZUID,UNKNOWN"]), ("reason", ["class=1,2,UNKNOWN"])]
SPLITS = ["ward", "team", "age", "care_weight", "problem", "channel", "location", "reason", "theme", "referrer", "outcome", "hour", "ward,age", "problem,ward"]


class City(Recomputed):
    def setUp(self):
        super().setUp()
        self.wot.start()

    def figures_of(self, words):
        """As a person asks."""
        return self.wot.wotctl("kpi", *(word for name, value in words for word in (f"--{name}", value)), "--json").stdout

    def simulate(self, seed, until=TODAY):
        lines = self.wot.wotctl("simulate", "--from", "2025-01-01", "--to", until, "--seed", seed).stdout
        self.lines.write_text(lines)
        return lines.count("\n")

    def import_sample(self):
        begun = time.monotonic()
        said = self.import_lines()
        note(f"sample loaded and counted in {time.monotonic() - begun:.1f} s: {said.strip().rpartition(': ')[2]}")
        return said


class Sample(City):
    def assert_whole(self, seed):
        count = self.simulate(seed)
        self.assertIn(f"{count} accepted, 0 were there already, 0 refused", self.import_sample())
        asked = [(period, "") for period in PERIODS] + [("2025", by) for by in SPLITS] + SERIES
        asked += [("2025", by, where) for by, where in FILTERED]
        answers = [self.answer(period, year, *cut) for period, *cut in asked for year in DEFINITIONS]
        self.compare(answers, published=True)


def seeded(seed):
    return lambda self: self.assert_whole(seed)


for seed in SEEDS:
    setattr(Sample, f"test_the_pipeline_equals_the_recomputation_under_seed_{seed}", seeded(seed))


class SampleAgain(City):
    def figures(self):
        """Without the marks: what was read of another log is noted later, as an event."""
        figures = self.wot.kpi("--period", "2025")
        return {name: {**figure, "marks": None} for name, figure in figures.items()}

    def test_a_second_import_changes_nothing_and_a_later_end_only_adds(self):
        early = self.simulate(3, datetime.date(2025, 3, 31))
        self.import_sample()
        before = self.figures()
        self.assertIn(f"0 accepted, {early} were there already, 0 refused", self.import_sample())
        self.assertEqual(self.figures(), before)
        later = self.simulate(3, datetime.date(2025, 4, 30))
        said = f"{later - early} accepted, {early} were there already, 0 refused"
        self.assertIn(said, self.import_sample())


if __name__ == "__main__":
    unittest.main()
