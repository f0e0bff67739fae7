"""Claims whose answer got lost, or whose name did."""

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.warranty import ClaimEventKind, ClaimState
from servicedesk_core.errors import ClaimStateError
from tests.claims.conftest import PART, kinds

pytestmark = pytest.mark.slow  # the command line goes through the same acts


async def test_a_lost_answer_is_a_doubt_that_proof_settles(desk, drafted, vendor):
    vendor.next("lost")
    sent = await desk.claims.submit(drafted)
    assert kinds(sent)[-3:] == [ClaimEventKind.IN_DOUBT, ClaimEventKind.SENT, ClaimEventKind.STATE]
    assert (sent.claim.state, sent.claim.ref) == (ClaimState.UNDER_REVIEW, "C1")
    assert len(vendor.held()) == 1


async def test_a_doubt_that_cannot_be_proven_waits_for_a_person(new_home, clock):
    home = new_home(maker="blind = true")
    async with ServiceDesk.open(home, clock=clock) as desk:
        first = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        second = (await desk.claims.new("T50", changes=PART, force=True)).claim.claim_id
        await desk.claims.submit(first)
        (home.parent / "vendor" / "script").write_text("lost")
        await desk.claims.submit(second)
        clock.advance(120)
        await desk.writes.run()
        with pytest.raises(ClaimStateError, match="in doubt"):
            await desk.claims.submit(second)
        with pytest.raises(ClaimStateError, match="in doubt"):
            await desk.claims.edit(second, {"symptom": "other"})
        doubtful = await desk.claims.get(second)
        assert doubtful.claim.state is ClaimState.IN_DOUBT
        assert doubtful.candidates == ("C2",), "C1 belongs to the other claim"
        assert f"claims resolve {second} --found ID" in doubtful.hint
        with pytest.raises(ClaimStateError, match="belongs to another claim"):
            await desk.claims.resolve(second, found="C1")
        settled = await desk.claims.resolve(second, found="C2", reason="seen in the portal")
        assert (settled.claim.state, settled.claim.ref) == (ClaimState.UNDER_REVIEW, "C2")
        assert len(list((home.parent / "vendor").glob("claim-*.json"))) == 2


async def test_a_doubt_that_a_person_calls_absent_can_be_sent_again(new_home, clock):
    home = new_home(maker="blind = true")
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        (home.parent / "vendor" / "script").write_text("lost")
        await desk.claims.submit(name)
        (home.parent / "vendor" / "claim-C1.json").unlink()
        back = await desk.claims.resolve(name, absent=True, reason="not in the portal")
        assert back.claim.state is ClaimState.VALIDATED
        clock.advance(3600)  # the vendor is given a rest after an answer that did not come
        assert (await desk.claims.submit(name)).claim.ref == "C1"


async def test_a_decision_in_the_list_of_writes_reaches_the_claim(desk, drafted, vendor):
    vendor.next("unreachable")
    sent = await desk.claims.submit(drafted)
    await desk.writes.discard((sent.write,), reason="wrong device")
    after = await desk.claims.check(drafted)
    assert after.claim.state is ClaimState.VALIDATED
    assert vendor.held() == []


async def test_a_claim_that_is_accepted_without_a_name_gets_it_later(desk, drafted, vendor):
    vendor.next("nameless")
    sent = await desk.claims.submit(drafted)
    assert (sent.claim.state, sent.claim.ref) == (ClaimState.UNDER_REVIEW, "C1")
    assert len(vendor.held()) == 1


async def test_a_poll_finds_the_name_of_a_claim_and_sends_nothing(new_home, clock):
    home = new_home(maker="blind = true")
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes=PART)).claim.claim_id
        (home.parent / "vendor" / "script").write_text("nameless")
        sent = await desk.claims.submit(name)
        assert (sent.claim.state, sent.claim.ref) == (ClaimState.UNDER_REVIEW, None)
    home.write_text(home.read_text().replace("blind = true", ""))
    async with ServiceDesk.open(home, clock=clock) as desk:
        (outcome,) = await desk.claims.poll()
        assert (outcome.asked, (await desk.claims.get(name)).claim.ref) == (1, "C1")
