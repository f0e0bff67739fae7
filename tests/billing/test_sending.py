"""Documents on their way into the books: once, as previewed, and whatever goes wrong on the way."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import BillingItem, Contract, ContractBlock, ContractRate, Role, Ticket
from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import PeriodClosedError, WriteError
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.rules import without_amounts
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.people import Actor
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.billing.books import NOW, batch, documents, draft, proposed, request_of, settings, worked
from tests.billing.ledger import LedgerFile

pytestmark = pytest.mark.slow

QUICK = WritePolicy(shortest_settle_s=0)


@pytest.fixture
def ledger(tmp_path):
    return LedgerFile(str(tmp_path / "books.db"))


@pytest.fixture
async def desk(tmp_path, store_url, ledger):
    async with ServiceDesk(settings(ledger.path, store=store_url), clock=FakeClock(NOW)) as opened:
        await opened.store.write(lambda tx: stored.put(tx, worked("e1", "e2", "e3"), now=NOW))
        opened.outbox.sending.policy = QUICK
        yield opened


async def sent(desk, *drafts, **more):
    (number,) = await proposed(desk, *drafts, **more)
    (view,) = await desk.writes.approve([number], send=True)
    return view


async def billed(desk):
    return {one.ref for one in await desk.store.read(tables.billed_sources)}


async def test_a_document_is_booked_as_asked_read_back_and_shown(desk, ledger):
    view = await sent(desk, draft("e1", "e2"))
    assert (view.state, view.ref) == ("confirmed", "1")
    (booked,) = ledger.all()
    assert (booked["number"], booked["customer"], booked["net"], booked["tax"]) == (
        "INV-000001",
        "cust-c1",
        "200.00",
        "40.00",
    )
    (row,) = await documents(desk)
    assert (row.number, row.state, row.net, row.total, row.balance) == ("INV-000001", "open", 200, 240, 240)
    assert (row.client, row.period, row.problem, row.write) == ("Acme", "2026-10", None, view.id)
    ledger.change("1", paid_on="2026-11-08", status="paid")
    await desk.sync("books")
    (row,) = await documents(desk)
    assert (row.state, row.balance, row.paid_on) == ("paid", 0, date(2026, 11, 8))


async def test_whoever_sees_the_write_does_not_see_what_it_comes_to(desk):
    await sent(desk, draft("e1", price="77.77"))
    (view,) = await desk.writes.list(states=["confirmed"])
    shown = str(view) + str(await desk.writes.show(view.id)) + str(await desk.audit.list(limit=1000))
    assert "INV-000001" in shown
    assert not any(amount in shown for amount in ("77.77", "15.554", "93.32"))


async def test_what_the_ledger_left_out_is_told_without_amounts(desk, ledger):
    ledger.fail_next("left_out")
    view = await sent(desk, draft("e1"))
    assert (view.state, "left to pay" in view.error) == ("partly_applied", True)
    shown = str(view) + str(await desk.writes.show(view.id)) + str(await desk.audit.list(limit=1000))
    assert not any(amount in shown for amount in ("12.50", "120.00"))


async def test_numbers_have_no_gaps_and_two_runs_at_once_bill_nothing_twice(desk, ledger):
    other = desk.acting_as(Actor("eve"))
    drafts = [draft("e1"), draft("e2"), draft("e3")]
    runs = [proposed(one, draft_) for draft_ in drafts for one in (desk, other)]
    told = await asyncio.gather(*runs, return_exceptions=True)
    assert sum(isinstance(one, WriteError) for one in told) == 3, told
    found = await documents(desk)
    assert sorted(one.number for one in found) == ["INV-000001", "INV-000002", "INV-000003"]
    assert await billed(desk) == {"e1", "e2", "e3"}


@pytest.mark.parametrize("given_up", ["discarded", "refused"])
async def test_what_was_given_up_can_be_billed_again_and_never_twice(desk, ledger, given_up):
    if given_up == "refused":
        ledger.fail_next("closed")
        view = await sent(desk, draft("e1"))
        assert (view.state, view.error) == ("rejected", "The accounting period is closed. (issue_on)")
    else:
        (number,) = await proposed(desk, draft("e1"))
        (view,) = await desk.writes.discard([number])
    assert await billed(desk) == set()
    assert (await sent(desk, draft("e1"))).state == "confirmed"
    if given_up == "refused":  # tried again, it must not bill a second time
        (again,) = await desk.writes.retry([view.id], send=True)
        assert again.state == "rejected"
        assert "billed by another document" in again.error
    assert [one["number"] for one in ledger.all()] == ["INV-000002"]


async def test_a_lost_answer_is_found_by_its_number_and_not_booked_again(desk, ledger):
    await sent(desk, draft("e1"))
    ledger.fail_next("lost_answer")
    view = await sent(desk, draft("e2"))
    assert (view.state, view.ref) == ("confirmed", "2")
    await desk.writes.run("books")
    assert [one["number"] for one in ledger.all()] == ["INV-000001", "INV-000002"]
    assert (await documents(desk))[1].state == "open"


async def test_a_number_that_the_ledger_has_is_refused_and_not_changed(desk, ledger):
    ledger.add("sales_invoices", number="INV-000001", customer="x", status="open", issued_on="2026-01-01",
               currency="EUR", lines=[], net="1", tax="0")  # fmt: skip
    view = await sent(desk, draft("e1"))
    assert (view.state, view.error) == ("rejected", "The number INV-000001 is taken. (number)")
    assert ledger.all()[0]["customer"] == "x"


@pytest.mark.parametrize(("by", "state"), [("0.02", "confirmed"), ("-0.01", "confirmed"), ("0.03", "rejected")])
async def test_a_tax_engine_that_comes_to_another_total_is_rounded_within_tolerance_and_else_refused(
    desk, ledger, by, state
):
    ledger.tax_differs(by)
    view = await sent(desk, draft("e1"))
    assert view.state == state
    (row,) = await documents(desk)
    if state == "confirmed":
        assert ledger.all()[0]["lines"][-1]["amount"] == f"{-Decimal(by):f}"
        assert (row.total, row.problem) == (120, None)
    else:
        assert not ledger.all()
        assert row.state == "refused"
        assert (view.error, row.problem) == ("It comes to …, not ….", f"It comes to {120 + Decimal(by)}, not 120.00.")
        assert await billed(desk) == set()


async def test_a_refusal_of_another_sort_is_told_in_place_of_the_one_before(desk, ledger):
    ledger.tax_differs("0.03")
    view = await sent(desk, draft("e1"))
    ledger.fail_next("closed")
    await desk.writes.retry([view.id], send=True)
    (row,) = await documents(desk)
    assert row.problem == "The accounting period is closed. (issue_on)"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("It comes to 110.03, not 110.00.", "It comes to …, not …."),
        ("It comes to 11000, not 12000.", "It comes to …, not …."),
        ("Line 2 comes to -1.235, not 1.234.", "Line 2 comes to …, not …."),
        ("The number INV-000001 is taken.", "The number INV-000001 is taken."),
        ("It is for customer 17, not cust-c1.", "It is for customer 17, not cust-c1."),
    ],
)
def test_no_currency_shows_what_a_refused_document_comes_to(said, told):
    assert without_amounts(said) == told


async def test_what_the_ledger_made_otherwise_is_told_with_the_amounts(desk, ledger):
    (number,) = await proposed(desk, draft("e1"))
    ledger.fail_next("lost_answer")
    await desk.writes.approve([number], send=True)
    ledger.change("1", net="90.00")  # somebody changed it before it was found
    await desk.writes.run("books")
    (row,) = await documents(desk)
    assert row.problem == "It comes to 110, not 120.00."


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"approved_at": None}, "changed since"),
        ({"billed_s": 7200}, "changed since"),
    ],
)
async def test_a_record_that_changed_after_the_preview_refuses_the_document(desk, ledger, changed, why):
    entry = next(one for one in worked("e1") if one.stream == "time_entries")
    (number,) = await proposed(desk, draft("e1", "e2"))
    await desk.store.write(lambda tx: stored.put(tx, [entry.model_copy(update=changed)], now=NOW))
    (view,) = await desk.writes.approve([number], send=True)
    assert view.state == "rejected"
    assert why in view.error
    assert not ledger.all()
    assert await billed(desk) == set()


@pytest.mark.parametrize(
    ("changed", "is_met"),
    [
        (Role(external_id="r1", name="Engineer", hourly_price=Decimal(120)), True),
        (ContractRate(external_id="x1", contract_ref="k1", role_ref="r1", hourly_price=Decimal(95)), True),
        (ContractBlock(external_id="b1", contract_ref="k1", hourly_price=Decimal(95)), True),
        (Contract(external_id="k1", name="Care", company_ref="c1", kind=ContractKind.RECURRING), True),
        (Ticket(external_id="t-c1", number="T-c1", title="Work", company_ref="c2"), True),
        (Contract(external_id="k1", name="A new name", company_ref="c1"), False),
        (ContractRate(external_id="x2", contract_ref="k1", role_ref="r2", hourly_price=Decimal(95)), False),
    ],
)
async def test_what_prices_a_record_and_changed_after_the_preview_refuses_the_document(desk, ledger, changed, is_met):
    priced = (
        Role(external_id="r1", name="Engineer", hourly_price=Decimal(100)),
        Contract(external_id="k1", name="Care", company_ref="c1"),
        ContractRate(external_id="x1", contract_ref="k1", role_ref="r1", hourly_price=Decimal(90)),
    )
    (of,) = (one for one in worked("e1") if one.stream == "time_entries")
    entry = of.model_copy(update={"contract_ref": "k1", "role_ref": "r1"})
    await desk.store.write(lambda tx: stored.put(tx, [*priced, entry], now=NOW))
    (number,) = await proposed(desk, draft("e1"))
    await desk.store.write(lambda tx: stored.put(tx, [changed], now=NOW))
    (view,) = await desk.writes.approve([number], send=True)
    assert (view.state == "rejected", "contract or rate did" in (view.error or "")) == (is_met, is_met)
    assert bool(ledger.all()) is not is_met


OCTOBER_OF_S1 = Source(connection="psa", stream="contract_services", ref="s1", part="2026-10")


@pytest.mark.parametrize("meanwhile", ["changed", "locked", "denied"])
async def test_what_was_begun_in_the_ledger_is_finished_whatever_happens_meanwhile(desk, ledger, meanwhile):
    """It stands there: were it refused, its work would be billed by another document, too."""
    desk.outbox.sending.policy = WritePolicy(shortest_settle_s=600)
    ledger.fail_next("breaks_off")
    view = await sent(desk, draft("e1"))
    assert (view.state, "120" in f"{view.error} {view.hint}") == ("in_doubt", False)
    desk.outbox.sending.policy = QUICK
    if meanwhile == "changed":
        entry = next(one for one in worked("e1") if one.stream == "time_entries")
        await desk.store.write(lambda tx: stored.put(tx, [entry.model_copy(update={"approved_at": None})], now=NOW))
    elif meanwhile == "locked":
        desk.clock.advance(25 * 86_400)
        await desk.billing.lock("2026-11", reason="closed")
    else:
        ledger.fail_next("denied")
    for _ in range(4):
        desk.clock.advance(1200)
        await desk.writes.run("books")
        assert await billed(desk) == {"e1"}
    (view,) = await desk.writes.list(states=["confirmed"])
    assert [(one["number"], one["status"]) for one in ledger.all()] == [("INV-000001", "open")]


@pytest.mark.parametrize(
    ("source", "said", "kind"),
    [
        (None, {"time_entry_ref": "e1"}, DocumentKind.INVOICE),
        (None, {"time_entry_ref": "e1"}, DocumentKind.CREDIT_NOTE),
        (OCTOBER_OF_S1, {"contract_service_ref": "s1", "item_on": date(2026, 10, 1)}, DocumentKind.INVOICE),
    ],
)
async def test_what_the_psa_posts_meanwhile_is_not_billed_by_us(desk, ledger, source, said, kind):
    one = draft("e1", kind=kind)
    if source is not None:
        one = one.model_copy(update={"lines": (one.lines[0].model_copy(update={"sources": (source,)}),)})
    (number,) = await proposed(desk, one)
    await desk.store.write(lambda tx: stored.put(tx, [BillingItem(external_id="l1", **said)], now=NOW))
    (view,) = await desk.writes.approve([number], send=True)
    assert (view.state, "posted in the PSA" in view.error) == ("rejected", True)
    assert not ledger.all()


async def test_a_change_between_preview_and_proposal_is_met_in_the_transaction(desk):
    entry = next(one for one in worked("e1") if one.stream == "time_entries")
    previewed = await batch(desk, draft("e1"))
    await desk.store.write(lambda tx: stored.put(tx, [entry.model_copy(update={"billed_s": 60})], now=NOW))
    with pytest.raises(WriteError, match="e1 changed since it was previewed"):
        await previewed.propose(desk)
    assert not await documents(desk)


async def test_locked_months_take_no_documents(desk, ledger):
    (number,) = await proposed(desk, draft("e1"), request=lambda d, n: request_of(d, n, issue_on=date(2026, 9, 30)))
    await desk.billing.lock("2026-09", reason="closed")
    (view,) = await desk.writes.approve([number], send=True)
    assert (view.state, "2026-09 takes no new documents" in view.error) == ("rejected", True)
    await desk.billing.lock("2026-10", reason="closed")
    with pytest.raises(PeriodClosedError):
        await proposed(desk, draft("e2"))


async def test_a_document_is_not_edited_and_none_is_made_past_it(desk):
    (number,) = await proposed(desk, draft("e1"))
    with pytest.raises(WriteError, match="and not edited"):
        await desk.writes.edit(number, {"reference": "Other"})
    values = {"number": "X1", "customer": "c", "lines": [], "kind": "sales_invoices"}
    with pytest.raises(WriteError, match="says what it bills"):
        await desk.outbox.propose(Intent("books", "sales_invoices.create", "a", "b", values))


async def test_one_of_several_that_fails_leaves_the_others(desk, ledger):
    numbers = await proposed(desk, draft("e1"), draft("e2"))
    ledger.fail_next("closed")
    views = await desk.writes.approve(numbers, send=True)
    assert sorted(one.state for one in views) == ["confirmed", "rejected"]
    assert len(ledger.all()) == 1
    assert len(await billed(desk)) == 1


async def test_parts_of_a_record_are_billed_apart_and_each_once(desk):
    def of(part):
        one = draft("e1")
        source = Source(connection="psa", stream="time_entries", ref="e1", part=part)
        return one.model_copy(update={"lines": (one.lines[0].model_copy(update={"sources": (source,)}),)})

    await proposed(desk, of("2026-10"))
    await proposed(desk, of("2026-11"))
    for part in ("2026-10", ""):
        with pytest.raises(WriteError, match="time_entries e1 is billed by INV-00000"):
            await proposed(desk, of(part))


async def test_a_document_that_was_dropped_is_sent_no_more_once_a_part_of_it_is_billed(desk, ledger):
    """The whole was refused, then a part is billed: tried again, the whole would bill that part twice."""
    ledger.fail_next("closed")
    view = await sent(desk, draft("e1"))
    one = draft("e1")
    source = Source(connection="psa", stream="time_entries", ref="e1", part="over")
    await sent(desk, one.model_copy(update={"lines": (one.lines[0].model_copy(update={"sources": (source,)}),)}))
    (again,) = await desk.writes.retry([view.id], send=True)
    assert (again.state, "billed by another document" in again.error) == ("rejected", True)
    assert len(ledger.all()) == 1


async def test_what_a_dropped_invoice_of_the_psa_billed_is_not_of_the_one_that_takes_its_number(desk, ledger):
    (number,) = await proposed(desk, draft("e1", "e2", number="PSA-7"))
    await desk.writes.discard([number])
    assert (await sent(desk, draft("e1", number="PSA-7"))).state == "confirmed"
    assert await billed(desk) == {"e1"}


async def test_a_number_of_the_psa_is_kept_once(desk, ledger):
    one = draft("e1", number="PSA-7")
    assert (await sent(desk, one)).state == "confirmed"
    with pytest.raises(WriteError, match="PSA-7 is taken"):
        await proposed(desk, draft("e2", number="PSA-7"))
    assert [row.number for row in await documents(desk)] == ["PSA-7"]
    await sent(desk, draft("e2"))
    assert [one["number"] for one in ledger.all()] == ["PSA-7", "INV-000001"]
