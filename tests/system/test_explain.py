"""The rows behind every figure: they add up to it and to each row of each dimension, they are the rows that a
recomputation counts, and where two definitions differ they say how many cases make the difference."""
import collections
import datetime
import itertools
import json
import math
import unittest
from fractions import Fraction

from recomputed import DEFINITIONS, ROOT, Recomputed  # first: it says where the others are

import figures
from city import city_of
from days import day_of, period_of
from wot import ask

PARTS = ("count", "of", "unknown")


def spread(values):
    """p50, p90 (nearest rank) and mean."""
    ranks = [sorted(values)[max(math.ceil(Fraction(len(values) * rank, 100)) - 1, 0)] for rank in (50, 90)]
    return [*ranks, float(Fraction(sum(values), len(values)))]


def camel(name):
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def keys_of(row, dimension):
    """Of a list there may be several."""
    keys = row[camel(dimension)]
    return keys if isinstance(keys, list) else [keys]


def rows_by(rows, dimension):
    groups = collections.defaultdict(list)
    for row in rows:
        for key in keys_of(row, dimension):
            groups[key].append(row)
    return groups


class Explained(Recomputed):
    def ask(self, *words):
        answer = ask(self.wot.dir, "aggregate", f"show {' '.join(map(str, words))} json")
        self.assertFalse(answer.startswith("error"), f"{words}: {answer}")
        return json.loads(answer)

    def import_all(self, lines):
        self.lines.write_text(lines)
        self.import_lines()

    def sample(self):
        self.wot.start()
        self.import_all(self.wot.wotctl("simulate", "--from", "2025-01-01", "--to", "2026-06-30", "--seed", 5).stdout)

    def city(self, seed):
        """Where the households of all wards are known."""
        self.wards = self.wot.dir / "wards.csv"
        rows = [line for line in (ROOT / "config" / "wards.csv").read_text().splitlines() if line[0] != "#"]
        self.wards.write_text("\n".join([rows[0], *(f"{row}1000" for row in rows[1:])]) + "\n")
        self.wot.write_config(wards=str(self.wards))
        self.wot.start()
        city = city_of(seed, datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0))
        self.import_all("".join(json.dumps(line) + "\n" for line in city.text()))
        return f"{city.first}..{city.today}"

    # ---- the sums ----

    def assert_adds_up(self, rows, figure, what):
        for part in PARTS:
            if figure[part] is not None and (part != "of" or all(row["of"] is not None for row in rows)):
                self.assertEqual(sum(row[part] for row in rows), figure[part], f"{what} {part}")
        if figure.get("p50") is not None:
            measured = spread([row["value"] for row in rows if "value" in row])
            self.assertEqual(measured, [figure[name] for name in ("p50", "p90", "mean")], what)

    def assert_explained(self, name, scope, each_key):
        """The figure, and each row of each dimension; with `each_key` asked for one by one as well."""
        (figure,), rows = self.ask("kpi", name, *scope), self.ask("explain", name, *scope)
        self.assert_adds_up(rows, figure, (name, *scope))
        for dimension in figures.KPIS[name].splits:
            by = self.ask("kpi", name, *scope, "by", dimension)[0]["by"]
            groups = rows_by(rows, dimension)
            self.assertEqual({row["key"] for row in by}, groups.keys(), (name, dimension))
            for row in by:
                what = (name, *scope, dimension, row["key"])
                of_all = {**row, "of": None} if name == "requests_by_ward" else row
                self.assert_adds_up(groups[row["key"]], of_all, what)
                if each_key:
                    said = self.ask("explain", name, *scope, "where", f"{dimension}={row['key']}")
                    (filtered,) = self.ask("kpi", name, *scope, "where", f"{dimension}={row['key']}")
                    for part in PARTS:
                        if row[part] is not None:
                            self.assertEqual(filtered[part], row[part], what)
                    self.assert_adds_up(said, row, what)

    def assert_all_explained(self, periods, each_key=()):
        for name, period, year in itertools.product(figures.KPIS, periods, DEFINITIONS):
            scope = ("period", period, "definition", year)
            self.assert_explained(name, scope, (period, year) == each_key)

    def test_the_rows_behind_every_figure_of_the_sample_add_up(self):
        self.sample()
        self.assert_all_explained(["2025", "2026-Q2", "2025-12-31", "2024-12-15..2026-02-03"])

    def test_the_rows_behind_every_figure_of_a_city_add_up(self):
        whole = self.city(21)
        self.assert_all_explained([whole, "28d", "year"], (whole, "2023"))

    # ---- which rows ----

    def given(self, history, name, scope):
        """What a recomputation counts: the case (the rest has no name in both), and what it gives."""
        first, last, year = scope
        today = day_of(datetime.datetime.now(datetime.timezone.utc))
        measured = figures.KPIS[name].unit not in ("count", "share")
        for given in figures.given_of(name, figures.Question(history, first, last, year, today)):
            ref = getattr(given.row, "ref", None)
            if measured:
                yield ref, int(given.measure is not None), given.unknown, given.measure
            else:
                yield ref, given.count, given.unknown, None

    def test_the_cases_behind_every_figure_are_those_that_a_recomputation_counts(self):
        whole = self.city(22)
        _, history = self.histories()
        today = day_of(datetime.datetime.now(datetime.timezone.utc))
        for name, period, year in itertools.product(figures.KPIS, (whole, "year"), DEFINITIONS):
            rows = self.ask("explain", name, "period", period, "definition", year)
            said = collections.Counter(
                (row["id"] if row["id"] in history.cases and row["source"] != "contacts" else None,
                 row["count"], row["unknown"], row.get("value"))
                for row in rows
            )
            counted = collections.Counter(self.given(history, name, (*period_of(period, today), int(year))))
            self.assertEqual(said, counted, (name, period, year))

    # ---- two definitions ----

    def differing(self, name, period, shown_by):
        """By brute force: rows that stand on one side only, or that give something else there."""
        def side(year):
            gives = collections.Counter()
            for row in self.ask("explain", name, "period", period, "definition", year):
                shown = tuple(keys_of(row, shown_by)) if shown_by else ()
                gives[row["source"], row["id"], row["count"], row["unknown"], row.get("value"), shown] += 1
            return gives

        before, after = side(2023), side(2025)
        names = lambda gives: collections.Counter(key[:2] for key in gives.elements())  # noqa: E731
        return (names(before - after) | names(after - before)).total()

    def test_compare_says_how_many_cases_are_counted_otherwise(self):
        whole = self.city(23)
        differing = {}
        for name, period in itertools.product(figures.KPIS, (whole, "year")):
            said = self.ask("compare", name, 2023, 2025, "period", period)
            sides = [self.ask("kpi", name, "period", period, "definition", year)[0] for year in DEFINITIONS]
            for side in said["figures"] + sides:
                del side["marks"]  # what was read of another log is noted later, as an event
            self.assertEqual(said["figures"], sides, name)
            values = [side["value"] for side in sides]
            between = None if None in values else values[1] - values[0]
            self.assertEqual(said["difference"], between, name)
            self.assertEqual(said["cases"], self.differing(name, period, figures.KPIS[name].by), (name, period))
            differing[name] = differing.get(name, 0) + said["cases"]
        for name in ("help_requests", "people_involved", "requests_by_ward", "problem_areas", "waiting_days",
                     "started_within_4_weeks", "closed_within_6_months", "lead_days", "closures", "contacts_total"):
            self.assertGreater(differing[name], 0, name)
        self.assertEqual(differing["goals_met"], 0)


if __name__ == "__main__":
    unittest.main()
