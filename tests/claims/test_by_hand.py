"""Claims that a person carries: the pack that is sent, and the answers that are recorded."""

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from servicedesk_core.domain.logistics import Shipment
from servicedesk_core.domain.warranty import (
    ClaimEventKind,
    ClaimReport,
    ClaimState,
    ClaimStatus,
    Credit,
    CreditKind,
    CreditState,
    LineDecision,
    PartReturn,
    ReturnState,
)
from servicedesk_core.errors import ClaimStateError, UnsupportedError
from tests.claims.conftest import PART, kinds

pytestmark = pytest.mark.slow  # the command line goes through the same acts


async def test_the_manual_way_ends_in_the_same_states_and_the_pack_holds_no_secret(desk, tmp_path):
    made = await desk.claims.new("T50", by_hand=True, changes={"contact_phone": "555", **PART})
    name = made.claim.claim_id
    await desk.claims.attach(
        name, name="../../etc/invoice 1.pdf", content=b"%PDF", media_type="application/pdf", kind="proof_of_purchase"
    )
    with pytest.raises(ClaimStateError, match="by hand"):
        await desk.claims.submit(name)
    folder = await desk.claims.pack(name, to=tmp_path / "packs", pdf=True)
    archive = await desk.claims.pack(name, to=tmp_path / "packs", archive=True)
    assert folder.files == ("claim.html", "claim.pdf", "01-invoice 1.pdf")
    assert zipfile.ZipFile(archive.path).namelist() == ["claim.html", "01-invoice 1.pdf"]
    written = b"".join((Path(folder.path) / one).read_bytes() for one in folder.files)
    page = (Path(folder.path) / "claim.html").read_text()
    wanted = (name, "SN-0001", "Notebook does not start", "pat@example.com")
    assert [word for word in wanted if word not in page] == []
    assert b"hunter2" not in written
    assert (Path(folder.path) / "claim.pdf").read_bytes().startswith(b"%PDF")
    await desk.claims.record(name, ClaimReport(ref="RMA 1", status=ClaimStatus.UNDER_REVIEW, vendor_status="received"))
    await desk.claims.record(name, ClaimReport(ref="", status=ClaimStatus.AWAITING_CREDIT, credits=(
        Credit(kind=CreditKind.PARTS, state=CreditState.APPROVED, approved=Decimal("10.50"), currency="USD"),
    ), returns=(PartReturn(state=ReturnState.RECEIVED),)))  # fmt: skip
    ended = await desk.claims.record(name, ClaimReport(ref="", status=ClaimStatus.CLOSED))
    assert (ended.claim.state, ended.claim.ref, ended.claim.by_hand) == (ClaimState.CLOSED, "RMA 1", True)
    assert (await desk.claims.numbers()).recovered[0].approved == Decimal("10.50")


async def test_a_maker_without_pdf_writer_says_how_to_get_it(desk, drafted, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "reportlab.platypus", None)
    with pytest.raises(UnsupportedError, match="not installed"):
        await desk.claims.pack(drafted, to=tmp_path, pdf=True)


async def test_what_a_person_records_later_takes_nothing_away(desk):
    made = await desk.claims.new("T50", by_hand=True, changes=PART)
    name = made.claim.claim_id
    await desk.claims.check(name)

    def money(kind, state, amount):
        agreed = state is not CreditState.EXPECTED
        return Credit(kind=kind, state=state, currency="USD", **{"approved" if agreed else "claimed": Decimal(amount)})

    due = PartReturn(state=ReturnState.DUE, due_on=date(2026, 3, 20), tracking="BACK1")
    first = ClaimReport(
        ref="R1", status=ClaimStatus.APPROVED, returns=(due,), shipments=(Shipment(tracking="T1"),),
        credits=(money(CreditKind.PARTS, CreditState.EXPECTED, "10"),),
    )  # fmt: skip
    await desk.claims.record(name, first)
    second = ClaimReport(
        ref="", returns=(PartReturn(state=ReturnState.RECEIVED),), shipments=(Shipment(tracking="T2"),),
        credits=(money(CreditKind.LABOUR, CreditState.APPROVED, "7.50"),),
    )  # fmt: skip
    await desk.claims.record(name, second)
    paid = ClaimReport(ref="", credits=(money(CreditKind.PARTS, CreditState.APPROVED, "9"),))
    after = (await desk.claims.record(name, paid)).progress
    assert [one.tracking for one in after.shipments] == ["T1", "T2"]
    assert after.returns == (due.model_copy(update={"state": ReturnState.RECEIVED}),)
    assert {(one.kind, one.approved) for one in after.credits} == {
        (CreditKind.LABOUR, Decimal("7.50")), (CreditKind.PARTS, Decimal(9)),
    }  # fmt: skip
    assert (await desk.claims.numbers()).recovered[0].approved == Decimal("16.50")


async def test_a_person_records_a_decision_for_each_part(desk):
    parts = [{"number": number, "part_number": f"P{number}", "quantity": "1"} for number in (1, 2)]
    name = (await desk.claims.new("T50", by_hand=True, changes={"lines": parts})).claim.claim_id
    await desk.claims.check(name)
    denied = LineDecision(number=2, is_approved=False, reason="Worn out.")
    told = ClaimReport(ref="R1", status=ClaimStatus.APPROVED, decisions=(denied,))
    assert (await desk.claims.record(name, told)).claim.state is ClaimState.PARTIALLY_APPROVED
    rest = ClaimReport(ref="", decisions=(LineDecision(number=1, is_approved=True),))
    after = await desk.claims.record(name, rest)
    assert {one.number: one.is_approved for one in after.progress.decisions} == {1: True, 2: False}
    with pytest.raises(ClaimStateError, match="has no part 3"):
        await desk.claims.record(name, ClaimReport(ref="", decisions=(LineDecision(number=3, is_approved=True),)))


async def test_a_person_may_record_that_a_claim_went_back(desk):
    made = await desk.claims.new("T50", by_hand=True, changes=PART)
    name = made.claim.claim_id
    await desk.claims.check(name)
    await desk.claims.record(name, ClaimReport(ref="R1", status=ClaimStatus.APPROVED))
    back = await desk.claims.record(name, ClaimReport(ref="", status=ClaimStatus.UNDER_REVIEW))
    told = [one for one in await desk.audit.list() if one.action == "claim.recorded"]
    assert {one.entity for one in told} == {f"claim:{name}"}
    assert len(told) == 2
    assert back.claim.state is ClaimState.UNDER_REVIEW
    assert ClaimEventKind.WENT_BACK not in kinds(back)
