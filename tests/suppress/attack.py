#!/usr/bin/python3
"""Attacks what a viewer sees: every number that is hidden from him in a random small town is bounded by linear
programming over all answers together that he may get. What he knows besides is how the figures hang together
(RELATIONS), which is published.

  attack.py [--towns N] [--from SEED]
  attack.py --sample

He wins where a hidden number of 1 to 4 people cannot be 5 or more, and where a hidden number can be one alone. Each
relation is first held against what a manager sees: one that is not true would be no attack. At the end it says how much
is hidden, and why.
"""
import argparse
import collections
import datetime
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "recompute"))

import numpy  # noqa: E402
from scipy.optimize import linprog  # noqa: E402
from scipy.sparse import bmat, coo_array  # noqa: E402
from scipy.sparse.csgraph import connected_components  # noqa: E402

from answers import BEFORE, CLASS, PARTS, SOME, SPLITS, Seen  # noqa: E402
from city import city_of  # noqa: E402
from wot import Wot  # noqa: E402

LIMIT = 5
MOST = 10000  # people in a small town
SLACK = 1e-6
AIMS = 20  # times that all numbers are tried together, before each that is left is by itself
UNTIL = datetime.datetime(2026, 11, 28, 6, tzinfo=datetime.timezone.utc)  # or another day would have other towns
SAMPLE_FROM = "2025-01-01"
# Why a cell is hidden.
SHOWN, FEW, UNKNOWN, OF_TOTAL, UNNAMED, WITH_ROWS, WITH_PERIODS = (
    "shown", "it counts few", "only how many are unknown", "its total is hidden", "no row is named", "with other rows", "with other periods or KPIs")
STOCKS = {"open_cases", "waiting_now", "overdue_now", "calls_waiting"}

# Sums of parts that are equal, or at most the other, in every period and every row.
EQUAL = """
help_requests.count = requests_by_ward.count
help_requests.count = requests_per_household.count
help_requests.count = problem_areas.count
help_requests.count = redirected_to_welfare.count + redirected_to_welfare.rest
help_requests.count = unknown_age.count + unknown_age.rest
help_requests.count = unknown_ward.count + unknown_ward.rest
help_requests.count = unknown_care_weight.count + unknown_care_weight.rest
contacts_total.count = help_requests.count + brief_contacts.count
contacts_total.count = handled_by_wot.count + handled_by_wot.rest
waiting_days.count = started_within_4_weeks.count + started_within_4_weeks.rest
waiting_days.count = started_within_1_week.count + started_within_1_week.rest
waiting_days.unknown = started_within_4_weeks.unknown
waiting_days.unknown = started_within_1_week.unknown
waiting_days.unknown = unknown_support_start.count
closures.count = lead_days.count
closures.count = closed_within_6_months.count + closed_within_6_months.rest
closures.count = goals_met.count + goals_met.rest
closures.count = unknown_first_contact.count + unknown_first_contact.rest
closures.count = unknown_support_start.count + unknown_support_start.rest
closures.count = unknown_closing_reason.count + unknown_closing_reason.rest
closures.unknown = goals_met.unknown
closures.unknown = unknown_closing_reason.count
phone_service_level.unknown = phone_abandoned.unknown
phone_service_level.count + phone_service_level.rest = phone_abandoned.count + phone_abandoned.rest
tailored_solutions.count = tailored_saving.count + tailored_saving.unknown
"""
AT_MOST = """
domestic_violence.count < help_requests.count
help_requests.count < people_involved.count
started_within_1_week.count < started_within_4_weeks.count
goals_met.unknown < goals_met.rest
overdue_now.count < waiting_now.count
waiting_now.count < open_cases.count
transitions_18.count < referred_to_youth.count
phone_service_level.count < phone_wait_seconds.count
phone_wait_seconds.count + phone_abandoned.count < phone_service_level.count + phone_service_level.rest
first_contact_within_5_working_days.unknown < first_contact_within_5_working_days.rest
reaction_within_1_working_day.unknown < reaction_within_1_working_day.rest
callbacks_due.count < callback_within_1_working_day.rest
requests_by_referrer.count < help_requests.count
phone_service_level.count < calls_by_hour.count
"""
# A row that is the total of another KPI.
ROWS = """
closures.count reason GOALS_MET = goals_met.count
closures.count reason UNKNOWN = goals_met.unknown
help_requests.count ward UNKNOWN = unknown_ward.count
help_requests.count age UNKNOWN = unknown_age.count
help_requests.count care_weight UNKNOWN = unknown_care_weight.count
"""
# What the annual report has besides, of a year: classes of days, and by the definition before.
REPORT_ROWS = """
waiting_days.count class 1 = started_within_1_week.count
waiting_days.count class 1 2 3 4 = started_within_4_weeks.count
lead_days.count class 1 2 3 4 5 6 = closed_within_6_months.count
"""
REPORT = """
help_requests@before.count = help_requests.count + help_requests@between.count
closed_within_6_months@before.unknown = unknown_first_contact.count
started_within_4_weeks@before.unknown = unknown_first_contact.count
closed_within_6_months@before.count + closed_within_6_months@before.rest + closed_within_6_months@before.unknown = closures.count
"""

# How many are within a limit of what is measured of each: what is measured, the most that is within for certain, the least
# that is not, and the share of those within.
LIMITS = (
    ("waiting_days", 7, 8, "started_within_1_week"),
    ("waiting_days", 28, 29, "started_within_4_weeks"),
    ("lead_days", 181, 185, "closed_within_6_months"),
    ("phone_wait_seconds", 30, 31, "phone_service_level"),
)


def terms_of(text):
    return [tuple(term.strip().split(".")) for term in text.split("+")]


class Sets:
    """What belongs together."""

    def __init__(self):
        self.parent, self.sets = {}, {}

    def find(self, at):
        while (above := self.parent.get(at, at)) != at:
            self.parent[at] = self.parent.get(above, above)
            at = above
        return at

    def join(self, first, *others):
        for other in others:
            a, b = sorted((self.find(first), self.find(other)), key=lambda at: len(self.members(at)))
            if a != b:
                self.parent[a] = b
                self.sets[b] = self.members(b) + self.members(a)

    def members(self, root):
        return self.sets.get(root, [root])


class System:
    """Rows of equalities and inequalities over variables (kpi, period, split, key, part)."""

    def __init__(self, seen, true):
        self.seen, self.true, self.rows, self.same = seen, true, [], Sets()
        self.names = sorted({name for name, *_ in true.cells if "@" not in name})
        self.split = {(name, split) for name, _, split, key in true.cells if key}
        self.values = {split: sorted({key for _, _, s, key in true.cells if s == split and key}) for split in SPLITS}
        self.margins()
        self.relations()
        for year in seen.years:
            self.report(year)
        for limit in LIMITS:
            self.within(*limit)

    def var(self, name, period, split, key, part):
        return (name, period, split, key, part)

    def value(self, at):
        """What is true; a row that is not there is 0."""
        cell = self.true.cells.get(at[:4])
        return cell[at[4]] if cell else 0

    def known(self, at):
        """What the viewer sees of it; None: hidden."""
        name, period, split, key, part = at
        if at[:4] in self.seen.cells:
            cell = self.seen.cells[at[:4]]
            return cell[part] if cell else None
        rows = self.seen.tables.get((name, period, split))
        total = self.seen.cells[name, period, "", ""]
        withheld = not rows and (not total or any(number != 0 for number in total.values()))
        return None if withheld else 0

    def add(self, plus, minus, at_most=False, number=0):
        """The sum of plus is that of minus and a number, or at most that."""
        difference = sum(map(self.value, plus)) - sum(map(self.value, minus)) - number
        if (difference > 0) if at_most else difference:
            raise AssertionError(f"not true: {plus} {'<=' if at_most else '='} {minus} + {number}, off by {difference}")
        self.rows.append((plus, minus, at_most, number))

    def keys(self, name, split):
        """All values there are, where the KPI is split by it: which of them it has, the viewer must see for himself."""
        return self.values[split] if (name, split) in self.split else []

    def margins(self):
        for name in self.names:
            splits = [split for split in SPLITS if self.keys(name, split)]
            for part in self.seen.small[name] if name.startswith("requests_") else PARTS:
                self.periods(name, "", "", part)
                for split in splits:
                    keys = self.keys(name, split)
                    for key in keys:
                        self.periods(name, split, key, part)
                    for period in self.seen.quarters + self.seen.years:
                        self.table(name, period, split, keys, part)

    def table(self, name, period, split, keys, part):
        if name == "requests_by_ward" and part != "count":
            return
        total = [self.var(name, period, "", "", part)]
        rows = [self.var(name, period, split, key, part) for key in keys]
        if split != "problem":
            self.add(rows, total)
            return
        self.add(total, rows, at_most=True)
        unknown = [self.var(name, period, split, "UNKNOWN", part)]
        for row in rows:
            if row != unknown[0]:
                self.add([row, *unknown], total, at_most=True)

    def periods(self, name, split, key, part):
        at = lambda period: self.var(name, period, split, key, part)  # noqa: E731
        if name == "requests_by_ward" and part != "count":
            return
        groups = [] if split else [(quarter, self.seen.months[3 * i : 3 * i + 3]) for i, quarter in enumerate(self.seen.quarters)]
        groups += [(year, self.seen.quarters) for year in self.seen.years]
        for whole, parts in groups:
            self.add([at(whole)], [at(parts[-1])] if name in STOCKS else [at(period) for period in parts])

    def relations(self):
        lines = [(line.split("="), False) for line in EQUAL.strip().splitlines()]
        lines += [(line.split("<"), True) for line in AT_MOST.strip().splitlines()]
        for sides, at_most in lines:
            left, right = map(terms_of, sides)
            for period in self.seen.months + self.seen.quarters + self.seen.years:
                self.relate(left, right, period, "", [""], at_most)
            for split in SPLITS:
                keys = {key for name, _ in left + right for key in self.keys(name, split)}
                if not all(self.keys(name, split) for name, _ in left + right):
                    continue  # not all of them are split by it
                for period in self.seen.quarters + self.seen.years:
                    self.relate(left, right, period, split, sorted(keys), at_most)
        for line in ROWS.strip().splitlines():
            row, total = line.split("=")
            (name, part), (split, key) = row.split()[0].split("."), row.split()[1:]
            other, other_part = total.strip().split(".")
            for period in self.seen.quarters + self.seen.years:
                self.add([self.var(name, period, split, key, part)], [self.var(other, period, "", "", other_part)])

    def within(self, name, most, least, share):
        """A median says that half are within the limit, or that fewer are; so does 9 of 10; and a mean that few are far
        beyond it."""
        for place, (count, half, nine, mean) in self.seen.spreads.items():
            if place[0] != name or place[2] == CLASS or (share, *place[1:]) not in self.true.cells:
                continue
            inside = [self.var(share, *place[1:], "count")]
            for percent, measured in ((50, half), (90, nine)):
                rank = -(-count * percent // 100)
                if measured <= most:
                    self.add([], inside, True, -rank)
                elif measured >= least:
                    self.add(inside, [], True, rank - 1)
            if mean is not None and share != "phone_service_level":
                self.add([self.var(share, *place[1:], "rest")], [], True, int(count * mean + SLACK) // least)

    def report(self, year):
        """Where it was asked for."""
        for line in REPORT.strip().splitlines() if any(BEFORE in name for name, *_ in self.seen.cells) else ():
            self.relate(*map(terms_of, line.split("=")), year, "", [""], False)
        for line in REPORT_ROWS.strip().splitlines():
            (row, _, *keys), total = line.split("=")[0].split(), line.split("=")[1].strip()
            name, part = row.split(".")
            if (name, year, CLASS) in self.seen.tables:
                self.add([self.var(name, year, CLASS, key, part) for key in keys], [self.var(total.split(".")[0], year, "", "", part)])
                every = self.true.tables[name, year, CLASS]
                self.add([self.var(name, year, CLASS, key, part) for key in every], [self.var(name, year, "", "", part)])

    def relate(self, left, right, period, split, keys, at_most):
        for key in keys:
            sides = [[self.var(name, period, split, key, part) for name, part in side] for side in (left, right)]
            self.add(*sides, at_most)

    # ---- the attack ----

    def reduced(self):
        """Rows over what is hidden alone: ({variable: factor}, constant, at_most), sum <= or = constant."""
        yield from self.named()
        for plus, minus, at_most, constant in self.rows:
            factors = collections.Counter()
            for sign, side in ((1, plus), (-1, minus)):
                for at in side:
                    known = self.known(at)
                    if known is None:
                        factors[at] += sign
                    else:
                        constant -= sign * known
            factors = {at: factor for at, factor in factors.items() if factor}
            if factors:
                yield factors, constant, at_most

    def named(self):
        """A row that is hidden and named is of one at least, in a part that its figure has."""
        has = {(name, part) for (name, *_), cell in self.true.cells.items() for part in PARTS if cell[part]}
        for place, cell in self.seen.cells.items():
            if place[3] and not cell:
                yield {(*place, part): -1 for part in PARTS if (place[0], part) in has}, -1, True

    def merged(self):
        """The same rows over one variable for all that are equal, each row once."""
        rows, once = list(self.reduced()), {}
        for factors, constant, at_most in rows:
            if not at_most and not constant and sorted(factors.values()) == [-1, 1]:
                self.same.join(*factors)
        for factors, constant, at_most in rows:
            sums = collections.Counter()
            for at, factor in factors.items():
                sums[self.same.find(at)] += factor
            sums = {at: factor for at, factor in sums.items() if factor}
            if sums:
                once[frozenset(sums.items()), constant, at_most] = sums
        return [(sums, constant, at_most) for (_, constant, at_most), sums in once.items()]

    def wins(self, enough=None, among=None):
        """(variable, what is true, at least, at most) of each that is given away [of those among which it is looked for], or
        of so many as are enough; and how many were hidden."""
        program, found = Program.over(self.merged(), self.value), []
        # What is equal is a secret where one of them is.
        secrets = {at for at in program.number if any(map(self.is_secret, self.same.members(at)))}
        if among:
            secrets &= set(map(self.same.find, among))
        for chance in range(0 if among else AIMS):
            if not secrets:
                break
            program = program.about(secrets)
            secrets -= program.aimed(secrets, chance)
        while secrets and len(found) != enough:
            at = min(secrets)
            low, high, safe = program.about({at}).bounds(at, secrets)
            secrets -= safe | {at}
            if is_given_away(self.value(at), low, high):
                found.append((at, self.value(at), low, high))
        return found, self.hidden()

    def hidden(self):
        return len(self.secrets())

    def secrets(self):
        places = {(*cell, part) for cell in self.true.cells for part in PARTS}
        return {at for at in places if self.known(at) is None and self.is_secret(at)}

    def cells(self):
        """How many cells that count anybody are hidden, by why."""
        return collections.Counter(self.why(place) for place in self.true.cells if any(self.counts(place)))

    def counts(self, place):
        return [self.value((*place, part)) for part in self.seen.small[place[0]]]

    def why(self, place):
        name, period, split, _ = place
        if self.known((*place, "count")) is not None:
            return SHOWN if self.known((*place, "unknown")) is not None or "unknown" not in self.seen.small[name] else UNKNOWN
        if any(0 < count < LIMIT for count in self.counts(place)):
            return FEW
        if not split:
            return WITH_PERIODS
        if not self.seen.cells[name, period, "", ""]:
            return OF_TOTAL
        return WITH_ROWS if place in self.seen.cells else UNNAMED

    def is_secret(self, at):
        """A number of people in a total or row that is hidden."""
        no_people = at[0] == "requests_by_ward" and at[4] != "count"
        # By the definition before it is another figure: unknown_first_contact, which is hidden, or not, by itself.
        elsewhere = at[0].endswith(BEFORE) and at[4] == "unknown"
        return self.value(at) > 0 and at[4] in self.seen.small[at[0]] and not no_people and not elsewhere


def is_given_away(true, low, high):
    """He knows that people are counted in whole numbers."""
    return high < LIMIT - SLACK if true < LIMIT else high < true + 1 - SLACK and low > true - 1 + SLACK


class Program:
    """A linear program over rows. What is true solves it, so that a number is safe as soon as another solution has it
    otherwise: between the two all can be."""

    def __init__(self, variables, true, rows, sums, at_most):
        self.variables, self.true, self.rows, self.sums, self.at_most = variables, true, rows, sums, at_most
        self.number = {at: i for i, at in enumerate(variables)}
        self.most, self.equal = (rows[at_most], sums[at_most]), (rows[~at_most], sums[~at_most])

    @classmethod
    def over(cls, rows, value):
        variables = sorted({at for factors, _, _ in rows for at in factors})
        number = {at: i for i, at in enumerate(variables)}
        entries = [(i, number[at], factor) for i, row in enumerate(rows) for at, factor in row[0].items()]
        i, j, factors = zip(*entries) if entries else ((), (), ())
        matrix = coo_array((factors, (i, j)), shape=(len(rows), len(variables))).tocsr()
        true = numpy.array([value(at) for at in variables], dtype=float)
        return cls(variables, true, matrix, numpy.array([row[1] for row in rows], dtype=float), numpy.array([row[2] for row in rows], dtype=bool))

    def about(self, secrets):
        """That of the rows which hang together with one of these."""
        count = len(self.variables)
        _, groups = connected_components(bmat([[None, self.rows.T], [self.rows, None]]), directed=False)
        mine = numpy.isin(groups, [groups[self.number[at]] for at in secrets if at in self.number])
        columns, rows = mine[:count], mine[count:]
        variables = [at for at, is_mine in zip(self.variables, columns) if is_mine]
        return Program(variables, self.true[columns], self.rows[rows][:, columns], self.sums[rows], self.at_most[rows])

    def safe(self, secrets, solution):
        """Those that the solution says are safe."""
        secrets = [secret for secret in secrets if secret in self.number]
        at = numpy.array([self.number[secret] for secret in secrets], dtype=int)
        true, other = self.true[at], solution[at]
        safe = numpy.where(true < LIMIT, other > LIMIT - SLACK, abs(other - true) > 1 - SLACK)
        return {secret for secret, is_safe in zip(secrets, safe) if is_safe}

    def bounds(self, at, secrets):
        """At least, at most, and those of the secrets that were seen to be safe."""
        safe, ends = set(), [self.true[self.number[at]]] * 2
        for end, sign in ((1, -1), (0, 1)):
            if at not in safe:
                aim = numpy.zeros(len(self.number))
                aim[self.number[at]] = sign
                solution = self.solve(aim, (0, MOST))
                ends[end] = solution[self.number[at]]
                safe |= self.safe(sorted(secrets), solution)
        return *ends, safe

    def aimed(self, secrets, chance):
        """Those that are safe by a solution that has as many as it can of them at LIMIT, or one off what is true: each has
        its chance to count, and is aimed no further than is enough."""
        secrets = sorted(secrets)
        random = numpy.random.default_rng(chance)
        at = numpy.array([self.number[secret] for secret in secrets])
        small = self.true[at] < LIMIT
        up = small | (random.random(len(at)) < 0.5)
        aim = numpy.zeros(len(self.number))
        aim[at] = numpy.where(up, -1, 1) * random.random(len(at))
        low, high = numpy.zeros(len(self.number)), numpy.full(len(self.number), float(MOST))
        high[at[up]] = numpy.where(small[up], LIMIT, self.true[at[up]] + 1)
        low[at[~up]] = self.true[at[~up]] - 1
        return self.safe(secrets, self.solve(aim, numpy.column_stack((low, high))))

    def solve(self, aim, bounds):
        """The solution for which the aim is smallest. No number is above MOST: else there might be none."""
        found = linprog(aim, *self.most, *self.equal, bounds=bounds, method="highs-ds")
        if found.status != 0:
            raise AssertionError(found.message)
        return found.x


def views_of(seed, years=2, some=SOME, publish=False):
    """What viewer and manager see of a town that lived until then: of its last year, or of the running one too. Some: how
    many questions and charts are asked one by one; none: nor pages, nor what is published. publish: by wotctl, as PDF too."""
    city = city_of(seed, UNTIL)
    with Wot() as wot:
        lines = "".join(json.dumps(line) + "\n" for line in city.text())
        yield from views_in(wot, lines, (city.today.year - 1, city.today.year)[:years], city.today, seed, some, publish)


def views_of_sample(some=SOME):
    """Of the sample that a newcomer gets (deploy/run-local), of its first year."""
    with Wot(settings={"synthetic": True, "figures_complete_from": SAMPLE_FROM}) as wot:
        lines = wot.wotctl("simulate", "--from", SAMPLE_FROM, "--to", "today", "--seed", 1).stdout
        yield from views_in(wot, lines, [int(SAMPLE_FROM[:4])], UNTIL.date(), 1, some, publish=True)


def views_in(wot, lines, years, today, chance, some, publish):
    wot.start()
    path = wot.dir / "lines.jsonl"
    path.write_text(lines)
    wot.wotctl("import", path, timeout=600, check=False)
    wot.settle(300)
    for year in years:
        seen, true = [Seen(wot, client, year, today) for client in ("viewer", "manager")]
        if seen.quarters:
            seen.everything(true, wot, chance, some, publish)
            yield seen, true


def attack(name, views):
    """(how many numbers were hidden, how many of them are given away or said elsewhere, cells by why they are hidden)"""
    hidden, lost, cells = 0, 0, collections.Counter()
    for seen, true in views:
        system = System(seen, true)
        wins, count = system.wins()
        hidden += count
        lost += len(wins) + len(seen.leaks)
        cells += system.cells()
        for at, value, low, high in wins[:10]:
            print(f"{name}: {' '.join(at)} is {value}, and must be {low:g} to {high:g}")
        for leak in seen.leaks[:10]:
            print(f"{name}: {leak}")
    print(f"{name}: {hidden} hidden numbers, {lost} given away", flush=True)
    return hidden, lost, cells


def cells_say(cells):
    total, hidden = sum(cells.values()), sum(cells.values()) - cells[SHOWN]
    why = ", ".join(f"{why} {count / total:.1%}" for why, count in cells.most_common() if why != SHOWN)
    return f"hidden: {hidden / total:.1%} of {total} cells that count anybody: {why}; {hidden / (cells[FEW] or 1):.1f} times as many as count few"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--towns", type=int, default=200)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--sample", action="store_true")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.towns)
    towns = [("sample", views_of_sample())] if arguments.sample else [(f"town {seed}", views_of(seed, publish=True)) for seed in seeds]
    hidden, lost, cells = 0, 0, collections.Counter()
    for name, views in towns:
        one = attack(name, views)
        hidden, lost, cells = hidden + one[0], lost + one[1], cells + one[2]
    print(f"{len(towns)} towns, {hidden} hidden numbers, {lost} given away")
    print(cells_say(cells))
    return int(lost > 0)


if __name__ == "__main__":
    sys.exit(main())
