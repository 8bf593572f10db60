"""The KPIs of a history, as INTERFACES.md defines them under "KPI as JSON".

A KPI looks at rows (cases, contacts, calls) and says of each in a period what it gives: a Given.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

from days import add_months, add_working_days, whole_quarters

PHONE_SECONDS = 30
CLASSES = [("0-17", 0, 17), ("18-26", 18, 26), ("27-44", 27, 44), ("45-66", 45, 66), ("67+", 67, 999)]
MERGED = {
    2023: {"REDIRECTED_SPECIALIST": "REDIRECTED_OTHER", "UNKNOWN": "OTHER"},
    2025: {"MOVED_AWAY": "STOPPED_BY_CLIENT"},
}
QUARTERLY = {"moreThan": 300}
YEARLY = {"atLeast": 3}
SHARE = {"atLeast": 0.8}


@dataclass
class Given:
    row: object
    count: int = 0
    of: int = 0
    unknown: int = 0
    outside: bool = False  # the unknown stand outside `of`
    measure: int = None


@dataclass(frozen=True)
class Question:
    history: object
    first: date
    last: date
    definition: int
    today: date = date.max

    def within(self, day):
        return day is not None and self.first <= day <= self.last

    @property
    def requests(self):
        """Help requests: rules 1 and 2. The report of 2023 counted all ages together."""
        for case in self.history.cases.values():
            if not case.advice and (self.definition == 2023 or not case.youth):
                yield case

    @property
    def adults(self):
        return [case for case in self.history.cases.values() if not case.youth]

    def reported(self):
        return [case for case in self.requests if self.within(case.reported)]


# ---- each KPI ----


def counted(rows, unknown=lambda row: False):
    return [Given(row, 1, 0, int(unknown(row))) for row in rows]


def help_requests(q):
    return counted(q.reported())


def brief_contacts(q):
    return counted(c for c in q.history.all_contacts() if not c.youth and q.within(c.day))


def contacts_total(q):
    return help_requests(q) + brief_contacts(q)


def people_involved(q):
    return [Given(c, c.people or 1, 0, int(c.people is None)) for c in q.reported()]


def problem_areas(q):
    return counted(q.reported(), lambda case: not case.problems)


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


def overdue_now(q):
    over = timedelta(days=28)
    return counted(c for c in running(q) if is_waiting(q, c) and q.last - c.reported > over)


def calls(q, counts):
    """Offered ones: all that are over. Of some it is not known whether they were answered."""
    return [
        Given(call, int(counts(call)), 1) if call.outcome_is_known else Given(call, unknown=1, outside=True)
        for call in q.history.calls.values()
        if call.over_on(q.history.now) and q.within(call.day)
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
    for missed, back in q.history.calls_missed():
        due = add_working_days(missed, 1)
        yield from promised(q, None, due, back is not None and back <= due)


def starts_due(q):
    waiting = (c for c in running(q) if not (c.started or c.closed or c.ended))
    return counted(c for c in waiting if q.within(c.reported + timedelta(days=28)))


# ---- what is not known ----


def unknown_at_closing(q, unknown):
    return [Given(c, int(unknown(c)), 1) for c in q.adults if q.within(c.closed)]


def unknown_of_requests(q, unknown, youth=False):
    return [Given(c, int(unknown(c)), 1) for c in q.reported() if youth or not c.youth]


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


OF_CASES = ("ward", "team", "age", "care_weight", "problem", "channel", "location", "reason", "handover")
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


KPIS = {
    "help_requests": Kpi("count", help_requests, QUARTERLY),
    "brief_contacts": Kpi("count", brief_contacts, QUARTERLY, splits=OF_CONTACTS),
    "contacts_total": Kpi("count", contacts_total, QUARTERLY, splits=OF_BOTH),
    "people_involved": Kpi("count", people_involved),
    "requests_by_ward": Kpi("share", help_requests, by="ward"),
    "requests_per_household": Kpi("share", help_requests, by="ward"),
    "problem_areas": Kpi("count", problem_areas, by="problem"),
    "started_within_4_weeks": Kpi("share", lambda q: waits(q, lambda wait: wait <= 28), SHARE),
    "started_within_1_week": Kpi("share", lambda q: waits(q, lambda wait: wait <= 7)),
    "waiting_days": Kpi("days", waits),
    "closed_within_6_months": Kpi("share", leads, SHARE),
    "lead_days": Kpi("days", leads),
    "goals_met": Kpi("share", goals_met, SHARE),
    "closures": Kpi("count", closures, by="reason"),
    "open_cases": Kpi("count", open_cases),
    "waiting_now": Kpi("count", waiting_now),
    "overdue_now": Kpi("count", overdue_now),
    "phone_service_level": Kpi("share", phone_service_level, SHARE, splits=()),
    "phone_abandoned": Kpi(
        "share", lambda q: calls(q, lambda c: c.abandoned), {"atMost": 0.05}, splits=()
    ),
    "phone_wait_seconds": Kpi("seconds", lambda q: list(phone_waits(q)), splits=()),
    "calls_waiting": Kpi("count", lambda q: list(calls_waiting(q)), splits=()),
    "first_contact_within_5_working_days": Kpi("share", lambda q: contacts_promised(q, 5)),
    "reaction_within_1_working_day": Kpi(
        "share", lambda q: contacts_promised(q, 1, ("WEB", "CHAT", "EMAIL"))
    ),
    "callback_within_1_working_day": Kpi("share", callbacks_promised, splits=()),
    "starts_due": Kpi("count", starts_due),
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
            for c in q.reported()
            if not c.youth
        ],
        {"atLeast": 0.2},
    ),
    "domestic_violence": Kpi(
        "count", lambda q: counted(c for c in q.reported() if c.domestic_violence and not c.youth)
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
    "team": lambda row, _: [row.team] if row.team else [],
    "age": age_class,
    "care_weight": lambda row, _: [row.weight] if row.weight else [],
    "problem": lambda row, _: row.problems,
    "channel": lambda row, _: [row.channel],
    "location": lambda row, _: [row.location] if row.location else [],
    "reason": lambda row, q: [MERGED[q.definition].get(row.reason, row.reason)] if row.reason else [],
    "handover": lambda row, _: [row.handover] if row.handover else [],
    "outcome": lambda row, _: [row.outcome],
    "theme": lambda row, _: [row.theme] if row.theme else [],
}


def split(given, dimensions, q):
    """{keys: what is given by the rows with these values}; a row with several counts under each."""
    groups = {}
    for item in given:
        keys = [()]
        for name in dimensions:
            values = DIMENSIONS[name](item.row, q) or ["UNKNOWN"]
            keys = [(*key, value) for key in keys for value in values]
        for key in keys:
            groups.setdefault(key, []).append(item)
    return groups


# ---- figures ----


def rank(items, percent):
    """Nearest rank."""
    return sorted(items)[max(math.ceil(Fraction(len(items) * percent, 100)) - 1, 0)]


def share_of(count, of):
    return float(Fraction(count, of)) if of else None


def whole_of(name, given, q, ward=None):
    """What requests by ward are divided by: all of them, or the ward's households; None: not known."""
    if name == "requests_by_ward" and q.definition != 2023:
        return sum(g.count for g in given)
    return q.history.wards.households_of(ward)


def figure_of(kpi, given, *whole):
    count, of, unknown = (sum(getattr(g, name) for g in given) for name in ("count", "of", "unknown"))
    if whole:
        (of,) = whole
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


def is_met(kpi, figure, q):
    """Against the unrounded value; those of a quarter all against the contacts in total."""
    if kpi.norm is None:
        return None
    ((how, norm),) = kpi.norm.items()
    value = figure["value"]
    quarters = whole_quarters(q.first, q.last)
    if kpi.norm is QUARTERLY:
        value = Fraction(len(contacts_total(q)), quarters) if quarters else None
    elif kpi.norm is YEARLY:
        years = quarters // 4 if q.first.month == 1 and quarters % 4 == 0 else 0
        value = Fraction(value, years) if years else None
    if value is None:
        return None
    return {"atLeast": value >= norm, "moreThan": value > norm, "atMost": value <= norm}[how]


def definition_for(last):
    return 2023 if last.year <= 2023 else 2025


@lru_cache(128)
def given_of(name, q):
    """The rows of a KPI, which are the same by any dimension."""
    return [*KPIS[name].given(q)]


def kpi_json(history, name, first, last, definition=None, by=None, today=date.max):
    """One element of `wotctl kpi --json`, without labels and marks. Split where its rows can be."""
    kpi = KPIS[name]
    q = Question(history, first, last, definition or definition_for(last), today)
    given = given_of(name, q)
    per_ward = name in ("requests_by_ward", "requests_per_household")
    out = {
        "id": name,
        "period": {"from": first.isoformat(), "to": last.isoformat()},
        "definition": q.definition,
        "unit": kpi.unit,
        **figure_of(kpi, given, *([whole_of(name, given, q)] if per_ward else [])),
        "norm": kpi.norm,
    }
    out["met"] = is_met(kpi, out, q)
    dimensions = by or ([kpi.by] if kpi.by else [])
    dimensions = dimensions if set(dimensions) <= set(kpi.splits) else []
    groups = split(given, dimensions, q) if dimensions else {}
    out["by"] = [
        {
            "key": ",".join(key),
            **figure_of(kpi, rows, *([whole_of(name, given, q, key[0])] if per_ward else [])),
        }
        for key, rows in sorted(groups.items())
    ]
    return out
