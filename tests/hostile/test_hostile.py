"""Each attack of hostile.py in a small size, on one daemon that has the door for it. How fast the good client is
answered is for `make hostile` to say, on a quiet machine; here it is answered at all.
"""
import unittest

from hostile import ATTACKS, FLOOR_S, faults
from wot import Wot, descriptors_raise


class Hostile(unittest.TestCase):
    def setUp(self):
        descriptors_raise()
        self.wot = self.enterContext(Wot())
        self.wot.start("intake")


def test_of(name):
    def test(self):
        self.assertEqual(faults(self.wot, "intake", name, size=1, floor_s=40 * FLOOR_S), [])
    return test


for name in ATTACKS:
    setattr(Hostile, f"test_it_bears_{name}", test_of(name))

if __name__ == "__main__":
    unittest.main()
