"""The KPIs of a history, as INTERFACES.md defines them under "KPI as JSON".

A KPI looks at rows (cases, contacts, calls) and says of each in a period what it gives: a Given.
"""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

import judge
from asked import Given, Question
from days import add_months, add_working_days, months_from

PHONE_SECONDS = 30
CLASSES = [("0-17", 0, 17), ("18-26", 18, 26), ("27-44", 27, 44), ("45-66", 45, 66), ("67+", 67, 999)]
MERGED = {2023: {"REDIRECTED_SPECIALIST": "REDIRECTED_OTHER", "UNKNOWN": "OTHER"}, 2025: {"MOVED_AWAY": "STOPPED_BY_CLIENT"}}
OF_CONTACTS_TOTAL = {"moreThan": 300, "per": "quarter"}
QUARTERLY = {**OF_CONTACTS_TOTAL, "heldTo": "contacts_total"}
YEARLY = {"atLeast": 3, "per": "year"}
STOCKS = ("open_cases", "waiting_now", "overdue_now", "calls_waiting", "care_hours")
SUMS = ("people_involved",)
SHARE = {"atLeast": 0.8}


# ---- each KPI ----


def counted(rows, unknown=lambda row: False):
    return [Given(row, 1, 0, int(unknown(row))) for row in rows]


def help_requests(q):
    return counted(q.reported)


def brief_contacts(q):
    return counted(c for c in q.history.all_contacts() if not c.youth and q.within(c.day))


def brief_contacts_of_youth(q):
    return counted(c for c in q.history.all_contacts() if c.youth and q.within(c.day))


def contacts_total(q):
    return help_requests(q) + brief_contacts(q)


def people_involved(q):
    return [Given(c, c.people or 1, 0, int(c.people is None)) for c in q.reported]


def problem_areas(q):
    return counted(q.reported, lambda case: not case.problems)


def waits(q, counts=lambda wait: True):
    """Those that started in the period; outside it, those that closed in it with no start known."""
    given = []
    for case in q.adults:
        start = case.contact if q.definition == 2023 else case.started
        if q.within(start):
            wait = (start - case.reported).days
            given.append(Given(case, int(counts(wait)), 1, measure=wait))
        elif start is None and q.within(case.closed):
            given.append(Given(case, unknown=1, outside=True))
    return given


def leads(q):
    given = []
    for case in q.adults:
        if q.within(case.closed):
            begin = case.contact if q.definition == 2023 else case.reported
            if begin is None:
                given.append(Given(case, unknown=1, outside=True))
            else:
                in_time = case.closed <= add_months(begin, 6)
                given.append(Given(case, int(in_time), 1, measure=(case.closed - begin).days))
    return given


def goals_met(q):
    return [
        Given(c, int(c.reason == "GOALS_MET"), 1, int(c.reason == "UNKNOWN"))
        for c in q.adults
        if q.within(c.closed)
    ]


def closures(q):
    return counted(
        (c for c in q.adults if q.within(c.closed)), lambda case: case.reason == "UNKNOWN"
    )


def running(q):
    """Cases of adults, under either definition."""
    return [case for case in q.adults if not case.advice]


def is_open(q, case):
    left = [day for day in (case.closed, case.ended) if day is not None]
    return case.reported <= q.last and not any(day <= q.last for day in left)


def is_waiting(q, case):
    return is_open(q, case) and not (case.started and case.started <= q.last)


def open_cases(q):
    return counted(case for case in running(q) if is_open(q, case))


def waiting_now(q):
    return counted(case for case in running(q) if is_waiting(q, case))


HOURS = {"LIGHT": 1, "MEDIUM": 2, "HEAVY": 3}


def care_hours(q):
    """Of open cases in support; one of unknown weight has none, and is unknown."""
    for case in running(q):
        if case.started and case.started <= q.last and not any(
            day and day <= q.last for day in (case.closed, case.ended)
        ):
            hours = HOURS.get(case.weight, 0)
            yield Given(case, hours, 0, int(not hours))


def overdue_now(q):
    over = timedelta(days=28)
    return counted(c for c in running(q) if is_waiting(q, c) and q.last - c.reported > over)


def calls(q, counts):
    """Offered ones: all that are over. Of some it is not known whether they were answered."""
    return [
        Given(call, int(counts(call)), 1) if call.outcome_is_known else Given(call, unknown=1, outside=True)
        for call in q.history.calls.values()
        if q.within(call.day) and call.over_on(q.history.now)
    ]


def phone_waits(q):
    for given in calls(q, bool):
        if given.row.answered:
            yield Given(given.row, 1, 1, measure=given.row.wait)
        elif given.unknown:
            yield given


def calls_waiting(q):
    for call in q.history.calls.values():
        over = call.over_on(q.history.now)
        if call.day and call.day <= q.last and not (over and over <= q.last):
            yield Given(call, 1)


def phone_service_level(q):
    return calls(q, lambda call: call.answered and call.wait <= PHONE_SECONDS)


def tailored(q):
    return [
        Given(case, int(euro is not None), 0, int(euro is None), True, euro)
        for day, case, euro in q.history.tailored
        if not case.youth and q.within(day)
    ]


def youths(q, soon):
    return counted(
        case
        for case in q.history.cases.values()
        if case.youth and not case.advice and q.within(case.reported) and (case.turns_18_soon or not soon)
    )


# ---- what was promised by a day ----


def promised(q, row, due, met, unknown=False):
    """By the day of the deadline: counted once met, or once that day is past."""
    if q.within(due) and (met or due < q.today):
        yield Given(row, int(met), 1, int(unknown and not met))


def contacts_promised(q, days, channels=None):
    for case in running(q):
        if channels is None or case.channel in channels:
            due = add_working_days(case.reported, days)
            first = min((day for day in (case.contacted, case.contact) if day), default=None)
            unknown = first is None and bool(case.started or case.closed)
            yield from promised(q, case, due, first is not None and first <= due, unknown)


def callbacks_promised(q):
    for call, missed, back in q.history.calls_missed:
        due = add_working_days(missed, 1)
        yield from promised(q, call, due, back is not None and back <= due)


def starts_due(q):
    waiting = (c for c in running(q) if not (c.started or c.closed or c.ended))
    return counted(c for c in waiting if q.within(c.reported + timedelta(days=28)))


def closes_due(q):
    waiting = (c for c in running(q) if not (c.closed or c.ended))
    return counted(c for c in waiting if q.within(add_months(c.reported, 6)))


def contacts_due(q, days, channels=None):
    waiting = (c for c in running(q) if not (c.contacted or c.contact or c.started or c.closed or c.ended))
    asked = (c for c in waiting if channels is None or c.channel in channels)
    return counted(c for c in asked if q.within(add_working_days(c.reported, days)))


def signals_due(q):
    since = q.history.signals_waiting(q.today)
    return [Given(None, 1) for day in since if q.within(add_working_days(day, 5))]


def callbacks_due(q):
    waiting = ((call, missed) for call, missed, back in q.history.calls_missed if not back)
    return counted(call for call, missed in waiting if q.within(add_working_days(missed, 1)))


# ---- what is not known ----


def unknown_at_closing(q, unknown):
    return [Given(c, int(unknown(c)), 1) for c in q.adults if q.within(c.closed)]


def unknown_of_requests(q, unknown, youth=False):
    return [Given(c, int(unknown(c)), 1) for c in q.reported if youth or not c.youth]


def handled_by_wot(q):
    """Requests of adults under either definition, and their contacts."""
    requests = (c for c in running(q) if q.within(c.reported))
    contacts = (c for c in q.history.all_contacts() if not c.youth and q.within(c.day))
    sent_away = ("REDIRECTED_SPECIALIST", "REDIRECTED_OTHER")
    return [
        Given(c, int((c.screening != "REDIRECTED" or c.started is not None) and c.reason not in sent_away), 1)
        for c in requests
    ] + [Given(c, int(c.answer != "REDIRECTED"), 1) for c in contacts]


def satisfied(subject):
    def given(q):
        surveys = (s for s in q.history.surveys if s.subject == subject and q.within(s.day))
        return [Given(s, s.satisfied, s.answered) for s in surveys]

    return given


OF_CASES = (
    "ward", "team", "age", "care_weight", "problem", "channel", "location", "reason", "handover", "referrer"
)
OF_SCREENINGS = (*OF_CASES, "outcome")
OF_CALLS = ("hour",)
OF_CONTACTS = ("channel", "location", "theme")
OF_BOTH = ("channel", "location")
OF_CARDS = ("location",)


@dataclass
class Kpi:
    unit: str
    given: object
    norm: dict = None
    by: str = None  # the dimension that is shown unasked
    splits: tuple = OF_CASES  # the dimensions that all its rows have
    class_of: object = None  # of what is measured
    compared: bool = True  # with another period


def week_of(given):
    """The first goes up to and with day 7."""
    week = max(math.ceil(given.measure / 7), 1)
    return str(week) if week <= 13 else "14+"


def month_of(given):
    """The first calendar months after the beginning that the closing lies within."""
    begun = given.row.closed - timedelta(days=given.measure)
    within = (str(n) for n in range(1, 13) if given.row.closed <= add_months(begun, n))
    return next(within, "13+")


KPIS = {
    "help_requests": Kpi("count", help_requests, QUARTERLY),
    "brief_contacts": Kpi("count", brief_contacts, QUARTERLY, splits=OF_CONTACTS),
    "brief_contacts_of_youth": Kpi("count", brief_contacts_of_youth, splits=OF_CONTACTS),
    "contacts_total": Kpi("count", contacts_total, OF_CONTACTS_TOTAL, splits=OF_BOTH),
    "people_involved": Kpi("count", people_involved),
    "requests_by_ward": Kpi("share", help_requests, by="ward"),
    "requests_per_household": Kpi("share", help_requests, by="ward"),
    "requests_by_referrer": Kpi(
        "count", lambda q: counted(c for c in q.reported if c.referrer), by="referrer"
    ),
    "screenings": Kpi(
        "count",
        lambda q: counted(s for s in q.history.screenings if q.within(s.day)),
        by="outcome",
        splits=OF_SCREENINGS,
    ),
    "problem_areas": Kpi("count", problem_areas, by="problem"),
    "started_within_4_weeks": Kpi("share", lambda q: waits(q, lambda wait: wait <= 28), SHARE),
    "started_within_1_week": Kpi("share", lambda q: waits(q, lambda wait: wait <= 7)),
    "waiting_days": Kpi("days", waits, class_of=week_of),
    "closed_within_6_months": Kpi("share", leads, SHARE),
    "lead_days": Kpi("days", leads, class_of=month_of),
    "goals_met": Kpi("share", goals_met, SHARE),
    "closures": Kpi("count", closures, by="reason"),
    "open_cases": Kpi("count", open_cases),
    "waiting_now": Kpi("count", waiting_now),
    "overdue_now": Kpi("count", overdue_now),
    "phone_service_level": Kpi("share", phone_service_level, SHARE, splits=OF_CALLS),
    "phone_abandoned": Kpi(
        "share", lambda q: calls(q, lambda c: c.abandoned), {"atMost": 0.05}, splits=OF_CALLS
    ),
    "phone_wait_seconds": Kpi("seconds", lambda q: list(phone_waits(q)), splits=OF_CALLS),
    "calls_waiting": Kpi("count", lambda q: list(calls_waiting(q)), splits=OF_CALLS),
    "calls_by_hour": Kpi(
        "count",
        lambda q: counted(c for c in q.history.calls.values() if q.within(c.day)),
        by="hour",
        splits=OF_CALLS,
    ),
    "first_contact_within_5_working_days": Kpi("share", lambda q: contacts_promised(q, 5)),
    "reaction_within_1_working_day": Kpi(
        "share", lambda q: contacts_promised(q, 1, ("WEB", "CHAT", "EMAIL"))
    ),
    "callback_within_1_working_day": Kpi("share", callbacks_promised, splits=OF_CALLS),
    "callbacks_due": Kpi("count", callbacks_due, splits=(*OF_CALLS, "team"), compared=False),
    "reactions_due": Kpi("count", lambda q: contacts_due(q, 1, ("WEB", "CHAT", "EMAIL")), compared=False),
    "contacts_due": Kpi("count", lambda q: contacts_due(q, 5), compared=False),
    "signals_due": Kpi("count", signals_due, splits=("team",), compared=False),
    "starts_due": Kpi("count", starts_due, compared=False),
    "closes_due": Kpi("count", closes_due, compared=False),
    "care_hours": Kpi("count", care_hours),
    "unknown_first_contact": Kpi("share", lambda q: unknown_at_closing(q, lambda c: c.contact is None)),
    "unknown_support_start": Kpi("share", lambda q: unknown_at_closing(q, lambda c: c.started is None)),
    "unknown_closing_reason": Kpi("share", lambda q: unknown_at_closing(q, lambda c: c.reason == "UNKNOWN")),
    "unknown_age": Kpi("share", lambda q: unknown_of_requests(q, lambda c: c.age is None)),
    "unknown_ward": Kpi(
        "share", lambda q: unknown_of_requests(q, lambda c: not c.ward, q.definition == 2023)
    ),
    "unknown_care_weight": Kpi(
        "share", lambda q: unknown_of_requests(q, lambda c: c.weight in (None, "UNKNOWN"))
    ),
    "handled_by_wot": Kpi("share", handled_by_wot, splits=OF_BOTH),
    **{
        f"satisfied_{subject.lower()}": Kpi("share", satisfied(subject), SHARE, splits=())
        for subject in (
            "CLIENT_ACCESS",
            "CLIENT_SUPPORT",
            "PARTNER_SERVICE",
            "PARTNER_COOPERATION",
            "PARTNER_OFFER",
            "PARTNER_ACCESSIBILITY",
        )
    },
    "redirected_to_welfare": Kpi(
        "share",
        lambda q: [
            Given(c, int(c.screening == "WELFARE_ACTIVITY" or c.reason == "REDIRECTED_WELFARE"), 1)
            for c in q.reported
            if not c.youth
        ],
        {"atLeast": 0.2},
    ),
    "domestic_violence": Kpi(
        "count", lambda q: counted(c for c in q.reported if c.domestic_violence and not c.youth)
    ),
    "referred_to_youth": Kpi("count", lambda q: youths(q, False)),
    "transitions_18": Kpi("count", lambda q: youths(q, True), by="handover"),
    "tailored_solutions": Kpi("count", lambda q: counted(g.row for g in tailored(q))),
    "tailored_saving": Kpi("euro", tailored),
    "complaints": Kpi(
        "count", lambda q: counted(d for d in q.history.complaints if q.within(d)), splits=()
    ),
    "complaint_outcomes": Kpi(
        "count",
        lambda q: counted(o for o in q.history.outcomes.values() if q.within(o.day)),
        by="outcome",
        splits=("outcome",),
    ),
    "trainings": Kpi(
        "count", lambda q: counted(d for d in q.history.trainings if q.within(d)), YEARLY, splits=()
    ),
    "feedback_cards": Kpi(
        "count", lambda q: counted(c for c in q.history.cards if q.within(c.day)), splits=OF_CARDS
    ),
    "feedback_positive": Kpi(
        "share",
        lambda q: [Given(c, int(c.rating == "POSITIVE"), 1) for c in q.history.cards if q.within(c.day)],
        splits=OF_CARDS,
    ),
}

# ---- dimensions ----


def age_class(row, _):
    return [name for name, low, high in CLASSES if row.age is not None and low <= row.age <= high]


DIMENSIONS = {
    "ward": lambda row, _: [row.ward] if row.ward else [],
    "team": lambda row, _: [row.team] if getattr(row, "team", None) else [],
    "age": age_class,
    "care_weight": lambda row, _: [row.weight] if row.weight else [],
    "problem": lambda row, _: row.problems,
    "channel": lambda row, _: [row.channel],
    "location": lambda row, _: [row.location] if row.location else [],
    "reason": lambda row, q: [MERGED[q.definition].get(row.reason, row.reason)] if row.reason else [],
    "handover": lambda row, _: [row.handover] if row.handover else [],
    "referrer": lambda row, _: [row.referrer] if row.referrer else [],
    "hour": lambda row, _: [f"{row.hour:02}"],
    "outcome": lambda row, _: [row.outcome],
    "theme": lambda row, _: [row.theme] if row.theme else [],
}


def keys_of(kpi, name, given, q):
    """Of a list there may be several."""
    if name == "class":
        return ["UNKNOWN"] if given.measure is None else [kpi.class_of(given)]
    return DIMENSIONS[name](given.row, q) or ["UNKNOWN"]


def can_split(kpi, dimensions):
    """A series, and what its rows have."""
    return set(dimensions) <= {*kpi.splits, *SPANS, *(["class"] if kpi.class_of else [])}


def filtered(kpi, given, where, q):
    """Those with one of the values in each dimension that is named."""
    return given if not where else [g for g in given if all(values & {*keys_of(kpi, name, g, q)} for name, values in where.items())]


def split(kpi, given, dimensions, q):
    """{keys: what is given by the rows with these values}; a row with several counts under each."""
    groups = {}
    for item in given:
        keys = [()]
        for name in dimensions:
            values = keys_of(kpi, name, item, q)
            keys = [(*key, value) for key in keys for value in values]
        for key in keys:
            groups.setdefault(key, []).append(item)
    return groups


# ---- series ----

SPANS = ("month", "day")


def months_in(q):
    """(key, first day, last day, the last day of the whole month) of each."""
    year, month = q.first.year, q.first.month
    while (year, month) <= (q.last.year, q.last.month):
        first, last = months_from(year, month, 1)
        yield f"{year}-{month:02}", max(first, q.first), min(last, q.last), last
        year, month = year + month // 12, month % 12 + 1


def days_in(q):
    for ahead in range((q.last - q.first).days + 1):
        day = q.first + timedelta(days=ahead)
        yield day.isoformat(), day, day, day


# ---- figures ----


def rank(items, percent):
    """Nearest rank."""
    return sorted(items)[max(math.ceil(Fraction(len(items) * percent, 100)) - 1, 0)]


def share_of(count, of):
    return float(Fraction(count, of)) if of else None


def whole_of(name, q, wards=()):
    """What requests by ward are divided by: all of them, or the wards' households; None: not known."""
    if name == "requests_by_ward" and q.definition != 2023:
        return sum(g.count for g in given_of(name, q))
    households = [q.history.wards.households_of(ward) for ward in wards or (None,)]
    return sum(households) if all(households) else None


def figure_of(kpi, given, *whole):
    count = sum([g.count for g in given])
    of = whole[0] if whole else sum([g.of for g in given])
    unknown = sum([g.unknown for g in given])
    figure = {"value": count, "count": count, "of": None, "unknown": unknown, "low": None, "high": None}
    if kpi.unit == "share":
        whole = None if of is None else of + sum(g.unknown for g in given if g.outside)
        figure["of"] = of
        figure["value"] = share_of(count, of)
        figure["low"] = share_of(count, whole)
        figure["high"] = share_of(count + unknown, whole)
    elif kpi.unit != "count":
        items = [g.measure for g in given if g.measure is not None]
        figure["count"] = figure["of"] = len(items)
        for name, percent in (("p50", 50), ("p90", 90)):
            figure[name] = rank(items, percent) if items else None
        figure["mean"] = share_of(sum(items), len(items))
        figure["value"] = figure["mean"] if kpi.unit == "euro" else figure["p50"]
    return figure


# ---- what may be said of them ----


def held_value(name, q):
    """(value, low, high) of a KPI of which no share is by ward."""
    figure = figure_of(KPIS[name], given_of(name, q))
    return figure["value"], figure["low"], figure["high"]


def each_verdict(verdicts):
    """Of a norm that each quarter or year must meet."""
    if "missed" in verdicts:
        return "missed"
    return next((each for each in ("missed_unsure", "met_unsure") if each in verdicts), "met")


def spans_verdict(norm, how, held_to, q):
    """(verdict, what the norm says beside)."""
    spans = judge.whole_spans(q.first, q.last, q.today, judge.LENGTHS[norm["per"]])
    if spans is None:
        return "none", {}
    over, begin = spans
    verdicts = [
        judge.verdict_of(how, norm[how], *held_value(held_to, replace(q, first=first, last=last)))
        for first, last in over
    ]
    said, running = {}, q.last >= q.today
    if over:
        said["metIn"] = [sum(verdict.startswith("met") for verdict in verdicts), len(over)]
    if running and begin <= q.today:
        count, _, _ = held_value(held_to, replace(q, first=begin))
        said["needed"] = judge.missing(how, norm[how], count)
    return (each_verdict(verdicts) if over else "running" if running else "none"), said


def norm_judged(name, figure, q):
    """(norm, verdict)."""
    norm = KPIS[name].norm
    if norm is None:
        return None, "none"
    how = next(iter(norm))
    if "per" in norm:
        verdict, said = spans_verdict(norm, how, norm.get("heldTo", name), q)
        return {**norm, **said}, verdict
    if figure["value"] is None:
        return norm, "none"
    return norm, judge.verdict_of(how, norm[how], *(figure[part] for part in ("value", "low", "high")))


def is_share(name, q):
    """Of its own whole: each ward's part of all requests is no share of the ward."""
    return KPIS[name].unit == "share" and not (name == "requests_by_ward" and q.definition != 2023)


def difference_of(name, a, b, q):
    if is_share(name, q):
        return judge.shares_differ(a["count"], a["of"] or 0, b["count"], b["of"] or 0)
    if KPIS[name].unit == "count" and name not in (*STOCKS, *SUMS):
        return judge.counts_differ(a["count"], b["count"])
    return None


def group_of(name, key, row, total, q):
    if "UNKNOWN" in key or not is_share(name, q):
        return None
    rest = total["count"] - row["count"], (total["of"] or 0) - (row["of"] or 0)
    return judge.shares_differ(row["count"], row["of"] or 0, *rest, limit=judge.GROUPS)


def definition_for(last):
    return 2023 if last.year <= 2023 else 2025


@lru_cache(16384)
def given_of(name, q):
    """The rows of a KPI, which are the same by any dimension."""
    return [*KPIS[name].given(q)]


def divided_by(name, q, wards):
    return [whole_of(name, q, wards)] if name in ("requests_by_ward", "requests_per_household") else []


def whole_figure(name, q, where):
    given = filtered(KPIS[name], given_of(name, q), where, q)
    return figure_of(KPIS[name], given, *divided_by(name, q, where.get("ward", ())))


def beside_of(name, figure, q, beside, is_complete, where):
    first, last = judge.BESIDE[beside](q.first, q.last)
    other = replace(q, first=first, last=last)
    said = {"period": {"from": first.isoformat(), "to": last.isoformat()}, "value": None, "difference": None}
    if is_complete(other):
        there = whole_figure(name, other, where)
        said["value"] = there["value"]
        said["difference"] = difference_of(name, figure, there, q) if is_complete(q) else None
    return said, is_complete(other)


def exact(figure):
    """The value, not as the double next to it."""
    is_quotient = figure["of"] and "p50" not in figure
    return Fraction(figure["count"], figure["of"]) if is_quotient else Fraction(figure["value"])


def months_of(name, q, begin, complete_from, where):
    if KPIS[name].unit == "share" and not is_share(name, q):
        return None
    spans = [*judge.months_until(max(begin, complete_from), q.last, q.today)][-60:]
    figures = (whole_figure(name, replace(q, first=first, last=last), where) for first, last in spans)
    values = [exact(figure) for figure in figures if figure["value"] is not None]
    return judge.months_judged(values, 1 if KPIS[name].unit == "share" else None)


def rows_of(name, q, dimensions, where):
    """Keys and their figure, of one period."""
    kpi = KPIS[name]
    groups = split(kpi, filtered(kpi, given_of(name, q), where, q), dimensions, q)
    if not dimensions:
        groups.setdefault((), [])
    for key, rows in groups.items():
        wards = [key[dimensions.index("ward")]] if "ward" in dimensions else where.get("ward", ())
        yield key, figure_of(kpi, rows, *divided_by(name, q, wards))


def series_of(name, q, dimensions, where):
    """Each month or day as a period by itself, whatever it is split by beside."""
    (span,) = set(dimensions) & set(SPANS)
    others = [dimension for dimension in dimensions if dimension != span]
    at = dimensions.index(span)
    for point, first, last, end in (months_in if span == "month" else days_in)(q):
        running = {} if end < q.today else {"over": False}
        for key, figure in rows_of(name, replace(q, first=first, last=last), others, where):
            yield (*key[:at], point, *key[at:]), {**figure, **running}


def rows_judged(name, q, by, where, total, judged):
    """A month or a day is no group."""
    kpi = KPIS[name]
    dimensions = by or ([kpi.by] if kpi.by else [])
    dimensions = dimensions if can_split(kpi, dimensions) else []
    is_series = bool(set(dimensions) & set(SPANS))
    for key, row in sorted((series_of if is_series else rows_of)(name, q, dimensions, where)) if dimensions else ():
        group = group_of(name, key, row, total, q) if judged and not is_series else None
        yield {"key": ",".join(key), **row, "group": group}


def kpi_json(
    history, name, first, last, definition=None, by=None, today=date.max, beside=None, complete_from=date.min, where=None
):
    """One element of `wotctl kpi --json`, without labels and marks. Split where its rows can be. where:
    {dimension: the values that are asked for}, and then it is held to no norm."""
    where = where or {}
    q = Question(history, first, last, definition or definition_for(last), today)
    is_complete = lambda q: (q.last if name in STOCKS else q.first) >= complete_from  # noqa: E731
    figure = whole_figure(name, q, where)
    judged = is_complete(q)
    norm, verdict = norm_judged(name, figure, q) if judged and not where else (KPIS[name].norm, "none")
    out = {
        "id": name,
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "definition": q.definition,
        "unit": KPIS[name].unit,
        **figure,
        "norm": norm,
        "verdict": verdict,
        "met": {"met": True, "missed": False}.get(verdict.removesuffix("_unsure")),
    }
    beside = beside if KPIS[name].compared else None
    if beside:
        out["beside"], beside_complete = beside_of(name, figure, q, beside, is_complete, where)
        judged = judged and beside_complete
    if beside == "last-year":
        out["months"] = months_of(name, q, judge.last_year(first, last)[0], complete_from, where)
    out["completeFrom"] = None if judged else complete_from.isoformat()
    out["by"] = [*rows_judged(name, q, by, where, figure, is_complete(q))]
    return out
