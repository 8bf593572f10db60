"""The load of the kill test: clients that never give up on what they sent.

Every submission has a ref that is known beforehand and is sent again until a receipt comes, or the refusal
that it must get. What came back stands in a Ledger, which the checks hold against the logs.
"""
import collections
import http.client
import json
import random
import threading
import time

import zmq
from pushclient import Push, call, messages
from wot import now

SURNAME = "Valkuilman"  # in every person: may be in no file
BUSY = (429, 503)


class Ledger:
    """What was promised to clients, and what was refused."""

    def __init__(self):
        self.lock = threading.Lock()
        self.receipts = {}  # (daemon, client, ref): (id, seq, caseId)
        self.refused = set()  # refs that may be nowhere
        self.sums = collections.Counter()  # of what was accepted, for the KPIs
        self.screenings = collections.Counter()  # (caseId, outcome)
        self.advised = set()  # caseIds
        self.faults = []

    def fault(self, text):
        with self.lock:
            self.faults.append(text)

    def receipt(self, daemon, client, ref, what):
        """The first receipt of a ref; every later one must be the same."""
        with self.lock:
            first = self.receipts.setdefault((daemon, client, ref), what)
            if first != what:
                self.faults.append(f"{client}/{ref} at {daemon}: first receipt {first}, now {what}")

    def count(self, name):
        with self.lock:
            self.sums[name] += 1

    def refuse(self, ref):
        with self.lock:
            self.refused.add(ref)

    def total(self):
        with self.lock:
            return len(self.receipts)


class Client(threading.Thread):
    """A thread that works until told to stop, with randomness of its own under the common seed."""

    def __init__(self, name, wot, ledger, seed):
        super().__init__(name=name)
        self.wot, self.ledger = wot, ledger
        self.random = random.Random(f"{seed}-{name}")
        self.ending = threading.Event()
        self.number = 0

    def ref(self, what):
        self.number += 1
        return f"{what}-{self.name}-{self.number:06d}"

    def run(self):
        try:
            while not self.ending.is_set():
                self.work()
            self.finish()
        except Exception as error:  # a thread's end must not go unnoticed
            self.ledger.fault(f"{self.name}: {error!r}")

    def finish(self):
        pass


# ---- over HTTP: contacts, and lives of cases ----


class Clerk(Client):
    """Brief contacts and whole lives of cases, one step after the other, some of them forbidden."""

    def send(self, daemon, client, path, body, refusal=None):
        """Until there is a receipt, or that refusal. Returns the receipt."""
        ref = body["externalRef"]
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                code, answer = self.wot.post(client, path, body)
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                code, answer = 0, {}  # it was killed: nobody knows whether it was taken
            if code == refusal:
                return None
            if code in (200, 202):
                self.ledger.receipt(daemon, client, ref, (answer["id"], answer["seq"], answer.get("caseId")))
                if refusal:
                    self.ledger.fault(f"{client}/{ref} was taken, {refusal} was due")
                return answer
            if code not in (0, 404, *BUSY):
                raise AssertionError(f"{client}/{ref} at {daemon}: {code} {answer}")
            time.sleep(self.random.uniform(0.001, 0.03))
        raise AssertionError(f"{client}/{ref} at {daemon}: no answer for 120 s")

    def refused(self, daemon, client, path, body, code):
        self.send(daemon, client, path, body, refusal=code)
        self.ledger.refuse(body["externalRef"])

    def body(self, what, **fields):
        return {"externalRef": self.ref(what), "occurredAt": now(), **fields}

    def work(self):
        if self.random.random() < 0.3:
            self.brief_contact()
        else:
            self.life()

    def brief_contact(self):
        body = self.body("contact", channel="PHONE", answer="ADVICE")
        self.send("intake", "desk", "/v1/brief-contacts", body)
        self.ledger.count("brief_contacts")
        if self.random.random() < 0.3:
            self.send("intake", "desk", "/v1/brief-contacts", body)
        if self.random.random() < 0.2:  # a ref that is taken: the first content stays
            self.send("intake", "desk", "/v1/brief-contacts", {**body, "answer": "INFORMATION"}, refusal=409)
        wrong = self.body("wrong", channel="PHONE", answer="ADVICE")
        if self.random.random() < 0.2:
            self.refused("intake", "desk", "/v1/brief-contacts", {**wrong, "answer": "NONSENSE"}, 400)
        elif self.random.random() < 0.2:
            self.refused("intake", "gp", "/v1/brief-contacts", wrong, 403)

    def request(self):
        person = {"name": f"{self.name} {SURNAME}", "birthDate": "1980-05-17", "phone": "06-12345678"}
        body = self.body("request", channel="PHONE", postcode="3111AB", person=person, question=f"{SURNAME}?")
        client, path = "desk", "/v1/help-requests"
        if self.random.random() < 0.3:
            client, path = "gp", "/v1/referrals"
            body.update(channel="PARTNER", consent=True, referrer={"organisation": "gp", "contact": SURNAME})
        receipt = self.send("intake", client, path, body)
        self.ledger.count("requests")
        return receipt["caseId"], f"{client}/{body['externalRef']}"

    def screen(self, name, case, outcome):
        body = self.body("screening", outcome=outcome, **name)
        self.send("triage", "aanmeldteam", "/v1/screenings", body)
        with self.ledger.lock:
            self.ledger.screenings[case, outcome] += 1

    def event(self, name, counted=None, **what):
        body = self.body("event", **name, **what)
        self.send("case", "casesystem", "/v1/case-events", body)
        if counted:
            self.ledger.count(counted)
        if self.random.random() < 0.1:
            self.send("case", "casesystem", "/v1/case-events", body)

    def life(self):
        case, ref = self.request()
        name = {"caseId": case} if self.random.random() < 0.5 else {"caseRef": ref}
        if self.random.random() < 0.4:
            self.screen(name, case, "NOT_REACHED")
        if self.random.random() < 0.15:
            self.screen(name, case, "ADVICE")
            with self.ledger.lock:
                self.ledger.advised.add(case)
            return
        if self.random.random() < 0.8:
            self.screen(name, case, "TO_SUPPORT")
        for step in self.random.choice(((), ("start",), ("start", "close"), ("start", "close", "again"))):
            if step == "start":
                self.event(name, firstContact={})
                self.event(name, "starts", supportStarted={"caseLead": "s-12"})
                self.event(name, careWeightSet={"careWeight": "HEAVY"})
            elif step == "close":
                self.event(name, "closures", closed={"reason": "GOALS_MET"})
            else:
                body = self.body("wrong", **name, closed={"reason": "OTHER"})
                self.refused("case", "casesystem", "/v1/case-events", body, 409)


# ---- over push: calls, many outstanding ----


class Switchboard(Client):
    """Calls in small frames, many unanswered at once; what got no answer for a while is sent again."""

    WINDOW, AGAIN_SECONDS = 64, 1.0

    def __init__(self, *args):
        super().__init__(*args)
        self.sent = {}  # request: its submissions, also after the first answer
        self.waiting = collections.OrderedDict()  # request: when it was sent last
        self.push = None

    def run(self):
        with Push(self.wot) as self.push:
            super().run()

    def frame(self):
        at = int(time.time() * 1000)
        submissions = []
        for _ in range(self.random.randint(1, 8)):
            name = self.ref("call")
            submissions.append(call(f"{name}-1", at, "ENTERED", name))
            submissions.append(call(f"{name}-2", at, "ANSWERED", name, wait_seconds=12))
        if self.random.random() < 0.1:
            wrong = call(self.ref("wrong"), at)
            wrong.body.call.queue = ""
            submissions.append(wrong)
        return submissions

    def work(self):
        if len(self.waiting) < self.WINDOW:
            request = self.push.submit(frame := self.frame())
            self.sent[request] = frame
            self.waiting[request] = time.monotonic()
            if self.random.random() < 0.2:
                self.again(request)  # at once: the first may be in the open block, in the committing one, or on disk
        self.attend(5)

    def again(self, request):
        submit = messages().Submit(request=request, submissions=self.sent[request])
        self.push.socket.send(submit.SerializeToString(), zmq.NOBLOCK)

    def attend(self, wait_ms):
        if self.push.socket.poll(wait_ms):
            self.answer(self.push.receipts())
        again = time.monotonic() - self.AGAIN_SECONDS
        while self.waiting and next(iter(self.waiting.values())) < again:
            request, _ = self.waiting.popitem(last=False)
            self.again(request)
            self.waiting[request] = time.monotonic()

    def answer(self, answer):
        if answer.HasField("problem"):
            if answer.problem.status not in BUSY:
                self.ledger.fault(f"{self.name}: {answer.problem}")
            return
        frame = self.sent[answer.request]
        first = self.waiting.pop(answer.request, None) is not None
        if len(frame) != len(answer.receipts):
            self.ledger.fault(f"{self.name}: {len(frame)} submissions, {len(answer.receipts)} receipts")
        for submission, receipt in zip(frame, answer.receipts):
            self.receipt(submission, receipt, first)

    def receipt(self, submission, receipt, first):
        ref = submission.external_ref
        if ref.startswith("wrong"):
            self.ledger.refuse(ref)
            if receipt.code != 400:
                self.ledger.fault(f"{ref}: {receipt.code}, 400 was due")
        elif receipt.code in (200, 202):
            self.ledger.receipt("intake", "rogplus", ref, (receipt.id.hex(), receipt.seq, None))
            if first and ref.endswith("-2"):
                self.ledger.count("calls")
        else:
            self.ledger.fault(f"{ref}: {receipt.code} {receipt.problem}")

    def finish(self):
        deadline = time.monotonic() + 60
        while self.waiting and time.monotonic() < deadline:
            self.attend(50)
        if self.waiting:
            self.ledger.fault(f"{self.name}: {len(self.waiting)} requests were never answered")
