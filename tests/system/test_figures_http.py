"""Whoever asks over HTTP is told what the stats socket tells: figures, the rows behind one, two definitions beside each
other, what a norm still takes; of now and of an evening that is past."""
import concurrent.futures
import datetime
import html
import json
import re
import select
import socket
import unittest
import urllib.error
import urllib.parse
import urllib.request

from wot import Wot, ask, today


def unmarked(said):
    """Without up to where the logs were read, which may have moved in between."""
    if isinstance(said, list):
        return [unmarked(one) for one in said]
    if isinstance(said, dict):
        return {name: unmarked(value) for name, value in said.items() if name != "marks"}
    return said


def day(ago):
    return (today() - datetime.timedelta(days=ago)).isoformat()


class Asked(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        for i, (ward, ago) in enumerate([("ZUID", 60), ("ZUID", 58), ("OOST", 59), ("ZUID", 3), ("NOORDRAND", 57)] * 3):
            cls.post("desk", "/v1/help-requests", f"r{i}", ago, channel="PHONE", ward=ward, problems=["FINANCE"])
        cls.wot.settle()
        for number in range(1, 13):
            cls.event(number, 1 if number % 5 == 4 else 50 - number, "supportStarted", caseLead="x")
        cls.post("desk", "/v1/brief-contacts", "b", 2, channel="PHONE", answer="ADVICE")
        cls.wot.settle()
        cls.year = f"{day(300)}..{day(0)}"

    @classmethod
    def post(cls, client, path, ref, ago, **body):
        at = f"{day(ago)}T{10 if ago else 0:02}:00:00Z"
        code, said = cls.wot.post(client, path, {"externalRef": ref, "occurredAt": at, **body})[:2]
        assert code == 202, (path, code, said)

    @classmethod
    def event(cls, number, ago, kind, **fields):
        year = today().year
        cls.post("casesystem", "/v1/case-events", f"e{number}{kind}", ago,
                 caseId=f"{year}-{number:06}", **{kind: fields})

    def get(self, path, client="manager", **parameters):
        query = urllib.parse.urlencode(parameters)
        request = urllib.request.Request(self.wot.url("aggregate", f"{path}?{query}" if query else path))
        request.add_header("Authorization", f"Bearer {self.wot.token(client)}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()

    def http(self, path, **parameters):
        code, _, text = self.get(path, **parameters)
        self.assertEqual(code, 200, text)
        return unmarked(json.loads(text))

    def told(self, command, form="json"):
        answer = ask(self.wot.dir, "aggregate", f"show {command} {form}")
        self.assertFalse(answer.startswith("error"), answer)
        return unmarked(json.loads(answer)) if form == "json" else answer

    def rows(self, name, limit, **parameters):
        """All pages, each of which but the last is full."""
        found, after = [], {}
        while True:
            page = self.http(f"/v1/kpis/{name}/rows", limit=limit, **after, **parameters)
            found += page["items"]
            if "next" not in page:
                return found
            self.assertEqual(len(page["items"]), limit)
            after = {"after": page["next"]}

    # ---- the same ----

    def test_figures_are_the_same(self):
        for words, parameters in (
            (f"period {self.year}", {}),
            (f"help_requests period {self.year} by month,ward", {"id": "help_requests", "by": "month,ward"}),
            (f"help_requests period {self.year} where ward=ZUID by channel", {"id": "help_requests", "by": "channel", "ward": "ZUID"}),
            (f"waiting_days period {self.year} beside last-year definition 2023",
             {"id": "waiting_days", "beside": "last-year", "definition": 2023}),
        ):
            self.assertEqual(self.http("/v1/kpis", period=self.year, **parameters), self.told(f"kpi {words}"), words)

    def test_a_table_for_other_programs_is_the_same(self):
        code, kind, text = self.get("/v1/kpis", id="help_requests", period=self.year, by="ward", format="csv")
        self.assertEqual((code, kind), (200, "text/csv; charset=utf-8"))
        self.assertEqual(text.strip(), self.told(f"kpi help_requests period {self.year} by ward", "csv").strip())
        self.assertEqual(len(text.splitlines()), 5)

    def test_the_rows_behind_a_figure_are_the_same_page_by_page(self):
        for name in ("help_requests", "contacts_total", "started_within_4_weeks", "waiting_days", "requests_by_ward"):
            said = self.told(f"explain {name} period {self.year}")
            self.assertGreater(len(said), 9)
            for limit in (1, 4, 1000):
                self.assertEqual(self.rows(name, limit, period=self.year), said, (name, limit))
        said = self.told(f"explain help_requests period {self.year} where ward=ZUID")
        self.assertEqual(self.rows("help_requests", 2, period=self.year, ward="ZUID"), said)
        self.assertEqual((said[0]["ward"], said[0]["problem"]), ("ZUID", ["FINANCE"]))

    def test_two_definitions_and_the_forecast_are_the_same(self):
        said = self.told(f"compare started_within_4_weeks 2023 2025 period {self.year} by ward")
        self.assertEqual(self.http("/v1/kpis/started_within_4_weeks/compare", definition=2023, other=2025, period=self.year,
                                   by="ward"), said)
        self.assertEqual(said["cases"], 12)
        self.assertEqual(self.http("/v1/forecast"), self.told("forecast"))

    def test_all_rows_behind_a_figure_come_as_one_table(self):
        for name, words, parameters in (("help_requests", "", {}), ("help_requests", " where ward=ZUID", {"ward": "ZUID"}),
                                        ("waiting_days", f" as-of {day(2)}", {"asOf": day(2)}), ("contacts_total", "", {})):
            code, kind, text = self.get(f"/v1/kpis/{name}/rows", period=self.year, format="csv", **parameters)
            self.assertEqual((code, kind), (200, "text/csv; charset=utf-8"), text)
            self.assertEqual(text.strip(), self.told(f"explain {name} period {self.year}{words}", "csv").strip(), name)
        for more in ({"limit": 5}, {"after": "0-1"}):
            self.assertEqual(self.get("/v1/kpis/help_requests/rows", format="csv", **more)[0], 400)
        self.assertEqual(self.get("/v1/kpis/help_requests/rows", client="viewer", format="csv")[0], 403)
        page = self.get("/cijfers/help_requests/zaken", periode=self.year, wijk="ZUID")[2]
        link = html.unescape(re.search(r'href="(/v1/kpis/help_requests/rows[^"]*)"', page)[1])
        self.assertEqual(self.get(link)[2].strip(), self.told(f"explain help_requests period {self.year} where ward=ZUID", "csv").strip())

    # ---- of a day ----

    def test_an_evening_in_the_past_is_the_same(self):
        for ago, count in ((2, 0), (0, 15)):
            as_of, period = day(ago), f"{day(300)}..{day(ago)}"
            said = self.told(f"kpi help_requests period {period} by month where ward=ZUID as-of {as_of}")
            self.assertEqual(self.http("/v1/kpis", id="help_requests", period=period, by="month", ward="ZUID", asOf=as_of), said)
            self.assertEqual(self.http("/v1/kpis", id="help_requests", period=period, asOf=as_of)[0]["count"], count)
            self.assertEqual(len(self.rows("help_requests", 4, period=period, asOf=as_of)), count)
            self.assertEqual(self.http("/v1/forecast", asOf=as_of), self.told(f"forecast as-of {as_of}"))
            self.assertEqual(self.http("/v1/kpis/waiting_days/compare", definition=2023, other=2025, period=period, asOf=as_of),
                             self.told(f"compare waiting_days 2023 2025 period {period} as-of {as_of}"))

    def test_a_page_is_as_of_an_evening_too(self):
        then, period = day(2), f"{day(300)}..{day(2)}"
        for path in ("/cijfers", "/cijfers/help_requests"):
            code, _, text = self.get(path, periode=period, stand=then)
            self.assertEqual(code, 200, text)
            self.assertRegex(text, r'class="stand">Zoals vastgelegd tot en met \d+\W[a-z]+ \d{4}<')
            self.assertIn(f'name="stand" value="{then}"', text)
            self.assertRegex(text, f"/cijfers/help_requests[^\"]*stand={then}")
            self.assertNotIn("Bijgewerkt", text)
        self.assertRegex(self.get("/cijfers/help_requests/zaken", periode=period)[2], r"/zaken/\d{4}-")
        self.assertNotRegex(self.get("/cijfers/help_requests/zaken", periode=period, stand=then)[2], r"/zaken/\d{4}-")
        self.assertIn("Bijgewerkt", self.get("/cijfers", stand=day(0))[2], "nothing can be recorded later")
        self.assertEqual(self.get("/cijfers", client="viewer", stand=then)[0], 403)
        for wrong in ("yesterday", "2025-02-30", ""):
            self.assertEqual(self.get("/cijfers", stand=wrong)[0], 400, wrong)

    def test_many_evenings_at_once_wait_for_each_other_and_nobody_for_them(self):
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            asked = [pool.submit(self.http, "/v1/kpis", id="help_requests", asOf=day(i + 2)) for i in range(12)]
            running = [pool.submit(self.http, "/v1/kpis", id="help_requests", period=self.year) for _ in range(20)]
            self.assertEqual({future.result()[0]["count"] for future in running}, {15})
            self.assertEqual({future.result()[0]["count"] for future in asked}, {0})

    def test_who_goes_away_meanwhile_is_not_missed(self):
        connections, at = [], urllib.parse.urlsplit(self.wot.url("aggregate", "/"))
        for _ in range(5):
            request = f"GET /v1/kpis?asOf={day(3)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.wot.token('manager')}\r\n\r\n"
            one = socket.create_connection((at.hostname, at.port))
            one.sendall(request.encode())
            connections.append(one)
        for one in connections:
            one.close()
        self.assertEqual(self.http("/v1/kpis", id="help_requests", asOf=day(2))[0]["count"], 0)

    # ---- refused ----

    def test_what_is_wrong_is_named(self):
        for path, parameters, name in (
            ("/v1/kpis", {"asOf": "2025-02-30"}, "asOf"), ("/v1/kpis", {"asOf": "yesterday"}, "asOf"),
            ("/v1/kpis", {"format": "xml"}, "format"), ("/v1/kpis/help_requests/rows", {"limit": 0}, "limit"),
            ("/v1/kpis/help_requests/rows", {"by": "ward"}, "by"), ("/v1/kpis/help_requests/rows", {"wrd": "ZUID"}, "wrd"),
            ("/v1/kpis/help_requests/compare", {"definition": 25}, "definition"), ("/v1/forecast", {"period": "2025"}, "period"),
        ):
            code, _, text = self.get(path, **parameters)
            self.assertEqual(code, 400, (path, parameters))
            self.assertEqual(json.loads(text)["errors"][0]["pointer"], f"/{name}", (path, parameters))
        for path, parameters, code in (
            ("/v1/kpis/nothing/rows", {}, 404), ("/v1/kpis/nothing/compare", {"definition": 2023, "other": 2025}, 404),
            ("/v1/kpis/help_requests/compare", {"definition": 2023}, 400), ("/v1/kpis/help_requests/nothing", {}, 404),
            ("/v1/kpis/help_requests/rows", {"after": "x"}, 400), ("/v1/kpis/help_requests/rows", {"after": "9-0"}, 400),
            ("/v1/kpis/help_requests/rows", {"ward": "NOWHERE"}, 400), ("/v1/kpis", {"period": "2025-13", "asOf": day(2)}, 400),
        ):
            self.assertEqual(self.get(path, **parameters)[0], code, (path, parameters))

    def test_a_viewer_sees_no_rows_and_no_evening(self):
        for path, parameters in (("/v1/kpis/help_requests/rows", {}), ("/v1/forecast", {}),
                                 ("/v1/kpis/help_requests/compare", {"definition": 2023, "other": 2025})):
            self.assertEqual(self.get(path, client="viewer", **parameters)[0], 403, path)
        evening = self.get("/v1/kpis", client="viewer", asOf=day(2))
        self.assertEqual((evening[0], {figure["suppressed"] for figure in json.loads(evening[2])}), (200, {True}))
        code, kind, text = self.get("/v1/kpis", client="viewer", id="help_requests", format="csv")
        self.assertEqual((code, kind.split(";")[0]), (200, "text/csv"))

    def crowd_begin(self, path, count):
        """So many who ask the same at once; returned when the first of them hears."""
        line = f"GET {path} HTTP/1.1\r\nHost: wot\r\nAuthorization: Bearer {self.wot.token('manager')}\r\nConnection: close\r\n\r\n"
        crowd = [self.enterContext(socket.create_connection(("127.0.0.1", self.wot.port("aggregate")))) for _ in range(count)]
        for one in crowd:
            one.sendall(line.encode())
        self.assertTrue(select.select(crowd, [], [], 60)[0])
        return crowd

    def test_who_asks_for_little_does_not_wait_until_all_who_ask_for_much_were_answered(self):
        long = f"/v1/kpis?period={day(800)}..{day(0)}&by=day"
        self.crowd_begin(long, 1)  # how long it takes is known from then on
        crowd = self.crowd_begin(long, 20)
        self.assertEqual(self.get("/healthz")[0], 200)
        heard = select.select(crowd, [], [], 0)[0]
        self.assertLess(len(heard), len(crowd))
        for one in crowd:  # and nobody is forgotten
            with one.makefile("rb") as answer:
                self.assertIn(b" 200 ", answer.readline())



if __name__ == "__main__":
    unittest.main()
