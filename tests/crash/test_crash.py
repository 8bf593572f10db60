"""Small runs of the kill test, under another seed each time; make crash KILLS=50 is the whole."""
import argparse
import contextlib
import io
import random
import secrets
import subprocess
import sys
import time
import unittest

from crash import HERE, KILLED, crash
from wot import BIN, DAEMONS, ROOT, Wot, note

sys.path.append(str(HERE.parent / "recompute"))

import recompute  # noqa: E402
from fold import history_of, wards_of  # noqa: E402

KILLS = 12  # of each daemon
IMPORT_KILLS = 12  # in all


class Crash(unittest.TestCase):
    def setUp(self):
        self.seed = secrets.randbelow(10**6)

    def test_every_receipt_and_every_effect_survives_kills_at_random(self):
        with Wot() as wot:
            found = crash(wot, argparse.Namespace(kills=KILLS, seed=self.seed, minutes=5))
            self.assertEqual(found, [], f"again: tests/crash/crash.py --kills {KILLS} --seed {self.seed}")

    def disturb(self, wot, lines):
        """Imports while daemons and the import itself are killed; the last import ends well."""
        rng, killed, begun = random.Random(self.seed), 0, time.monotonic()
        while True:
            importing = subprocess.Popen(
                [BIN / "wotctl", "--dir", wot.dir, "import", lines], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            while killed < IMPORT_KILLS and importing.poll() is None:
                time.sleep(rng.uniform(0, 0.5))
                victim = rng.choice([*DAEMONS, "import"])
                killed += 1
                if victim == "import":
                    importing.kill()
                else:
                    self.assertEqual(wot.kill(victim), KILLED, wot.log(victim)[-600:])
                    wot.spawn(victim)
            said = importing.communicate(timeout=300)[1]
            if importing.returncode == 0:
                note(f"imported under {killed} kills in {time.monotonic() - begun:.1f} s: {said.strip()}")
                return
            self.assertEqual(importing.returncode, KILLED, said)

    def test_the_sample_comes_in_whole_while_daemons_and_the_import_are_killed(self):
        with Wot() as wot:
            wot.start()
            lines = wot.dir / "sample.jsonl"
            lines.write_text(wot.wotctl("simulate", "--from", "2025-01-01", "--to", "2025-12-31", "--seed", self.seed).stdout)
            self.disturb(wot, lines)
            for name in DAEMONS:
                wot.wait_healthy(name, 60)
            wot.settle()
            answers = []
            for period in ("2024", "2025", "2025-Q3"):
                answers.append(wot.dir / f"{period}.json")
                answers[-1].write_text(wot.wotctl("kpi", "--period", period, "--json").stdout)
            with contextlib.redirect_stdout(io.StringIO()) as said:
                code = recompute.compare(history_of(lines, wards_of(ROOT / "config" / "wards.csv")), map(str, answers))
            self.assertEqual(code, 0, f"seed {self.seed}: {said.getvalue()}")
            wot.wotctl("replay", "--check")
            wot.stop()
            wot.wotctl("verify")


if __name__ == "__main__":
    unittest.main()
