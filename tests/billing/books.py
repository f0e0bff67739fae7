"""A desk with a PSA and a ledger, and what its tests say again and again."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from servicedesk_core.domain import Company, Ticket, TimeEntry
from servicedesk_core.domain.billing import DocumentKind, DocumentRequest, RequestedLine
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.batches import Batch, known_of, stored
from servicedesk_core.features.billing.sending.rows import rows

LEDGER = Path(__file__).with_name("ledger.py")
GRANTS = ["sales_invoices.create", "credit_notes.create", "customers.create"]
NOW = datetime(2026, 11, 9, 12, tzinfo=UTC)
PREFIXES = {DocumentKind.INVOICE: "INV-", DocumentKind.CREDIT_NOTE: "CN-"}


def settings(path, kind="Books", store=None):
    """Return a configuration whose ledger is a file."""
    books = {"connector": f"{LEDGER}:{kind}", "path": str(path), "writes": GRANTS}
    desk = {"name": "Example MSP", "timezone": "America/New_York"} | ({"store": store} if store else {})
    return {"desk": desk, "connections": {"psa": {"connector": "tabular"}, "books": books}}


def worked(*refs, company="c1"):
    """Return a client with approved time."""
    yield Company(external_id=company, name={"c1": "Acme", "c2": "Bolt"}.get(company, company))
    yield Ticket(external_id=f"t-{company}", number=f"T-{company}", title="Work", company_ref=company)
    for ref in refs:
        yield TimeEntry(
            external_id=ref, ticket_ref=f"t-{company}", summary="Work", worked_s=3600, billed_s=3600, approved_at=NOW,
            work_date=date(2026, 10, 5),
        )  # fmt: skip


def draft(*refs, company="c1", price="100.00", **more):
    """Return an invoice of one hour for each time entry."""
    lines = tuple(
        DraftLine(
            sells=Sold.LABOUR,
            description=f"Work {ref}",
            quantity=Decimal(1),
            unit_price=Decimal(price),
            amount=Decimal(price),
            sources=(Source(connection="psa", stream="time_entries", ref=ref),),
        )
        for ref in refs
    )
    values = {
        "connection": "psa",
        "company_ref": company,
        "company": {"c1": "Acme", "c2": "Bolt"}.get(company, company),
    }
    days = {"first": date(2026, 10, 1), "last": date(2026, 10, 31)}
    return Draft(**values | days | {"currency": "EUR", "lines": lines} | more)


def request_of(draft, number, **more):
    """Return what the ledger is asked for, with a tax of 20 %."""
    lines = tuple(
        RequestedLine(
            number=number, description=line.description, quantity=line.quantity, unit_price=line.unit_price,
            amount=line.amount, item="hour", tax=line.amount / 5,
        )
        for number, line in enumerate(draft.lines, 1)
    )  # fmt: skip
    tax = sum(line.tax for line in lines)
    values = {"net": draft.net, "tax": tax, "total": draft.net + tax, "tolerance": Decimal("0.02")}
    day = more.pop("issue_on", draft.issued_on or date(2026, 11, 9))
    return DocumentRequest(
        kind=draft.kind, number=number, customer=f"cust-{draft.company_ref}", issue_on=day, currency=draft.currency,
        lines=lines, rounding_item="rounding", **values | more,
    )  # fmt: skip


async def batch(desk, *drafts, **more):
    """Return drafts as they are previewed now, to be proposed."""
    known = await desk.store.read(lambda tx: known_of(tx, drafts))
    return Batch("books", "d1", drafts, known, more.pop("request", request_of), PREFIXES, **more)


async def bill(desk, *billed, number="PSA-1"):
    """Have a document that stands bill some sources."""
    one = draft("e")
    made = one.model_copy(update={"lines": (one.lines[0].model_copy(update={"sources": billed}),)})
    document = stored(made, request_of(made, number), ledger="books", batch="d1", by="eve", at=NOW, linked_ref="1")
    await desk.store.write(lambda tx: tables.keep(tx, document, {}))


async def documents(desk):
    """Return all documents as lists show them."""
    return await desk.store.read(lambda tx: rows(tx, tables.all_documents(tx), money=True))


async def proposed(desk, *drafts, **more):
    """Propose drafts; return the numbers of their writes."""
    before = {one.write for one in await documents(desk)}
    await (await batch(desk, *drafts, **more)).propose(desk)
    return [one.write for one in await documents(desk) if one.write not in before]
