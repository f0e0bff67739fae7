"""A claim leaves once, as it was shown and as far as it is granted; so does what is told about it later."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.domain.warranty import ClaimEventKind, ClaimState, DeviceRef
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import ClaimStateError, UnsupportedError, WriteNotGrantedError, WriteStoppedError
from servicedesk_core.features.claims.writes.content import ClaimWrite
from servicedesk_core.store.schema import outbox
from tests.claims.conftest import PART

pytestmark = pytest.mark.slow  # the command line goes through the same acts


async def test_what_leaves_is_shown_and_nothing_else_is_sent(desk, drafted, vendor):
    going = await desk.claims.preview(drafted)
    assert (going.kind, going.connection, going.environment) == ("claims.submit", "maker", "sandbox")
    assert going.account == "Example MSP at Maker (4711)"
    assert going.values["contact"] == {"name": "Pat Example", "email": "pat@example.com"}
    assert going.values["id"] == drafted
    assert vendor.held() == []


async def test_nothing_is_sent_but_what_was_shown(desk, drafted, vendor):
    shown = await desk.claims.preview(drafted)
    await desk.claims.edit(drafted, {"contact_name": "Somebody Else"})
    with pytest.raises(ClaimStateError, match="not what was shown any more"):
        await desk.claims.submit(drafted, shown=shown)
    assert vendor.held() == []
    sent = await desk.claims.submit(drafted, shown=await desk.claims.preview(drafted))
    assert sent.claim.state is ClaimState.UNDER_REVIEW


async def test_nothing_is_sent_without_a_grant(home, clock, vendor):
    home.write_text(home.read_text().replace('"claims.submit", ', ""))
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        with pytest.raises(WriteNotGrantedError):
            await desk.claims.preview(name)
        with pytest.raises(WriteNotGrantedError):
            await desk.claims.submit(name)
        assert (await desk.claims.get(name)).write is None
    assert vendor.held() == []


async def test_two_operators_submit_at_once_and_one_claim_arrives(home, clock, drafted, desk, vendor):
    async with ServiceDesk.open(home, clock=clock) as other:
        results = await asyncio.gather(
            desk.claims.submit(drafted), other.claims.submit(drafted), return_exceptions=True
        )
    failed = [one for one in results if isinstance(one, BaseException)]
    assert [type(one) for one in failed] == [ClaimStateError]
    assert len(vendor.held()) == 1
    assert (await desk.claims.get(drafted)).claim.state is ClaimState.UNDER_REVIEW


async def test_a_claim_goes_through_the_connection_that_somebody_names(desk, vendor):
    device = DeviceRef(manufacturer="Somebody else", serial_number="X9")
    address = (await desk.claims.new("T50")).draft.model_dump(include={
        "contact_name", "contact_email", "ship_to_name", "ship_to_lines", "ship_to_city", "ship_to_country",
    })  # fmt: skip
    made = await desk.claims.new(device=device, through="maker", changes={"symptom": "Dead", **address, **PART})
    assert (made.claim.manufacturer, made.claim.connection, made.claim.by_hand) == ("Somebody Else", "maker", False)
    assert (await desk.claims.submit(made.claim.claim_id)).claim.ref == "C1"
    with pytest.raises(UnsupportedError, match="neither sends nor follows"):
        await desk.claims.new(device=device, through="psa", force=True)


async def test_a_vendor_that_cannot_be_reached_is_no_doubt_and_is_tried_again(desk, drafted, vendor, clock):
    vendor.next("unreachable")
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, vendor.held()) == (ClaimState.SUBMITTING, [])
    clock.advance(120)
    await desk.writes.run()
    assert (await desk.claims.get(drafted)).claim.state is ClaimState.UNDER_REVIEW
    assert len(vendor.held()) == 1


async def test_a_refusal_makes_it_a_draft_again_and_the_old_write_can_never_send_it(desk, drafted, vendor):
    vendor.next("refuse")
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, sent.write) == (ClaimState.DRAFT, None)
    (refused,) = [one.event for one in sent.history if one.event.kind is ClaimEventKind.REFUSED]
    assert "Not entitled." in refused.detail["reason"]
    await desk.claims.edit(drafted, {"symptom": "Does not start at all"})
    await desk.claims.submit(drafted)
    await desk.writes.retry((refused.detail["write"],), send=True)
    assert len(vendor.held()) == 1
    (old,) = await desk.writes.list(states=(WriteState.REJECTED,), connection="maker")
    assert "does not wait for this write" in old.error


async def test_notes_files_and_withdrawals_go_to_the_maker(desk, drafted, vendor):
    with pytest.raises(ClaimStateError):
        await desk.claims.note(drafted, "Hello")
    await desk.claims.submit(drafted)
    await desk.claims.note(drafted, "The fan was swapped.")
    await desk.claims.attach(drafted, name="a.txt", content=b"a", media_type="text/plain", send=True)
    gone = await desk.claims.cancel(drafted, reason="Works again")
    assert gone.claim.state is ClaimState.CANCELLED
    (held,) = vendor.held()
    assert (held["note"], held["attached"], held["status"]) == ("The fan was swapped.", "a.txt", "Cancelled")
    assert [one.sent_as is not None for one in gone.files] == [True]


async def test_what_is_told_because_of_a_change_carries_how_many_writes_lie_before(desk, drafted, vendor):
    change = [one async for one in desk.changes()][-1]
    third, fourth = (desk.because_of(replace(change, hops=hops)) for hops in (2, 3))
    with pytest.raises(WriteStoppedError, match="4 writes lie before this one"):
        await fourth.claims.submit(drafted)
    assert vendor.held() == []
    await third.claims.submit(drafted)
    with pytest.raises(WriteStoppedError, match="4 writes lie before this one"):
        await fourth.claims.note(drafted, "Round again")
    query = select(outbox.c.kind, outbox.c.hops).order_by(outbox.c.id)
    written = [tuple(row) for row in await desk.store.read(lambda tx: tx.execute(query).all())]
    assert written == [("claims.submit", 3), ("notes.create_internal", 3)]


async def test_a_withdrawal_that_tells_nobody_says_so(desk, drafted):
    assert await desk.claims.preview_update(drafted, ClaimWrite.CANCEL, {"reason": "x"}) is None
    with pytest.raises(ClaimStateError, match="its maker does not have it"):
        await desk.claims.preview_update(drafted, ClaimWrite.NOTE, {"text": "x"})
    await desk.claims.submit(drafted)
    going = await desk.claims.preview_update(drafted, ClaimWrite.CANCEL, {"reason": "x"})
    assert (going.kind, going.account, going.values) == (
        "claims.cancel",
        "Example MSP at Maker (4711)",
        {"reason": "x"},
    )


async def test_with_four_eyes_a_claim_waits_for_another_person(home, clock, drafted, vendor):
    settings = home.read_text(encoding="utf-8")
    home.write_text(f'{settings}\n[writes]\napproval = "another-person"\n', encoding="utf-8")
    async with ServiceDesk.open(home, clock=clock, actor=Actor("user:ana")) as desk:
        waiting = await desk.claims.submit(drafted)
        (write,) = await desk.writes.list()
        assert (write.state, write.proposed_by) == ("proposed", "user:ana via sdk")
        assert (waiting.claim.state, waiting.is_unapproved) == (ClaimState.SUBMITTING, True)
        await desk.acting_as(Actor("user:dee")).writes.approve([write.id], send=True)
        assert (await desk.claims.get(drafted)).claim.state is ClaimState.UNDER_REVIEW
