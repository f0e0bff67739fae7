"""A desk with two clients by the hour and a ledger that is linked to them, and what a person does on it."""

from contextlib import AsyncExitStack
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import insert

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import (
    BillingCode,
    BillingItem,
    Company,
    Contract,
    Invoice,
    Role,
    Technician,
    Ticket,
    TimeEntry,
)
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.features.billing.drafts import digest_of
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import schema, sources
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.billing.books import NOW, settings
from tests.billing.ledger import LedgerFile

CLIENTS = {"c1": "Acme", "c2": "Bolt"}


def psa():
    yield Technician(external_id="t1", name="Ann Ray")
    yield Role(external_id="r1", name="Engineer", hourly_price=Decimal(100))
    yield BillingCode(external_id="b1", name="Remote", is_active=True)
    for ref, name in CLIENTS.items():
        yield Company(external_id=ref, name=name)
        yield Contract(
            external_id=f"k-{ref}", name="By the hour", company_ref=ref, kind=ContractKind.TIME_AND_MATERIALS,
            is_active=True, start_on=date(2026, 1, 1), end_on=date(2026, 12, 31),
        )  # fmt: skip
        yield Ticket(external_id=f"t-{ref}", number=f"T-{ref}", company_ref=ref, contract_ref=f"k-{ref}")
        yield entry(f"e-{ref}", ref)


def entry(ref, company, hours=1, **more):
    values = {
        "ticket_ref": f"t-{company}", "technician_ref": "t1", "role_ref": "r1", "billing_code_ref": "b1",
        "summary": "Work", "worked_s": 3600 * hours, "billed_s": 3600 * hours, "approved_at": NOW,
        "work_date": date(2026, 10, 5), "contract_ref": f"k-{company}",
    }  # fmt: skip
    return TimeEntry(external_id=ref, **values | more)


@pytest.fixture
def ledger(tmp_path):
    ledger = LedgerFile(str(tmp_path / "books.db"))
    for ref, name in CLIENTS.items():
        ledger.put("customers", f"cust-{ref}", name=name)
    ledger.put("sales_items", "hour", name="Labour")
    ledger.put("sales_items", "rounding", name="Rounding")
    ledger.put("tax_codes", "vat", name="VAT", rate="20")
    return ledger


def link(tx):
    psa_id, books_id = (sources.get(tx, name).id for name in ("psa", "books"))
    links = [(psa_id, "companies", ref, "customers", f"cust-{ref}") for ref in CLIENTS]
    links += [(0, "default", one, "sales_items", "hour") for one in ("labour", "other", "part", "service")]
    links += [(0, "default", one, "tax_codes", "vat") for one in ("labour", "other", "part", "service")]
    links.append((0, "default", "rounding", "sales_items", "rounding"))
    names = ("source_id", "stream", "ref", "target", "target_ref")
    told = {"ledger_id": books_id, "target_name": "x", "at": NOW, "author": "ana"}
    tx.execute(insert(schema.billing_links), [dict(zip(names, one, strict=True)) | told for one in links])


@pytest.fixture
async def opened(tmp_path, store_url, ledger):
    """Open a desk whose ledger is of a kind, and whose policy says something besides."""
    async with AsyncExitStack() as stack:

        async def opening(kind="Books", policy='biller = "servicedesk"', **more):
            made = ServiceDesk(settings(ledger.path, kind, store=store_url) | more, clock=FakeClock(NOW))
            desk = await stack.enter_async_context(made)
            desk = desk.acting_as(Actor("user:max", Way.CLI)) if "people" in more else desk
            await desk.store.write(lambda tx: stored.put(tx, tuple(psa()), now=NOW))
            folder = tmp_path / "service"
            folder.mkdir(exist_ok=True)
            (folder / "billing.toml").write_text(f'[profit]\ncurrency = "EUR"\n[billing]\n{policy}\n')
            await desk.definitions.apply(folder=folder, reason="agreed")
            await desk.sync("books")
            await desk.store.write(link)
            desk.outbox.sending.policy = WritePolicy(shortest_settle_s=0)
            return desk

        yield opening


@pytest.fixture
async def desk(opened):
    return await opened()


async def put(desk, *rows):
    await desk.store.write(lambda tx: stored.put(tx, rows, now=NOW))


async def digest(desk, company=None):
    found = await desk.billing.preview(period="2026-10", company=company)
    return digest_of(one.digest for one in found.drafts)


async def send(desk, company=None, **more):
    more = {"send": True, "digest": await digest(desk, company)} | more
    return await desk.billing.send(period="2026-10", company=company, **more)


def told(found):
    return [(row.number, row.client, row.state.value, row.total) for row in found.documents]


async def status(desk, **asked):
    return {row.number: row for row in (await desk.billing.status(everything=True, **asked)).items}


def invoiced(number="7001", total="60.00", tax="10.00", **more):
    """Return an invoice of the PSA with its line."""
    ref = f"i-{number}"
    values = {"number": number, "company_ref": "c1", "invoiced_on": date(2026, 10, 31), "currency": "EUR"}
    yield Invoice(external_id=ref, total=Decimal(total), tax=Decimal(tax), **values | more)
    net = Decimal(total) - Decimal(tax)
    yield BillingItem(
        external_id=f"l-{number}", company_ref="c1", invoice_ref=ref, item_on=date(2026, 10, 5), price=net,
        currency="EUR", description="Work", quantity=Decimal(1), tax=Decimal(tax),
    )  # fmt: skip
