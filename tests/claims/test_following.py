"""A claim that its manufacturer has is followed to the money back, through denials and unknown words."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from servicedesk_core.domain.warranty import ClaimEventKind, ClaimState
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.features.claims.model import ClaimFilter
from servicedesk_core.store import Store

pytestmark = pytest.mark.slow  # the command line goes through the same acts


async def test_a_claim_is_submitted_once_and_followed_to_the_money(desk, drafted, vendor, clock):
    await desk.claims.attach(drafted, name="log.txt", content=b"disk 0 failed", media_type="text/plain")
    await desk.claims.check(drafted)
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, sent.claim.ref, sent.write) == (ClaimState.UNDER_REVIEW, "C1", None)
    assert vendor.held()[0]["files"] == {"log.txt": "disk 0 failed"}
    for act in (desk.claims.preview, desk.claims.submit):
        with pytest.raises(ClaimStateError, match="under review"):
            await act(drafted)
    assert (await desk.claims.check(drafted)).problems[0].reason.startswith("is under review")
    vendor.say("C1", "Ok", status="approved", decisions=[{"number": 1, "is_approved": True}])
    await desk.claims.poll(everything=True)
    vendor.say(
        "C1",
        "Return it",
        status="awaiting_return",
        shipments=[{"carrier": "Example Post", "tracking": "T1"}],
        returns=[{"line": 1, "state": "due", "due_on": "2026-03-10"}],
        credits=[{"kind": "parts", "state": "expected", "claimed": "99.90", "currency": "EUR"}],
    )
    (outcome,) = await desk.claims.poll(everything=True)
    assert (outcome.asked, outcome.changed, outcome.alerts) == (1, 1, ())
    clock.advance(9 * 86_400)
    *_, late = await desk.claims.poll()
    assert [one.kind for one in late.alerts] == [ClaimEventKind.RETURN_OVERDUE]
    assert [one.claim_id for one in await desk.claims.list(ClaimFilter(overdue=True))] == [drafted]
    assert len(await desk.claims.poll(everything=True)) == 1, "an overdue part is told once"
    vendor.say(
        "C1",
        "Paid",
        status="closed",
        returns=[{"line": 1, "state": "received", "due_on": "2026-03-10"}],
        credits=[{"kind": "parts", "state": "issued", "approved": "99.90", "currency": "EUR"},
                 {"kind": "fee", "state": "issued", "approved": "5.00", "currency": "EUR"}],
    )  # fmt: skip
    await desk.claims.poll(everything=True)
    ended = await desk.claims.get(drafted)
    assert ended.claim.state is ClaimState.CLOSED
    states = [one.event.after for one in ended.history if one.event.kind is ClaimEventKind.STATE]
    assert states == [
        ClaimState.VALIDATED, ClaimState.UNDER_REVIEW, ClaimState.APPROVED, ClaimState.IN_FULFILMENT,
        ClaimState.AWAITING_RETURN, ClaimState.CLOSED,
    ]  # fmt: skip
    numbers = await desk.claims.numbers()
    assert (numbers.submitted, numbers.approved, numbers.approval_rate, numbers.overdue_parts) == (1, 1, 1.0, 0)
    (money,) = numbers.recovered
    assert (money.month, money.approved, money.issued, money.fees) == (
        "2026-03", Decimal("94.90"), Decimal("94.90"), Decimal("5.00"),
    )  # fmt: skip
    assert (await desk.claims.numbers(ClaimFilter(company=("Somebody else",)))).submitted == 0


@pytest.mark.parametrize("state", ["expected", "denied"])
async def test_money_that_nobody_agreed_to_is_agreed_nowhere(  # noqa: PLR0917  # fixtures
    desk, drafted, vendor, clock, copied_url, state
):
    await desk.claims.submit(drafted)
    money = {"kind": "parts", "state": state, "claimed": "99.90", "approved": "99.90", "currency": "EUR"}
    vendor.say("C1", "New", status="under_review", credits=[money])
    await desk.claims.poll(everything=True)
    assert (await desk.claims.numbers()).recovered == ()
    query = text("SELECT state, approved, approved_on FROM v_claim_credits")
    with Store.open(copied_url, clock=clock) as store:
        assert store.read_blocking(lambda tx: tuple(tx.execute(query).one())) == (state, None, None)


async def test_each_step_leaves_an_internal_note_on_the_ticket(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    assert len(vendor.notes()) == 1, "the note about a step goes with it, not with the next one"
    vendor.say("C1", "Ok", status="approved")
    await desk.claims.poll(everything=True)
    notes = vendor.notes()
    assert {one["ticket"] for one in notes} == {"50"}
    bodies = "\n".join(one["body"] for one in notes)
    assert "now under review (New)" in bodies
    assert "now approved (Ok)" in bodies
    written = await desk.writes.list(everything=True, connection="psa")
    assert {one.visibility for one in written} == {"internal"}


async def test_unknown_words_are_kept_told_once_and_never_guessed(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    vendor.say("C1", "Awaiting Planetary Alignment")
    (first,) = await desk.claims.poll(everything=True)
    (second,) = await desk.claims.poll(everything=True)
    assert [one.kind for one in first.alerts] == [ClaimEventKind.UNKNOWN_STATUS]
    assert second.alerts == ()
    found = await desk.claims.get(drafted)
    assert (found.claim.state, found.claim.vendor_status) == (ClaimState.UNDER_REVIEW, "Awaiting Planetary Alignment")


async def test_a_claim_that_the_maker_does_not_know_is_told_once(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    (vendor.folder / "claim-C1.json").unlink()
    (first,) = await desk.claims.poll(everything=True)
    (second,) = await desk.claims.poll(everything=True)
    assert (first.not_found, [one.kind for one in first.alerts]) == (1, [ClaimEventKind.NOT_FOUND])
    assert (second.not_found, second.alerts) == (1, ())


async def test_a_denied_claim_is_sent_again_as_often_as_the_maker_allows(desk, drafted, vendor):
    await desk.claims.submit(drafted)
    with pytest.raises(ClaimStateError, match="was not denied"):
        await desk.claims.resubmit(drafted)
    vendor.say("C1", "Denied", denial_reason="insufficient evidence")
    await desk.claims.poll(everything=True)
    with pytest.raises(ClaimStateError, match="resubmit"):
        await desk.claims.submit(drafted)
    await desk.claims.edit(drafted, {"troubleshooting": "Tested with another board."})
    again = await desk.claims.resubmit(drafted)
    assert again.claim.state is ClaimState.UNDER_REVIEW
    for word, count in (("Denied", 1), ("New", 1), ("Denied", 2)):  # the first is the one before, shown late
        vendor.say("C1", word)
        await desk.claims.poll(everything=True)
        assert (await desk.claims.get(drafted)).claim.denial_count == count
    with pytest.raises(ClaimStateError, match="denied 2 times"):
        await desk.claims.resubmit(drafted)
    assert (await desk.claims.numbers()).denied == 1
