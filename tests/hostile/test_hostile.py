"""Each attack of hostile.py in a small size, on one daemon that has the door for it."""
import unittest

from hostile import ATTACKS, faults
from wot import Wot


class Hostile(unittest.TestCase):
    def setUp(self):
        self.wot = self.enterContext(Wot())
        self.wot.start("intake")


def test_of(name):
    def test(self):
        self.assertEqual(faults(self.wot, "intake", name, size=1), [])
    return test


for name in ATTACKS:
    setattr(Hostile, f"test_it_bears_{name}", test_of(name))

if __name__ == "__main__":
    unittest.main()
