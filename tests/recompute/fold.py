"""What submissions come to: cases, contacts, calls and the rest, by the rules of INTERFACES.md.
Whoever asks of a history has folded all of it: what follows from a case or a call is worked out once.

Reads accepted submissions in the order in which they were accepted, and nothing of wot's own. A rule is
named by its number under "Rules that decide a figure".
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property

from days import add_months, age_on, birthday, day_of, hour_of, instant_of


@dataclass
class Case:
    ref: str
    reported: date
    channel: str
    location: str = None
    ward: str = None
    team: str = None  # that triage gave it to: only the log tells
    referrer: str = None
    youth: bool = False
    turns_18_soon: bool = False
    hand_over_by: date = None  # of one who turns 18 soon
    offer: dict = None  # the last one: warm, day, confirmed
    handover: str = None
    age: int = None
    problems: list = field(default_factory=list)
    people: int = None
    domestic_violence: bool = False
    contact: date = None
    started: date = None
    closed: date = None
    reason: str = None
    screenings: list = field(default_factory=list)  # (day, outcome, weight) of those who were reached
    taken_up: bool = False  # a start or a closing was accepted
    weight_by_hand: str = None

    @cached_property
    def counting(self):
        """Rule 5: what triage accepted while case accepted a closing before it is left out, whichever came first."""
        return [s for s in self.screenings if self.closed is None or s[0] <= self.closed]

    @cached_property
    def contacted(self):
        """The first screening at which somebody was reached."""
        return self.counting[0][0] if self.counting else None

    @cached_property
    def screened(self):
        return self.counting[-1][0] if self.counting else None

    @cached_property
    def screening(self):
        return self.counting[-1][1] if self.counting else None

    @cached_property
    def weight(self):
        """Rule 4: what was set by hand beats a screening's."""
        said = [weight for _, _, weight in self.counting if weight]
        return self.weight_by_hand or (said[-1] if said else None)

    @cached_property
    def advice(self):
        """Rule 2: a start or a closing voids it, in either order."""
        return self.screening == "ADVICE" and not self.taken_up

    @cached_property
    def ended(self):
        """Rule 3: the day it ended at screening, if it did."""
        over = self.screening in ("REDIRECTED", "WELFARE_ACTIVITY", "WITHDRAWN")
        return self.screened if over and not self.taken_up else None


@dataclass
class Screened:
    """That the intake team phoned; what it says goes before what is known of the case."""

    case: Case
    day: date
    outcome: str
    weight: str = None
    team: str = None

    def __getattr__(self, name):
        return getattr(self.case, name)


@dataclass
class Contact:
    day: date
    channel: str
    location: str = None
    theme: str = None
    youth: bool = False
    answer: str = None


@dataclass
class Outcome:
    day: date
    outcome: str
    at: object  # instant


@dataclass
class Card:
    day: date
    rating: str
    location: str = None


CALL_CAP = timedelta(hours=4)
LAST_INSTANT = datetime(9999, 1, 1, tzinfo=timezone.utc)


def number_of(text):
    """A telephone number in one form for all that it is written in. None: it is withheld."""
    text = re.sub(r".*<|>.*", "", text)
    text = re.sub(r"^(sips?|tel):", "", text.strip(' "'), flags=re.IGNORECASE)
    text = re.split("[@;]", text)[0].replace("(0)", "")
    digits = re.sub(r"\D", "", text)
    if re.search("[A-Za-z]", text) or len(digits) < 2 or not digits.strip("0"):
        return None
    if text.startswith("+"):
        return digits
    if digits.startswith("00"):
        return digits[2:]
    return "31" + digits[1:] if digits.startswith("0") else digits


def earliest(known, at):
    return at if known is None or (at is not None and at < known) else known


@dataclass
class Call:
    """The sum of what was told of a call, each fact by the earliest event that says it."""

    first: object = None  # instant of its earliest event; None: a callback alone is known
    answer: tuple = None  # the earliest: instant, how late in the log, wait
    abandoned_at: object = None
    timed_out_at: object = None
    over_at: object = None  # the earliest event that says so
    asked_at: object = None  # to be called back
    named: tuple = None  # the earliest event that says who calls: instant, how late in the log, who
    backs: list = field(default_factory=list)  # callbacks that reached somebody

    @cached_property
    def day(self):
        return self.first and day_of(self.first)

    @cached_property
    def hour(self):
        return hour_of(self.first)

    @property
    def answered(self):
        return self.answer is not None

    @property
    def wait(self):
        return self.answer and self.answer[2]

    @cached_property
    def lost_at(self):
        return None if self.answer else earliest(self.abandoned_at, self.timed_out_at)

    @property
    def abandoned(self):
        return not self.answer and self.abandoned_at is not None

    @property
    def outcome_is_known(self):
        return self.answered or self.lost_at is not None

    def over_on(self, now):
        """None: it goes on. One of which no end came in is over at its cap."""
        cap = self.first and self.first + CALL_CAP
        over = earliest(self.over_at, cap if cap and cap <= now else None)
        return over and day_of(over)

    @cached_property
    def missed_at(self):
        """Since when a callback is owed."""
        return min((at for at in (self.lost_at, self.asked_at) if at), default=None)

    @cached_property
    def caller(self):
        """The same on one day for one caller."""
        return self.named and (day_of(self.named[0]), self.named[2])


SIGNAL_DAYS = timedelta(days=28)


@dataclass
class Signal:
    at: object  # instant
    household: str
    known_on: date = None  # when wot took it in; None: today

    @property
    def day(self):
        return day_of(self.at)


@dataclass
class Survey:
    day: date
    subject: str
    satisfied: int
    answered: int


@dataclass
class Wards:
    """wards.csv: {four digits: ward} and {ward: households or None}."""

    by_postcode: dict = field(default_factory=dict)
    households: dict = field(default_factory=dict)

    def households_of(self, key):
        """Of a ward; of all of them for None. None: not known."""
        known = self.households.values()
        return self.households.get(key) if key else sum(known) if known and all(known) else None


def wards_of(path):
    wards = Wards()
    with open(path, encoding="utf-8") as lines:
        rows = [line.strip().split(",") for line in lines if line.strip() and line[0] != "#"]
    for key, _, postcodes, households in rows[1:]:
        wards.by_postcode.update((code, key) for code in postcodes.split())
        wards.households[key] = int(households) if households else None
    return wards


class History:
    def __init__(self, wards):
        self.wards = wards
        self.now = LAST_INSTANT  # by then calls without an end are over or not
        self.cases = {}
        self.contacts = []
        self.calls, self.told = {}, 0  # and how many of their events so far
        self.screenings = []
        self.signals, self.reached = {}, {}  # by ref; {household: the last instant at which somebody was}
        self.surveys = []
        self.tailored = []  # (day, case, euro or None), granted ones
        self.complaints, self.trainings = [], []  # days
        self.outcomes = {}  # {(complaint, part): Outcome}, the last one that occurred
        self.cards = []

    # ---- what came in ----

    def take(self, path, body):
        day = day_of(instant_of(body["occurredAt"]))
        take = {
            "/v1/help-requests": self.take_request,
            "/v1/referrals": self.take_request,
            "/v1/brief-contacts": self.take_contact,
            "/v1/calls": self.take_call,
            "/v1/callbacks": self.take_callback,
            "/v1/surveys": lambda b, d: self.surveys.append(
                Survey(d, b["subject"], b["satisfied"], b["answered"])
            ),
            "/v1/screenings": self.take_screening,
            "/v1/case-events": self.take_case_event,
            "/v1/feedback-cards": lambda b, d: self.cards.append(Card(d, b["rating"], b.get("location"))),
            "/v1/complaints": lambda _, d: self.complaints.append(d),
            "/v1/complaint-outcomes": self.take_outcome,
            "/v1/trainings": lambda _, d: self.trainings.append(d),
            "/v1/signals": self.take_signal,
        }.get(path)
        if not take:
            raise ValueError(f"no such path: {path}")
        take(body, day)

    def take_request(self, body, day):
        """Rule 1: who is a youth is said once, by the report as it was submitted."""
        birth = body.get("person", {}).get("birthDate")
        birth = date.fromisoformat(birth) if birth else None
        group = None if birth else body.get("ageGroup")
        case = Case(body["externalRef"], day, body["channel"], body.get("location"))
        case.ward = body.get("ward") or self.wards.by_postcode.get(body.get("postcode", "")[:4])
        case.age = age_on(birth, day) if birth else None
        under_18 = case.age is not None and case.age < 18
        case.youth = under_18 or group == "YOUTH" or body.get("legalBasis") == "YOUTH"
        case.turns_18_soon = under_18 and birthday(birth, 18) <= add_months(day, 6)
        if case.turns_18_soon:
            turns = birthday(birth, 18)
            case.hand_over_by = turns - timedelta(days=turns.isoweekday())
        case.problems = body.get("problems", [])
        case.people = body.get("peopleInvolved")
        case.domestic_violence = body.get("domesticViolence", False)
        case.referrer = body.get("referrer", {}).get("organisation")
        if case.ref in self.cases:
            raise ValueError(f"{case.ref} was accepted twice")
        self.cases[case.ref] = case

    def take_contact(self, body, day):
        self.contacts.append(
            Contact(
                day,
                body["channel"],
                body.get("location"),
                body.get("theme"),
                body.get("ageGroup") == "YOUTH",
                body["answer"],
            )
        )

    def call_of(self, body):
        return self.calls.setdefault(body["callId"], Call())

    def take_call(self, body, _):
        """A call counts once, on the day of its earliest event."""
        at = instant_of(body["occurredAt"])
        call = self.call_of(body)
        self.told += 1
        call.first = earliest(call.first, at)
        if body.get("outcome") == "CALLBACK":
            call.asked_at = earliest(call.asked_at, at)
        if "caller" in body:
            who = self.caller_of(body["caller"])
            call.named = earliest(call.named, (at, self.told, who) if who else None)
        if body["event"] == "ANSWERED":
            call.answer = earliest(call.answer, (at, self.told, body["waitSeconds"]))
        elif body["event"] == "ABANDONED":
            call.abandoned_at = earliest(call.abandoned_at, at)
        elif body["event"] == "TIMED_OUT":
            call.timed_out_at = earliest(call.timed_out_at, at)
        if body["event"] != "ENTERED":
            call.over_at = earliest(call.over_at, at)

    def take_outcome(self, body, day):
        part, at = (body["complaintRef"].split("/")[-1], body["part"]), instant_of(body["occurredAt"])
        if part not in self.outcomes or self.outcomes[part].at <= at:
            self.outcomes[part] = Outcome(day, body["outcome"], at)

    def take_signal(self, body, _):
        """Of a household of its own: nobody is named in two submissions here."""
        self.signals[body["externalRef"]] = Signal(instant_of(body["occurredAt"]), body["externalRef"])

    def take_signal_screened(self, household, outcome, at):
        if outcome != "NOT_REACHED":
            self.reached[household] = max(self.reached.get(household, at), at)

    @staticmethod
    def caller_of(text):
        return number_of(text)

    def take_callback(self, body, _):
        if body["reached"]:
            self.call_of(body).backs.append(instant_of(body["occurredAt"]))

    # ---- the life of a case ----

    def case_of(self, body):
        ref = body.get("caseRef")
        if ref is None:
            raise ValueError("a line names its case by caseId, which only receipts tell")
        return self.cases[ref.split("/")[-1]]

    def take_screening(self, body, day):
        signal = self.signals.get(body.get("caseRef", "").split("/")[-1])
        if signal:
            self.take_signal_screened(signal.household, body["outcome"], instant_of(body["occurredAt"]))
            return
        case = self.case_of(body)
        self.screenings.append(Screened(case, day, body["outcome"], body.get("careWeight"), body.get("team")))
        if body["outcome"] == "NOT_REACHED":
            return
        case.screenings.append((day, body["outcome"], body.get("careWeight")))

    def take_case_event(self, body, day):
        case = self.case_of(body)
        kinds = set(body) - {"externalRef", "occurredAt", "caseRef"}
        (kind,) = kinds
        self.happen(case, kind, body[kind], day)

    def happen(self, case, kind, said, day):
        if kind == "firstContact":
            case.contact = case.contact or day  # rule 4
        elif kind == "supportStarted":
            case.started = case.started or day
            case.taken_up = True
        elif kind == "careWeightSet":
            case.weight_by_hand = said["careWeight"]
        elif kind == "peopleInvolvedSet":
            case.people = said["count"]
        elif kind == "problemsSet":
            case.problems = said["problems"]
        elif kind == "tailoredSolution" and said["decision"] == "GRANTED":
            self.tailored.append((day, case, said.get("savingEuro")))
        elif kind == "handoverOffered":
            case.offer = {"warm": said.get("warm", False), "day": day, "confirmed": set()}
        elif kind == "handoverConfirmed":
            self.confirm(case, said["by"], day)
        elif kind == "closed":
            case.closed, case.reason = day, said["reason"]
            case.taken_up = True
        elif kind == "reopened":  # rule 5
            case.closed = case.reason = None
        elif kind == "corrected":
            self.correct(case, said)

    def confirm(self, case, side, day):
        """A handover is complete when both sides have confirmed it; the first one counts."""
        offer = case.offer
        offer["confirmed"].add(side)
        offer["day"] = max(offer["day"], day)
        if len(offer["confirmed"]) == 2 and case.hand_over_by and not case.handover:
            when = "IN_TIME" if offer["day"] <= case.hand_over_by else "LATE"
            case.handover = f"{'WARM' if offer['warm'] else 'COLD'}_{when}"

    def correct(self, case, said):
        """Rule 6."""
        days = {
            "reportedOn": "reported",
            "firstContactOn": "contact",
            "supportStartedOn": "started",
            "closedOn": "closed",
        }
        for name, attribute in days.items():
            if name in said:
                setattr(case, attribute, date.fromisoformat(said[name]))
            if name in said.get("remove", []):
                setattr(case, attribute, None)
        case.taken_up = case.taken_up or "supportStartedOn" in said
        case.reason = said.get("closingReason", case.reason)
        case.ward = said.get("ward", case.ward)
        case.people = said.get("peopleInvolved", case.people)
        if "careWeight" in said:
            case.weight_by_hand = said["careWeight"]

    # ---- what it comes to ----

    def signals_waiting(self, today):
        """Of each household that waits, the day of its first signal since somebody was reached."""
        days = {}
        for signal in self.signals.values():
            reached = self.reached.get(signal.household)
            is_past = (signal.known_on or today) - signal.day > SIGNAL_DAYS
            if not is_past and not (reached and signal.at <= reached):
                days.setdefault(signal.household, []).append(signal.day)
        return [min(each) for each in days.values() if today - max(each) <= SIGNAL_DAYS]

    @cached_property
    def calls_missed(self):
        """(call, missed on, called back on) of each call that is owed a callback: lost before an answer, or asked
        for it; not who called again that day and was answered. A callback that reached somebody settles all
        that the caller had open then."""
        callers = {}
        for call in self.calls.values():
            if call.caller:
                callers.setdefault(call.caller, []).append(call)
        missed = []
        for call in self.calls.values():
            others = callers[call.caller] if call.caller else []
            if call.missed_at and not self.is_answered_later(call, others):
                backs = call.backs + [at for other in others for at in other.backs if at >= call.missed_at]
                missed.append((call, day_of(call.missed_at), day_of(min(backs)) if backs else None))
        return missed

    @staticmethod
    def is_answered_later(call, others):
        day = call.caller and call.caller[0]
        if not call.lost_at or day_of(call.lost_at) != day:
            return False
        answers = [other.answer[0] for other in others if other.answer]
        return any(at >= call.lost_at and day_of(at) == day for at in answers)

    def all_contacts(self):
        """Brief contacts, and requests that ended in advice, of the day they were reported."""
        yield from self.contacts
        for case in self.cases.values():
            if case.advice:
                yield Contact(case.reported, case.channel, case.location, None, case.youth)


def history_of(path, wards, rejected=()):
    """The fold of a file of JSON Lines, without the lines of those numbers (from 1)."""
    history = History(wards)
    with open(path, encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            if number not in rejected:
                line = json.loads(text)
                try:
                    history.take(line["to"], line["body"])
                except (KeyError, ValueError) as error:
                    raise SystemExit(f"{path}:{number}: {error!r}") from error
    return history
