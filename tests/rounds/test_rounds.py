"""Small runs of the rounds, under another seed each time; make door-rounds ROUNDS=200 is the whole."""
import argparse
import secrets
import unittest

from rounds import house, rounds
from wot import descriptors_raise

ROUNDS = 5


class Rounds(unittest.TestCase):
    def setUp(self):
        descriptors_raise()

    def run_small(self, **arguments):
        arguments = argparse.Namespace(rounds=ROUNDS, seed=secrets.randbelow(10**6), hold=1.5, **arguments)
        with house(arguments) as wot:
            wot.start()
            self.assertEqual(rounds(wot, arguments), [], f"seed {arguments.seed}")

    def test_every_door_takes_new_clients_amid_a_crowd_and_after_it(self):
        self.run_small(crowd=300, descriptors=None)

    def test_few_descriptors_are_no_end_of_a_daemon_or_of_good_clients(self):
        self.run_small(crowd=100, descriptors=64)


if __name__ == "__main__":
    unittest.main()
