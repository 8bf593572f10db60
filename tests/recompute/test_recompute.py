"""The recomputation against histories small enough to count by hand. Run: python3 -m unittest in this folder."""

import json
import os
import sys
import tempfile
import unittest
from contextlib import redirect_stdout
from datetime import date, datetime, timezone
from io import StringIO

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import days  # noqa: E402
import figures  # noqa: E402
import recompute  # noqa: E402
from fold import History, Wards  # noqa: E402
from tail import TailHistory  # noqa: E402

WARDS = Wards(
    {"3111": "CENTRUM_WEST", "3121": "GROENOORD"}, {"CENTRUM_WEST": 100, "GROENOORD": 50, "ZUID": None}
)
Y2025 = (date(2025, 1, 1), date(2025, 12, 31))


class City:
    """Says what happens, at noon of a day; counts its own refs."""

    def __init__(self):
        self.lines = []

    def say(self, path, day, **body):
        ref = body.pop("ref", f"r-{len(self.lines)}")
        at = day if "T" in day else f"{day}T12:00:00+01:00"
        self.lines.append({"to": path, "body": {"externalRef": ref, "occurredAt": at, **body}})
        return ref

    def request(self, day, **body):
        return self.say("/v1/help-requests", day, **{"channel": "PHONE", **body})

    def screening(self, ref, day, outcome, **body):
        self.say("/v1/screenings", day, caseRef=ref, outcome=outcome, **body)

    def case(self, ref, day, kind, **members):
        self.say("/v1/case-events", day, caseRef=ref, **{kind: members})

    def closed_case(self, reported, started, closed, reason="GOALS_MET", **body):
        ref = self.request(reported, **body)
        if started:
            self.case(ref, started, "supportStarted")
        if closed:
            self.case(ref, closed, "closed", reason=reason)
        return ref

    def history(self):
        history = History(WARDS)
        for line in self.lines:
            history.take(line["to"], line["body"])
        return history

    def kpi(self, name, period=Y2025, definition=2025, by=None):
        return figures.kpi_json(self.history(), name, *period, definition, by)

    def count(self, name, *rest):
        return self.kpi(name, *rest)["count"]

    def rows(self, name, by, **more):
        return {row["key"]: row["count"] for row in self.kpi(name, by=[by], **more)["by"]}


class Promises(unittest.TestCase):
    def promised(self, city, name, today=date(2026, 1, 1)):
        figure = figures.kpi_json(city.history(), name, *Y2025, today=today)
        return figure["count"], figure["of"], figure["unknown"]

    def test_first_contact_counts_once_met_or_once_its_day_is_past(self):
        name = "first_contact_within_5_working_days"
        city = City()
        ref = city.request("2025-04-15")
        city.request("2025-04-15")
        city.screening(ref, "2025-04-22", "NOT_REACHED")
        self.assertEqual(self.promised(city, name, date(2025, 4, 24)), (0, 0, 0))
        city.screening(ref, "2025-04-23", "TO_SUPPORT")
        self.assertEqual(self.promised(city, name, date(2025, 4, 24)), (1, 1, 0))
        self.assertEqual(self.promised(city, name, date(2025, 4, 25)), (1, 2, 0))

    def test_the_earlier_of_screening_and_case_lead_is_the_first_contact(self):
        city = City()
        ref = city.request("2025-04-15", channel="WEB")
        city.screening(ref, "2025-04-30", "TO_SUPPORT")
        city.case(ref, "2025-04-16", "firstContact")
        self.assertEqual(self.promised(city, "first_contact_within_5_working_days"), (1, 1, 0))
        self.assertEqual(self.promised(city, "reaction_within_1_working_day"), (1, 1, 0))

    def test_support_without_a_contact_is_missed_and_unknown(self):
        city = City()
        ref = city.request("2025-04-15")
        city.case(ref, "2025-04-16", "supportStarted")
        self.assertEqual(self.promised(city, "first_contact_within_5_working_days"), (0, 1, 1))
        self.assertEqual(self.promised(city, "reaction_within_1_working_day"), (0, 0, 0))

    def call(self, city, ref, event, at, **body):
        wait = {"waitSeconds": 9} if event in ("ANSWERED", "ABANDONED") else {}
        city.say("/v1/calls", f"2025-04-17T{at}+02:00", callId=ref, queue="wot", event=event, **wait, **body)

    def test_who_hung_up_or_asked_is_called_back(self):
        city = City()
        self.call(city, "a", "ABANDONED", "10:00:00")
        self.call(city, "b", "ANSWERED", "10:00:00", outcome="CALLBACK")
        self.call(city, "c", "ANSWERED", "10:00:00")
        self.assertEqual(self.promised(city, "callback_within_1_working_day"), (0, 2, 0))
        city.say("/v1/callbacks", "2025-04-22", callId="a", reached=False)
        city.say("/v1/callbacks", "2025-04-22", callId="b", reached=True)
        self.assertEqual(self.promised(city, "callback_within_1_working_day"), (1, 2, 0))

    def test_who_calls_again_that_day_and_is_answered_needs_no_callback(self):
        city = City()
        self.call(city, "a", "ENTERED", "10:00:00", caller="06-1")
        self.call(city, "a", "ABANDONED", "10:01:00")
        self.call(city, "b", "ENTERED", "11:00:00", caller="06-1")
        self.assertEqual(self.promised(city, "callback_within_1_working_day"), (0, 1, 0))
        self.call(city, "b", "ANSWERED", "11:01:00")
        self.assertEqual(self.promised(city, "callback_within_1_working_day"), (0, 0, 0))

    def test_who_timed_out_is_called_back(self):
        city = City()
        self.call(city, "a", "TIMED_OUT", "10:00:00")
        self.assertEqual(self.promised(city, "callback_within_1_working_day"), (0, 1, 0))

    def test_a_callback_settles_all_that_the_caller_had_open(self):
        city = City()
        for ref, at in (("a", "10"), ("b", "11"), ("c", "15")):
            self.call(city, ref, "ABANDONED", f"{at}:00:00", caller="06-1")
        city.say("/v1/callbacks", "2025-04-17T12:00:00+02:00", callId="b", reached=True)
        self.assertEqual(self.promised(city, "callback_within_1_working_day"), (2, 3, 0))

    def test_of_two_answers_the_earlier_gives_the_wait(self):
        for order in ((5, 70), (70, 5)):
            city = City()
            for wait in order:
                city.say(
                    "/v1/calls", f"2025-04-17T10:00:{wait % 60:02}Z", callId="a", event="ANSWERED", waitSeconds=wait
                )
            self.assertEqual(city.count("phone_service_level"), 1)

    def test_a_call_without_a_known_end_is_unknown_once_it_is_over(self):
        city = City()
        self.call(city, "a", "ENTERED", "10:00:00")
        self.call(city, "b", "ENTERED", "10:00:00")
        self.call(city, "b", "ENDED", "10:05:00")
        self.call(city, "c", "ANSWERED", "10:00:00")
        self.call(city, "d", "TIMED_OUT", "10:00:00")
        figure = city.kpi("phone_service_level")
        self.assertEqual([figure[name] for name in ("count", "of", "unknown", "low")], [1, 2, 2, 0.25])
        history = city.history()
        history.now = datetime(2025, 4, 17, 9, tzinfo=timezone.utc)
        figure = figures.kpi_json(history, "calls_waiting", *Y2025)
        self.assertEqual(figure["count"], 1)
        self.assertEqual(figures.kpi_json(history, "phone_abandoned", *Y2025)["unknown"], 1)

    def test_one_number_in_its_forms_is_one_caller_and_who_withholds_it_is_nobody(self):
        for name, callers in (("0612345678", ("+31 6-12345678", "sip:0612345678@host")), (None, ("anonymous", "0"))):
            city = City()
            self.call(city, "a", "ABANDONED", "10:00:00", caller=callers[0])
            self.call(city, "b", "ANSWERED", "11:00:00", caller=callers[1])
            self.assertEqual(self.promised(city, "callback_within_1_working_day"), (0, 0 if name else 1, 0))

    def test_a_start_is_due_28_days_after_the_report(self):
        city = City()
        ref = city.request("2025-12-01")
        self.assertEqual(city.count("starts_due", (date(2025, 12, 29), date(2025, 12, 29))), 1)
        city.case(ref, "2025-12-02", "supportStarted")
        self.assertEqual(city.count("starts_due"), 0)

    def due(self, city, name, day, today=date(2025, 5, 1)):
        return figures.kpi_json(city.history(), name, day, day, today=today)["count"]

    def test_what_is_promised_is_due_on_its_day_until_it_is_kept(self):
        city = City()
        ref = city.request("2025-04-15", channel="WEB")
        days = {"reactions_due": date(2025, 4, 16), "contacts_due": date(2025, 4, 24), "closes_due": date(2025, 10, 15)}
        for name, day in days.items():
            self.assertEqual(self.due(city, name, day), 1, name)
        city.screening(ref, "2025-05-20", "REDIRECTED")
        for name, day in days.items():
            self.assertEqual(self.due(city, name, day), 0, name)

    def test_a_callback_is_due_until_somebody_was_reached(self):
        city = City()
        self.call(city, "a", "ABANDONED", "10:00:00")
        self.assertEqual(self.due(city, "callbacks_due", date(2025, 4, 22)), 1)
        self.assertEqual(city.rows("callbacks_due", "team"), {"UNKNOWN": 1})
        city.say("/v1/callbacks", "2025-04-24", callId="a", reached=True)
        self.assertEqual(self.due(city, "callbacks_due", date(2025, 4, 22)), 0)

    def test_a_signal_waits_28_days_or_until_somebody_was_reached(self):
        city, day = City(), date(2025, 4, 24)
        city.say("/v1/signals", "2025-04-15", kind="DEBT", ref="s")
        self.assertEqual(self.due(city, "signals_due", day, date(2025, 5, 13)), 1)
        self.assertEqual(self.due(city, "signals_due", day, date(2025, 5, 14)), 0)
        city.screening("s", "2025-04-16", "NOT_REACHED")
        self.assertEqual(self.due(city, "signals_due", day), 1)
        city.screening("s", "2025-04-17", "ADVICE")
        self.assertEqual(self.due(city, "signals_due", day), 0)

    def test_a_call_is_of_the_hour_of_its_first_event(self):
        city = City()
        self.call(city, "a", "ANSWERED", "10:00:00")
        self.call(city, "a", "ENTERED", "09:59:59")
        self.assertEqual(city.rows("calls_by_hour", "hour"), {"09": 1})

    def test_hours_are_of_the_care_weights_of_who_is_in_support(self):
        city = City()
        for weight in ("LIGHT", "HEAVY", "UNKNOWN"):
            ref = city.closed_case("2025-01-02", "2025-01-06", None)
            city.case(ref, "2025-01-07", "careWeightSet", careWeight=weight)
        city.closed_case("2025-01-02", "2025-01-06", "2025-02-03")
        figure = city.kpi("care_hours")
        self.assertEqual((figure["count"], figure["unknown"]), (4, 1))


class Unknown(unittest.TestCase):
    def test_each_field_has_its_share(self):
        city = City()
        known = city.closed_case(
            "2025-01-02", "2025-01-06", "2025-02-03", ward="ZUID", person={"birthDate": "1980-01-01"}
        )
        city.case(known, "2025-01-03", "firstContact")
        city.case(known, "2025-01-03", "careWeightSet", careWeight="LIGHT")
        other = city.closed_case("2025-01-02", None, "2025-02-03", "UNKNOWN")
        city.case(other, "2025-01-03", "careWeightSet", careWeight="UNKNOWN")
        for field in ("first_contact", "support_start", "closing_reason", "age", "ward", "care_weight"):
            figure = city.kpi(f"unknown_{field}")
            self.assertEqual((figure["count"], figure["of"]), (1, 2), field)


class Tail(unittest.TestCase):
    """What `wotctl tail --json` prints gives the same history as what was submitted."""

    def test_the_logs_of_three_daemons_are_one_history(self):
        at = "2025-04-15T10:00:00.000Z"
        lines = [
            ("intake", None, {"inputRead": {"stream": "case"}}),
            (
                "intake",
                "2025-000001",
                {"helpRequest": {"channel": "WEB", "ward": "ZUID", "ageYears": 40, "youth": False}},
            ),
            ("intake", None, {"call": {"callId": "a", "queue": "wot", "event": "ENTERED", "callerHash": "ff"}}),
            ("triage", "2025-000001", {"caseRouted": {"team": "ZUID"}}),
            ("triage", "2025-000001", {"screening": {"outcome": "TO_SUPPORT", "careWeight": "HEAVY"}}),
            ("case", "2025-000001", {"caseRegistered": {"request": {"channel": "WEB"}}}),
            ("case", "2025-000001", {"screening": {"outcome": "TO_SUPPORT"}}),
            ("case", "2025-000001", {"supportStarted": {}}),
            ("case", "2025-000001", {"paused": {}}),
        ]
        history = TailHistory(WARDS)
        for log, case_id, body in lines:
            history.take_event(log, {"occurredAt": at, "body": body, **({"caseId": case_id} if case_id else {})})
        (case,) = history.cases.values()
        self.assertEqual((case.ward, case.age, case.weight, case.started), ("ZUID", 40, "HEAVY", case.reported))
        self.assertEqual(history.calls["a"].caller, (case.reported, "ff"))


class Requests(unittest.TestCase):
    def test_adults_and_unknown_ages_count_and_youth_does_not(self):
        city = City()
        city.request("2025-03-01")
        city.request("2025-03-01", ageGroup="UNKNOWN")
        city.request("2025-03-01", person={"birthDate": "2007-03-01"})  # 18 today
        city.request("2025-03-01", person={"birthDate": "2007-03-02"})  # tomorrow
        city.request("2025-03-01", ageGroup="YOUTH")
        city.request("2025-03-01", legalBasis="YOUTH", person={"birthDate": "1980-01-01"})
        self.assertEqual(city.count("help_requests"), 3)
        self.assertEqual(city.count("referred_to_youth"), 3)
        self.assertEqual(city.count("transitions_18"), 1)
        self.assertEqual(city.count("help_requests", Y2025, 2023), 6)  # all ages together

    def test_a_redirected_request_still_counts_and_is_not_open(self):
        city = City()
        ref = city.request("2025-03-01")
        self.assertEqual(city.count("open_cases"), 1)
        city.screening(ref, "2025-03-04", "NOT_REACHED")
        city.screening(ref, "2025-03-05", "REDIRECTED")
        self.assertEqual(city.count("help_requests"), 1)
        self.assertEqual(city.count("open_cases"), 0)
        self.assertEqual(city.count("open_cases", (date(2025, 3, 1), date(2025, 3, 4))), 1)
        self.assertEqual(city.count("closures"), 0)

    def test_support_after_a_redirection_counts(self):
        city = City()
        ref = city.request("2025-03-01")
        city.screening(ref, "2025-03-05", "REDIRECTED")
        city.case(ref, "2025-03-10", "supportStarted")
        self.assertEqual(city.count("open_cases"), 1)
        self.assertEqual(city.kpi("started_within_4_weeks")["of"], 1)

    def test_the_last_screening_that_was_more_than_an_attempt_wins(self):
        city = City()
        ref = city.request("2025-03-01")
        city.screening(ref, "2025-03-05", "WITHDRAWN")
        city.screening(ref, "2025-03-06", "TO_SUPPORT")
        city.screening(ref, "2025-03-07", "NOT_REACHED")
        self.assertEqual(city.count("open_cases"), 1)

    def test_advice_makes_a_brief_contact_of_the_day_of_the_report(self):
        city = City()
        ref = city.request("2024-12-30")
        city.screening(ref, "2025-01-03", "ADVICE")
        self.assertEqual(city.count("help_requests", (date(2024, 1, 1), date(2024, 12, 31))), 0)
        self.assertEqual(city.count("brief_contacts", (date(2024, 1, 1), date(2024, 12, 31))), 1)
        self.assertEqual(city.count("brief_contacts"), 0)

    def test_support_voids_advice_in_either_order(self):
        for order in ("before", "after"):
            city = City()
            ref = city.request("2025-01-02")
            if order == "after":
                city.screening(ref, "2025-01-03", "ADVICE")
            city.case(ref, "2025-01-06", "supportStarted")
            if order == "before":
                city.screening(ref, "2025-01-03", "ADVICE")
            self.assertEqual(city.count("help_requests"), 1, order)
            self.assertEqual(city.count("brief_contacts"), 0, order)

    def test_youth_contacts_count_in_no_figure_of_adults(self):
        city = City()
        for group in ("ADULT", "UNKNOWN", "YOUTH"):
            city.say("/v1/brief-contacts", "2025-02-01", channel="PHONE", answer="ADVICE", ageGroup=group)
        city.say("/v1/brief-contacts", "2025-02-01", channel="PHONE", answer="ADVICE")
        self.assertEqual(city.count("brief_contacts"), 3)

    def test_people_who_were_not_counted_are_one_and_unknown(self):
        city = City()
        city.request("2025-03-01", peopleInvolved=4)
        ref = city.request("2025-03-01")
        self.assertEqual(city.kpi("people_involved")["value"], 5)
        self.assertEqual(city.kpi("people_involved")["unknown"], 1)
        city.case(ref, "2025-03-02", "peopleInvolvedSet", count=3)
        self.assertEqual(city.kpi("people_involved")["value"], 7)
        self.assertEqual(city.kpi("people_involved")["unknown"], 0)

    def test_the_quarterly_norm_is_held_to_the_total(self):
        city = City()
        for _ in range(301):
            city.say("/v1/brief-contacts", "2025-02-01", channel="PHONE", answer="ADVICE")
        quarter = (date(2025, 1, 1), date(2025, 3, 31))
        self.assertTrue(city.kpi("help_requests", quarter)["met"])
        self.assertFalse(city.kpi("contacts_total")["met"])
        self.assertIsNone(city.kpi("contacts_total", (date(2025, 1, 1), date(2025, 2, 28)))["met"])


class Waiting(unittest.TestCase):
    def test_four_weeks_are_28_days(self):
        city = City()
        city.closed_case("2025-01-01", "2025-01-08", None)
        city.closed_case("2025-01-01", "2025-01-29", None)
        city.closed_case("2025-01-01", "2025-01-30", None)
        started = city.kpi("started_within_4_weeks")
        self.assertEqual((started["count"], started["of"]), (2, 3))
        self.assertEqual(city.count("started_within_1_week"), 1)
        self.assertEqual(city.kpi("waiting_days")["p50"], 28)
        self.assertEqual(city.kpi("waiting_days")["p90"], 29)
        self.assertEqual(city.kpi("waiting_days")["mean"], 64 / 3)

    def test_closed_without_a_start_is_unknown_and_bounds_the_share(self):
        city = City()
        city.closed_case("2025-01-01", "2025-01-08", None)
        city.closed_case("2025-01-01", None, "2025-03-01")
        city.closed_case("2025-01-01", None, "2026-03-01")
        started = city.kpi("started_within_4_weeks")
        self.assertEqual((started["count"], started["of"], started["unknown"]), (1, 1, 1))
        self.assertEqual((started["value"], started["low"], started["high"]), (1.0, 0.5, 1.0))

    def test_the_first_start_gives_the_day(self):
        city = City()
        ref = city.request("2025-01-01")
        city.case(ref, "2025-01-08", "supportStarted")
        city.case(ref, "2025-03-08", "supportStarted")
        self.assertEqual(city.kpi("waiting_days")["value"], 7)

    def test_waiting_and_overdue_are_as_of_the_last_day(self):
        city = City()
        city.closed_case("2025-01-01", "2025-02-01", None)
        for day, waiting, overdue in (((1, 29), 1, 0), ((1, 30), 1, 1), ((2, 1), 0, 0)):
            period = (date(2025, 1, 1), date(2025, *day))
            self.assertEqual(city.count("waiting_now", period), waiting)
            self.assertEqual(city.count("overdue_now", period), overdue)

    def test_2023_waits_until_the_first_contact(self):
        city = City()
        ref = city.closed_case("2025-01-01", "2025-03-01", None)
        city.case(ref, "2025-01-11", "firstContact")
        city.closed_case("2025-01-01", "2025-01-02", "2025-03-01")
        waiting = city.kpi("waiting_days", definition=2023)
        self.assertEqual((waiting["value"], waiting["of"], waiting["unknown"]), (10, 1, 1))

    def test_nothing_started_has_no_value(self):
        started = City().kpi("started_within_4_weeks")
        self.assertEqual((started["value"], started["low"], started["met"]), (None, None, None))


class Closing(unittest.TestCase):
    def test_six_months_are_not_later_than_the_same_day(self):
        city = City()
        city.closed_case("2025-01-15", "2025-01-20", "2025-07-15")
        city.closed_case("2025-01-15", "2025-01-20", "2025-07-16")
        closed = city.kpi("closed_within_6_months")
        self.assertEqual((closed["count"], closed["of"]), (1, 2))
        self.assertFalse(closed["met"])

    def test_unknown_reasons_are_missed_goals_and_bound_them(self):
        city = City()
        for reason in ("GOALS_MET", "UNKNOWN", "OTHER", "MOVED_AWAY"):
            city.closed_case("2025-01-15", "2025-01-20", "2025-07-15", reason)
        goals = city.kpi("goals_met")
        self.assertEqual((goals["count"], goals["of"], goals["unknown"]), (1, 4, 1))
        self.assertEqual((goals["low"], goals["value"], goals["high"]), (0.25, 0.25, 0.5))

    def test_moved_away_is_stopped_by_client_since_2025(self):
        city = City()
        for reason in ("MOVED_AWAY", "STOPPED_BY_CLIENT", "UNKNOWN", "REDIRECTED_SPECIALIST", "OTHER"):
            city.closed_case("2025-01-15", "2025-01-20", "2025-07-15", reason)
        self.assertEqual(
            city.rows("closures", "reason"),
            {"STOPPED_BY_CLIENT": 2, "UNKNOWN": 1, "REDIRECTED_SPECIALIST": 1, "OTHER": 1},
        )
        self.assertEqual(
            city.rows("closures", "reason", definition=2023),
            {"MOVED_AWAY": 1, "STOPPED_BY_CLIENT": 1, "OTHER": 2, "REDIRECTED_OTHER": 1},
        )

    def test_a_reopened_case_leaves_its_period_and_keeps_its_start(self):
        city = City()
        ref = city.closed_case("2025-01-15", "2025-01-20", "2025-07-15")
        city.case(ref, "2025-07-16", "reopened")
        self.assertEqual(city.count("closures"), 0)
        self.assertEqual(city.count("open_cases"), 1)
        city.case(ref, "2026-02-01", "closed", reason="OTHER")
        self.assertEqual(city.count("closures"), 0)
        self.assertEqual(city.count("closures", (date(2026, 1, 1), date(2026, 12, 31))), 1)
        self.assertEqual(city.kpi("started_within_1_week")["count"], 1)

    def test_2023_leads_from_the_first_contact(self):
        city = City()
        ref = city.request("2025-01-01")
        city.case(ref, "2025-01-31", "firstContact")
        city.case(ref, "2025-03-02", "closed", reason="GOALS_MET")
        city.closed_case("2025-01-01", None, "2025-03-01")
        lead = city.kpi("lead_days", definition=2023)
        self.assertEqual((lead["value"], lead["of"], lead["unknown"]), (30, 1, 1))
        self.assertEqual(city.kpi("lead_days")["of"], 2)


class Corrections(unittest.TestCase):
    def test_a_correction_moves_the_case_to_the_period_of_the_new_day(self):
        city = City()
        ref = city.closed_case("2025-01-02", "2025-01-20", "2025-07-15", "UNKNOWN")
        city.case(ref, "2025-08-01", "corrected", reportedOn="2024-12-30", closingReason="GOALS_MET")
        self.assertEqual(city.count("help_requests"), 0)
        self.assertEqual(city.kpi("waiting_days")["value"], 21)
        self.assertEqual(city.count("goals_met"), 1)

    def test_a_removed_day_is_unknown(self):
        city = City()
        ref = city.closed_case("2025-01-02", "2025-01-20", "2025-07-15")
        city.case(ref, "2025-08-01", "corrected", remove=["supportStartedOn"])
        self.assertEqual(city.kpi("started_within_4_weeks")["of"], 0)
        self.assertEqual(city.kpi("started_within_4_weeks")["unknown"], 1)

    def test_a_weight_that_was_set_beats_a_screening_in_any_order(self):
        city = City()
        ref = city.request("2025-01-02")
        city.case(ref, "2025-01-04", "careWeightSet", careWeight="HEAVY")
        city.screening(ref, "2025-01-03", "TO_SUPPORT", careWeight="LIGHT")
        self.assertEqual(city.rows("help_requests", "care_weight"), {"HEAVY": 1})

    def test_corrections_do_not_change_who_is_a_youth(self):
        city = City()
        ref = city.request("2025-03-05", person={"birthDate": "2007-03-01"})
        city.case(ref, "2025-03-06", "corrected", reportedOn="2025-02-20")
        self.assertEqual(city.count("help_requests"), 1)


class Dimensions(unittest.TestCase):
    def test_wards_come_from_postcodes_and_corrections(self):
        city = City()
        city.request("2025-01-02", postcode="3111 AB")
        city.request("2025-01-02", ward="ZUID")
        city.request("2025-01-02", postcode="3011AB")
        ref = city.request("2025-01-02")
        city.case(ref, "2025-01-03", "corrected", ward="GROENOORD")
        self.assertEqual(
            city.rows("help_requests", "ward"), {"CENTRUM_WEST": 1, "ZUID": 1, "UNKNOWN": 1, "GROENOORD": 1}
        )
        shares = {row["key"]: row["value"] for row in city.kpi("requests_by_ward")["by"]}
        self.assertEqual(shares["ZUID"], 0.25)

    def test_2023_divides_by_the_households_of_the_ward_where_they_are_known(self):
        city = City()
        city.request("2025-01-02", ward="CENTRUM_WEST")
        city.request("2025-01-02", ward="ZUID")
        for name, definition in (("requests_by_ward", 2023), ("requests_per_household", 2025)):
            kpi = city.kpi(name, definition=definition)
            rows = {row["key"]: (row["value"], row["of"]) for row in kpi["by"]}
            self.assertEqual(rows, {"CENTRUM_WEST": (0.01, 100), "ZUID": (None, None)})
            self.assertEqual((kpi["value"], kpi["low"]), (None, None))

    def test_ages_fall_in_their_classes(self):
        city = City()
        for birth in ("1999-01-01", "1998-01-03", "1998-01-02", "1958-01-02"):
            city.request("2025-01-02", person={"birthDate": birth})
        city.request("2025-01-02", ageGroup="ADULT")
        self.assertEqual(
            city.rows("help_requests", "age"), {"18-26": 2, "27-44": 1, "67+": 1, "UNKNOWN": 1}
        )
        city.request("2025-01-02", person={"birthDate": "2007-01-03"})
        self.assertEqual(city.rows("referred_to_youth", "age"), {"0-17": 1})

    def test_a_case_with_several_problems_counts_under_each(self):
        city = City()
        city.request("2025-01-02", problems=["FINANCE", "HOUSING"])
        city.request("2025-01-02", problems=["FINANCE"])
        city.request("2025-01-02")
        problems = city.kpi("problem_areas")
        rows = {row["key"]: row["count"] for row in problems["by"]}
        self.assertEqual(rows, {"FINANCE": 2, "HOUSING": 1, "UNKNOWN": 1})
        self.assertEqual((problems["count"], problems["unknown"]), (3, 1))


class Phone(unittest.TestCase):
    def call(self, city, call_id, *events):
        for event, at, wait in events:
            extra = {} if wait is None else {"waitSeconds": wait}
            city.say("/v1/calls", at, callId=call_id, queue="wot", event=event, **extra)

    def test_a_call_counts_once_on_the_day_of_its_earliest_event(self):
        city = City()
        late, early = "2026-01-01T00:00:20+01:00", "2025-12-31T23:59:50+01:00"
        self.call(city, "a", ("ANSWERED", late, 30), ("ENTERED", early, None), ("ENDED", late, None))
        self.call(city, "b", ("ENTERED", early, None), ("ANSWERED", late, 31))
        self.call(city, "c", ("ENTERED", early, None), ("ABANDONED", late, 5))
        self.call(city, "d", ("ENTERED", early, None))
        level = city.kpi("phone_service_level")
        self.assertEqual((level["count"], level["of"]), (1, 3))
        self.assertEqual(city.kpi("phone_abandoned")["value"], 1 / 3)
        self.assertFalse(city.kpi("phone_abandoned")["met"])


class Others(unittest.TestCase):
    def test_tailored_solutions_count_when_granted(self):
        city = City()
        ref = city.request("2025-01-02")
        city.case(ref, "2025-02-01", "tailoredSolution", decision="GRANTED", savingEuro=30000)
        city.case(ref, "2025-02-02", "tailoredSolution", decision="GRANTED", savingEuro=48000)
        city.case(ref, "2025-02-03", "tailoredSolution", decision="REFUSED")
        self.assertEqual(city.count("tailored_solutions"), 2)
        self.assertEqual(city.kpi("tailored_saving")["value"], 39000)

    def test_transitions_show_how_they_were_handed_over(self):
        city = City()
        refs = [city.request("2025-03-03", person={"birthDate": "2007-06-04"}) for _ in range(3)]
        for ref, warm, last in ((refs[0], True, "2025-06-01"), (refs[1], False, "2025-06-02")):
            city.case(ref, "2025-05-01", "handoverOffered", to="minters", warm=warm)
            city.case(ref, last, "handoverConfirmed", by="RECEIVING")
            city.case(ref, "2025-05-02", "handoverConfirmed", by="OFFERING")
        rows = {row["key"]: row["count"] for row in city.kpi("transitions_18")["by"]}
        self.assertEqual(rows, {"WARM_IN_TIME": 1, "COLD_LATE": 1, "UNKNOWN": 1})

    def test_cards_complaints_and_trainings_count_as_submitted(self):
        city = City()
        city.say("/v1/feedback-cards", "2025-04-01", rating="POSITIVE")
        city.say("/v1/feedback-cards", "2025-04-01", rating="NEUTRAL")
        ref = city.say("/v1/complaints", "2025-04-01", formal=True, parts=["a", "b"])
        for part, outcome in (("a", "UPHELD"), ("b", "FORWARDED"), ("b", "WITHDRAWN")):
            city.say("/v1/complaint-outcomes", "2025-04-02", complaintRef=ref, part=part, outcome=outcome)
        city.say("/v1/trainings", "2025-04-01", code="x")
        self.assertEqual(city.kpi("feedback_positive")["value"], 0.5)
        self.assertEqual(city.count("complaints"), 1)
        self.assertEqual(city.rows("complaint_outcomes", "outcome"), {"UPHELD": 1, "WITHDRAWN": 1})
        self.assertEqual(city.count("trainings"), 1)
        self.assertFalse(city.kpi("trainings")["met"])
        self.assertIsNone(city.kpi("trainings", (date(2025, 4, 1), date(2025, 6, 30)))["met"])


class Comparing(unittest.TestCase):
    """The tool itself: it must find a difference, and must not pass when there was nothing to compare."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        city = City()
        city.closed_case("2025-01-15", "2025-01-20", "2025-07-15")
        city.closed_case("2025-01-15", None, "2025-09-15", "UNKNOWN")
        self.history = city.history()
        self.answers = [figures.kpi_json(self.history, name, *Y2025) for name in figures.KPIS]

    def compare(self, answers, whole=False):
        path = os.path.join(self.folder.name, "kpi.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump(answers, out)
        with redirect_stdout(StringIO()) as said:
            return recompute.compare(self.history, [path], whole), said.getvalue()

    def test_equal_answers_are_equal(self):
        self.assertEqual(self.compare(self.answers)[0], 0)

    def test_the_last_digit_counts(self):
        goals = next(answer for answer in self.answers if answer["id"] == "goals_met")
        goals["high"] = 1.0000000000000002
        code, said = self.compare(self.answers)
        self.assertEqual(code, 1)
        self.assertIn("goals_met", said)

    def test_a_missing_row_is_a_difference(self):
        closures = next(answer for answer in self.answers if answer["id"] == "closures")
        closures["by"].pop()
        self.assertEqual(self.compare(self.answers)[0], 1)

    def test_nothing_compared_is_no_success(self):
        self.assertEqual(self.compare([])[0], 2)

    def test_a_kpi_that_is_not_answered_is_no_success_when_all_are_asked(self):
        self.assertEqual(self.compare(self.answers, True)[0], 0)
        self.assertEqual(self.compare(self.answers[1:], True)[0], 2)
        self.assertEqual(self.compare(self.answers[1:])[0], 0)


if __name__ == "__main__":
    unittest.main()
