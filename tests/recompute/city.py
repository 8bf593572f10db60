"""A random city under a seed, with all that goes otherwise than planned: what is registered late, is missing, is
corrected, contradicts what is there, or comes in another order than it happened.

Its lines are what `wotctl import` reads. Some are refused, for they break the rules of a case's life; which
ones wot says. The same seed and day give the same lines.
"""

import random
from datetime import date, datetime, time, timedelta, timezone

from days import amsterdam_offset

WARDS = ["CENTRUM_WEST", "NOORDRAND", "GROENOORD", "OOST", "NIEUWLAND", "ZUID"]
POSTCODES = ["3111AB", "3123 KL", "3118XY", "3011AA", "9999ZZ"]  # two of them are of no ward of ours
CHANNELS = "PHONE WALK_IN APPOINTMENT EMAIL WARD_WALK_IN WEB CHAT WHATSAPP PARTNER".split()
PROBLEMS = (
    "FINANCE WORK_EDUCATION TIME_USE HOUSING DOMESTIC_RELATIONS MENTAL_HEALTH PHYSICAL_HEALTH SUBSTANCE_USE "
    "BASIC_ADL INSTRUMENTAL_ADL SOCIAL_NETWORK COMMUNITY_PARTICIPATION JUSTICE"
).split()
REASONS = (
    "GOALS_MET STOPPED_BY_CLIENT MOVED_AWAY REDIRECTED_SPECIALIST REDIRECTED_OTHER REDIRECTED_WELFARE OTHER "
    "UNKNOWN"
).split()
OUTCOMES = ["TO_SUPPORT"] * 8 + ["NOT_REACHED"] * 4 + "ADVICE WELFARE_ACTIVITY REDIRECTED WITHDRAWN".split()
WEIGHTS = ["LIGHT", "MEDIUM", "HEAVY", "UNKNOWN"]
LOCATIONS = [*WARDS, "POP_UP", "OTHER"]
THEMES = "MONEY UPBRINGING PARTICIPATION DOMESTIC_VIOLENCE EDUCATION HOUSING OTHER".split()
ANSWERS = ["INFORMATION", "ADVICE", "REDIRECTED", "WELFARE_ACTIVITY"]
SUBJECTS = (
    "CLIENT_ACCESS CLIENT_SUPPORT PARTNER_SERVICE PARTNER_COOPERATION PARTNER_OFFER PARTNER_ACCESSIBILITY"
).split()
ORGANISATIONS = ["gp", "police", "woonplus"]
COMPLAINT_OUTCOMES = "UPHELD PARTLY_UPHELD UNFOUNDED FORWARDED WITHDRAWN INADMISSIBLE".split()
NUMBERS = [
    "061234567{}", "06-1234567{}", "+31 6 1234567{}", "+31(0)61234567{}", "0031-6 12 34 56 7{}", "3161234567{}",
    "sip:+3161234567{}@trunk.example.nl", "tel:+31-6-1234567{};phone-context=nl", '"J. Jansen" <061234567{}>',
]  # one and the same
WITHHELD = ["anonymous", "Anonymous", "UNKNOWN", "Restricted", "private", "0", "-", "", "sip:anonymous@anonymous.invalid"]
YEARS = 3
DAY_MAX = 24 * 3600 - 1


class City:
    def __init__(self, seed, now):
        self.random = random.Random(seed)
        self.now = now
        self.today = (now + timedelta(hours=amsterdam_offset(now))).date()
        self.first = self.today - timedelta(days=365 * YEARS)
        self.lines = []  # (when it is registered, count, path, body)
        # Each city has habits of its own.
        self.gaps, self.lateness, self.muddle = (self.random.uniform(0, most) for most in (0.4, 0.4, 0.3))

    # ---- chance ----

    def chance(self, share):
        return self.random.random() < share

    def pick(self, values):
        return self.random.choice(values)

    def some(self, values, most=3):
        return self.random.sample(values, self.random.randint(1, most))

    def missing(self):
        return self.chance(self.gaps)

    def day(self):
        """More of the last days and weeks, so that short windows are not empty."""
        longest = self.random.choices([5, 35, 365 * YEARS], [5, 10, 85])[0]
        return self.today - timedelta(days=self.random.randint(0, longest))

    def later(self, day, days):
        return day + timedelta(days=self.random.randint(0, days))

    def moment(self, day):
        """A moment of a day in Amsterdam: sometimes within an hour of midnight."""
        seconds = self.random.choice([0, DAY_MAX, self.random.randint(0, DAY_MAX)])
        local = datetime.combine(day, time(), timezone.utc) + timedelta(seconds=seconds)
        return local - timedelta(hours=amsterdam_offset(local - timedelta(hours=1)))

    # ---- lines ----

    def say(self, path, at, body, ref=None, after=None):
        """Registered when it happened, or late; not before `after`. What is to come is not said. Gives when."""
        delay = timedelta(days=self.random.randint(1, 120)) if self.chance(self.lateness) else timedelta()
        known = max(at + delay, after or at)
        if known <= self.now:
            ref = ref or f"{path.split('/')[-1]}-{len(self.lines)}"
            at_text = at.isoformat(timespec="seconds")
            self.lines.append((known, len(self.lines), path, {"externalRef": ref, "occurredAt": at_text, **body}))
        return known

    def text(self):
        """{"to", "body"} each, in the order in which they are registered."""
        return [{"to": path, "body": body} for _, _, path, body in sorted(self.lines, key=lambda line: line[:2])]

    # ---- a case ----

    def person(self, reported):
        """Born 29 February too; some turn 18 about the day of the report."""
        if self.missing():
            return {} if self.chance(0.5) else {"ageGroup": self.pick(["ADULT", "YOUTH", "UNKNOWN"])}
        if self.chance(0.15):
            birth = reported - timedelta(days=self.random.randint(17 * 365, 19 * 365))
        elif self.chance(0.05):
            birth = self.pick([date(2008, 2, 29), date(2004, 2, 29)])
        else:
            birth = reported - timedelta(days=self.random.randint(10 * 365, 95 * 365))
        return {"person": {"birthDate": birth.isoformat()}}

    def request(self, number):
        day = self.day()
        body = {"channel": self.pick(CHANNELS), **self.person(day)}
        if not self.missing():
            body.update(self.pick([{"ward": self.pick(WARDS)}, {"postcode": self.pick(POSTCODES)}]))
        if not self.missing():
            body["problems"] = self.some(PROBLEMS)
        if not self.missing():
            body["peopleInvolved"] = self.random.randint(1, 9)
        if self.chance(0.5):
            body["location"] = self.pick(LOCATIONS)
        if self.chance(0.2):
            body["legalBasis"] = self.pick(["WMO", "PARTICIPATION", "DEBT", "YOUTH"])
        if self.chance(0.1):
            body["domesticViolence"] = True
        if self.chance(0.05):
            body["resident"] = False
        path = "/v1/help-requests"
        if body["channel"] == "PARTNER":
            path, body["referrer"], body["consent"] = "/v1/referrals", {"organisation": self.pick(ORGANISATIONS)}, True
        ref = f"r-{number}"
        self.life(ref, day, self.say(path, self.moment(day), body, ref))

    def screening(self, ref, day, known):
        body = {"caseRef": ref, "outcome": self.pick(OUTCOMES)}
        if self.chance(0.4):
            body["careWeight"] = self.pick(WEIGHTS)
        if self.chance(0.05):
            body["team"] = self.pick(["oost", "zuid"])
        self.say("/v1/screenings", self.moment(day), body, after=known)

    def step(self, ref, day, known, kind, **members):
        """Not always of a day on which it can have been."""
        if self.chance(0.05 * self.muddle):
            day -= timedelta(days=self.random.randint(0, 60))
        self.say("/v1/case-events", self.moment(day), {"caseRef": ref, kind: members}, after=known)

    def corrected(self, ref, day, known):
        """To days about the report, the right ones and others."""
        about = lambda: (day + timedelta(days=self.random.randint(-90, 20))).isoformat()  # noqa: E731
        values = {
            "reportedOn": about,
            "firstContactOn": about,
            "supportStartedOn": about,
            "closedOn": about,
            "closingReason": lambda: self.pick(REASONS),
            "ward": lambda: self.pick(WARDS),
            "careWeight": lambda: self.pick(WEIGHTS),
            "peopleInvolved": lambda: self.random.randint(1, 9),
            "remove": lambda: self.some(["firstContactOn", "supportStartedOn"], 2),
        }
        said = {name: values[name]() for name in self.some(list(values), 2)}
        self.step(ref, day, known, "corrected", **said)

    def life(self, ref, day, known):
        """Screened, contacted, started, closed; each may be missing, come twice, or be taken back."""
        for _ in range(self.random.randint(0, 3)):
            self.screening(ref, self.later(day, 12), known)
        contact, start, end = self.later(day, 20), self.later(day, 60), self.later(day, 320)
        for often in range(1 + self.chance(self.muddle)):
            if not self.missing():
                self.step(ref, self.later(contact, 30 * often), known, "firstContact")
            if not self.missing():
                self.step(ref, self.later(start, 30 * often), known, "supportStarted", caseLead="cl-1")
        if self.chance(0.6):
            self.step(ref, self.later(start, 5), known, "careWeightSet", careWeight=self.pick(WEIGHTS))
        if self.chance(0.3):
            self.step(ref, self.later(start, 9), known, "peopleInvolvedSet", count=self.random.randint(1, 9))
        if self.chance(0.2):
            self.step(ref, self.later(start, 9), known, "problemsSet", problems=self.some(PROBLEMS))
        if self.chance(0.15):
            saving = {} if self.missing() else {"savingEuro": self.random.randint(0, 90000)}
            decision = self.pick(["GRANTED", "GRANTED", "REFUSED"])
            self.step(ref, self.later(start, 99), known, "tailoredSolution", decision=decision, **saving)
        if self.chance(0.1):
            self.step(ref, start, known, "paused", reason="HOLIDAY")
            self.step(ref, self.later(start, 30), known, "resumed")
        if self.chance(0.2):
            self.handover(ref, self.later(day, 150), known)
        if self.chance(0.75):
            self.ending(ref, max(start, end), known)
        while self.chance(self.muddle):
            self.corrected(ref, self.later(day, 200), known)

    def handover(self, ref, day, known):
        """Confirmed by one side or by both, in any order; offered anew when that went wrong."""
        for _ in range(1 + self.chance(self.muddle)):
            warm = {} if self.missing() else {"warm": self.chance(0.7)}
            self.step(ref, day, known, "handoverOffered", to="minters", **warm)
            for side in self.random.sample(["OFFERING", "RECEIVING"], self.random.randint(1, 2)):
                self.step(ref, self.later(day, 40), known, "handoverConfirmed", by=side)

    def ending(self, ref, end, known):
        self.step(ref, end, known, "closed", reason=self.pick(REASONS))
        if self.chance(self.muddle):
            again = self.later(end, 60)
            self.step(ref, again, known, "reopened")
            if self.chance(0.7):
                self.step(ref, self.later(again, 90), known, "closed", reason=self.pick(REASONS))

    # ---- the rest ----

    def contact(self):
        body = {"channel": self.pick(CHANNELS), "answer": self.pick(ANSWERS)}
        for name, values in (("location", LOCATIONS), ("theme", THEMES), ("ageGroup", ["ADULT", "YOUTH", "UNKNOWN"])):
            if not self.missing():
                body[name] = self.pick(values)
        self.say("/v1/brief-contacts", self.moment(self.day()), body)

    def calls(self, number):
        """Who calls may try again that day."""
        day = self.day()
        who = None if self.missing() else self.random.randint(1, 9)
        for often in range(1 + self.chance(0.4)):
            caller = {"caller": self.pick(WITHHELD if who == 9 else NUMBERS).format(who)} if who else {}
            self.call(f"call-{number}-{often}", day, caller)

    def call(self, ref, day, caller):
        """Events may be missing, doubled, and come in any order."""
        entered = self.moment(day)
        wait = self.random.randint(0, 90)
        events = ["ENTERED", self.pick(["ANSWERED", "ANSWERED", "ABANDONED", "TIMED_OUT"]), "ENDED"]
        for event in events + ([self.pick(events)] if self.chance(self.muddle) else []):
            if self.chance(self.gaps / 2):
                continue
            body = {"callId": ref, "queue": "wot", "event": event, **caller}
            if event in ("ANSWERED", "ABANDONED") or (event == "TIMED_OUT" and self.chance(0.5)):
                body["waitSeconds"] = wait
            if event == "ENDED" and self.chance(0.3):
                body["outcome"] = self.pick(["NONE", "CALLBACK", "HELP_REQUEST"])
            self.say("/v1/calls", entered + timedelta(seconds=wait * events.index(event)), body)
        while self.chance(0.3):
            back = self.moment(self.later(entered.date(), 6))
            self.say("/v1/callbacks", back, {"callId": ref, "reached": self.chance(0.6)})

    def complaint(self, ref):
        """A part may wait for its outcome, or get another one; or one that is dated before the complaint."""
        day = self.day()
        known = self.say("/v1/complaints", self.moment(day), {"formal": self.chance(0.5), "parts": ["a", "b"]}, ref)
        for part in self.random.choices("ab", k=self.random.randint(0, 3)):
            name = ref if self.chance(0.8) else f"operator/{ref}"
            body = {"complaintRef": name, "part": part, "outcome": self.pick(COMPLAINT_OUTCOMES)}
            told = self.later(day, 90) if self.chance(0.9) else max(day - timedelta(days=3), self.first)
            self.say("/v1/complaint-outcomes", self.moment(told), body, after=known)

    def others(self, count):
        for number in range(count):
            at = self.moment(self.day())
            answered = self.random.randint(0, 40)
            self.say("/v1/surveys", at, {
                "subject": self.pick(SUBJECTS), "answered": answered, "satisfied": self.random.randint(0, answered)
            })
            card = {"rating": self.pick(["POSITIVE", "NEUTRAL", "NEGATIVE"])}
            if not self.missing():
                card["location"] = self.pick(LOCATIONS)
            self.say("/v1/feedback-cards", self.moment(self.day()), card)
            self.complaint(f"complaint-{number}")
            self.say("/v1/trainings", self.moment(self.day()), {"code": f"t-{self.random.randint(1, 5)}"})
            self.signal(f"signal-{number}")

    def signal(self, ref):
        """Most of the last weeks; who it is about is phoned, and mostly not reached."""
        day = self.today - timedelta(days=self.random.randint(0, 40))
        known = self.say("/v1/signals", self.moment(day), {"kind": "RENT_ARREARS", "amountEuro": 900}, ref)
        while self.chance(0.4):
            outcome = self.pick(["NOT_REACHED", "NOT_REACHED", "ADVICE"])
            at = self.moment(self.later(day, 20))
            self.say("/v1/screenings", at, {"caseRef": ref, "outcome": outcome}, after=known)


def city_of(seed, now):
    city = City(seed, now)
    for number in range(city.random.randint(60, 240)):
        city.request(number)
    for _ in range(city.random.randint(20, 200)):
        city.contact()
    for number in range(city.random.randint(20, 200)):
        city.calls(number)
    city.others(city.random.randint(0, 25))
    return city
