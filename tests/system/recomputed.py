"""Figures of a running wot held against tests/recompute, which knows INTERFACES.md and none of wot's code: once from
what was submitted and accepted, and once from `wotctl tail --json` alone."""
import contextlib
import datetime
import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "recompute"))

import recompute
from days import day_of
from fold import history_of, wards_of
from tail import history_of_tail
from wot import ROOT, Wot, wait_until

DEFINITIONS = ("2023", "2025")
NEAR = datetime.timedelta(days=60)


class Recomputed(unittest.TestCase):
    def setUp(self):
        self.wot = self.enterContext(Wot())
        self.lines = self.wot.dir / "lines.jsonl"
        self.wards = ROOT / "config" / "wards.csv"
        self.asked = 0

    def import_lines(self):
        """What was said of it. What wot refuses stands beside the file."""
        said = self.wot.wotctl("import", self.lines, timeout=300, check=False).stderr
        self.wot.settle(120)
        self.await_signals()
        return said

    def await_signals(self):
        """Triage tells with its next tick, of a second, which households wait about signals."""
        today = day_of(datetime.datetime.now(datetime.timezone.utc))
        near = f"{today - NEAR}..{today + NEAR}"
        waiting = len(self.histories()[1].signals_waiting(today))
        wait_until(lambda: self.wot.kpi("signals_due", "--period", near)["signals_due"]["count"] == waiting, what="what is told of signals")

    def figures_of(self, words):
        """As JSON, over the socket that `wotctl kpi` asks, whose program takes longer to start than the answer does."""
        return self.wot.ask("aggregate", " ".join(["show kpi", *(f"{name} {value}" for name, value in words), "json"]))

    def answer(self, period, definition, by="", where=(), beside=""):
        """An answer in a file, named as `recompute.py compare` takes it."""
        self.asked += 1
        words = [("period", period), ("definition", definition), *([("by", by)] if by else [])]
        words += [("where", text) for text in where] + ([("beside", beside)] if beside else [])
        path = self.wot.dir / f"answer{self.asked}.json"
        path.write_text(self.figures_of(words))
        return ":".join([str(path), by, *where]) + (f"@{beside}" if beside else "")

    def histories(self):
        """Of what was submitted, and of what the logs say was accepted."""
        wards = wards_of(self.wards)
        tail, rejected = self.wot.dir / "tail.jsonl", pathlib.Path(f"{self.lines}.rejected")
        tail.write_text(self.wot.wotctl("tail", "--json").stdout)
        left_out = recompute.rejected_of(rejected if rejected.exists() else None)
        return history_of(self.lines, wards, left_out), history_of_tail(tail, wards)

    def compare(self, answers, published=False):
        """To which team a case went stands in the logs alone."""
        now = datetime.datetime.now(datetime.timezone.utc)
        today = day_of(now)
        without_teams = [answer for answer in answers if "team" not in answer.partition(":")[2]]
        complete_from = datetime.date.fromisoformat(self.wot.settings.get("figures_complete_from", "0001-01-01"))
        submitted, logged = self.histories()
        for history, held in ((submitted, without_teams), (logged, answers)):
            history.now = now
            with contextlib.redirect_stdout(io.StringIO()) as said:
                code = recompute.compare(history, held, whole=True, today=today, complete_from=complete_from)
                code = (published and recompute.published(history)) or code
            self.assertEqual(code, 0, said.getvalue())
