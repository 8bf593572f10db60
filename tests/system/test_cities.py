"""Random cities through the whole of wot, with what is late, missing, corrected, reopened and contradictory: every
KPI of many periods, by both definitions, by each dimension and by pairs of them, by month and day, and under filters,
equals a recomputation to the last digit.

WOT_CITIES="7 8" runs those seeds alone; 1 to 20 ask by all pairs. A city is of the seed and of today; a failure says
which.
"""
import datetime
import itertools
import json
import os
import unittest

from recomputed import DEFINITIONS, ROOT, Recomputed  # first: it says where the next two are

from city import city_of
from figures import DIMENSIONS, KPIS
from judge import BESIDE

SEEDS = [int(seed) for seed in os.environ.get("WOT_CITIES", " ".join(map(str, range(1, 9)))).split()]
WEEKS = datetime.timedelta(days=21)
SPLITS = {kpi.splits for kpi in KPIS.values()}
PAIRS = sorted({",".join(pair) for splits in SPLITS for pair in itertools.permutations(splits, 2)})

FILTERS = ["ward=ZUID", "channel=PHONE,WEB", "team=UNKNOWN", "age=18-26,67+,UNKNOWN", "problem=FINANCE", "ward=OOST,UNKNOWN",
           "problem=HOUSING,FINANCE", "reason=GOALS_MET,OTHER,UNKNOWN", "care_weight=HEAVY,UNKNOWN", "location=OOST", "class=1,2,UNKNOWN"]


class Cities(Recomputed):
    def periods(self, city, seed):
        """Windows up to today, a year, a quarter and a month of each city, a stretch from any day to any, and one
        in which days are to come by which something was promised."""
        year = city.today.year - seed % 3
        stretches = [sorted([city.day(), city.day()]), [city.today - WEEKS, city.today + WEEKS]]
        named = [str(year), f"{year}-Q{seed % 4 + 1}", f"{year}-{seed % 12 + 1:02}"]
        return ["today", "7d", "28d", "quarter", "year", *named, *(f"{first}..{last}" for first, last in stretches)]

    def series(self, city, seed, whole):
        """Alone, beside each dimension in some city, and over days of which some are to come."""
        beside = [*DIMENSIONS, "class"][seed % (len(DIMENSIONS) + 1)]
        around = f"{city.today - WEEKS}..{city.today + WEEKS}"
        return [(whole, "month"), (whole, "class"), (whole, f"month,{beside}"), (around, f"{beside},day"), (around, "day")]

    def filtered(self, city, seed, whole):
        """One filter, two of them, one beside a split and a series; in turn on what is counted and what is not."""
        one, other = FILTERS[seed % len(FILTERS)], FILTERS[(seed + 1) % len(FILTERS)]
        around = f"{city.today - WEEKS}..{city.today + WEEKS}"
        return [(whole, "", [one]), (whole, "", [one, other]), (whole, "ward", [other]), (whole, "month", [one]),
                (around, "day", [one]), (whole, "age,month", [other])]

    def know_households(self, seed):
        """Of all wards in some cities, of all but one in others: then the town's are not known."""
        self.wards = self.wot.dir / "wards.csv"
        rows = [line for line in (ROOT / "config" / "wards.csv").read_text().splitlines() if line[0] != "#"]
        known = [f"{row}{seed * 100 + number}" for number, row in enumerate(rows[1:], 1)]
        self.wards.write_text("\n".join([rows[0], *known[:-1], known[-1] if seed % 2 else rows[-1]]) + "\n")
        self.wot.write_config(wards=str(self.wards))

    def assert_equal_to_the_recomputation(self, seed):
        self.know_households(seed)
        city = city_of(seed, datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0))
        if seed % 2:
            self.wot.write_config(figures_complete_from=city.day().isoformat())
        self.wot.start()
        self.lines.write_text("".join(json.dumps(line) + "\n" for line in city.text()))
        said = self.import_lines()
        whole = f"{city.first}..{city.today}"
        dimensions = [*DIMENSIONS, *PAIRS[seed % 20 :: 20]]  # 20 cities have all pairs
        asked = [(period, "") for period in self.periods(city, seed)] + [(whole, by) for by in dimensions]
        asked += self.series(city, seed, whole) + self.filtered(city, seed, whole)
        answers = [self.answer(period, year, *cut) for period, *cut in asked for year in DEFINITIONS]
        answers += [
            self.answer(period, "2025", beside=beside) for period in self.periods(city, seed) for beside in BESIDE
        ]
        answers += [self.answer("year", "2025", where=[FILTERS[seed % len(FILTERS)]], beside=beside) for beside in BESIDE]
        with self.subTest(seed=seed, today=city.today, imported=said):
            self.compare(answers)


def seeded(seed):
    return lambda self: self.assert_equal_to_the_recomputation(seed)


for seed in SEEDS:
    setattr(Cities, f"test_a_city_equals_its_recomputation_under_seed_{seed}", seeded(seed))


if __name__ == "__main__":
    unittest.main()
