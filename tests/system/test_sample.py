"""The sample through the whole of wot, under five seeds: nothing is refused, 2025 shows the published figures,
and every KPI equals a recomputation from the submissions alone (tests/recompute), to the last digit.

WOT_SEEDS="1 2" runs others.
"""
import contextlib
import datetime
import io
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "recompute"))

import recompute
from days import day_of
from fold import history_of, wards_of
from tail import history_of_tail
from wot import ROOT, Wot, note

SEEDS = os.environ.get("WOT_SEEDS", "1 2 7 42 20261121").split()
TODAY = datetime.date(2026, 11, 21)
PERIODS = ["2024", "2025", "2026", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2025-03", "2025-10", "2025-02-10..2026-03-09", "2026-11-01..2026-11-21"]
SPLITS = ["ward", "age", "care_weight", "problem", "channel", "location", "reason", "ward,age", "problem,ward"]
SPLIT_KPIS = ["help_requests", "started_within_4_weeks", "lead_days", "goals_met", "closures", "open_cases"]


class City(unittest.TestCase):
    def setUp(self):
        self.wot = self.enterContext(Wot())
        self.wot.start()
        self.lines = self.wot.dir / "sample.jsonl"

    def simulate(self, seed, until=TODAY):
        lines = self.wot.wotctl("simulate", "--from", "2025-01-01", "--to", until, "--seed", seed).stdout
        self.lines.write_text(lines)
        return lines.count("\n")

    def import_lines(self):
        begun = time.monotonic()
        done = self.wot.wotctl("import", self.lines, timeout=300)
        self.wot.settle(120)
        note(f"sample loaded and counted in {time.monotonic() - begun:.1f} s: {done.stderr.strip().rpartition(': ')[2]}")
        return done.stderr

    def answers(self):
        """Answers of wotctl kpi in files, named as `recompute.py compare` takes them."""
        asked = [(period, "", [], definition) for period in PERIODS for definition in ("2023", "2025")]
        asked += [("2025", by, [kpi], definition) for by in SPLITS for kpi in SPLIT_KPIS for definition in ("2023", "2025")]
        for number, (period, by, ids, definition) in enumerate(asked):
            args = [*ids, "--period", period, "--definition", definition, *(["--by", by] if by else [])]
            done = self.wot.wotctl("kpi", *args, "--json", check=not by)
            if done.returncode == 0:  # not every KPI can be split by everything
                path = self.wot.dir / f"answer{number}.json"
                path.write_text(done.stdout)
                yield f"{path}:{by}" if by else str(path)

    def histories(self):
        """Of what was submitted, and of what the logs say was accepted."""
        wards = wards_of(ROOT / "config" / "wards.csv")
        tail = self.wot.dir / "tail.jsonl"
        tail.write_text(self.wot.wotctl("tail", "--json").stdout)
        return history_of(self.lines, wards), history_of_tail(tail, wards)

    def compare(self):
        today = day_of(datetime.datetime.now(datetime.timezone.utc))
        answers = list(self.answers())
        with contextlib.redirect_stdout(io.StringIO()) as said:
            for history in self.histories():
                code = recompute.compare(history, answers, whole=True, today=today)
                code = recompute.published(history) or code
                self.assertEqual(code, 0, said.getvalue())
        self.assertGreater(len(answers), 2 * len(PERIODS) + len(SPLITS))


class Sample(City):
    def assert_whole(self, seed):
        count = self.simulate(seed)
        self.assertIn(f"{count} accepted, 0 were there already, 0 refused", self.import_lines())
        self.compare()


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
        self.import_lines()
        before = self.figures()
        self.assertIn(f"0 accepted, {early} were there already, 0 refused", self.import_lines())
        self.assertEqual(self.figures(), before)
        later = self.simulate(3, datetime.date(2025, 4, 30))
        said = f"{later - early} accepted, {early} were there already, 0 refused"
        self.assertIn(said, self.import_lines())


if __name__ == "__main__":
    unittest.main()
