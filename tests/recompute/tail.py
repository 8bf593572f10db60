"""The history of what `wotctl tail --json` prints: what was submitted, from the events of the three logs, and of what
wot says itself only to which team a case went, which is no more than said.

A request stands in intake's log, a screening in triage's, the rest of a case's life in that of case. What was
personal is not in it; what followed from it (age, ward, youth) is, and who called is a hash.
"""

import json
from datetime import date

from days import day_of, instant_of
from fold import Case, History, Signal

SUBMITTED = {
    "intake": {
        "call": "calls",
        "briefContact": "brief-contacts",
        "helpRequest": "help-requests",
        "referral": "referrals",
        "callback": "callbacks",
        "feedbackCard": "feedback-cards",
        "complaint": "complaints",
        "complaintOutcome": "complaint-outcomes",
        "survey": "surveys",
        "training": "trainings",
    },
    "triage": {"screening": "screenings"},
    "case": {
        kind: "case-events"
        for kind in (
            "firstContact supportStarted careWeightSet peopleInvolvedSet problemsSet tailoredSolution "
            "handoverOffered handoverConfirmed closed "
            "reopened corrected"
        ).split()
    },
}


class TailHistory(History):
    """Cases go by their caseId."""

    def take_request(self, body, day):
        case = Case(body["caseId"], day, body["channel"], body.get("location"))
        case.ward = body.get("ward")
        case.age = body.get("ageYears")
        case.youth = body.get("youth", False)
        case.turns_18_soon = body.get("turns18Soon", False)
        case.hand_over_by = date.fromisoformat(body["handOverBy"]) if "handOverBy" in body else None
        case.problems = body.get("problems", [])
        case.people = body.get("peopleInvolved")
        case.domestic_violence = body.get("domesticViolence", False)
        case.referrer = body.get("referrer", {}).get("organisation")
        if case.ref in self.cases:
            raise ValueError(f"{case.ref} was given twice")
        self.cases[case.ref] = case

    def take_event(self, log, event):
        ((kind, said),) = event["body"].items()
        door = SUBMITTED[log].get(kind)
        if kind == "caseRouted":
            self.cases[event["caseId"]].team = said.get("team")
        elif kind == "signal":
            household = said.get("householdId", event["id"])
            self.signals[event["id"]] = Signal(
                instant_of(event["occurredAt"]), household, day_of(instant_of(event["recordedAt"]))
            )
        elif kind == "signalScreened":
            outcome = said["screening"]["outcome"]
            self.take_signal_screened(said["householdId"], outcome, instant_of(event["occurredAt"]))
        elif door == "case-events":
            case = self.cases[event["caseId"]]
            self.happen(case, kind, said, day_of(instant_of(event["occurredAt"])))
        elif door:
            body = {**said, "occurredAt": event["occurredAt"], "caseId": event.get("caseId")}
            if "callerHash" in said:
                body["caller"] = said["callerHash"]
            self.take(f"/v1/{door}", body)

    @staticmethod
    def caller_of(text):
        return text  # a hash

    def case_of(self, body):
        return self.cases[body["caseId"]]


def history_of_tail(path, wards):
    history = TailHistory(wards)
    with open(path, encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            line = json.loads(text)
            try:
                history.take_event(line["log"], line["event"])
            except (KeyError, ValueError) as error:
                raise SystemExit(f"{path}:{number}: {error!r}") from error
    return history
