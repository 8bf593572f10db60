"""A telephone centre's queue_log as Asterisk writes it, made up from a seed with every oddity that is known of it, and a plain
fold of such a file: the calls that a whole reading of it must have told, and the figures that follow.

The fold is written from docs/USE.md and from nothing of wot's own: it is what wotctl queue-log is held against."""
import collections
import hashlib
import random
import re
import statistics

CALLBACK_KEY = "1"
ANSWER_SECONDS = 30  # the setting phone_answer_seconds
WAITS = {"ABANDON": 2, "EXITWITHTIMEOUT": 2, "EXITEMPTY": 2, "EXITWITHKEY": 3, "CONNECT": 0}
TALKS = {"COMPLETEAGENT": 1, "COMPLETECALLER": 1, "TRANSFER": 3, "BLINDTRANSFER": 3, "ATTENDEDTRANSFER": -2}
KINDS = {"ENTERQUEUE": "ENTERED", "CONNECT": "ANSWERED", "ABANDON": "ABANDONED"}
KINDS |= {event: "TIMED_OUT" for event in ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY")}
KINDS |= {event: "ENDED" for event in TALKS}


# ---- a centre ----


class Centre:
    """Calls from `start` on, about one in `pace` seconds; lines() gives what is written, in order of time."""

    def __init__(self, seed, start, pace=7.0):
        self.random = random.Random(seed)
        self.now, self.pace, self.count = float(start), pace, 0
        self.waiting = []  # lines of calls that go on: (time, order, text)
        self.numbers = set()

    def moment(self, at):
        return f"{at:.6f}" if self.fractions else str(int(at))

    def line(self, at, call, queue, agent, event, *rest):
        text = "|".join([self.moment(at), call, queue, agent, event, *map(str, rest)])
        self.count += 1
        self.waiting.append((at, self.count, text + ("|" if self.random.random() < 0.05 else "")))

    def caller(self):
        kind = self.random.random()
        if kind < 0.1:
            return self.random.choice(["anonymous", "", "7009", "unknown"])
        number = "06" + "".join(self.random.choice("0123456789") for _ in range(8))
        self.numbers.add(number)
        return number if kind < 0.8 else "+31" + number[1:]

    def enter(self, at, call, queue, caller):
        self.line(at, call, queue, "NONE", "ENTERQUEUE", "", caller, 1)

    def talk(self, at, call, queue, waited):
        pick, agent = self.random.random(), f"PJSIP/70{self.random.randrange(10, 30)}"
        self.line(at, call, queue, agent, "CONNECT", waited, f"{int(at)}.9", 4)
        talked = self.random.randrange(5, 900)
        end = at + talked
        if pick < 0.7:
            event = self.random.choice(["COMPLETEAGENT", "COMPLETECALLER"])
            self.line(end, call, queue, agent, event, waited, talked, 1)
            if pick < 0.05:  # doubled, and of the last second told otherwise
                self.line(end, call, queue, agent, event, waited, talked + (pick < 0.02), 1)
        elif pick < 0.78:
            self.line(end, call, queue, agent, self.random.choice(["TRANSFER", "BLINDTRANSFER"]), "201", "from-internal", waited, talked, 1)
        elif pick < 0.86:
            how = self.random.choice([["BRIDGE", "6a1c"], ["APP", "Queue"], ["LINK", "SIP/7-1", "SIP/9-1"]])
            self.line(end, call, queue, agent, "ATTENDEDTRANSFER", *how, waited, talked, 1)
        elif pick < 0.92:
            self.consult(end, call, agent, waited, talked)
        # else: no end was ever logged

    def consult(self, at, call, agent, waited, talked):
        """The transfer stands under the other channel's id, and the call goes on under its first."""
        other = f"{int(at)}.{self.random.randrange(10**6)}"
        self.enter(at, other, "1509", agent[-4:])
        self.line(at + 1, other, "1501", agent, "ATTENDEDTRANSFER", "APP", "Queue", waited, talked, 1)
        self.line(at + 7, call, "1509", "PJSIP/7051", "CONNECT", 7, f"{other}", 6)
        self.line(at + 90, call, "1509", "PJSIP/7051", "COMPLETEAGENT", 7, 83, 1)

    def leave(self, at, call, queue, waited):
        event = self.random.choice(["ABANDON", "ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY"])
        key = [self.random.choice("129")] if event == "EXITWITHKEY" else []
        self.line(at, call, queue, "NONE", event, *key, 1, 1, waited)

    def call(self):
        self.fractions = self.random.random() < 0.2
        self.now += self.random.expovariate(1 / self.pace)
        at, queue = self.now, self.random.choice(["1501", "1509", "Zo'n hulp"])
        call = f"{self.random.choice(['', '', 'pbx schiedam-'])}{int(at)}.{self.random.randrange(10**6)}"
        if self.random.random() < 0.02:
            call = "pbx-in-de-kelder-van-het-stadskantoor-aan-het-stadserf-" + call
        caller, waited = self.caller(), self.random.randrange(0, 150)
        self.enter(at, call, queue, caller)
        if self.random.random() < 0.3:
            self.line(at + 1, call, queue, "PJSIP/7012", "RINGNOANSWER", 15000)
        if self.random.random() < 0.1:  # overflows, and waits in both
            self.line(at + waited, call, queue, "NONE", self.random.choice(["EXITWITHTIMEOUT", "EXITEMPTY"]), 1, 1, waited)
            at, queue, waited = at + waited + 0.5, "1599", self.random.randrange(0, 60)
            self.enter(at, call, queue, caller)
        if self.random.random() < 0.72:
            self.talk(at + waited, call, queue, waited)
        else:
            self.leave(at + waited, call, queue, waited)

    def oddity(self):
        at = self.now
        self.count += 1
        text = self.random.choice([
            f"{int(at)}|NONE|NONE|NONE|QUEUESTART|", f"{int(at)}|REALTIME|1501|PJSIP/7012|ADDMEMBER|",
            f"{int(at)}|MANAGER|1501|PJSIP/7012|PAUSE|lunch", f"{int(at)}|NONE|1501|x|COMPLETEAGENT|1|2|3",
            "broken", "", f"{int(at)}|1.1|0612345678", "later|1.1|1501|NONE|ABANDON|1|1|1", f"{int(at)}.x|1.1|1501|NONE|ABANDON|1|1|1",
            "1300000000|1.1|1501|NONE|ABANDON|1|1|1", f"{int(at)}|1.1|1501|NONE|INFO|" + "x" * 5000,
            f"{int(at)}|{int(at)}.77|1501|NONE|CONNECT|soon|1.2|3",
        ])
        raw = text.encode()
        self.waiting.append((at, self.count, raw if self.random.random() > 0.1 else raw[:20] + b"\xff" + raw[20:]))

    def lines(self, count):
        """The first so many, as bytes without an end; the same ones for the same seed."""
        given = 0
        while given < count:
            self.call()
            if self.random.random() < 0.06:
                self.oddity()
            self.waiting.sort(key=lambda row: row[:2])
            while self.waiting and self.waiting[0][0] <= self.now and given < count:
                text = self.waiting.pop(0)[2]
                yield text if isinstance(text, bytes) else text.encode()
                given += 1


# ---- a plain fold ----


def code(text):
    """Byte by byte, as what is not ASCII has several."""
    return re.sub(rb"[^A-Za-z0-9._:-]", b"-", text).decode()


def short(text):
    return text if len(text) <= 64 else "ql:" + hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def number(fields, at):
    with_it = -len(fields) <= at < len(fields) and re.fullmatch(rb"[0-9]+", fields[at])
    value = int(fields[at]) if with_it else None
    return value if value is not None and value <= 604800 else None


class Fold:
    def __init__(self, lines):
        self.told = {}  # by ref, as it was told first
        self.since = {}  # of calls that are open
        self.rejected = self.passed = self.doubled = self.again = 0
        for line in lines:
            self.take(line)

    def take(self, line):
        line = line[:-1] if line.endswith(b"|") else line
        fields = line.split(b"|")
        try:
            line.decode()
            whole, _, fraction = fields[0].partition(b".")
            good = len(line) <= 4096 and len(fields) >= 5 and re.fullmatch(rb"[0-9]{1,12}", whole) and re.fullmatch(rb"[0-9]*", fraction)
        except UnicodeDecodeError:
            good = False
        at = int(whole) * 1000 + int((fraction + b"000")[:3]) if good else 0
        if not good or at < 1420066800000:
            self.rejected += 1
            return
        event, rest = fields[4].decode(), fields[5:]
        if event not in KINDS or fields[1] in (b"NONE", b"REALTIME"):
            self.passed += 1
            return
        self.tell(at, fields, event, rest)

    def tell(self, at, fields, event, rest):
        call, kind = short(code(fields[1])), KINDS[event]
        told = {"callId": call, "queue": code(fields[2]), "event": kind, "at": at}
        if kind == "ENTERED":
            self.since.setdefault(call, at)
        elif kind == "ENDED":
            self.since.pop(call, None)
            told["talkSeconds"] = number(rest, TALKS[event])
            if event.endswith("TRANSFER"):
                told["outcome"] = "TRANSFERRED"
        else:
            known = call in self.since
            told["waitSeconds"] = max(0, at - self.since[call]) // 1000 if known else number(rest, WAITS[event])
            if event == "ABANDON":
                self.since.pop(call, None)
            if event == "EXITWITHKEY" and rest[0] == CALLBACK_KEY.encode():
                told["outcome"] = "CALLBACK"
        if kind in ("ANSWERED", "ABANDONED") and told["waitSeconds"] is None:
            self.rejected += 1
            return
        told = {name: value for name, value in told.items() if value is not None}
        ref = short(f"{call}:{event}:{fields[0].decode()}")
        if ref in self.told:
            self.doubled += self.told[ref] != told
            self.again += self.told[ref] == told
        self.told.setdefault(ref, told)

    # ---- what follows ----

    def calls(self):
        """Each by the earliest that says a thing: (time, how it went, wait)."""
        events = collections.defaultdict(list)
        for told in self.told.values():
            events[told["callId"]].append(told)
        for told in events.values():
            first = {}
            for event in sorted(told, key=lambda event: event["at"]):
                first.setdefault(event["event"], event)
            how = next((kind for kind in ("ANSWERED", "ABANDONED", "TIMED_OUT") if kind in first), None)
            yield min(event["at"] for event in told), how, first[how]["waitSeconds"] if how else None

    def figures(self):
        """count, of, unknown, as `wotctl kpi` prints them."""
        calls = list(self.calls())
        ways = collections.Counter(how for _, how, _ in calls)
        waits = [wait for _, how, wait in calls if how == "ANSWERED"]
        known, unknown = len(calls) - ways[None], ways[None]
        return {
            "calls_by_hour": (len(calls), None, 0),
            "phone_service_level": (sum(wait <= ANSWER_SECONDS for wait in waits), known, unknown),
            "phone_abandoned": (ways["ABANDONED"], known, unknown),
            "phone_wait_seconds": (statistics.median_low(waits), len(waits), unknown),
        }
