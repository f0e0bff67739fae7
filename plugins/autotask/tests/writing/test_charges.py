"""Charges: what of a part the client pays for, written once and with the very amounts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from plugins.autotask.tests.writing.conftest import ALL, NOW, row, sent, write
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, WriteNotGrantedError
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent

pytestmark = pytest.mark.slow  # the conformance suite writes always

DOCK = {
    "name": "Dock WD19S", "quantity": "2", "unit_cost": "189.10", "unit_price": "236.37", "is_billable": True,
    "bought_on": "2026-11-20",
}  # fmt: skip


async def test_a_charge_is_written_with_its_exact_amounts_and_the_id_of_its_write(desk, psa, ticket):
    receipt = await psa.send_write(write("charges.create", id="c-1", parent=ticket, **DOCK))
    made = row(desk, "TicketCharges", receipt.ref)
    assert (made["ticketID"], made["internalPurchaseOrderNumber"], made["isBillableToCompany"]) == (
        int(ticket),
        "c-1",
        True,
    )
    assert (made["chargeType"], made["billingCodeID"], made["datePurchased"][:10]) == (1, 121, "2026-11-20")
    shown = psa.map_record("charges", receipt.record.raw).entity
    assert (shown.quantity, shown.unit_cost, shown.cost, shown.price) == (
        Decimal(2),
        Decimal("189.10"),
        Decimal("378.20"),
        Decimal("472.74"),
    )
    assert (shown.ticket_ref, shown.is_billed, receipt.warnings) == (ticket, False, ())


async def test_the_material_code_is_the_tenants_only_one_or_the_chosen_one(desk, psa, ticket):
    store = desk.sandbox.store
    hardware = store.get("BillingCodes", 121)
    store.put("BillingCodes", [{**hardware, "id": 125, "name": "Spare parts"}])
    try:
        count = len(sent(desk))
        with pytest.raises(RejectedError, match="2 material cost codes") as caught:
            await psa.send_write(write("charges.create", parent=ticket, **DOCK))
        assert "Hardware, Spare parts" in caught.value.hint
        assert len(sent(desk)) == count
        await psa.send_write(write("charges.create", id="c-product", parent=ticket, product_ref="300", **DOCK))
        assert "billingCodeID" not in sent(desk)[-1]
        async with desk.connector(grants=ALL, charge_code="Spare parts", charge_type="capitalized") as chosen:
            receipt = await chosen.send_write(write("charges.create", id="c-2", parent=ticket, **DOCK))
        made = row(desk, "TicketCharges", receipt.ref)
        assert (made["billingCodeID"], made["chargeType"]) == (125, 2)
        async with desk.connector(grants=ALL, charge_code="Gone") as gone:
            with pytest.raises(RejectedError, match='no active material cost code "Gone"'):
                await gone.send_write(write("charges.create", id="c-3", parent=ticket, **DOCK))
    finally:
        store.delete("BillingCodes", 125)


async def test_a_code_for_work_is_refused_and_a_charge_of_nothing_is_not_sent(psa, ticket):
    with pytest.raises(RejectedError, match="Material Cost Code"):
        await psa.send_write(write("charges.create", parent=ticket, billing_code_ref="100", **DOCK))
    one = write("charges.create", parent=ticket, **{**DOCK, "quantity": "0"})
    with pytest.raises(RejectedError, match="a charge of nothing"):
        await psa.send_write(one)
    (told,) = await psa.check_write(one, None)
    assert told.field == "quantity", "who proposes it is told the same"


async def test_a_lost_charge_is_found_and_its_absence_proven(desk, psa, ticket):
    one = write("charges.create", id="c-lost", parent=ticket, **DOCK)
    desk.sandbox.faults([{"kind": "drop_after", "match": {"method": "POST", "path": "/Charges$"}}])
    with pytest.raises(OutcomeUnknownError):
        await psa.send_write(one)
    assert await psa.find_write(one) == Found(str(desk.sandbox.recorder.writes[-1]["id"]))
    other = write("charges.create", id="c-none", parent=ticket, **DOCK)
    assert isinstance(await psa.find_write(other), Inconclusive)
    psa.ctx.clock.instant = NOW + timedelta(minutes=6)
    assert isinstance(await psa.find_write(other), ProvenAbsent)


async def test_a_posted_charge_is_corrected_by_another_one(desk, psa, ticket):
    first = await psa.send_write(write("charges.create", id="c-posted", parent=ticket, **DOCK))
    desk.sandbox.store.put("TicketCharges", [row(desk, "TicketCharges", first.ref) | {"isBilled": True}])
    back = await psa.send_write(write("charges.create", id="c-back", parent=ticket, **{**DOCK, "quantity": "-2"}))
    assert row(desk, "TicketCharges", back.ref)["billableAmount"] == -472.74
    assert row(desk, "TicketCharges", first.ref)["unitQuantity"] == 2


async def test_without_its_grant_no_charge_leaves(desk, ticket):
    others = tuple(kind for kind in ALL if kind != "charges.create")
    async with desk.connector(grants=others) as psa:
        count = len(sent(desk))
        with pytest.raises(WriteNotGrantedError):
            await psa.send_write(write("charges.create", parent=ticket, **DOCK))
        assert len(sent(desk)) == count
