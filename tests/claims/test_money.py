"""Whose the money of a claim is."""

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.features.claims.model import Owner

CREDIT = {"kind": "parts", "state": "approved", "approved": "120.50", "currency": "EUR"}


@pytest.fixture
async def desk(home, clock):
    async with ServiceDesk.open(home, clock=clock) as opened:
        yield opened


async def test_what_is_the_clients_is_shown_as_such_and_counted_nowhere(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    vendor.say("C1", "Approved", credits=[CREDIT])
    await desk.claims.poll(everything=True)
    assert [str(one.approved) for one in (await desk.claims.numbers()).recovered] == ["120.5"]
    shown = await desk.claims.credits(drafted, Owner.CLIENT, reason="They bought the device.")
    assert (shown.credits_to_client, len(shown.progress.credits)) == (True, 1)
    assert (await desk.claims.numbers()).recovered == ()
    (record,) = [one for one in await desk.audit.list() if one.action == "claim.credits"]
    assert record.reason == "They bought the device."
    await desk.claims.credits(drafted, Owner.US)
    assert len((await desk.claims.numbers()).recovered) == 1
