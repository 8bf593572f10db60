"""Live pages: what changes is told to who reads along, within bounds, and nobody who does not read is waited for."""
import json
import pathlib
import re
import signal
import time
import unittest

from stream import Stream
from wot import Wot, now, wait_until


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.write_config(stream_unread_kib=16, max_connections=64)
        cls.wot.wotctl("client", "add", "second", "manager")
        cls.wot.start()
        cls.count = 0

    def post(self, path="/v1/brief-contacts", **body):
        type(self).count += 1
        code, receipt = self.wot.post("desk", path, {
            "externalRef": f"live-{self.count}", "occurredAt": now(), "channel": "PHONE", **body})
        self.assertEqual(code, 202, receipt)
        return receipt

    def contact(self):
        return self.post(answer="ADVICE")

    def open(self, path="/live", client="manager", daemon="aggregate", **more):
        stream = Stream(self.wot, daemon, path, client, **more)
        self.addCleanup(stream.socket.close)
        return stream.opened()

    def counted(self, stream, period="today"):
        return int(stream.figure("brief_contacts", period)["text"].replace(".", ""))

    def stat(self, column, daemon="aggregate"):
        rows = json.loads(self.wot.ask(daemon, "show stat json"))
        return next(row for row in rows if row["kind"] == "door" and row["name"] == "http")[column]

    # ---- figures ----

    def test_who_opens_it_hears_every_figure_as_the_page_prints_it(self):
        self.contact()
        self.wot.settle()
        stream = self.open()
        self.assertEqual(stream.headers["content-type"], "text/event-stream")
        self.assertEqual(stream.headers["x-accel-buffering"], "no")
        self.assertEqual(stream.headers["cache-control"], "no-store")
        figures = self.wot.kpi("--period", "year")
        self.assertEqual({data["id"] for kind, data, _ in stream.events if kind == "kpi"}, set(figures))
        self.assertEqual(stream.figure("brief_contacts")["value"], figures["brief_contacts"]["value"])
        self.assertEqual(set(stream.figure("goals_met")), {"id", "period", "text", "value", "low", "high", "met", "at"})
        self.assertEqual(stream.figure("goals_met", "today")["text"], "–")

    def test_a_pushed_event_is_told_within_bounds_and_nothing_else_is(self):
        stream = self.open()
        before, heard = self.counted(stream), len(stream.events)
        sent = time.monotonic()
        self.contact()
        stream.until(lambda: self.counted(stream) == before + 1, seconds=5)
        self.assertLess(stream.events[-1][2] - sent, 5)
        stream.until(lambda: stream.comments >= 3)
        told = {data["id"] for kind, data, _ in stream.events[heard:] if kind == "kpi"}
        self.assertIn("contacts_total", told)
        self.assertNotIn("closures", told)
        self.assertNotIn("help_requests", told)

    def test_many_events_are_told_once_a_second_and_the_last_is_right(self):
        stream = self.open()
        before, heard, began = self.counted(stream), len(stream.events), time.monotonic()
        for _ in range(60):
            self.contact()
        stream.until(lambda: self.counted(stream) == before + 60)
        told = [at for kind, data, at in stream.events[heard:]
                if kind == "kpi" and (data["id"], data["period"]) == ("brief_contacts", "today")]
        self.assertLessEqual(len(told), 2 + (told[-1] - began))

    def test_it_is_never_silent_for_long(self):
        stream = self.open()
        said = stream.comments
        began = time.monotonic()
        stream.until(lambda: stream.comments >= said + 3)
        self.assertGreater(time.monotonic() - began, 3.5)

    # ---- who may ----

    def test_who_may_not_is_refused_and_so_is_what_is_no_question(self):
        for client, code in (("viewer", 403), ("desk", 403), ("aanmeldteam", 403)):
            self.assertEqual(self.wot.request("GET", "/live", client, daemon="aggregate")[0], code)
        self.assertEqual(self.wot.request("GET", "/live", daemon="aggregate")[0], 401)
        self.assertEqual(self.wot.request("GET", "/live?x=1", "manager", daemon="aggregate")[0], 400)
        self.assertEqual(self.wot.request("POST", "/live", "manager", {}, daemon="aggregate")[0], 405)
        self.assertEqual(self.wot.request("GET", "/aanmeldteam/live", "desk", daemon="triage")[0], 403)
        self.assertEqual(self.wot.request("HEAD", "/live", "manager", daemon="aggregate")[0], 200)

    def test_who_was_revoked_is_out(self):
        stays, goes = self.open(), self.open(client="second")
        self.wot.wotctl("client", "revoke", "second")
        self.wot.processes["aggregate"].send_signal(signal.SIGHUP)
        end = time.monotonic() + 60
        while not goes.over and time.monotonic() < end:
            goes.hear(0.1)
        self.assertTrue(goes.over)
        before = self.counted(stays)
        self.contact()
        stays.until(lambda: self.counted(stays) == before + 1)

    # ---- the work list ----

    def test_the_intake_team_hears_that_its_list_changed(self):
        stream = self.open("/aanmeldteam/live", "aanmeldteam", "triage")
        self.assertEqual(stream.parts(), ["work_lead", "work_filter", "call_list", "team_room", "on_time"])
        case = self.post("/v1/help-requests")["caseId"]
        stream.until(lambda: stream.parts().count("call_list") == 2)
        listed = lambda: [item.get("caseId") for item in self.wot.get("aanmeldteam", "/v1/worklist")[1]["items"]]
        self.assertIn(case, listed())
        heard = len(stream.parts())
        code, receipt = self.wot.post("aanmeldteam", "/v1/screenings", {
            "externalRef": f"s-{case}", "occurredAt": now(), "caseId": case, "outcome": "ADVICE"})
        self.assertEqual(code, 202, receipt)
        stream.until(lambda: len(stream.parts()) > heard)
        self.assertNotIn(case, listed())

    # ---- readers ----

    def test_who_leaves_is_forgotten(self):
        streams = [self.open() for _ in range(5)]
        wait_until(lambda: self.stat("streams") >= 5)
        for stream in streams:
            stream.socket.close()
        wait_until(lambda: self.stat("streams") == 0)

    def test_half_of_the_connections_may_be_streams_and_the_door_stays_open(self):
        streams = [Stream(self.wot, "aggregate", "/live", "manager") for _ in range(40)]
        for stream in streams:
            self.addCleanup(stream.socket.close)
            stream.opened()
        self.assertEqual(sorted({stream.status for stream in streams}), [200, 503])
        self.assertLessEqual(sum(stream.status == 200 for stream in streams), 32)
        before = self.counted(streams[0])
        for _ in range(100):
            self.assertEqual(self.wot.get("manager", "/v1/kpis?id=closures")[0], 200)
        self.contact()
        streams[0].until(lambda: self.counted(streams[0]) == before + 1)
        self.assertFalse(any(stream.over for stream in streams if stream.status == 200))

    def rss_kib(self):
        status = pathlib.Path(f"/proc/{self.wot.processes['aggregate'].pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1])

    def test_who_stops_reading_is_dropped_and_takes_no_memory(self):
        reads = self.open()
        before, dropped = self.rss_kib(), self.stat("streams_dropped")
        stalled = [Stream(self.wot, "aggregate", "/live", "manager", receive_bytes=4096) for _ in range(20)]
        wait_until(lambda: self.stat("streams") == 21)
        end = time.monotonic() + 200
        while self.stat("streams_dropped") < dropped + 20:
            self.assertLess(time.monotonic(), end, "they are still there")
            count = self.counted(reads)
            self.post("/v1/help-requests")
            self.contact()
            reads.until(lambda: self.counted(reads) > count)
        self.assertEqual(self.stat("streams"), 1)
        self.assertLess(self.rss_kib() - before, 2048)
        for stream in stalled:
            while not stream.over:
                stream.hear(1)
            stream.socket.close()

    def test_it_ends_with_the_daemon_and_is_right_after_kill_and_start(self):
        stream = self.open()
        before = self.counted(stream)
        self.wot.kill("aggregate")
        while not stream.over:
            stream.hear(1)
        self.contact()
        self.wot.start("aggregate")
        again = self.open()
        again.until(lambda: self.counted(again) == before + 1)


if __name__ == "__main__":
    unittest.main()
