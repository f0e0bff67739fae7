"""The connector, unmodified, against a real server of series 8.2."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core.domain.billing import DocumentKind, DocumentStatus
from servicedesk_core.domain.parts import OrderStatus, PartQuery, order_number
from servicedesk_core.errors import AuthenticationError, OutcomeUnknownError, RejectedError
from servicedesk_core.hooks import FetchStatus, Found, ProvenAbsent, PullMode, PullRequest, Write
from servicedesk_core.testing import PartsSuite, TicketSyncSuite

pytestmark = [pytest.mark.slow, pytest.mark.real_server, pytest.mark.timeout(600)]

TAKE, GIVE_BACK = "stock_moves.take", "stock_moves.return"
PLACE, RECEIVE = "purchase_orders.place", "goods_receipts.create"
SHELF, VAN, CLIENTS = 9, 10, 11


def take(parent, quantity, id):  # noqa: A002
    values = {"quantity": quantity, "ticket_number": "T7", "device_serial": "5CG1"}
    return Write(id, TAKE, parent=parent, values=values, attempted_at=datetime.now(UTC))


def amount(text):
    return {"__class__": "Decimal", "decimal": text}


async def levels(tryton, mode=PullMode.BACKFILL, **more):
    request = PullRequest("stock_levels", mode, **more)
    pages = [page async for page in tryton.pull(request)]
    rows = [tryton.map_record("stock_levels", record.raw).entity for page in pages for record in page.records]
    return {row.external_id: row for row in rows}, pages[-1].max_stamp, [ref for page in pages for ref in page.gone]


class TestParts(PartsSuite):
    known = {"part_number": "EX-990-1T", "words": "ssd nvme", "upc": "4006381333931", "serial": "DK-0002"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, shared):
        async with shared.connector() as tryton:
            yield tryton


class TestStreams(TicketSyncSuite):
    page_size = 25  # accounts are several pages; against the sandbox all streams are

    @pytest.fixture
    async def connector(self, shared):
        async with shared.connector() as tryton:
            yield tryton


async def test_a_wrong_password_is_told(shared):
    async with shared.connector(password="wrong") as tryton:
        with pytest.raises(AuthenticationError, match="refused the log-in"):
            await tryton.vendor_identity()


def test_the_server_answers_as_it_did_when_the_sandbox_was_written(real, script):
    told, known = script.ask(real.url), script.recorded()
    different = [(now, before) for now, before in zip(told, known, strict=True) if now != before]
    assert different == []


async def test_a_product_is_stocked_found_taken_and_given_back(real):
    async with real.connector(TAKE, GIVE_BACK) as tryton:
        _, until, _ = await levels(tryton)
        mpn = {"type": "mpn", "code": "K-77/B"}
        variant = {"suffix_code": "KB-1", "identifiers": [["create", [mpn]]]}
        keyboard = {"name": "Keyboard", "type": "goods", "default_uom": 1, "cost_price_method": "fixed"}
        made = {**keyboard, "list_price": amount("49.90"), "products": [["create", [variant]]]}
        (template,) = real.person("product.template.create", [made])
        (product,) = real.person("product.product.search", [["template", "=", template]], 0, None, None)
        real.person("product.product.write", [product], {"cost_price": amount("31.4159")})
        real.counted(SHELF, product, 3)
        (offer,) = await tryton.find_parts(PartQuery(part_number="k77b"))
        assert (offer.number, offer.available, offer.unit_price) == ("KB-1", 3, Decimal("31.4159"))
        ref = offer.places[0].ref
        changed, _, _ = await levels(tryton, PullMode.INCREMENTAL, since=until)
        assert changed[ref].on_hand == 3

        written = await tryton.send_write(take(ref, "2", "w-1"))
        assert (real.lies(SHELF, product), real.lies(CLIENTS, product)) == (1, 2)
        assert await tryton.find_write(take(ref, "2", "w-1")) == Found(written.ref)
        back = {"quantity": "2", "move_ref": written.ref}
        await tryton.send_write(Write("w-2", GIVE_BACK, parent=ref, values=back, attempted_at=datetime.now(UTC)))
        assert (real.lies(SHELF, product), real.lies(CLIENTS, product)) == (3, 0)
        (shipment,) = real.person(
            "stock.shipment.internal.search_read",
            [["id", "=", int(written.ref)]],
            0,
            None,
            None,
            ["reference", "state"],
        )
        assert (shipment["reference"], shipment["state"]) == ("ticket T7, device 5CG1 [ref:w-1]", "done")

        await tryton.send_write(take(ref, "3", "w-3"))
        _, _, gone = await levels(tryton, PullMode.INCREMENTAL, since=until)
        assert ref in gone
        assert [one.status async for one in tryton.fetch_records("stock_levels", [ref])] == [FetchStatus.MISSING]


async def test_an_order_is_placed_and_comes_in_two_parts(real):
    async with real.connector(PLACE, RECEIVE) as tryton:

        async def order(ref):
            (found,) = [one async for one in tryton.fetch_records("purchase_orders", [ref])]
            return tryton.map_record("purchase_orders", found.records[0].raw)

        def receive(id, place, *lines):  # noqa: A002
            names = ("line", "quantity", "serial_numbers")
            said = [dict(zip(names, one, strict=False)) for one in lines]
            values = {"lines": said, "place": place, "note": "box"}
            return Write(id, RECEIVE, parent=placed.ref, values=values, attempted_at=datetime.now(UTC))

        known = {"unit_cost": "79.95", "currency": "USD"}
        lines = [{"number": 1, "part_number": "SSD-1T", "quantity": "3", **known}]
        lines += [{"number": 2, "part_number": "DOCK-130", "quantity": "2", **known}]
        values = {"lines": lines, "supplier": "Example Wholesale", "note": "please"}
        wanted = Write("o-1", PLACE, values=values, attempted_at=datetime.now(UTC))
        placed = await tryton.send_write(wanted)
        assert await tryton.find_write(wanted) == Found(placed.ref)
        shown = await order(placed.ref)
        assert (shown.entity.reference, shown.entity.status) == (order_number("o-1"), OrderStatus.PLACED)
        assert (shown.entity.total_cost, shown.entity.tax_cost) == (Decimal("439.73"), Decimal("39.98"))
        ssd, dock = (one.external_id for one in shown.also)

        came = receive("r-1", "Shelf A", (ssd, "2"), (dock, "2", ["N-1", "DK-0001"]))
        booked = await tryton.send_write(came)
        assert await tryton.find_write(came) == Found(booked.ref)
        shown = await order(placed.ref)
        assert [(one.received, one.status) for one in shown.also] == [
            (2, OrderStatus.PLACED),
            (2, OrderStatus.RECEIVED),
        ]
        assert sorted(shown.also[1].serial_numbers) == ["DK-0001", "N-1"]
        assert real.lies(SHELF, 1) == 8

        with pytest.raises(RejectedError, match="only 1 are still to come"):
            await tryton.send_write(receive("r-2", None, (ssd, "2")))
        await tryton.send_write(receive("r-3", None, (ssd, "1")))
        shown = await order(placed.ref)
        assert (shown.entity.status, shown.also[0].received) == (OrderStatus.RECEIVED, 3)


async def test_a_piece_with_a_serial_number_is_that_very_piece(real):
    async with real.connector(TAKE) as tryton:
        (offer,) = await tryton.find_parts(PartQuery(serial="DK-0002"))
        await tryton.send_write(take(offer.places[0].ref, "1", "w-1"))
        there, _, _ = await levels(tryton)
        assert [level.serial_number for level in there.values() if level.part_ref == "3"] == ["DK-0001"]


async def test_stock_that_two_want_at_once_is_never_taken_twice(real):
    async with real.connector(TAKE) as one, real.connector(TAKE) as other:
        done = await asyncio.gather(
            one.send_write(take("9-1", "4", "w-1")), other.send_write(take("9-1", "4", "w-2")), return_exceptions=True
        )
    refused = [result for result in done if isinstance(result, RejectedError)]
    taken = len(done) - len(refused)
    assert taken <= 1, done
    assert (real.lies(SHELF, 1), real.lies(CLIENTS, 1)) == (6 - 4 * taken, 4 * taken)


async def test_a_shipment_that_was_begun_is_gone_on_with(real):
    ends = {"company": 1, "from_location": VAN, "to_location": CLIENTS}
    move = {**ends, "product": 1, "unit": 1, "quantity": 1}
    (ref,) = real.person(
        "stock.shipment.internal.create", [{**ends, "reference": "T7 [ref:w-1]", "moves": [["create", [move]]]}]
    )
    async with real.connector(TAKE) as tryton:
        written = await tryton.send_write(take("10-1", "1", "w-1"))
    assert (written.ref, real.lies(VAN, 1)) == (str(ref), 1)


BOOKS = ("customers.create", "sales_invoices.create", "credit_notes.create", "sales_invoices.void")


async def test_a_client_is_made_invoiced_and_credited_to_the_cent(real, documents):
    today = datetime.now(UTC).date()

    async def shown(stream, ref):
        (found,) = [one async for one in tryton.fetch_records(stream, [ref])]
        return tryton.map_record(stream, found.records[0].raw).entity

    async with real.connector(*BOOKS) as tryton:
        client = Write("c-1", "customers.create", values={"name": "New Client", "number": "C-7"})
        party = (await tryton.send_write(client)).ref
        assert await tryton.find_write(client) == Found(party)
        assert (await shown("customers", party)).number == "C-7"

        # The server rounds half a cent to the even one: once a line, and once the tax of all.
        lines = [("2.5", "33.33"), ("1", "0.005", {"account": "99"}), ("1.25", "17.40", {"account": None, "item": "6"})]
        asked = documents.document("SD-1", *lines, customer=party, on=today)
        wanted = documents.write_of(asked, "i-1", datetime.now(UTC))
        written = await tryton.send_write(wanted)
        assert await tryton.find_write(wanted) == Found(written.ref)
        document = await tryton.read_document(DocumentKind.INVOICE, written.ref)
        assert [line.amount for line in document.lines[:3]] == [line.amount for line in asked.lines]
        assert (document.total, document.status) == (asked.total, DocumentStatus.OPEN)
        assert (document.reference, document.number) == ("SD-1", "3")
        with pytest.raises(RejectedError, match="no invoice that is in the books"):
            await tryton.send_write(Write("v-1", "sales_invoices.void", target=written.ref, values={"status": "void"}))

        note = documents.document(
            "SD-2", ("1", "50"), kind="credit_notes", customer=party, credits=written.ref, on=today
        )
        credited = await tryton.send_write(documents.write_of(note, "n-1", datetime.now(UTC)))
        assert credited.refused == {}
        invoice = await shown("sales_invoices", written.ref)
        assert (invoice.credited, invoice.balance) == (note.total, asked.total - note.total)
        assert (await shown("credit_notes", credited.ref)).remaining == 0


async def test_an_invoice_whose_answer_got_lost_is_gone_on_with(real, documents):
    asked = documents.document("SD-1", ("2", "10.00"), on=datetime.now(UTC).date())
    wanted = documents.write_of(asked, "i-1", datetime.now(UTC))
    async with real.connector(*BOOKS, settle_s=0) as tryton:
        act = tryton._api.write

        async def lost(grant, method, *params, **more):
            await act(grant, method, *params, **more)
            raise OutcomeUnknownError("The answer got lost.")

        tryton._api.write = lost
        with pytest.raises(OutcomeUnknownError):
            await tryton.send_write(wanted)
        tryton._api.write = act
        assert isinstance(await tryton.find_write(wanted), ProvenAbsent)  # made, and not posted
        written = await tryton.send_write(wanted)
        assert await tryton.find_write(wanted) == Found(written.ref)
    made = real.person("account.invoice.search_count", [["reference", "=", "SD-1"]])
    assert (made, written.ref) == (1, "3")


async def test_what_cannot_be_posted_leaves_nothing_standing(real, documents):
    """A closed period, a date before the last invoice, and a total that is another one."""
    today = datetime.now(UTC).date()
    async with real.connector(*BOOKS) as tryton:

        async def refused(asked, said):
            with pytest.raises(RejectedError, match=said):
                await tryton.send_write(documents.write_of(asked, asked.number, datetime.now(UTC)))
            assert real.person("account.invoice.search_count", [["reference", "=", asked.number]]) == 0

        await refused(documents.document("SD-1", ("1", "10"), rate="20", on=today), "It comes to 11, not 12")
        await refused(documents.document("SD-2", ("1", "10"), on=today.replace(year=today.year - 1)), "after|period")
        (period,) = real.person(
            "account.period.search", [["start_date", "<=", _day(today)], ["end_date", ">=", _day(today)]], 0, None, None
        )
        real.person("account.period.close", [period])
        await refused(documents.document("SD-3", ("1", "10"), on=today), "reopen the period")
        await refused(documents.document("SD-4", ("1", "10"), on=today, currency="GBP"), "no rate of the currency GBP")
        await refused(documents.document("SD-5", ("1", "10"), on=today, customer="4"), "archived")


def _day(on):
    return {"__class__": "date", "year": on.year, "month": on.month, "day": on.day}
