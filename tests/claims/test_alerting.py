"""What is wrong with claims reaches the alert channels, once when it begins and once when it is over."""

import json

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.warranty import ClaimStatus
from servicedesk_core.features.alerts.jobs import watch

CHANNEL = '\n[alerts.channels.file]\nkind = "file"\npath = "alerts.jsonl"\n'


class Told:
    """Runs the job and returns what the channel was told since the last time."""

    def __init__(self, desk, path):
        self.desk, self.path, self.seen = desk, path, 0

    async def __call__(self):
        await watch(self.desk, None)
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        new, self.seen = [json.loads(line) for line in lines[self.seen :]], len(lines)
        return [(one["event"], one["key"].partition("/")[2]) for one in new if one["key"].startswith("claim:")]


@pytest.fixture
async def desk(home, clock):
    home.write_text(home.read_text(encoding="utf-8") + CHANNEL, encoding="utf-8")
    async with ServiceDesk.open(home, clock=clock) as opened:
        yield opened


@pytest.fixture
def told(desk, home):
    return Told(desk, home.parent / "alerts.jsonl")


async def test_a_part_that_is_late_is_told_once_and_once_when_it_is_back(desk, drafted, vendor, clock, told):
    await desk.claims.submit(drafted)
    due = {"returns": [{"line": 1, "state": "due", "due_on": "2026-03-10"}]}
    vendor.say("C1", "Return it", status="awaiting_return", **due)
    await desk.claims.poll(everything=True)
    assert await told() == []
    clock.advance(9 * 86_400)
    assert await told() == [("opened", "part/1")]
    assert await told() == []
    vendor.say("C1", "Got it", status="return_received", returns=[{"line": 1, "state": "received"}])
    await desk.claims.poll(everything=True)
    assert await told() == [("recovered", "part/1")]


async def test_a_part_that_must_go_back_is_told_before_the_day_with_what_is_charged_else(
    desk, drafted, vendor, clock, told
):
    await desk.claims.submit(drafted)
    due = {"line": 1, "state": "due", "due_on": "2026-03-10", "charge": "85.50", "currency": "EUR"}
    vendor.say("C1", "Return it", status="awaiting_return", returns=[due])
    await desk.claims.poll(everything=True)
    assert await told() == []
    clock.advance(4 * 86_400)
    assert await told() == [("opened", "part/1/due")]
    assert "by 2026-03-10, else 85.50 EUR are charged" in told.path.read_text(encoding="utf-8")
    clock.advance(5 * 86_400)
    assert sorted(await told()) == [("opened", "part/1"), ("recovered", "part/1/due")]


async def test_each_denial_is_told_and_is_over_when_the_claim_is_sent_again(desk, drafted, vendor, told):
    await desk.claims.submit(drafted)
    vendor.say("C1", "Denied", denial_reason="no evidence")
    await desk.claims.poll(everything=True)
    assert await told() == [("opened", "denied/1")]
    await desk.claims.resubmit(drafted)
    assert await told() == [("recovered", "denied/1")]
    vendor.say("C1", "Denied", denial_reason="accidental damage")
    await desk.claims.poll(everything=True)
    assert await told() == [("opened", "denied/2")]
    await desk.claims.cancel(drafted, reason="given up")
    assert await told() == [("recovered", "denied/2")]


@pytest.mark.slow
async def test_a_word_without_meaning_is_told_until_it_changes(desk, drafted, vendor, told):
    await desk.claims.submit(drafted)
    vendor.say("C1", "Awaiting Planetary Alignment")
    await desk.claims.poll(everything=True)
    assert await told() == [("opened", "word")]
    vendor.say("C1", "More please", status=ClaimStatus.INFO_REQUIRED.value)
    await desk.claims.poll(everything=True)
    assert await told() == [("opened", "asked"), ("recovered", "word")]


@pytest.mark.slow
async def test_a_claim_that_its_maker_does_not_know_is_told_until_it_does(desk, drafted, vendor, told):
    await desk.claims.submit(drafted)
    path = vendor.folder / "claim-C1.json"
    kept = path.read_text()
    path.unlink()
    await desk.claims.poll(everything=True)
    assert await told() == [("opened", "unknown")]
    path.write_text(kept)
    await desk.claims.poll(everything=True)
    assert await told() == [("recovered", "unknown")]
