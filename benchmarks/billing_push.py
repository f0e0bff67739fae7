"""A month of invoices pushed into a ledger: how near that comes to what the vendor's limits allow."""

import asyncio
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import select

from benchmarks.rows import Row, at_most
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Company, Ticket, TimeEntry
from servicedesk_core.domain.billing import DocumentKind, DocumentRequest, RequestedLine, TaxMode
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source
from servicedesk_core.features.billing.sending.batches import Batch, known_of
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.sandboxing import serve
from servicedesk_core.store import Tx, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.store.schema import RECORDS
from servicedesk_quickbooks import sandbox as quickbooks
from servicedesk_xero import sandbox as xero

LATENCY_S = 0.1
GOAL = 1.3
_WORKED = datetime(2026, 10, 5, 12, tzinfo=UTC)
_PREFIXES = {DocumentKind.INVOICE: "INV-", DocumentKind.CREDIT_NOTE: "CN-"}


@dataclass(frozen=True)
class Vendor:
    """A ledger's stand-in.

    Attributes:
        name: Its connector.
        sandbox: Makes it.
        per_minute: Requests that it takes in a minute.
        at_once: Requests that it takes at the same time.
        tax: What of tax is asked for: nothing where only the ledger can say.
    """

    name: str
    sandbox: Callable[[], Any]
    per_minute: int
    at_once: int
    tax: Mapping[str, Any]

    def least_s(self, requests: int) -> float:
        """Return the seconds that so many requests take at least, within the vendor's minutes and places."""
        full, rest = divmod(requests - 1, self.per_minute)
        return full * 60.0 + (rest // self.at_once + 1) * LATENCY_S


_NO_TAX = {"tax_mode": TaxMode.NONE, "tax": Decimal(0), "total": Decimal(100)}
_QUICKBOOKS = Vendor(
    name="quickbooks",
    sandbox=lambda: quickbooks.Sandbox(quickbooks.SandboxOptions(latency_s=LATENCY_S)),
    per_minute=500,
    at_once=10,
    tax={},
)
_XERO = Vendor(
    name="xero",
    sandbox=lambda: xero.Sandbox(xero.SandboxOptions(latency_s=LATENCY_S)),
    per_minute=60,
    at_once=5,
    tax=_NO_TAX,
)


def billing_push(*, quick: bool) -> list[Row]:
    """Send invoices: each is made, read back and compared, under the vendor's limits of a minute."""
    return [asyncio.run(_measured(vendor, 20 if quick else 200)) for vendor in (_QUICKBOOKS, _XERO)]


async def _measured(vendor: Vendor, count: int) -> Row:
    sandbox = vendor.sandbox()
    with tempfile.TemporaryDirectory() as folder, serve(sandbox) as url:
        books = {**sandbox.told(url), "connector": vendor.name, "environment": "sandbox"}
        connections = {
            "psa": {"connector": "tabular", "environment": "sandbox"},
            "books": books | {"writes": ["sales_invoices.create"]},
        }
        settings = {"desk": {"store": f"sqlite:///{Path(folder) / 'desk.db'}"}, "connections": connections}
        async with ServiceDesk(settings) as desk:
            # The brake is not what is measured; as many go at once as the vendor takes.
            desk.outbox.sending.policy = WritePolicy(stop_after=count + 1, parallel=vendor.at_once)
            if "authorize_url" in books:
                await _allow(desk)
            await desk.sync("books", streams=("customers", "sales_items"))
            await desk.store.write(lambda tx: _work(tx, count))
            drafts = tuple(map(_draft, range(count)))
            known, customer, item = await desk.store.read(lambda tx: (known_of(tx, drafts), *_linked(tx)))
            request_of = partial(_request_of, customer=customer, item=item, tax=vendor.tax)
            await Batch("books", "b", drafts, known, request_of, _PREFIXES).propose(desk)
            await desk.writes.approve([one.id for one in await desk.writes.list(limit=count)])
            asked, began = sandbox.requests.total(), perf_counter()
            await desk.writes.run("books")
            taken = perf_counter() - began
            confirmed = len(await desk.writes.list(states=(WriteState.CONFIRMED,), limit=count))
    made = sandbox.requests.total() - asked
    if confirmed != count:
        message = f"only {confirmed} of {count} invoices were confirmed"
        raise RuntimeError(message)
    least = vendor.least_s(made)
    # Within one minute's requests the desk leaves half of them to others and spreads the rest, so there is no goal.
    is_bound = made > vendor.per_minute
    figure, goal, met = at_most(taken / least, GOAL)
    return Row(
        measure=f"{count} invoices into the stand-in of {vendor.name} at {LATENCY_S * 1000:.0f} ms a request",
        ours=f"{taken:.1f} s, {made / count:.1f} requests an invoice",
        reference=f"its limits allow {least:.1f} s",
        figure=figure,
        goal=goal if is_bound else "",
        met=met if is_bound else None,
    )


def _linked(tx: Tx) -> tuple[str, str]:
    """Return some customer and some item of the ledger."""
    customers, items = RECORDS["customers"].c, RECORDS["sales_items"].c
    who = select(customers.external_id).where(customers.is_active.is_not(False)).order_by(customers.local_id)
    what = select(items.external_id).where(items.is_active.is_not(False)).order_by(items.local_id)
    return tx.execute(who.limit(1)).scalar_one(), tx.execute(what.limit(1)).scalar_one()


async def _allow(desk: ServiceDesk) -> None:
    """Allow the access, as a person does in a browser."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            """Follow nothing."""

    def clicked(address: str) -> str:
        try:
            urllib.request.build_opener(Stay).open(address)  # the stand-in's own page
        except urllib.error.HTTPError as sent_back:
            with sent_back:
                return sent_back.headers["Location"]
        message = "the stand-in let nobody in"
        raise RuntimeError(message)

    request = await desk.ask_access("books")
    await desk.accept_access(request, await asyncio.to_thread(clicked, request.url), "books")


def _work(tx: Tx, count: int) -> None:
    source = sources.ensure(tx, "psa", "tabular", "sandbox", _WORKED).id
    ticket = Ticket(external_id="1", number="T1", title="Work", company_ref="c1")
    entries = [
        TimeEntry(external_id=f"e{number}", ticket_ref="1", worked_s=3600, billed_s=3600, approved_at=_WORKED)
        for number in range(count)
    ]
    for stream, rows in (("companies", [Company(external_id="c1", name="Acme")]), ("tickets", [ticket])):
        records.apply(tx, source, stream, [Incoming(one, None, None, "1") for one in rows], mode="full", now=_WORKED)
    incoming = [Incoming(one, None, None, "1") for one in entries]
    records.apply(tx, source, "time_entries", incoming, mode="full", now=_WORKED)


def _draft(number: int) -> Draft:
    line = DraftLine(
        sells=Sold.LABOUR,
        description="Work",
        quantity=Decimal(1),
        unit_price=Decimal(100),
        amount=Decimal(100),
        sources=(Source(connection="psa", stream="time_entries", ref=f"e{number}"),),
    )
    days = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
    return Draft(connection="psa", company_ref="c1", company="Acme", currency="USD", lines=(line,), **days)


def _request_of(draft: Draft, number: str, *, customer: str, item: str, tax: Mapping[str, Any]) -> DocumentRequest:
    lines = tuple(
        RequestedLine(
            number=at, description=one.description, quantity=one.quantity, unit_price=one.unit_price,
            amount=one.amount, item=item,
        )
        for at, one in enumerate(draft.lines, 1)
    )  # fmt: skip
    return DocumentRequest(
        kind=draft.kind, number=number, customer=customer, issue_on=date(2026, 11, 2), due_on=date(2026, 12, 2),
        currency="USD", lines=lines, net=draft.net, **tax,
    )  # fmt: skip
