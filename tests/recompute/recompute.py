#!/usr/bin/python3
"""Recomputes the KPIs from submissions alone, to hold against what the pipeline says.

  recompute.py kpi LINES.jsonl --today DAY [--period P]... [--by DIM[,DIM]]... [--where DIM=VALUE[,VALUE]]...
      [--definition YEAR] [--id ID]...
      prints what `wotctl kpi --json` should: one array for each period and each --by, one to a line.
  recompute.py compare LINES.jsonl --today DAY KPI.json[:DIM[,DIM][:DIM=VALUE[,VALUE]]...][@BESIDE]...
      holds answers of `wotctl kpi --json` against it; :DIM where they were asked with --by, :DIM=VALUE with --where
      (with nothing before it: KPI.json::DIM=VALUE), @last-year or @previous with --beside; --complete-from DAY where
      the setting figures_complete_from says so. Prints the first
      differences and exits 1 if there are any; 2 when nothing could be compared, or, with --all, when an answer
      lacks a KPI that can be recomputed.
  recompute.py published LINES.jsonl --today DAY
      holds the figures of 2025 against those that were published; exits 1 on any difference.

LINES.jsonl: accepted submissions {"to", "body"}, in the order in which they were accepted. With
--tail it is what `wotctl tail --json` prints instead. With --rejected FILE the lines of these numbers are left out: FILE holds numbers, or wotctl's {"line": N, …}.
This is its own code, written against INTERFACES.md: it shares nothing with the programs that it checks.
"""

import argparse
import json
import os
import sys
from datetime import date

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from days import period_of  # noqa: E402
from figures import DIMENSIONS, KPIS, SPANS, kpi_json  # noqa: E402
from fold import history_of, wards_of  # noqa: E402
from tail import history_of_tail  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIGURE = ("value", "count", "of", "unknown", "low", "high", "p50", "p90", "mean")
SHOWN = 20

YEAR = (date(2025, 1, 1), date(2025, 12, 31))
PUBLISHED = {  # count, of, unknown
    "help_requests": (1001, None, 0),
    "brief_contacts": (634, None, 0),
    "contacts_total": (1635, None, 0),
    "started_within_4_weeks": (687, 904, 45),
    "started_within_1_week": (416, 904, 45),
    "closed_within_6_months": (706, 1054, 0),
    "goals_met": (743, 1054, 91),
    "closures": (1054, None, 91),
    "tailored_solutions": (18, None, 0),
    "feedback_positive": (48, 48, 0),
    "complaints": (1, None, 0),
    "trainings": (2, None, 0),
}
REASONS = {"GOALS_MET": 743, "STOPPED_BY_CLIENT": 154, "REDIRECTED_SPECIALIST": 66, "UNKNOWN": 91}
SAVING_EURO = 39000


def rejected_of(path):
    if not path:
        return frozenset()
    with open(path, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    return frozenset(row["line"] if isinstance(row, dict) else row for row in rows)


def same(ours, theirs):
    """Doubles by their value: a share must be the double nearest to count / of."""
    if isinstance(ours, bool) or isinstance(theirs, bool) or ours is None or theirs is None:
        return ours is theirs
    return ours == theirs


def differences_of(where, ours, theirs, names):
    for name in names:
        if name not in ours and theirs.get(name) is None:
            continue
        if not same(ours.get(name), theirs.get(name)):
            yield f"{where} {name}: {theirs.get(name)!r}, recomputed {ours.get(name)!r}"


def row_key(row):
    key = row["key"]
    return ",".join(key) if isinstance(key, list) else key


def months_differ(where, ours, theirs):
    """Sums of many doubles are not the nearest double to the sum."""
    if not ours or not theirs:
        if ours or theirs:
            yield f"{where} months: {theirs!r}, recomputed {ours!r}"
        return
    for name, value in ours.items():
        is_text = isinstance(value, str)
        if value != theirs[name] if is_text else abs(value - theirs[name]) > 1e-9 * (1 + abs(value)):
            yield f"{where} months {name}: {theirs[name]!r}, recomputed {value!r}"


def rows_differ(where, ours, theirs):
    ours = {row["key"]: row for row in ours}
    theirs = {row_key(row): row for row in theirs}
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs:
            yield f"{where} {key}: missing, recomputed {ours[key]['count']}"
        elif key not in ours:
            if any(theirs[key].get(name) for name in ("count", "unknown")):
                yield f"{where} {key}: {theirs[key]['count']}, recomputed none"
        else:
            names = [*(name for name in (*FIGURE, "group") if name in theirs[key]), "over"]
            yield from differences_of(f"{where} {key}", ours[key], theirs[key], names)


def where_of(texts):
    """["ward=ZUID,OOST"] as kpi_json takes it."""
    return {name: set(values.split(",")) for name, _, values in (text.partition("=") for text in texts)}


def kpi_differs(history, theirs, by, where, beside, today, complete_from):
    first, last = (date.fromisoformat(theirs["period"][name]) for name in ("from", "to"))
    asked = (first, last, int(theirs["definition"]), by, today, beside, complete_from, where_of(where))
    ours = kpi_json(history, theirs["id"], *asked)
    what = " ".join([theirs["id"], f"{first}..{last} ({theirs['definition']})", *where])
    judged = ("norm", "met", "verdict", "completeFrom", "beside")
    yield from differences_of(what, ours, theirs, ("unit", *FIGURE, *judged))
    yield from months_differ(what, ours.get("months"), theirs.get("months"))
    yield from rows_differ(f"{what} by {','.join(by or ['itself'])}", ours["by"], theirs["by"])


def compare(history, answers, whole=False, today=date.max, complete_from=date.min):
    found, compared, lacking = [], 0, set()
    for answer in answers:
        asked, _, beside = answer.partition("@")
        path, dims, *where = *asked.split(":"), *([""] if ":" not in asked else [])
        by = dims.split(",") if dims else None
        with open(path, encoding="utf-8") as text:
            kpis = json.load(text)
        if not dims and not where:
            lacking |= KPIS.keys() - {theirs["id"] for theirs in kpis}
        for theirs in kpis:
            if theirs["id"] in KPIS:
                found += kpi_differs(history, theirs, by, where, beside or None, today, complete_from)
                compared += 1
    print(*found[:SHOWN], sep="\n", end="\n" if found else "")
    print(f"{compared} KPIs compared, {len(found)} differences")
    if whole and lacking:
        print("not in an answer:", *sorted(lacking))
    return 2 if not compared or (whole and lacking) else int(bool(found))


def published(history):
    """The annual report of 2025, and what follows from it."""
    figures = {name: kpi_json(history, name, *YEAR) for name in KPIS}
    said = {name: tuple(figures[name][part] for part in ("count", "of", "unknown")) for name in PUBLISHED}
    found = [f"{name}: {said[name]}, published {PUBLISHED[name]}" for name in PUBLISHED if said[name] != PUBLISHED[name]]
    reasons = {row["key"]: row["count"] for row in figures["closures"]["by"]}
    if reasons != REASONS:
        found.append(f"closures: {reasons}, published {REASONS}")
    if figures["tailored_saving"]["mean"] != SAVING_EURO:
        found.append(f"tailored_saving: {figures['tailored_saving']['mean']}, published {SAVING_EURO}")
    print(*found or ["2025 folds to the published figures"], sep="\n")
    return int(bool(found))


def show(history, arguments, today):
    for text in arguments.period or ["year"]:
        for by in arguments.by or [None]:
            dims = by.split(",") if by else None
            asked, where = (*period_of(text, today), arguments.definition, dims, today), where_of(arguments.where)
            print(json.dumps([kpi_json(history, name, *asked, where=where) for name in arguments.id or KPIS]))
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("verb", choices=("kpi", "compare", "published"))
    parser.add_argument("lines")
    parser.add_argument("answers", nargs="*", metavar="KPI.json[:DIM[:DIM=VALUE]][@BESIDE]")
    parser.add_argument("--today", type=date.fromisoformat, required=True)
    parser.add_argument("--complete-from", type=date.fromisoformat, default=date.min)
    parser.add_argument("--period", action="append")
    parser.add_argument("--by", action="append", help=", ".join([*DIMENSIONS, *SPANS, "class"]))
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--definition", type=int, choices=(2023, 2025))
    parser.add_argument("--id", action="append", choices=list(KPIS))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--tail", action="store_true")
    parser.add_argument("--rejected")
    parser.add_argument("--wards", default=os.path.join(ROOT, "config", "wards.csv"))
    arguments = parser.parse_intermixed_args()
    wards = wards_of(arguments.wards)
    if arguments.tail:
        history = history_of_tail(arguments.lines, wards)
    else:
        history = history_of(arguments.lines, wards, rejected_of(arguments.rejected))
    if arguments.verb == "compare":
        return compare(history, arguments.answers, arguments.all, arguments.today, arguments.complete_from)
    if arguments.verb == "published":
        return published(history)
    return show(history, arguments, arguments.today)


if __name__ == "__main__":
    sys.exit(main())
