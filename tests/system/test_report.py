"""The annual report of 2025 over wotctl, of the sample: every figure that the annual report of 2025 published stands in it,
in words, in CSV and in JSON, and the same log gives the same bytes."""
import csv
import datetime
import hashlib
import html
import io
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from wot import BIN, Wot, wait_until

# From the annual report of 2025: the chapters on goals, figures and what they say; the cards stand in chapter 3, tailored
# solutions in chapter 4.
SENTENCES = [
    "1.001 hulpvragen en 634 korte contacten.",
    "Er kwamen 1.001 hulpvragen binnen.",
    "Daarnaast waren er 634 korte contacten.",
    "Bij 76% startte de begeleiding binnen 4 weken. De norm is 80%. niet gehaald",
    "Bij 46% startte de begeleiding al binnen 1 week.",
    "67% van de trajecten is binnen 6 maanden afgesloten. De norm is 80%. In 2024 was het 71%. niet gehaald",
    "Bij 70% van de trajecten zijn de doelen gehaald.",
    "Er zijn 1.054 trajecten afgesloten.",
    "Bij 743 van de 1.054 trajecten zijn de doelen gehaald. De norm is 80%. Die is niet gehaald.",
    "Van 91 trajecten is de reden onbekend. In het beste geval is het 79%. De norm is dus zeker niet gehaald.",
    "Doelen gehaald 743 70%",
    "Gestopt door de cliënt 154 15%",
    "Afgerond en doorverwezen naar specialistische zorg 66 6%",
    "Onbekend 91 9%",
    "Totaal 1.054 100%",
    "48 smiley-kaartjes, allemaal positief. En 1 klacht.",
    "Maatwerk. 18 keer kregen mensen of gezinnen een maatwerkoplossing. De berekende besparing is gemiddeld € 39.000.",
    "Klachten. Er was 1 klacht met 3 onderdelen. Daarvan waren er 2 ongegrond en 1 deels gegrond.",
    "Smileys. Er kwamen 48 smiley-kaartjes binnen: allemaal positief.",
    "Trainingen minstens 3 per jaar 2",
    "Cliënten tevreden over de toegang minstens 80% volgende meting in 2026 – geen meting",
]
COUNTS = {"help_requests": 1001, "brief_contacts": 634, "contacts_total": 1635, "closures": 1054, "complaints": 1,
          "feedback_cards": 48, "tailored_solutions": 18}
SHARES = {"started_within_4_weeks": 76, "started_within_1_week": 46, "closed_within_6_months": 67, "feedback_positive": 100}
REASONS = {"GOALS_MET": 743, "STOPPED_BY_CLIENT": 154, "REDIRECTED_SPECIALIST": 66, "UNKNOWN": 91}

DATA = ["definitions.csv", "figures.csv", "series.csv", "splits.csv"]
MEASURED = ["value", "count", "of", "unknown", "low", "high", "p50", "p90"]
TYPES = {"string": str, "year": int, "integer": int, "number": float, "date": datetime.date.fromisoformat,
         "boolean": {"true": True, "false": False}.__getitem__}


def words(page):
    """What a reader reads, in one line."""
    page = re.sub(r"<(style|svg|desc)\b.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+([.,])", r"\1", re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page))))


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot(settings={"synthetic": True, "figures_complete_from": "2025-01-01"}))
        cls.wot.start()
        lines = cls.wot.dir / "sample.jsonl"
        lines.write_text(cls.wot.wotctl("simulate", "--from", "2025-01-01", "--to", "2026-03-31", "--seed", 20261121).stdout)
        cls.wot.wotctl("import", lines, timeout=600, check=False)
        cls.wot.settle(300)

    def report(self, *args, check=True):
        return self.wot.wotctl("report", *args, check=check)

    def test_what_was_published_of_2025_stands_in_its_sentences_and_tables(self):
        said = words(self.report("2025").stdout)
        for sentence in SENTENCES:
            with self.subTest(sentence):
                self.assertIn(sentence, said)

    def test_what_was_published_of_2025_stands_in_csv_and_json(self):
        rows = list(csv.DictReader(io.StringIO(self.report("2025", "--csv").stdout)))
        year = [row for row in rows if (row["from"], row["to"], row["definition"]) == ("2025-01-01", "2025-12-31", "2025")]
        figures = [item["figure"] for item in json.loads(self.report("2025", "--json").stdout)["figures"]]
        whole = {figure["id"]: figure for figure in reversed(figures)
                 if figure["period"]["to"] == "2025-12-31" and figure["definition"] == 2025 and figure["period"]["from"] == "2025-01-01"}
        for id, count in COUNTS.items():
            self.assertEqual(whole[id]["count"], count, id)
            self.assertIn(str(count), [row["count"] for row in year if row["id"] == id and not row["key"]], id)
        for id, percent in SHARES.items():
            self.assertEqual(round(100 * whole[id]["value"]), percent, id)
        reasons = {row["key"]: int(row["count"]) for row in year if row["id"] == "closures" and row["key"]}
        self.assertEqual(reasons, REASONS)

    def test_the_same_log_gives_the_same_bytes(self):
        for format in ("--html", "--csv", "--json"):
            self.assertEqual(self.report("2025", format).stdout, self.report("2025", format).stdout, format)

    def test_each_figure_equals_that_of_the_same_question(self):
        said = {figure["id"]: figure for figure in json.loads(self.wot.wotctl("kpi", "--period", "2025", "--json").stdout)}
        for item in json.loads(self.report("2025", "--internal", "--json").stdout)["figures"]:
            figure = item["figure"]
            if item["by"] or figure["definition"] != 2025 or figure["period"] != {"from": "2025-01-01", "to": "2025-12-31"}:
                continue
            other = said[figure["id"]]
            for member in ("value", "count", "of", "unknown", "low", "high", "verdict", "norm"):
                self.assertEqual(figure.get(member), other.get(member), (figure["id"], member))

    def test_small_numbers_are_in_the_internal_report_alone(self):
        hidden = json.loads(self.report("2025", "--json").stdout)
        shown = json.loads(self.report("2025", "--json", "--internal").stdout)
        self.assertEqual((hidden["internal"], shown["internal"]), (False, True))
        rows = [row for item in hidden["figures"] for row in item["figure"]["by"] if row.get("suppressed")]
        self.assertTrue(rows)
        self.assertFalse([row for row in rows if row.get("value") is not None or row.get("count") is not None])
        self.assertFalse([row for item in shown["figures"] for row in item["figure"]["by"] if row.get("suppressed")])

    # ---- open data ----

    def package(self, *args):
        """The package, and the rows of each of its files: each field as its type reads it, None where it is missing."""
        folder = self.wot.dir / "data"
        self.report("2025", "--data", folder, *args)
        package = json.loads((folder / "datapackage.json").read_text())
        self.assertEqual(sorted(path.name for path in folder.iterdir()), sorted([*(resource["path"] for resource in package["resources"]), "datapackage.json"]))
        rows = {}
        for resource in package["resources"]:
            content = (folder / resource["path"]).read_bytes()
            self.assertEqual((resource["bytes"], resource["hash"]), (len(content), "sha256:" + hashlib.sha256(content).hexdigest()))
            self.assertEqual((resource["format"], resource["mediatype"], resource["encoding"]), ("csv", "text/csv", "utf-8"))
            fields, lines = resource["schema"]["fields"], list(csv.reader(io.StringIO(content.decode())))
            self.assertEqual(lines[0], [field["name"] for field in fields])
            missing = resource["schema"]["missingValues"]
            rows[resource["path"]] = [
                {field["name"]: None if cell in missing else TYPES[field["type"]](cell) for field, cell in zip(fields, line, strict=True)} for line in lines[1:]]
            keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows[resource["path"]]]
            self.assertEqual(len(keys), len(set(keys)), resource["path"])
            self.assertNotIn(None, sum(keys, ()))
        return package, rows

    def test_data_is_a_package_whose_files_are_as_it_says(self):
        package, rows = self.package()
        self.assertEqual(sorted(rows), DATA)
        self.assertEqual((package["name"], package["internal"], package["licenses"][0]["name"]), ("jaarverslag-2025", False, "CC0-1.0"))
        self.assertRegex(package["created"], r"^20\d\d-\d\d-\d\dT[\d:.]+Z$")
        year = {row["id"]: row for row in rows["figures.csv"] if row["definition"] == 2025}
        for id, count in COUNTS.items():
            self.assertEqual(year[id]["count"], count, id)
        reasons = {row["key"]: row["count"] for row in rows["splits.csv"] if row["id"] == "closures"}
        self.assertEqual(reasons, REASONS)
        for per, count in (("month", 12), ("quarter", 4)):
            series = [row["count"] for row in rows["series.csv"] if (row["id"], row["per"]) == ("help_requests", per)]
            self.assertEqual((len(series), sum(series)), (count, COUNTS["help_requests"]))
        self.assertLessEqual({row["id"] for row in rows["figures.csv"]}, {row["id"] for row in rows["definitions.csv"]})

    def test_data_has_no_number_that_is_hidden_and_nobody_is_in_it(self):
        _, rows = self.package()
        hidden = [row for row in rows["splits.csv"] if row["suppressed"]]
        self.assertTrue(hidden)
        for name in ("figures.csv", "splits.csv", "series.csv"):
            for row in rows[name]:
                numbers = [row[column] for column in MEASURED if column in row]
                self.assertEqual(row["suppressed"] and any(number is not None for number in numbers), False, row)
        for path in (self.wot.dir / "data").iterdir():
            self.assertNotRegex(path.read_text(), r"\b20\d\d-\d{6}\b|externalRef|caseId|\b\d{9}\b", path.name)

    def test_internal_data_says_so_and_has_no_licence(self):
        package, rows = self.package("--internal")
        self.assertEqual((package["name"], package["internal"], package.get("licenses")), ("jaarverslag-2025-intern", True, None))
        self.assertFalse([row for row in rows["splits.csv"] if row["suppressed"]])

    def test_data_takes_the_place_of_data_and_of_nothing_else(self):
        folder = self.wot.dir / "mine"
        self.report("2025", "--data", folder)
        first = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.report("2025", "--data", folder)
        self.assertEqual({name: (folder / name).read_bytes() for name in DATA}, {name: first[name] for name in DATA})
        (folder / "notes.txt").write_text("mine")
        refused = self.report("2025", "--data", folder, check=False)
        self.assertEqual((refused.returncode, "holds notes.txt" in refused.stderr), (2, True))
        self.assertEqual((folder / "notes.txt").read_text(), "mine")
        self.assertEqual([path.name for path in self.wot.dir.glob(".mine*")], [])

    def test_a_file_that_cannot_be_written_leaves_what_was_there(self):
        def few_bytes():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

        path = self.wot.dir / "mine.html"
        self.report("2025", "-o", path)
        before = path.read_bytes()
        refused = subprocess.run([BIN / "wotctl", "--dir", self.wot.dir, "report", "2025", "-o", path], preexec_fn=few_bytes, capture_output=True, text=True)
        self.assertEqual((refused.returncode, refused.stderr), (1, f"wotctl: {path}: File too large\n"))
        self.assertEqual(path.read_bytes(), before)
        self.assertEqual([file.name for file in self.wot.dir.glob(".mine*")], [])

    def test_what_is_no_file_is_written_to_as_it_is(self):
        (self.wot.dir / "led.csv").symlink_to("led-to.csv")
        self.report("2025", "--csv", "-o", self.wot.dir / "led.csv")
        self.assertTrue((self.wot.dir / "led.csv").is_symlink())
        whole = self.report("2025", "--csv", "-o", "/dev/stdout").stdout
        self.assertEqual((self.wot.dir / "led-to.csv").read_text(), whole)
        refused = self.report("2025", "--csv", "-o", "/dev/full", check=False)
        self.assertEqual((refused.returncode, "No space left" in refused.stderr), (1, True))

    # ---- pages ----

    def page(self, path, client=None):
        headers = {"Authorization": f"Bearer {self.wot.token(client)}"} if client else {}
        try:
            with urllib.request.urlopen(urllib.request.Request(self.wot.url("aggregate", path), headers=headers), timeout=30) as answer:
                return answer.status, answer.read().decode("latin-1"), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), error.headers

    def test_the_public_gets_what_was_published_and_who_signed_in_the_live_one(self):
        published = self.wot.dir / "aggregate" / "published"
        chart = "/charts/help_requests/balk.svg?periode=2025"
        for path in ("/jaarverslag/2025", "/jaarverslag/2025/data/", "/jaarverslag/2025/data/figures.csv", chart):
            self.assertEqual(self.page(path)[0], 404, path)
        self.assertIn("Er is nog geen jaarverslag gepubliceerd.", words(self.page("/bestanden")[1]))
        status, said, _ = self.page("/jaarverslag/2025.pdf", "manager")
        self.assertEqual((status, "niet als PDF gepubliceerd" in said), (404, True))
        status, live, _ = self.page("/jaarverslag/2025", "manager")
        self.assertEqual((status, "Bij 76% startte de begeleiding binnen 4 weken." in words(live)), (200, True))
        for bad in ("/jaarverslag/", "/jaarverslag/25", "/jaarverslag/2025.doc", "/jaarverslag/2025/../x", "/jaarverslag/2024",
                    "/jaarverslag/2025/data", "/jaarverslag/2025/data/x.csv", "/jaarverslag/2025/data/../jaarverslag-2025.csv"):
            self.assertEqual(self.page(bad)[0], 404, bad)
        self.assertEqual(self.page("/jaarverslag/2025?x=1", "manager")[0], 400)
        if not shutil.which("chromium"):
            self.skipTest("no chromium to make a PDF with")
        self.quiet()
        made = []
        for near, dir in (("/", self.wot.dir), (self.wot.dir.parent, self.wot.dir.name)):  # the second in the place of the first
            subprocess.run([BIN / "wotctl", "--dir", dir, "report", "2025", "--publish"], cwd=near, check=True, timeout=120)
            self.assertEqual([path.name for path in published.iterdir()], ["2025"])
            self.assertEqual(sorted(path.name for path in (published / "2025").iterdir()),
                             ["charts", "data", *(f"jaarverslag-2025.{kind}" for kind in ("csv", "html", "json", "pdf"))])
            made.append({path.name: path.read_bytes() for path in (published / "2025").rglob("*.*")})
        self.assertEqual(*made)
        status, page, _ = self.page("/jaarverslag/2025")
        self.assertEqual((status, "Bij 76% startte de begeleiding binnen 4 weken." in words(page)), (200, True))
        for kind in ("csv", "json", "html", "pdf"):
            status, said, headers = self.page(f"/jaarverslag/2025.{kind}")
            self.assertEqual((status, said), (200, (published / "2025" / f"jaarverslag-2025.{kind}").read_bytes().decode("latin-1")), kind)
        self.assertEqual(headers["Content-Type"], "application/pdf")
        data = sorted((published / "2025" / "data").iterdir())
        listed = words(self.page("/jaarverslag/2025/data/")[1])
        for path in data:
            status, said, headers = self.page(f"/jaarverslag/2025/data/{path.name}")
            self.assertEqual((status, said.encode("latin-1")), (200, path.read_bytes()), path.name)
            self.assertIn(path.name, listed)
        self.assertEqual(headers["Content-Type"], "text/csv; charset=utf-8")
        self.assertEqual([path.name for path in data], sorted([*DATA, "datapackage.json"]))
        shelf = self.page("/bestanden")[1]
        for ending in (".html", ".pdf", ".csv", ".json", "/data/"):
            self.assertIn(f'href="/jaarverslag/2025{ending}"', shelf)
        self.charts_are_those_that_were_published(published / "2025" / "charts")
        pdf = (published / "2025" / "jaarverslag-2025.pdf").stat().st_size
        self.assertIn(f"{-(-pdf // 1000)}\u00a0kB", shelf.encode("latin-1").decode())

    def charts_are_those_that_were_published(self, charts):
        def drawn(path, client=None):
            status, said, headers = self.page(f"/charts/{path}", client)
            self.assertEqual((status, headers["Content-Type"]), (200, "image/svg+xml"), path)
            return said.encode("latin-1")

        for asked, name in (("help_requests/balk.svg", "help_requests.balk.624"), ("help_requests/balk.svg?periode=2025&breedte=300", "help_requests.balk.300"),
                            ("help_requests/balk.svg?periode=2025&per=ward", "help_requests.ward.balk.624"), ("closed_within_6_months/stip.svg", "closed_within_6_months.stip.624"),
                            ("waiting_days/kolom.svg?per=class", "waiting_days.class.kolom.624")):
            self.assertEqual(drawn(asked), (charts / f"{name}.svg").read_bytes())
        self.assertEqual(drawn("help_requests/balk.svg?periode=2025&per=ward"), drawn("help_requests/balk.svg?periode=2025&per=ward", "viewer"))
        self.assertIn("niet getoond", drawn("brief_contacts/balk.svg?per=channel").decode())
        for none in ("help_requests/lijn.svg", "help_requests/balk.svg?periode=2024", "help_requests/balk.svg?periode=2025-Q4", "help_requests/balk.svg?per=team",
                     "help_requests/balk.svg?per=../balk", "../data/balk.svg", "help_requests/balk.300.svg", "help_requests", "care_hours/balk.svg"):
            self.assertEqual(self.page(f"/charts/{none}")[0], 404, none)
        self.assertEqual(self.page("/charts/help_requests/balk.svg", "aanmeldteam")[0], 403)

    def test_of_a_year_without_a_report_a_page_says_so_and_leads_to_the_others(self):
        year = datetime.date.today().year
        for path, client, what, why in (
                ("2024", None, "Er is geen jaarverslag van 2024", "Kies een ander jaar."),
                ("2024.csv", None, "Er is geen jaarverslag van 2024", "Kies een ander jaar."),
                ("2024/data/", None, "Er is geen jaarverslag van 2024", "Kies een ander jaar."),
                ("2024", "viewer", "Er zijn geen cijfers van 2024", "De cijfers beginnen op 1 januari 2025."),
                ("2024.json", "manager", "Er zijn geen cijfers van 2024", "De cijfers beginnen op 1 januari 2025."),
                ("2024/data/figures.csv", "manager", "Er zijn geen cijfers van 2024", "De cijfers beginnen op 1 januari 2025."),
                (year + 1, "manager", f"Er zijn nog geen cijfers van {year + 1}", "Kies een eerder jaar.")):
            status, text, headers = self.page(f"/jaarverslag/{path}", client)
            self.assertEqual((status, headers["Content-Type"]), (404, "text/html; charset=utf-8"), path)
            said = words(text)
            for sentence in (what, why, "Naar de jaarverslagen"):
                self.assertIn(sentence, said, (path, client))
            self.assertIn('href="/bestanden"', text)
            self.assertNotIn("Controleer het adres", said)
        for path in ("24", "2024.doc", "2024/data/x.csv", "2024/data"):
            self.assertIn("Controleer het adres", self.page(f"/jaarverslag/{path}", "manager")[1], path)

    def quiet(self):
        """Who decides is silent: what was read of the others is else still written down a second after it was."""
        self.wot.stop("intake", "triage", "case")
        self.addCleanup(self.wot.start, "intake", "triage", "case")

    @unittest.skipUnless(shutil.which("chromium") and shutil.which("pdftotext"), "deploy/install-deps.sh --web installs chromium, pdftotext")
    def test_a_pdf_has_the_words_of_the_report_on_8_pages(self):
        # Mostly another file system than the one where it is made.
        with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as elsewhere:
            self.report("2025", "--pdf", "-o", f"{elsewhere}/report.pdf")
            self.assertEqual(os.listdir(elsewhere), ["report.pdf"])
            text = subprocess.run(["pdftotext", "-raw", f"{elsewhere}/report.pdf", "-"], check=True, capture_output=True, text=True).stdout
            pdf = Path(elsewhere, "report.pdf").read_bytes()
        said = re.sub(r"\s+", " ", text)
        for sentence in SENTENCES:
            row = re.fullmatch(r"(\D+) ([\d.]+) (\d+%)", sentence)  # of a table, which is a chart on paper, without a total
            if row and row[1] != "Totaal":
                sentence = f"{row[1]} {row[3]} {row[2]}"
            if not row or row[1] != "Totaal":
                with self.subTest(sentence):
                    self.assertIn(sentence, said)
        self.assertEqual(text.count("\f"), 8)  # pages
        # The numbers that chromium gives to cells differ between two runs, now and then: ours do not.
        numbers = {int(number) for number in re.findall(rb"\(node(\d{8})\)", pdf)}
        self.assertEqual(numbers, set(range(1, len(numbers) + 1)))
        self.assertGreater(len(numbers), 20)

    def test_without_chromium_there_is_no_pdf_and_it_is_said_what_to_install(self):
        before, os.environ["PATH"] = os.environ["PATH"], "/nowhere"
        try:
            refused = self.report("2025", "--pdf", "-o", self.wot.dir / "none.pdf", check=False)
        finally:
            os.environ["PATH"] = before
        self.assertEqual((refused.returncode, "apt-get install chromium" in refused.stderr), (1, True))
        self.assertFalse((self.wot.dir / "none.pdf").exists())

    # ---- held against the log ----

    def accept(self, client, path, body):
        """Sent until its case is known; the receipt."""
        def taken():
            code, answer = self.wot.post(client, path, body)
            return code in (200, 202) and answer
        return wait_until(taken, what=f"{path} {body['externalRef']} is taken")

    def test_z_check_names_the_cases_that_changed_a_published_figure_and_no_others(self):
        """Late, for what it brings in changes 2025."""
        published = self.wot.dir / "published.json"
        published.write_text(self.report("2025", "--json").stdout)
        same = self.report("--check", published)
        self.assertRegex(same.stdout, r"^all \d+ figures of 2025 are given by the log\n$")
        late = {"occurredAt": "2025-11-03T10:00:00+01:00"}
        case = self.accept("desk", "/v1/help-requests", {"externalRef": "check-1", **late, "channel": "PHONE", "ward": "ZUID", "person": {"name": "Test"}})["caseId"]
        self.accept("desk", "/v1/complaints", {"externalRef": "check-c", **late, "formal": True, "parts": ["bejegening"]})
        self.wot.settle(60)
        complaint = next(event["seq"] for event in self.wot.tail("intake") if event["event"].get("externalRef") == "check-c")
        told = self.told(published)
        whole = "2025-01-01..2025-12-31 (definition 2025)"
        self.assertEqual(told[f"help_requests {whole}"], ["value 1001, now 1002; count 1001, now 1002", f"came: {case}"])
        self.assertEqual(told["help_requests 2025-10-01..2025-12-31 (definition 2025)"][1:], [f"came: {case}"])
        self.assertNotIn("help_requests 2025-07-01..2025-09-30 (definition 2025)", told)
        self.assertEqual(told[f"complaints {whole}"][1:], [f"came: seq {complaint}"])
        self.assertNotIn(f"closures {whole}", told)
        self.screened_and_closed(case)
        told = self.told(published)
        self.assertEqual(told[f"closures {whole}"], ["value 1054, now 1055; count 1054, now 1055", f"came: {case}"])
        self.assertEqual(told["closures 2025-01-01..2025-12-31 by reason (definition 2025)"][1:], [f"came: {case}"])
        self.assertEqual({name for lines in told.values() for line in lines for name in re.findall(r"2025-\d{6}|seq \d+", line)}, {case, f"seq {complaint}"})

    def screened_and_closed(self, case):
        step = {"occurredAt": "2025-11-04T10:00:00+01:00", "caseId": case}
        self.accept("aanmeldteam", "/v1/screenings", {"externalRef": "check-1", "outcome": "TO_SUPPORT", **step})
        for number, what in enumerate(({"supportStarted": {}}, {"closed": {"reason": "GOALS_MET"}})):
            self.accept("casesystem", "/v1/case-events", {"externalRef": f"check-1-{number}", **step, "occurredAt": f"2025-12-1{number}T10:00:00+01:00", **what})
        self.wot.settle(60)

    def corrected(self, case, **what):
        self.accept("casesystem", "/v1/case-events", {"externalRef": f"check-{case}", "occurredAt": "2026-02-02T10:00:00+01:00", "caseId": case, "corrected": what})

    def test_zz_check_names_under_a_figure_the_cases_that_came_changed_and_went(self):
        """After the other that brings something in, which counts what is there."""
        year = "2025-01-01..2025-12-31"
        closed, reported = (json.loads(self.wot.ask("aggregate", f"show explain {id} period {year} definition 2025 json"))
                            for id in ("closures", "help_requests"))
        other, later = [row["id"] for row in closed if row["reason"] == "GOALS_MET"][:2]
        moved = reported[0]["id"]
        published = self.wot.dir / "before.json"
        published.write_text(self.report("2025", "--json").stdout)
        self.corrected(other, closingReason="OTHER")
        self.corrected(later, closedOn="2026-01-15")
        self.corrected(moved, reportedOn="2024-12-30")
        self.wot.settle(60)
        late = {"occurredAt": "2025-11-03T10:00:00+01:00", "channel": "PHONE", "person": {"name": "Test"}}
        came = [self.accept("desk", "/v1/help-requests", {"externalRef": f"check-1{i}", **late})["caseId"] for i in range(2)]
        self.wot.settle(60)
        told = {name.removesuffix(" (definition 2025)"): lines[1:] for name, lines in self.told(published).items()}
        self.assertEqual(told[f"help_requests {year}"], [f"came: {', '.join(came)}", f"went: {moved}"])
        self.assertEqual(told[f"closures {year}"], [f"went: {later}"])
        self.assertEqual(told[f"closures {year} by reason"], [f"went: {later}", f"changed: {other}"])
        self.assertEqual(told[f"goals_met {year}"], [f"went: {later}", f"changed: {other}"])
        self.assertNotIn(f"waiting_days {year}", told)  # the median is as it was, and a mean is told to nobody
        named = {name for lines in told.values() for line in lines for name in re.findall(r"20\d\d-\d{6}", line)}
        self.assertEqual(named, {*came, other, later, moved})

    def told(self, published):
        """What --check says of each figure that is not given: what differs, then which cases."""
        checked = self.report("--check", published, check=False)
        self.assertEqual((checked.returncode, checked.stderr), (1, ""))
        told, lines = {}, None
        *said, end = checked.stdout.splitlines()
        for line in said:
            if line.startswith("  "):
                lines.append(line.strip())
            else:
                name, _, differs = line.partition(": ")
                lines = told[name] = [differs]
        self.assertRegex(end, rf"^{len(told)} of \d+ figures are not given any more$")
        return told

    def test_check_refuses_what_is_no_report_and_says_which_log_is_another(self):
        whole = self.report("2025", "--json").stdout
        path = self.wot.dir / "other.json"
        report = json.loads(whole)
        without = {**report, "figures": [{**item, "figure": {k: v for k, v in item["figure"].items() if k != "count"}} for item in report["figures"]]}
        for text, said in ((whole[:5000], "no whole JSON"), ("[]", "/year is missing"), (json.dumps({**report, "year": 2024}), "not in the report's year"),
                           (json.dumps(without), "/figures/0/figure/count is missing")):
            path.write_text(text)
            refused = self.report("--check", path, check=False)
            self.assertEqual((refused.returncode, refused.stdout, said in refused.stderr), (2, "", True), refused.stderr)
            self.assertIn("take the .json of a report", refused.stderr)
        refused = self.report("--check", self.wot.dir / "none.json", check=False)
        self.assertEqual((refused.returncode, "none.json" in refused.stderr), (2, True))
        for log, other in (("case", {"hash": "0" * 64}), ("intake", {"seq": 10**9})):
            report = json.loads(whole)
            report["logs"][log].update(other)
            path.write_text(json.dumps(report))
            checked = self.report("--check", path, check=False)
            self.assertEqual(checked.returncode, 1)
            self.assertRegex(checked.stdout, rf"^the log {log} is not the one that it was made from: .*hash {report['logs'][log]['hash']}")
        report = json.loads(whole)
        report["figures"][0]["figure"]["id"] = "cups_of_tea"
        path.write_text(json.dumps(report))
        self.assertRegex(self.report("--check", path, check=False).stdout, r"^cups_of_tea 2025-[^:]*: cannot be asked: .*cups_of_tea")
        path.write_text(json.dumps({**json.loads(whole), "later": {"x": 1}}))
        self.assertEqual(self.report("--check", path).returncode, 0)

    def test_a_year_without_figures_and_no_year_are_refused(self):
        for args, said in ((["2024"], "there are no figures of 2024"), (["twee"], "report YEAR"), ([], "report YEAR")):
            refused = self.report(*args, check=False)
            self.assertNotEqual(refused.returncode, 0, args)
            self.assertIn(said, refused.stderr)
            self.assertEqual(refused.stdout, "")


if __name__ == "__main__":
    unittest.main()
