"""What a check says before a claim is sent, and what it rests on."""

from datetime import date

import pytest
from sqlalchemy import select

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.warranty import (
    ClaimEventKind,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.facts import CoverSource
from servicedesk_core.errors import ClaimIncompleteError, NetworkError
from servicedesk_core.features.warranty.tables import answers
from servicedesk_core.store import cover
from servicedesk_core.store.schema import RECORDS
from tests.claims.conftest import PART

pytestmark = pytest.mark.slow  # the command line goes through the same acts


async def test_a_check_names_everything_at_once(desk):
    made = await desk.claims.new("T51", changes={"symptom": "x", "troubleshooting": "y" * 1001})
    checked = await desk.claims.check(made.claim.claim_id)
    assert not checked.can_be_sent
    assert [one.field for one in checked.problems if one.is_blocking] == [
        "contact.name", "contact.email or contact.phone",
    ]  # fmt: skip
    await desk.claims.edit(made.claim.claim_id, {"contact_name": "Pat", "contact_phone": "555"})
    checked = await desk.claims.check(made.claim.claim_id)
    assert [one.field for one in checked.problems if one.is_blocking] == ["troubleshooting", "lines"]
    assert any("not covered" in one.reason for one in checked.problems)
    with pytest.raises(ClaimIncompleteError, match="troubleshooting has 1,001 characters"):
        await desk.claims.submit(made.claim.claim_id)


async def test_a_draft_is_written_and_checked_while_its_maker_is_down(home, clock):
    down = home.parent / "vendor" / "down"
    down.touch()
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes={"troubleshooting": "y" * 1001, **PART})).claim.claim_id
        (problem,) = (await desk.claims.check(name)).problems
        assert problem.reason == "has 1,001 characters, and 1,000 are accepted"
        await desk.claims.edit(name, {"troubleshooting": "y"})
        assert (await desk.claims.check(name)).can_be_sent
        with pytest.raises(NetworkError):
            await desk.claims.submit(name)
        down.unlink()
        assert (await desk.claims.submit(name)).claim.ref == "C1"


async def test_a_check_without_its_connector_says_what_it_could_not_check(home, clock):
    async with ServiceDesk.open(home, clock=clock) as desk:
        name = (await desk.claims.new("T50", changes={"contact_email": None, **PART})).claim.claim_id
    home.write_text(home.read_text().replace('"./maker.py:Maker"', '"gone"'))
    async with ServiceDesk.open(home, clock=clock) as desk:
        checked = await desk.claims.check(name)
    assert [one.field for one in checked.problems] == ["contact.email or contact.phone", "connection"]
    assert "was not checked" in checked.problems[-1].reason
    assert not checked.can_be_sent


async def test_parts_are_held_against_the_list_of_the_maker(home, clock):
    home.write_text(home.read_text().replace("maker.py:Maker", "maker.py:Lister"))
    async with ServiceDesk.open(home, clock=clock) as desk:
        parts = [
            {"number": number, "part_number": name, "quantity": "1"} for number, name in enumerate(("hdd-2", "XYZ"), 1)
        ]
        name = (await desk.claims.new("T50", changes={"lines": parts})).claim.claim_id
        checked = await desk.claims.check(name)
        (unlisted,) = checked.problems
        assert checked.can_be_sent
        assert unlisted.field == "lines.2"
        assert "XYZ is not among the 1 parts that maker lists" in unlisted.reason
    down = home.parent / "vendor" / "down"
    down.touch()
    async with ServiceDesk.open(home, clock=clock) as desk:
        (unasked,) = (await desk.claims.check(name)).problems
        assert "were not held against the list of maker" in unasked.reason


UNCOVERED = {"contact_name": "Pat", "contact_phone": "555", **PART}


async def test_a_claim_for_an_uncovered_device_is_sent_only_by_somebody_who_insists(desk, vendor):
    name = (await desk.claims.new("T51", changes=UNCOVERED)).claim.claim_id
    checked = await desk.claims.check(name)
    assert checked.can_be_sent
    assert any("not covered on 2026-03-02" in one.reason for one in checked.problems)
    for act in (desk.claims.preview, desk.claims.submit):
        with pytest.raises(ClaimIncompleteError, match="not covered on 2026-03-02") as refused:
            await act(name)
        assert "--force" in refused.value.hint
    assert vendor.held() == []
    sent = await desk.claims.submit(name, force=True)
    assert sent.claim.ref == "C1"
    assert [one.event.detail.get("forced") for one in sent.history if one.event.kind is ClaimEventKind.ASKED] == [True]


async def test_cover_that_is_learned_after_the_draft_counts(desk, vendor):
    name = (await desk.claims.new("T51", changes=UNCOVERED)).claim.claim_id
    device = DeviceRef(manufacturer="maker", serial_number="SN-0002")
    renewed = Entitlement(kind=EntitlementKind.EXTENDED, description="Plus", starts_on=date(2020, 1, 1),
                          ends_on=date(2027, 1, 1), covers_hardware=True)  # fmt: skip

    def learn(tx):
        asset = tx.execute(select(RECORDS["assets"].c.local_id).where(RECORDS["assets"].c.external_id == "41"))
        found = EntitlementResult(device=device, outcome=LookupOutcome.FOUND, entitlements=(renewed,))
        answers.put(tx, [found], origin="maker", source=CoverSource.MAKER, now=desk.clock.now())
        cover.link(tx, [(asset.scalar_one(), [device])], desk.clock.now())

    await desk.store.write(learn)
    known = (await desk.claims.get(name)).draft
    assert (known.covered_on_failure, known.entitlement) == (True, "Plus until 2027-01-01")
    assert (await desk.claims.submit(name)).claim.ref == "C1"


@pytest.mark.parametrize(("day", "covered"), [("2026-03-01", True), ("2027-03-01", False), (None, None)])
async def test_a_draft_by_serial_number_rests_on_what_was_looked_up(desk, day, covered):
    device = DeviceRef(manufacturer="Maker Inc.", serial_number="x-9")
    held = Entitlement(kind=EntitlementKind.BASE, code="B", ends_on=date(2027, 1, 1), covers_hardware=True)
    found = EntitlementResult(
        device=DeviceRef(manufacturer="maker", serial_number="X-9"), outcome=LookupOutcome.FOUND, entitlements=(held,)
    )
    await desk.store.write(
        lambda tx: answers.put(tx, [found], origin="maker", source=CoverSource.MAKER, now=desk.clock.now())
    )
    made = await desk.claims.new(device=device, changes={"failed_on": day})
    words = None if covered is False else "B until 2027-01-01"
    assert (made.draft.covered_on_failure, made.draft.entitlement) == (covered, words)
    edited = await desk.claims.edit(made.claim.claim_id, {"failed_on": "2028-01-01"})
    assert edited.draft.covered_on_failure is False
