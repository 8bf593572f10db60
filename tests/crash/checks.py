"""What must be true of the logs and the figures once everything has settled."""
import collections
import datetime
import re

from load import SURNAME

LOGS = ("intake", "triage", "case")


class Checks:
    def __init__(self, wot, ledger):
        self.wot, self.ledger = wot, ledger
        self.logs = {name: wot.tail(name) for name in LOGS}
        self.found = list(ledger.faults)

    def hold(self, true, text):
        if not true:
            self.found.append(text)

    def events(self, log, kind):
        return [row["event"] for row in self.logs[log] if row["kind"] == kind]

    def cases(self, log, kind):
        return collections.Counter(event["caseId"] for event in self.events(log, kind))

    def all(self):
        for check in (
            self.sequences, self.receipts, self.refusals, self.registrations, self.routes, self.screenings,
            self.advice, self.progress, self.figures, self.replay, self.stopped,
        ):
            check()
        return self.found

    # ---- what was promised ----

    def sequences(self):
        for log, rows in self.logs.items():
            self.hold([row["seq"] for row in rows] == list(range(1, len(rows) + 1)), f"{log}: a gap")
            ids = {row["event"]["id"] for row in rows}
            self.hold(len(ids) == len(rows), f"{log}: an event id twice")

    def receipts(self):
        """Every receipt is in the log once, and nothing else that came in at a door is."""
        stored = {}
        for log, rows in self.logs.items():
            for row in rows:
                event = row["event"]
                if "digest" not in event:
                    continue
                key = (log, event["client"], event["externalRef"])
                self.hold(key not in stored, f"{key} is in the log twice")
                stored[key] = (event["id"], row["seq"], event.get("caseId"))
        for key, (id, seq, case) in self.ledger.receipts.items():
            there = stored.pop(key, None)
            self.hold(there is not None, f"{key} has receipt {id} and is not in the log")
            if there:
                self.hold(there[:2] == (id, seq), f"{key}: receipt {(id, seq)}, in the log {there[:2]}")
                self.hold(case in (None, there[2]), f"{key}: receipt names {case}, the log {there[2]}")
        self.hold(not stored, f"in the log without a receipt: {list(stored)[:5]}")

    def refusals(self):
        refs = {row["event"].get("externalRef") for rows in self.logs.values() for row in rows}
        self.hold(not refs & self.ledger.refused, f"refused, but stored: {list(refs & self.ledger.refused)[:5]}")

    # ---- every effect once ----

    def registrations(self):
        requests = self.cases("intake", "help_request") + self.cases("intake", "referral")
        self.hold(self.ledger.sums["requests"] == requests.total(), "requests are missing")
        self.hold(max(requests.values()) == 1, "a case id was given twice")
        self.hold(self.cases("case", "case_registered") == requests, "not one case_registered a request")

    def routes(self):
        routed = self.cases("triage", "case_routed")
        requests = self.cases("case", "case_registered")
        self.hold(set(routed) == set(requests), "a request without a route, or a route without a request")
        self.hold(self.cases("case", "case_routed") == routed, "case did not take each route once")

    def screenings(self):
        def counted(log):
            events = self.events(log, "screening")
            return collections.Counter((e["caseId"], e["body"]["screening"]["outcome"]) for e in events)

        self.hold(counted("triage") == self.ledger.screenings, "triage: not each screening once")
        self.hold(counted("case") == self.ledger.screenings, "case: not each screening once")

    def advice(self):
        advised = collections.Counter(self.ledger.advised)
        self.hold(self.cases("case", "case_became_contact") == advised, "case: not each advice once")
        self.hold(self.cases("intake", "request_became_contact") == advised, "intake: not each advice once")
        vault = (self.wot.dir / "intake" / "vault").read_bytes()
        for kind, body in (("help_request", "helpRequest"), ("referral", "referral")):
            for event in self.events("intake", kind):
                key = bytes.fromhex(event["body"][body]["sealed"]["keyId"])
                gone = event["caseId"] in advised
                self.hold((key not in vault) == gone, f"{event['caseId']}: its key is {'still' if gone else 'not'} there")

    def progress(self):
        """InputRead never goes back, and ends at what the writer has."""
        for log in LOGS:
            read = {}
            for event in self.events(log, "input_read"):
                progress = event["body"]["inputRead"]
                stream, seq = progress["stream"], progress["seq"]
                self.hold(seq > read.get(stream, 0), f"{log}: read {stream} {seq} again")
                self.hold(seq <= len(self.logs[stream]), f"{log}: read {stream} {seq}, which is not there")
                read[stream] = seq

    # ---- what is counted ----

    def figures(self):
        sums, advised = self.ledger.sums, len(self.ledger.advised)
        today = datetime.date.today()
        kpi = self.wot.kpi("--period", f"{today - datetime.timedelta(2)}..{today + datetime.timedelta(1)}")
        for id, field, expected in (
            ("help_requests", "value", sums["requests"] - advised),
            ("brief_contacts", "value", sums["brief_contacts"] + advised),
            ("contacts_total", "value", sums["requests"] + sums["brief_contacts"]),
            ("started_within_4_weeks", "of", sums["starts"]),
            ("closures", "value", sums["closures"]),
            ("phone_service_level", "of", sums["calls"]),
            ("phone_service_level", "count", sums["calls"]),
        ):
            self.hold(kpi[id][field] == expected, f"{id}: {field} {kpi[id][field]}, submitted {expected}")
        marks = kpi["help_requests"]["marks"]
        for log, rows in self.logs.items():  # progress may have been noted since the log was read
            self.hold(marks[log] >= len(rows), f"marks {marks}, {log} has {len(rows)}")

    def replay(self):
        done = self.wot.wotctl("replay", "--check", check=False)
        self.hold(done.returncode == 0, f"replay --check: {done.stdout}{done.stderr}")
        self.verify("running")

    def verify(self, how):
        done = self.wot.wotctl("verify", check=False)
        self.hold(done.returncode == 0, f"verify, {how}: {done.stdout}{done.stderr}")

    def stopped(self):
        codes = self.wot.stop()
        self.hold(codes == [0, 0, 0, 0], f"exit codes {codes}")
        self.verify("stopped")
        for file in self.wot.dir.rglob("*"):
            if file.is_file():
                self.hold(SURNAME.encode() not in file.read_bytes(), f"{file}: holds a person's name")
        self.wot.start("intake")
        persons = [int(n) for n in re.findall(r"vault_open persons=(\d+)", self.wot.log("intake"))]
        expected = self.ledger.sums["requests"] - len(self.ledger.advised)
        self.hold(persons[-1] == expected, f"the vault holds {persons[-1]} persons, {expected} are due")
