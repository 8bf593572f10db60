"""What may be said of a figure: whether it keeps its norm, and whether it differs from another by more than chance.

In whole numbers and fractions: squares are compared, and no root is taken.
"""

from datetime import date, timedelta
from fractions import Fraction

from days import add_months, month_length

TWO, GROUPS = Fraction("1.96"), Fraction("2.64")
OF_MIN = 50
LENGTHS = {"quarter": 3, "year": 12}


# ---- norms ----


def keeps(how, norm, value):
    return {"atLeast": value >= norm, "moreThan": value > norm, "atMost": value <= norm}[how]


def verdict_of(how, norm, value, low, high):
    met = keeps(how, norm, value)
    sure = {keeps(how, norm, bound) for bound in (low, high) if bound is not None} <= {met}
    return ("met" if met else "missed") + ("" if sure else "_unsure")


def whole_spans(first, last, today, months):
    """(those that are over, the first day of the one after them); None: the period is not made of such spans."""
    if first.day != 1 or (first.month - 1) % months:
        return None
    spans, begin = [], first
    while True:
        end = add_months(begin, months) - timedelta(days=1)
        if end > last:
            break
        spans.append((begin, end))
        begin = end + timedelta(days=1)
    if begin != last + timedelta(days=1) and last != today:
        return None
    over = [span for span in spans if span[1] < today]
    return over, over[-1][1] + timedelta(days=1) if over else first


def missing(how, norm, count):
    """Of a whole number, to keep a norm that asks for many."""
    return max(norm + (how == "moreThan") - count, 0)


# ---- differences ----


def word(apart):
    return "more" if apart > 0 else "fewer"


def shares_differ(a, n, b, m, limit=TWO):
    if n < OF_MIN or m < OF_MIN or a + b > n + m:
        return None
    p, apart = Fraction(a + b, n + m), Fraction(a, n) - Fraction(b, m)
    spread = p * (1 - p) * (Fraction(1, n) + Fraction(1, m))
    return word(apart) if spread and apart**2 >= limit**2 * spread else "same"


def counts_differ(a, b):
    return word(a - b) if a != b and (a - b) ** 2 >= TWO**2 * (a + b) else "same"


# ---- months ----


def months_judged(values, most):
    """Of fractions; those that are over, the last one last. None: too few."""
    count = len(values)
    if count < 12:
        return None
    mean = sum(values) / count
    width = Fraction("2.66") * sum(abs(b - a) for a, b in zip(values, values[1:])) / (count - 1)
    low, high, last = max(mean - width, 0), mean + width, values[-1]
    high = high if most is None else min(high, most)
    side = lambda value: (value > mean) - (value < mean)  # noqa: E731
    others = (i for i, value in enumerate(reversed(values)) if side(value) != side(last))
    run = next(others, count) if side(last) else 0
    said = {"count": count, "mean": mean, "low": low, "high": high, "last": last, "run": run}
    return {**said, "difference": word(last - mean) if run >= 7 or not low <= last <= high else "same"}


def months_until(first, last, today):
    """Those that are whole and over."""
    begin = first if first.day == 1 else add_months(first.replace(day=1), 1)
    while (end := add_months(begin, 1) - timedelta(days=1)) <= last and end < today:
        yield begin, end
        begin = end + timedelta(days=1)


# ---- the period beside ----


def last_year(first, last):
    """The same days; a month's last day is that month's."""
    before = add_months(last, -12)
    if last.day == month_length(last.year, last.month):
        before = date(before.year, before.month, month_length(before.year, before.month))
    return add_months(first, -12), before


def previous(first, last):
    """As many whole months, else as many days."""
    end = last + timedelta(days=1)
    if (first.day, end.day) == (1, 1):
        return add_months(first, (first.year - end.year) * 12 + first.month - end.month), first - timedelta(days=1)
    return first - (end - first), first - timedelta(days=1)


BESIDE = {"last-year": last_year, "previous": previous}
