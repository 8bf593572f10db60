"""The push door, as a stranger's program sees it: CURVE, receipts, refusals."""
import unittest

import zmq
from pushclient import Push, PushTest, call, field, messages, now_ms, varint
from wot import Wot


def far_off(ref, at, kind, required):
    submission = messages().Submission(external_ref=ref, occurred_at=at)
    setattr(getattr(submission.body, kind), required, 1)
    return submission


class PushDoor(PushTest):
    def seqs(self):
        return len(self.wot.tail("intake"))

    def test_a_dealer_with_many_outstanding_gets_each_receipt_in_order(self):
        with Push(self.wot) as push:
            asked = [
                push.submit([call(f"{self.ref}.{i}.{j}", self.at, call_id=f"{i}.{j}") for j in range(16)])
                for i in range(64)
            ]
            answers = [push.receipts() for _ in asked]
        self.assertEqual([a.request for a in answers], asked)
        receipts = [r for a in answers for r in a.receipts]
        self.assertEqual({r.code for r in receipts}, {202})
        seqs = [r.seq for r in receipts]
        self.assertEqual(seqs, sorted(seqs))
        self.assertEqual(len({r.id for r in receipts}), 64 * 16)

    def test_a_req_socket_gets_its_delimiter_back(self):
        with Push(self.wot, kind=zmq.REQ) as push:
            for i in range(3):
                answer = push.ask(call(f"{self.ref}.{i}", self.at))
                self.assertEqual([r.code for r in answer.receipts], [202])

    def test_a_correlated_req_socket_gets_its_frames_back(self):
        with Push(self.wot, kind=zmq.REQ) as push:
            push.socket.setsockopt(zmq.REQ_CORRELATE, 1)
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 202)

    def test_frames_of_any_number_and_any_emptiness_are_answered_or_dropped(self):
        for frames in [[b""] * n for n in range(1, 20)] + [[b"x"] * n + [b""] for n in range(1, 20)]:
            with self.subTest(frames=len(frames), empty=frames[0] == b""), Push(self.wot) as push:
                push.socket.send_multipart(frames)
                if len(frames) < 16:
                    answer = push.socket.recv_multipart()
                    # 413: of more frames than push_frames it is not said what was in them.
                    self.assertIn(messages().Receipts.FromString(answer[-1]).problem.status, (400, 413))
                    self.assertLessEqual(len(answer), len(frames))
        with Push(self.wot) as push:
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 202)

    def test_the_same_again_gets_the_first_receipt_and_is_stored_once(self):
        with Push(self.wot) as push:
            first = push.ask(call(self.ref, self.at)).receipts[0]
            stored = self.seqs()
            again = push.ask(call(self.ref, self.at)).receipts[0]
            self.assertEqual((again.code, again.id, again.seq), (200, first.id, first.seq))
            both = push.ask(call(self.ref + "x", self.at), call(self.ref + "x", self.at)).receipts
        self.assertEqual([r.code for r in both], [202, 200])
        self.assertEqual(both[0].id, both[1].id)
        self.assertEqual(self.seqs(), stored + 1)

    def test_a_ref_taken_by_other_content_is_409(self):
        with Push(self.wot) as push:
            push.ask(call(self.ref, self.at))
            refused = push.ask(call(self.ref, self.at + 1)).receipts[0]
        self.assertEqual((refused.code, refused.problem.type), (409, "urn:wot:ref-taken"))

    def test_a_strangers_key_gets_nothing(self):
        before = self.seqs()
        with Push(self.wot, keys=zmq.curve_keypair()) as push:
            push.socket.rcvtimeo = 1500
            push.submit([call(self.ref, self.at)])
            with self.assertRaises(zmq.Again):
                push.receipts()
        self.assertEqual(self.seqs(), before)
        self.assertIn("door curve unauthenticated", self.wot.ask("intake", "show errors"))

    def test_a_peer_without_curve_gets_nothing(self):
        with Push(self.wot, keys="plain") as push:
            push.socket.rcvtimeo = 1500
            push.submit([call(self.ref, self.at)])
            with self.assertRaises(zmq.Again):
                push.receipts()

    def test_a_role_that_may_not_send_calls_is_403(self):
        before = self.seqs()
        with Push(self.wot, client="gp") as push:
            self.assertEqual(push.ask(call(self.ref, self.at)).receipts[0].code, 403)
        self.assertEqual(self.seqs(), before)

    def test_one_bad_item_spoils_no_other(self):
        bad = call(self.ref + "b", self.at, wait_seconds=5)
        bad.body.call.call_id = "no blanks allowed"
        with Push(self.wot) as push:
            answer = push.ask(call(self.ref + "a", self.at), bad, call(self.ref + "c", self.at))
        self.assertEqual([r.code for r in answer.receipts], [202, 400, 202])
        self.assertEqual([e.pointer for e in answer.receipts[1].problem.errors], ["/callId"])

    def test_a_call_id_is_no_phone_number_and_may_be_a_queue_systems_own(self):
        with Push(self.wot) as push:
            answer = push.ask(call(self.ref + "a", self.at, call_id="06-12345678"), call(self.ref + "b", self.at, call_id="1763750000.123"))
        self.assertEqual([r.code for r in answer.receipts], [400, 202])
        self.assertEqual([(e.pointer, e.detail) for e in answer.receipts[0].problem.errors], [("/callId", "a phone number may not stand here")])

    def refused(self, wire):
        """The receipt of a hand-made Submission's bytes."""
        with Push(self.wot) as push:
            submit = b"\x08\x07\x12" + varint(len(wire)) + wire
            push.socket.send(submit)
            answer = push.receipts()
        self.assertEqual(answer.request, 7)
        return answer.receipts[0]

    def test_what_protobuf_libraries_let_pass_is_refused(self):
        before = self.seqs()
        good = call(self.ref, self.at).SerializeToString()
        inside = call(self.ref, self.at).body.call
        wrong = {
            "an unknown field": good + b"\xf8\x07\x01",
            "a field twice": good + b"\x0a\x01x",
            "a field that wot sets": rebuilt(self.ref, self.at, inside.SerializeToString() + b"\x82\x05\x01x"),
            "a NUL": rebuilt("a\0b", self.at, inside.SerializeToString()),
            "bad UTF-8": rebuilt(self.ref, self.at, b"\x0a\x02\xc3\x28\x12\x01q\x18\x01"),
            "a number too big": rebuilt(self.ref, self.at, inside.SerializeToString() + b"\x20\xff\xff\xff\xff\x7f"),
            "an unknown enumeration value": rebuilt(self.ref, self.at, b"\x0a\x01c\x12\x01q\x18\x63"),
            "no required field": rebuilt(self.ref, self.at, b"\x0a\x01c\x18\x01"),
        }
        for what, wire in wrong.items():
            with self.subTest(what):
                receipt = self.refused(wire)
                self.assertEqual(receipt.code, 400)
                self.assertTrue(receipt.problem.errors)
        self.assertEqual(self.seqs(), before)

    def test_what_is_no_submit_is_refused_as_a_whole(self):
        with Push(self.wot) as push:
            push.socket.send(b"\xff\xff\xff")
            self.assertEqual(push.receipts().problem.status, 400)
            push.socket.send_multipart([b"two", b"frames"])
            self.assertEqual(push.receipts().problem.status, 400)

    def test_refusals_are_counted_by_reason(self):
        with Push(self.wot, client="gp") as push:
            push.ask(call(self.ref, self.at))
        self.assertRegex(self.wot.ask("intake", "show errors"), r"push.*forbidden.*\d")


def rebuilt(ref, at, call_bytes):
    return field(1, ref.encode()) + b"\x11" + at.to_bytes(8, "little") + field(5, field(1, call_bytes))



class FarInstants(unittest.TestCase):
    """An instant may be any number of 64 bits: a client whose clock counts micro- or nanoseconds is told, and
    the others go on."""

    def test_they_are_refused_by_each_daemon_which_goes_on(self):
        now = now_ms()
        hour = 3600 * 1000
        far = [(now + k * hour) * 1000 for k in range(24)]
        far += [now * 10**6, 2**63 - 1, -(2**63), -(2**62), 253402300800000, -62135596800001]
        with Wot() as wot:
            wot.start("intake", "triage", "case")
            for daemon, client, kind, required in (
                ("intake", "gp", "signal", "kind"),
                ("triage", "aanmeldteam", "screening", "outcome"),
                ("case", "casesystem", "closed", "reason"),
            ):
                with self.subTest(daemon=daemon, kind=kind), Push(wot, client, daemon) as push:
                    sent = [far_off(f"far.{i}", at, kind, required) for i, at in enumerate(far)]
                    receipts = push.ask(*sent).receipts
                    self.assertEqual([r.code for r in receipts], [400] * len(far))
                    self.assertIn("/occurredAt", [e.pointer for e in receipts[0].problem.errors])
            with Push(wot) as push:
                self.assertEqual(push.ask(call("near", now)).receipts[0].code, 202)
            self.assertEqual([wot.processes[d].poll() for d in ("intake", "triage", "case")], [None] * 3)


if __name__ == "__main__":
    unittest.main()
