"""Whoever was accepted can be read until they are forgotten: no repair, restore or start destroys a person's key, and
damage to the vault is said by who looks and by who starts, with what to do."""
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time
import unittest
import unittest.mock

from pushclient import Push, call
from wot import Wot, now, wait_until

SLOT = 512
REQUESTS = 12


def request(ref):
    return {"externalRef": ref, "occurredAt": now(), "channel": "PHONE", "postcode": "3111AB",
            "person": {"name": "Test"}, "question": f"question of {ref}"}


class Vault(unittest.TestCase):
    def setUp(self):
        self.wot = self.enterContext(Wot())
        self.path = self.wot.dir / "intake/vault"
        self.wot.start("intake")

    def submit(self, *refs):
        for ref in refs:
            status, answer = self.wot.post("desk", "/v1/help-requests", request(ref))
            self.assertEqual(status, 202, answer)

    def sealed(self):
        """{ref: (key id, ciphertext, case id)} as the log has it."""
        found = {}
        for row in self.wot.tail("intake"):
            if row["kind"] == "help_request":
                event = row["event"]
                part = event["body"]["helpRequest"]["sealed"]
                found[event["externalRef"]] = (bytes.fromhex(part["keyId"]), bytes.fromhex(part["ciphertext"]), event["caseId"])
        return found

    def persons(self, count=REQUESTS):
        self.submit(*(f"r-{i:03d}" for i in range(count)))
        return self.sealed()

    def assert_keys(self, keys, what):
        vault = self.path.read_bytes()
        self.assertEqual([key.hex() for key in keys if key not in vault], [], what)

    def flip(self, path, at):
        data = bytearray(path.read_bytes())
        data[at] ^= 4
        path.write_bytes(data)

    def verify(self):
        return self.wot.wotctl("verify", check=False)

    def not_started(self):
        self.wot.spawn("intake")
        self.assertEqual(self.wot.processes.pop("intake").wait(60), 1)
        return self.wot.log("intake").splitlines()[-1]

    # ---- a repair, a restore ----

    def test_the_keys_of_lost_blocks_are_still_there_after_the_repair(self):
        persons = self.persons()
        self.wot.stop("intake")
        data = self.wot.dir / "intake/data.mdb"
        text = data.read_bytes()
        for match in re.finditer(re.escape(persons["r-003"][1]), text):
            self.flip(data, match.start() + 5)
        self.wot.wotctl("accept-loss", self.wot.dir / "intake")
        for _ in range(2):  # it goes on, and is started again
            self.wot.start("intake")
            self.assert_keys([key for key, _, _ in persons.values()], "after accept-loss")
            self.submit(f"later-{_}")
            self.wot.stop("intake")
        self.assertIn(f"event=vault_unnamed slots={REQUESTS - 3}", self.wot.log("intake"))
        self.wot.start("intake")
        self.wot.kill("intake")  # whom a crash leaves behind is told apart from them
        self.wot.start("intake")
        self.assert_keys([key for key, _, _ in persons.values()], "after a crash")

    def test_the_keys_stay_when_the_log_is_gone(self):
        persons = self.persons()
        self.wot.stop("intake")
        for name in ("data.mdb", "lock.mdb", "lock"):
            (self.wot.dir / "intake" / name).unlink(missing_ok=True)
        for _ in range(2):
            self.wot.start("intake")
            self.assert_keys([key for key, _, _ in persons.values()], "with a new log")
            self.submit(f"new-{_}")
            self.wot.stop("intake")

    def test_the_keys_stay_when_an_older_log_was_put_back(self):
        for lost in (1, 4):
            with self.subTest(f"{lost} persons came after it"):
                self.put_back_older(lost)

    def put_back_older(self, lost):
        self.submit(f"before-{lost}")
        self.wot.stop("intake")
        before = self.wot.dir / f"before-{lost}"
        shutil.copytree(self.wot.dir / "intake", before)
        self.wot.start("intake")
        self.submit(*(f"after-{lost}-{i}" for i in range(lost)))
        persons = {ref: sealed for ref, sealed in self.sealed().items() if ref.startswith(f"after-{lost}-")}
        self.wot.kill("intake")
        for name in ("data.mdb", "lock"):
            shutil.copy(before / name, self.wot.dir / "intake" / name)
        for _ in range(3):  # it goes on otherwise than before
            self.wot.start("intake")
            self.assert_keys([key for key, _, _ in persons.values()], "with an older log")
            self.submit(*(f"{word}-{lost}-{_}" for word in ("other", "more", "yet-more")))
            self.wot.stop("intake")
        self.wot.start("intake")

    # ---- a vault that is not whole ----

    def test_a_damaged_slot_is_said_with_whose_it_is_and_nothing_is_overwritten(self):
        persons = self.persons()
        self.wot.stop("intake")
        key, _, case_id = persons["r-005"]
        self.flip(self.path, self.path.read_bytes().index(key) + 3)
        verify = self.verify()
        self.assertEqual(verify.returncode, 1)
        self.assertIn("1 slots are damaged", verify.stderr)
        self.assertIn(case_id, verify.stderr)
        before = self.path.read_bytes()
        self.wot.start("intake")
        self.assertRegex(self.wot.log("intake"), rf'event=vault_damaged slots=1 persons=1 cases="{case_id}" why=.*backup')
        self.submit("one-more")
        self.wot.stop("intake")
        after = self.path.read_bytes()
        self.assertEqual([i for i in range(REQUESTS + 1) if self.slot(before, i) not in after and before[(i + 1) * SLOT] == 1], [])
        self.wot.wotctl("accept-loss", self.wot.dir / "intake")
        self.assertEqual(self.verify().returncode, 0, self.verify().stderr)
        self.wot.start("intake")
        self.assertEqual(self.wot.log("intake").count("event=vault_damaged"), 1)

    def slot(self, vault, number):
        return vault[(number + 1) * SLOT:(number + 2) * SLOT]

    def test_a_vault_without_keys_that_the_log_names_is_not_started_on_until_somebody_accepts_it(self):
        self.submit("a")
        self.wot.stop("intake")
        older = self.path.read_bytes()
        self.wot.start("intake")
        self.submit("b")
        case_id = self.sealed()["b"][2]
        self.wot.stop("intake")
        newer = self.path.read_bytes()
        self.path.write_bytes(older)
        verify = self.verify()
        self.assertEqual(verify.returncode, 1)
        self.assertRegex(verify.stderr, f"the keys of 1 persons whom the log names are missing: {case_id}")
        line = self.not_started()
        self.assertRegex(line, rf"not_started reason=damaged.*keys of 1 persons .*{case_id}.*wotctl accept-loss")
        self.assertEqual(self.path.read_bytes(), older)
        self.path.write_bytes(newer)  # the right one
        self.wot.start("intake").stop("intake")
        self.path.write_bytes(older)  # or there is none
        self.assertIn("1 persons can be read; the keys of 1 are lost for good",
                      self.wot.wotctl("accept-loss", self.wot.dir / "intake").stdout)
        self.assertEqual(self.verify().returncode, 0)
        self.wot.start("intake")
        self.assertEqual(self.wot.post("desk", "/v1/help-requests", request("c"))[0], 202)
        self.assertEqual(self.wot.post("desk", "/v1/help-requests", request("a"))[0], 409)

    def test_a_vault_cut_to_a_size_that_a_vault_has_is_not_started_on(self):
        persons = self.persons(140)
        self.wot.stop("intake")
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[:129 * SLOT])
        self.assertIn("the keys of 13 persons whom the log names are missing", self.verify().stderr)
        self.assertRegex(self.not_started(), "keys of 13 persons")
        self.path.write_bytes(whole[:len(whole) // 2])
        self.assertIn("is truncated", self.verify().stderr)
        self.assertRegex(self.not_started(), "is truncated.*accept-loss")
        self.path.write_bytes(whole)
        self.assertEqual(self.verify().returncode, 0)
        self.wot.start("intake")
        self.assert_keys([key for key, _, _ in persons.values()], "when it was put back")

    def test_files_beside_the_vault_that_are_damaged_are_found(self):
        self.persons(1)
        with Push(self.wot) as push:
            push.ask(call("call", int(time.time() * 1000), caller="0101234567"))
        self.wot.stop("intake")
        self.assertEqual(self.verify().returncode, 0, self.verify().stderr)
        for name in ("vault.secret", "vault.caller", "vault"):
            path = self.wot.dir / "intake" / name
            whole = path.read_bytes()
            for spoilt in (whole[:-1], b"", bytes([whole[0] ^ 1]) + whole[1:], whole + b"x"):
                path.write_bytes(spoilt)
                verify = self.verify()
                self.assertEqual((verify.returncode, path.read_bytes()), (1, spoilt), name)
                self.assertIn(f"intake/{name} is", verify.stderr)
            path.write_bytes(whole)
        self.assertEqual(self.verify().returncode, 0)

    def test_verify_beside_persons_who_come_and_go_says_that_all_is_well(self):
        self.wot.start("triage", "case")
        over = threading.Event()

        def come_and_go():
            number = 0
            while not over.is_set():
                ref = f"p-{number}"
                self.wot.post("desk", "/v1/help-requests", request(ref))
                self.wot.post("aanmeldteam", "/v1/screenings", {
                    "externalRef": f"s-{number}", "caseRef": f"desk/{ref}", "occurredAt": now(), "outcome": "ADVICE"})
                number += 1

        threads = [threading.Thread(target=come_and_go)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(12):
                verify = self.verify()
                self.assertNotIn("vault", verify.stderr)
                self.assertRegex(verify.stdout, r"intake +vault +\d+ persons.* whole")
        finally:
            over.set()
            for thread in threads:
                thread.join()
        self.assertTrue(wait_until(lambda: "request_became_contact" in {row["kind"] for row in self.wot.tail("intake")}))


class Order(unittest.TestCase):
    """A slot is on disk before the log is told of it: else a power cut leaves an event whose person nobody can read."""

    def test_a_key_is_on_disk_before_the_event_that_names_it(self):
        with Wot() as wot:
            library, trace = wot.dir / "order.so", wot.dir / "order"
            subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared", "-o", library,
                            pathlib.Path(__file__).with_name("order.c")], check=True)
            with unittest.mock.patch.dict(os.environ, {
                    "LD_PRELOAD": str(library), "ORDER_TO": str(trace), "ASAN_OPTIONS": "verify_asan_link_order=0"}):
                wot.start("intake")
            for i in range(5):
                wait_until(lambda: "open: 0" in wot.ask("intake", "show info"))
                before = len(trace.read_text())
                self.assertEqual(wot.post("desk", "/v1/help-requests", request(f"r-{i}"))[0], 202)
                self.assertRegex(trace.read_text()[before:], "^KS+D")


if __name__ == "__main__":
    unittest.main()
