"""What a client gets to see of a year of a town: every answer that there is, over each way that it is given. A number is
known once one of them shows it, whatever the others hide.

  figures    of all KPIs together, of months, quarters and the year, by each dimension; and a series by month
  one        the same of one KPI by itself, some of them
  charts     as files, some of them, of each kind, with what stands beside them
  pages      all figures of a period, some figures by themselves, and the report: they say no number besides
  report     the annual report: JSON, CSV and open data
  published  what the public gets of it: these, HTML and charts; and over HTTP, with the PDF, where there is a chromium
"""
import collections
import csv
import datetime
import io
import json
import pathlib
import random
import re
import shutil
import subprocess
import urllib.error
import urllib.request
import xml.etree.ElementTree

import drawings
from pages import numbers_of, printed_in, printed_in_pdf, said_in

REPORT_YAML = pathlib.Path(__file__).resolve().parents[2] / "config" / "report.yaml"
SPLITS = ("ward", "age", "care_weight", "channel", "location", "reason", "problem")
CLASS = "class"
NO_PEOPLE = {"complaints", "complaint_outcomes", "feedback_cards", "feedback_positive", "trainings"}
NO_VIEWERS = {"care_hours"}
PARTS = ("count", "rest", "unknown")
BEFORE, BETWEEN = "@before", "@between"  # by the definition before; how many more or fewer that are
SOME = 30  # questions and charts of a town that are asked one by one
MONTHS = "jan feb mrt apr mei juni juli aug sep okt nov dec".split()
OF_MONTHS = ("paneel", "vonk")
KINDS = ("stapel", "kolom", "stip", *OF_MONTHS)  # besides those of which each number is taken: balk and lijn
PIECE = re.compile(r'<section class="stuk" aria-labelledby="s-(\w+)">.*?</section>', re.S)
OUTLINE = re.compile(r"^  - id: (\w+)\n(.*?)(?=^  - |^\w|\Z)", re.M | re.S)
FIGURE_ROW = re.compile(r'<tr><th scope="row"><a href="/cijfers/(\w+).*?</tr>', re.S)
DESC = "{http://www.w3.org/2000/svg}desc"


def parts_of(cell):
    """The parts of a total or a row that is shown; None: it is hidden."""
    if cell["count"] is None:
        return None
    return {"count": cell["count"], "rest": max(0, (cell["of"] or 0) - cell["count"]), "unknown": cell["unknown"]}


def period_of(first, last):
    """2025-01-01 to 2025-03-31: 2025-Q1"""
    months = (int(first[5:7]), int(last[5:7]))
    if months == (1, 12):
        return first[:4]
    return first[:7] if months[0] == months[1] else f"{first[:4]}-Q{months[1] // 3}"


def period_before(period):
    return f"{int(period[:4]) - 1}{period[4:]}"


class Seen:
    """{(kpi, period, split, key): parts} of totals (no split, no key) and rows, and which rows each table has."""

    def __init__(self, wot, client, year, today):
        self.door, self.token, self.year = wot.url("aggregate", ""), wot.token(client), year
        self.cells, self.tables, self.small, self.labels, self.leaks = {}, {}, {}, {}, []
        self.spreads = {}  # by the same: of how many, and what half of them have at most, 9 of 10, and the mean
        self.said, self.words = collections.defaultdict(set), set()  # by KPI and period; labels with numbers in them
        over = lambda month: datetime.date(year + month // 12, month % 12 + 1, 1) <= today  # noqa: E731
        self.months = [f"{year}-{month:02}" for month in range(1, 13) if over(month)]
        self.quarters = [f"{year}-Q{quarter}" for quarter in range(1, 5) if over(3 * quarter)]
        self.years = [str(year)] if over(12) else []
        for period in self.months + self.quarters + self.years:
            self.ask(period)
        for period in self.quarters + self.years:
            for split in SPLITS:
                self.ask(period, split)

    def get(self, path, may_lack=False):
        return self.fetch(path, {"Authorization": f"Bearer {self.token}"}, may_lack).decode()

    def fetch(self, path, headers, may_lack=False):
        """Without headers: what the public gets. b"": there is no such thing, and that may be."""
        try:
            with urllib.request.urlopen(urllib.request.Request(self.door + path, headers=headers), timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as refused:
            if may_lack and refused.code in (400, 404):
                return b""
            raise AssertionError(f"{path}: {refused.code} {refused.read()}") from refused

    # ---- figures ----

    def figures(self, period, split="", **more):
        more = {"period": period, **({"by": split} if split else {}), **more}
        return json.loads(self.get("/v1/kpis?" + "&".join(f"{name}={value}" for name, value in more.items())))

    def ask(self, period, split="", **more):
        for figure in self.figures(period, split, **more):
            self.figure(figure, period, split)

    def figure(self, figure, period, split, suffix=""):
        name = figure["id"] + suffix
        self.hear(figure, period)
        if figure["id"] in NO_PEOPLE | NO_VIEWERS:
            return
        self.small[name] = PARTS if figure["unit"] == "share" and name != "requests_per_household" else PARTS[:1]
        self.take((name, period, "", ""), figure)
        for row in figure["by"] if split == "month" else []:
            self.take((name, row["key"], "", ""), row)
        if split and split != "month":
            keys = self.tables.setdefault((name, period, split), [])
            keys += [row["key"] for row in figure["by"] if row["key"] not in keys]
            for row in figure["by"]:
                self.labels[split, row["label"]] = row["key"]
                self.take((name, period, split, row["key"]), row)

    def hear(self, figure, period):
        self.said[figure["id"], period] |= numbers_of(figure)
        labels = {figure["label"], *(row["label"] for row in figure["by"])}
        self.words |= {label for label in labels if any(map(str.isdigit, label)) and any(map(str.isalpha, label))}

    def take(self, place, cell):
        parts, before = parts_of(cell), self.cells.get(place)
        if cell.get("p50") is not None:
            self.spreads[place] = cell["count"], cell["p50"], cell["p90"], cell["mean"]
        for part in PARTS if parts and before else ():
            if parts[part] is None:
                parts[part] = before[part]
            elif before[part] not in (None, parts[part]):
                raise AssertionError(f"{place} {part} is {parts[part]} in one answer, {before[part]} in another")
        self.cells[place] = parts or before

    # ---- the other ways ----

    def everything(self, true, wot, chance, some, publish=False):
        """All that there is but the figures; true: what a manager sees. publish: by wotctl, as PDF too."""
        for period in self.quarters + self.years:
            self.ask(period, "month")
        questions = sorted({place[:3] for place in true.cells if "@" not in place[0] and place[2] != CLASS})
        chosen = random.Random(chance)
        for name, period, split in chosen.sample(questions, some):
            self.ask(period, split, id=name)
            self.chart(true, name, period, split)
            self.drawn(name, period, split, chosen.choice(KINDS))
            self.read(f"/cijfers/{name} {period}", self.get(f"/cijfers/{name}?periode={period}"), [name], [period])
        if self.years:
            true.otherwise()
            self.report(true)
        if some:
            self.pages()
        if some and self.years:
            self.published(true, wot, publish and shutil.which("chromium"))

    def otherwise(self):
        """What is in the report and in no question of a viewer."""
        [year] = self.years
        for name in ("waiting_days", "lead_days"):
            self.ask(year, CLASS, id=name)
        for name in ("help_requests", "started_within_4_weeks", "closed_within_6_months"):
            self.figure(*self.figures(year, id=name, definition=2023), year, "", BEFORE)

    def chart(self, true, name, period, split):
        """What is drawn is known. A viewer's chart has last year's numbers beside it: they must be his to ask for."""
        svg = lambda kind, per="": self.get(f"/charts/{name}/{kind}.svg?periode={period}{per}")  # noqa: E731
        last = None
        for key, text in self.rows_said(true, svg("balk", f"&per={split}" if split else ""), split):
            self.know(true, (name, period, split, key))
            if "vorig jaar " in text:
                last = last or self.figures(period_before(period), split, id=name)[0]
                rows = {row["key"]: row for row in last["by"]} if split else {"": last}
                if key not in rows or rows[key].get("suppressed"):
                    self.leaks.append(f"chart of {name} {period} {split} {key}: {text}")
        if not split:
            for month, of, text in re.findall(r"(\w+)\.? (\d{4}) ([^;]+)", self.desc(svg("lijn"))):
                if int(of) == self.year and self.is_shown(text):
                    self.know(true, (name, f"{of}-{MONTHS.index(month) + 1:02}", "", ""))

    def desc(self, svg):
        return xml.etree.ElementTree.fromstring(svg).findtext(DESC) or ""

    def rows_said(self, true, svg, split):
        """(key, text) of each row that is shown; of what is not split there is one."""
        for said in self.desc(svg).rstrip(".").split("; "):
            label, _, text = said.partition(": ")
            key = true.labels.get((split, label), "") if split else ""
            if self.is_shown(text) and (key or not split):
                yield key, text

    def drawn(self, name, period, split, kind):
        """What a chart of another kind says: there is not each kind of each figure."""
        per = f"&per={split}" if split and kind not in OF_MONTHS else ""
        text = self.get(f"/charts/{name}/{kind}.svg?periode={period}{per}", may_lack=True)
        months = [f"{self.year}-{month:02}" for month in range(1, 13)] if kind in OF_MONTHS else []
        self.read(f"{kind} of {name} {period} {split}", text, [name], [period, *months])

    def pages(self):
        names = {name for name, _ in self.said}
        for period in self.quarters + self.years:
            page = f"/cijfers?periode={period}"
            text = self.get(page)
            for row in FIGURE_ROW.finditer(text):
                self.read(f"{page} {row[1]}", row[0], [row[1]], [period])
            self.read(page, text, names, [period])
        for year in self.years:
            page = f"/jaarverslag/{year}"
            self.read(page, self.get(page), names, self.years + self.quarters + self.months)

    def read(self, page, text, names, periods):
        """It says no number that no answer says, of these figures in that period, or in that which stands beside it; and its
        drawings tell no more than they say."""
        self.leaks += [f"{page} {fault}" for fault in drawings.faults_of(text)]
        said = said_in(text, self.words)
        for period in [*periods, *map(period_before, periods)]:
            for name in names if said else ():
                said -= self.heard(name, period)
        if said:
            self.leaks.append(f"{page} says {sorted(said)}")

    def heard(self, name, period):
        """What a viewer is told of a figure; also of the year before, where that is not what is attacked."""
        if (name, period) not in self.said:
            is_month = len(period) == len("2025-01") and "Q" not in period
            for split in ("",) if is_month else ("", *SPLITS):
                for figure in self.figures(period, split):
                    self.hear(figure, period)
        return self.said[name, period]

    def is_shown(self, text):
        return text and not text.startswith(("niet getoond", "onbekend"))

    def know(self, true, place):
        """A chart shows it, in whatever way."""
        if place[0] not in NO_PEOPLE and not self.cells.get(place):
            self.leaks.append(f"chart shows {place}")
            self.cells[place] = true.cells[place]

    def report(self, true, get=None):
        """get: of whom; the viewer's own."""
        [year], get = self.years, get or self.get
        report = json.loads(get(f"/jaarverslag/{year}.json"))
        lines = []
        for item in report["figures"]:
            figure, split = item["figure"], item["by"] or ""
            period = period_of(figure["period"]["from"], figure["period"]["to"])
            self.figure(figure, period, split, BEFORE if figure["definition"] != report["definition"] else "")
            lines += [(figure["id"], period, "", figure["count"])] + [(figure["id"], period, row["key"], row["count"]) for row in figure["by"]]
        said = [(line["id"], period_of(line["from"], line["to"]), line["key"], int(line["count"]) if line["count"] else None)
                for line in csv.DictReader(io.StringIO(get(f"/jaarverslag/{year}.csv")))]
        if said != lines:
            self.leaks.append(f"the report of {year} says other numbers as CSV than as JSON")
        for file in ("figures", "splits", "series"):
            for line in csv.DictReader(io.StringIO(get(f"/jaarverslag/{year}/data/{file}.csv"))):
                self.line(line, report["definition"])
        self.between(true, year)

    def published(self, true, wot, publish):
        """What lies there for the public once it is published. The figures of it may not differ from the viewer's."""
        [year] = self.years
        files = json.loads(wot.ask("aggregate", f"show report {year} all"))
        texts = {f"/jaarverslag/{year}.{kind}": files[kind] for kind in ("json", "csv", "html")}
        texts |= {f"/jaarverslag/{year}/data/{name}": text for name, text in files["data"].items()}
        self.report(true, texts.__getitem__)
        page = files["html"]
        names = {name for name, _ in self.said}
        self.read(f"published {year}", page, names, self.years + self.quarters + self.months)
        figures = {piece: set(re.findall(r"\w+", of)) & names for piece, of in OUTLINE.findall(REPORT_YAML.read_text())}
        for piece in PIECE.finditer(page):
            self.read(f"published {year}, {piece[1]}", piece[0], figures[piece[1]], self.years + self.quarters)
        for name, svg in files["charts"].items():
            self.published_chart(true, name, svg)
        if publish:
            self.public(wot, texts, files["charts"])

    def published_chart(self, true, name, svg):
        """id[.split].kind.width.svg"""
        [year], (figure, *split, _, _, _) = self.years, name.split(".")
        split = split[0] if split else ""
        self.read(f"published {name}", svg, [figure], [year])
        for key, _ in self.rows_said(true, svg, split):
            self.know(true, (figure, year, split, key))

    def public(self, wot, texts, charts):
        """It is what wotctl publishes; and the PDF has no number that the HTML does not have."""
        [year] = self.years
        wot.wotctl("report", year, "--publish")
        for path, text in texts.items():
            given = self.fetch(path, {}).decode()
            if path.endswith(".csv") and given != text:
                self.leaks.append(f"{path} is another one when it is published")
        for name, svg in charts.items():
            figure, *split, kind, width, _ = name.split(".")
            path = f"/charts/{figure}/{kind}.svg?periode={year}&breedte={width}" + (f"&per={split[0]}" if split else "")
            if self.fetch(path, {}).decode() != svg:
                self.leaks.append(f"{path} is another one when it is published")
        pdf = self.fetch(f"/jaarverslag/{year}.pdf", {})
        text = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, check=True, capture_output=True).stdout.decode()
        more = printed_in_pdf(text) - printed_in(self.fetch(f"/jaarverslag/{year}.html", {}).decode())
        if more:
            self.leaks.append(f"the PDF of {year} says {sorted(more)}")

    def line(self, line, definition):
        """Of the open data."""
        number = lambda name: int(line[name]) if line.get(name) else None  # noqa: E731
        suffix = BEFORE if int(line.get("definition") or definition) != definition else ""
        if line["id"] not in NO_PEOPLE:
            place = line["id"] + suffix, period_of(line["from"], line["to"]), line.get("dimension", ""), line.get("key", "")
            self.take(place, {name: number(name) for name in ("count", "of", "unknown")})

    def between(self, true, year):
        """Of two definitions of one figure it is told how many lie between them."""
        for name in [name for name, *_ in true.cells if name.endswith(BEFORE)]:
            now, was = [(of, year, "", "") for of in (name.removesuffix(BEFORE), name)]
            place = (name.replace(BEFORE, BETWEEN), year, "", "")
            differ = lambda cells: {part: abs(cells[was][part] - cells[now][part]) for part in PARTS}  # noqa: E731,B023
            true.cells[place] = differ(true.cells)
            self.small[place[0]] = true.small[place[0]] = self.small[name]
            known = self.cells.get(now) and self.cells.get(was) and None not in {*self.cells[now].values(), *self.cells[was].values()}
            self.cells[place] = differ(self.cells) if known else None
            for part in self.small[name] if known else ():
                if 0 < true.cells[place][part] < 5:
                    self.leaks.append(f"{place[0]} {part} is {true.cells[place][part]}")
