"""An invoice is taken back by credit notes, line by line, once."""

import pytest

from servicedesk_core import SyncMode
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.billing.sending import tables
from tests.billing.books import settings
from tests.billing.carrying import desk, entry, ledger, opened, put, send, status, told
from tests.billing.ledger import LedgerFile

pytestmark = pytest.mark.slow

__all__ = ["desk", "ledger", "opened"]


async def test_a_credit_note_takes_lines_back_once_and_frees_what_they_billed(desk, ledger):
    await send(desk, "Acme")
    found = await desk.billing.credit("INV-000001", reason="wrong rate")
    assert told(found) == [("CN-000001", "Acme", "proposed", 120)]
    assert not (await desk.billing.preview(period="2026-10", company="Acme")).items, "not before the ledger has it"
    found = await desk.billing.credit("INV-000001", reason="wrong rate", send=True)
    assert [row.state for row in found.documents] == ["open"]
    (note,) = ledger.all("credit_notes")
    assert (note["number"], note["credits"], note["net"]) == ("CN-000001", "1", "100.00")
    assert (await status(desk))["INV-000001"].credited_by == ("CN-000001",)
    await desk.billing.credit("INV-000001", lines=(1,), reason="again", send=True)
    assert len(ledger.all("credit_notes")) == 1
    await send(desk, "Acme")
    assert [one["number"] for one in ledger.all()] == ["INV-000001", "INV-000002"]
    with pytest.raises(NotFoundLocallyError):
        await desk.billing.credit("INV-9", reason="x")


@pytest.mark.slow
async def test_single_lines_are_credited_with_their_tax_and_none_twice(opened, ledger):
    desk = await opened(policy='biller = "servicedesk"\nlabour_lines = "single"')
    await put(desk, entry("e9", "c1", 2))
    await send(desk, "Acme")
    found = await desk.billing.credit("INV-000001", lines=(2,), reason="not done", send=True)
    assert [(row.net, row.total) for row in found.documents] == [(200, 240)]
    assert {one.ref for one in await desk.store.read(tables.billed_sources)} == {"e-c1"}
    with pytest.raises(WriteError, match="Nothing is credited twice: line 2 of INV-000001 is credited by CN-000001"):
        await desk.billing.credit("INV-000001", reason="all of it")
    with pytest.raises(WriteError, match="has no line 3"):
        await desk.billing.credit("INV-000001", lines=(3,), reason="x")


@pytest.mark.slow
async def test_a_credit_note_goes_where_its_invoice_is_whatever_ledger_new_ones_go_into(opened, ledger, tmp_path):
    """Ids of customers and items are those of the ledger that has the invoice: in another they are other people's."""
    connections = settings(ledger.path)["connections"]
    newer = LedgerFile(str(tmp_path / "newer.db"))
    connections["newer"] = connections["books"] | {"path": newer.path}
    said = 'biller = "servicedesk"\nledger = "{}"\n'
    desk = await opened(policy=said.format("books"), connections=connections)
    await send(desk, "Acme")
    await desk.sync("newer")
    (tmp_path / "service" / "billing.toml").write_text(f'[profit]\ncurrency = "EUR"\n[billing]\n{said.format("newer")}')
    desk.clock.advance(60)
    await desk.definitions.apply(folder=tmp_path / "service", reason="moved")
    await desk.billing.credit("INV-000001", reason="wrong rate", send=True)
    assert not newer.all("credit_notes")
    assert [one["credits"] for one in ledger.all("credit_notes")] == ["1"]


@pytest.mark.slow
async def test_a_document_that_the_ledger_does_not_have_is_not_credited(desk):
    await send(desk, "Acme", send=False)
    with pytest.raises(WriteError, match="INV-000001 is proposed: there is nothing to credit"):
        await desk.billing.credit("INV-000001", reason="x")


async def test_an_invoice_that_the_ledger_voids_meanwhile_is_not_credited_besides(desk, ledger):
    await send(desk, "Acme")
    found = await desk.billing.credit("INV-000001", reason="wrong rate")
    ledger.change("1", status="void")
    await desk.sync("books", mode=SyncMode.FULL)
    (view,) = await desk.writes.approve([found.writes[0].id], send=True)
    assert (view.state, "stands for nothing in books" in view.error) == ("rejected", True)
    assert not ledger.all("credit_notes")
