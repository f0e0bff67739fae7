"""Money from the vendor to the desk: exact, in its currency, and in no client's scope."""

from decimal import Decimal

import pytest

from servicedesk_core import Scope
from servicedesk_core.domain import BillingItem, Charge, ContractBlock, Invoice, TimeOff
from servicedesk_core.errors import NotFoundLocallyError

pytestmark = pytest.mark.slow


async def all_of(desk, entity, **options):
    return [one.record async for one in desk.records(entity, **options)]


async def test_lines_add_up_to_the_invoices_as_exactly_as_at_the_vendor(world):
    await world.sync()
    async with world.desk() as desk:
        lines, invoices = await all_of(desk, BillingItem), await all_of(desk, Invoice)
    assert invoices
    for invoice in invoices:
        mine = [line for line in lines if line.invoice_ref == invoice.external_id]
        assert sum((line.total for line in mine), Decimal()) == invoice.total
        assert {line.currency for line in mine} == {invoice.currency} <= {"USD", "CAD"}
    [(total,)] = world.rows("SELECT SUM(total) FROM invoices")
    assert total == sum(invoice.total for invoice in invoices) * 1_000_000
    waiting = [line for line in lines if line.invoice_ref is None]
    assert waiting
    assert all(line.total is None for line in waiting)


async def test_views_show_amounts_with_the_names_beside_them(world):
    await world.sync()
    shown = world.rows("SELECT price, own_price, currency, company_name, invoice_name FROM v_billing_items")
    assert all(price.count(".") == 1 and name for price, _, _, name, _ in shown)
    assert any(number and number.startswith("INV-") for *_, number in shown)
    assert {currency for _, _, currency, _, _ in shown} <= {"USD", "CAD"}
    assert (
        world.rows("SELECT technician_name FROM v_time_off WHERE state = 'approved' AND technician_name IS NULL") == []
    )


async def test_a_client_is_shown_no_costs(world):
    await world.sync()
    [(company,)] = world.rows("SELECT company_ref FROM v_invoices LIMIT 1")
    async with world.desk() as desk:
        for entity in (Charge, BillingItem, Invoice, ContractBlock, TimeOff):
            with pytest.raises(NotFoundLocallyError, match="belongs to the scope"):
                await all_of(desk, entity, scope=Scope("psa", companies={company}))
