"""A small history in all three logs, in small blocks, for tests that then do something to it."""
from pushclient import Push, call
from wot import now, wait_until

AT = 1763750000000


def calls(wot, name, frames, size=4):
    """That many frames of calls, each in a block by itself; the same ones again under the same name."""
    refs = []
    with Push(wot) as push:
        for i in range(frames):
            frame = [call(f"{name}-{i:04d}-{j}", AT + i, "ENTERED", f"{name}-{i}-{j}") for j in range(size)]
            receipts = push.ask(*frame).receipts
            assert {receipt.code for receipt in receipts} <= {200, 202}, receipts
            refs += [submission.external_ref for submission in frame]
    return refs


def accepted(wot, client, path, body):
    """Sent until it is taken: a case may be on its way. Returns the receipt."""
    def taken():
        code, answer = wot.post(client, path, body)
        assert code in (200, 202, 404, 503), answer
        return code in (200, 202) and answer
    return wait_until(taken, what=f"{path} {body['externalRef']} is taken")


def lives(wot, name, count):
    """Requests that are screened, started and closed; returns their case ids."""
    cases = []
    for i in range(count):
        body = {"externalRef": f"{name}-{i}", "occurredAt": now(), "channel": "PHONE", "person": {"name": "Test"}}
        case = accepted(wot, "desk", "/v1/help-requests", body)["caseId"]
        step = {"occurredAt": now(), "caseId": case}
        accepted(wot, "aanmeldteam", "/v1/screenings", {"externalRef": f"{name}-{i}", "outcome": "TO_SUPPORT", **step})
        for what in ({"supportStarted": {}}, {"closed": {"reason": "GOALS_MET"}}):
            ref = f"{name}-{i}-{next(iter(what))}"
            accepted(wot, "casesystem", "/v1/case-events", {"externalRef": ref, **step, **what})
        cases.append(case)
    return cases
