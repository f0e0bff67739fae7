"""What would be billed for a month, and what would not."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from servicedesk_core.domain import (
    Charge,
    Company,
    Contract,
    ContractBlock,
    ContractRate,
    ContractService,
    ContractUnits,
    Role,
    Ticket,
)
from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.preview.pieces import Why
from servicedesk_core.features.billing.preview.tables.previews import previewed
from servicedesk_core.store import records
from tests.billing.books import bill
from tests.billing.conftest import NOW, entry

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def say(desk, clock, tmp_path):
    """Return a coroutine function that applies a policy of billing."""

    async def work(policy='biller = "servicedesk"', *, own="USD"):
        folder = tmp_path / "service"
        folder.mkdir(exist_ok=True)
        margins = f'[profit]\ncurrency = "{own}"\n' if own else ""
        (folder / "billing.toml").write_text(f"{margins}[billing]\n{policy}\n")
        await desk.definitions.apply(folder=folder, reason="said")
        clock.advance(60)

    return work


def done(ref, ticket="2", hours=1, **more):
    """Return an approved time entry, of a contract by the hour where nothing else is said."""
    return entry(ref, ticket, hours, **{"contract_ref": "k2", "approved_at": NOW} | more)


def rows(found):
    """Return the lines as plain values."""
    return [
        (one.client, one.sells.value, one.description, f"{one.quantity:f}", f"{one.unit_price:f}", f"{one.amount:f}")
        for one in found
    ]


async def left(desk, why, period="2026-11"):
    """Return the ids of what is on no document for a reason."""
    return [row.ref for row in await desk.billing.exceptions(period=period, why=why)]


async def test_a_month_is_billed_to_the_cent_and_every_line_names_what_it_bills(desk, say, put):
    await say()
    await put(done("e10", hours=1.25), done("e11", hours=2, role_ref="r2"))
    found = await desk.billing.preview(period="2026-11")
    assert rows(found) == [
        ("Acme", "part", "h1", "1", "64.95", "64.95"),
        ("Acme", "service", "s1, 2026-11-01 to 2026-11-28", "3", "100.00", "300.00"),
        ("Bolt", "labour", "Engineer, Remote, By the hour", "2.25", "89.50", "201.38"),
    ]
    assert [one.sources for one in found] == [
        ("charges/h1",),
        ("contract_units/u1",),
        ("time_entries/e4", "time_entries/e10"),
    ]
    assert [(one.client, one.lines, str(one.net), one.currency) for one in found.drafts] == [
        ("Acme", 2, "364.95", "USD"),
        ("Bolt", 1, "201.38", "USD"),
    ]
    assert {one.why: one.pieces for one in found.left} == {
        Why.UNAPPROVED: 2,
        Why.NO_RATE: 1,
        Why.BILLED: 1,
        Why.NOT_BILLABLE: 1,
    }
    again = await desk.billing.preview(period="2026-11")
    assert [one.digest for one in again.drafts] == [one.digest for one in found.drafts], (
        "the same until something changes"
    )
    await put(done("e10", hours=1.5))
    assert (await desk.billing.preview(period="2026-11")).drafts[1].digest != found.drafts[1].digest


async def test_only_those_are_billed_from_here_of_whom_somebody_said_so(desk, say):
    assert not (await desk.billing.preview(period="2026-11")).drafts, "the PSA bills where nobody said anything"
    assert [one.client for one in (await desk.billing.preview(period="2026-11", everybody=True)).drafts] == [
        "Acme",
        "Bolt",
    ]
    await say('client_biller = { "Bolt" = "servicedesk" }')
    found = await desk.billing.preview(period="2026-11")
    assert {one.client for one in found} == {"Bolt"}
    assert {row.client for row in await desk.billing.exceptions(period="2026-11")} == {"Bolt"}
    await say('biller = "servicedesk"\nclient_biller = { "c2" = "psa" }')
    assert {one.client for one in await desk.billing.preview(period="2026-11")} == {"Acme"}
    assert not (await desk.billing.preview(period="2026-11", company="Bolt")).drafts
    with pytest.raises(NotFoundLocallyError, match="Nobody"):
        await desk.billing.preview(period="2026-11", company="Nobody")
    with pytest.raises(SettingsError, match="more than a month"):
        await desk.billing.preview(period="2026-Q4")


async def test_each_entry_has_a_line_of_its_own_where_the_policy_says_so_and_the_sum_is_the_same(desk, say, put):
    await put(*(done(f"e{n}", hours=0.25) for n in range(10, 15)))
    await say()
    together = (await desk.billing.preview(period="2026-11", company="Bolt")).drafts[0]
    await say('biller = "servicedesk"\nlabour_lines = "single"')
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    assert (together.lines, found.drafts[0].lines) == (1, 6)
    assert found.items[0].description == "T2: Swapped it."
    assert str(together.net) == "201.38", "2.25 hours at 89.50, rounded once"
    assert str(found.drafts[0].net) == "201.40", "one of 89.50, and five of 22.375, each rounded by itself"


@pytest.mark.parametrize(
    ("why", "record"),
    [
        (Why.UNAPPROVED, done("x", approved_at=None)),
        (Why.NOT_BILLABLE, done("x", is_billable=False)),
        (Why.NO_ROLE, done("x", role_ref=None)),
        (Why.NO_RATE, done("x", role_ref="r2")),
        (Why.NO_QUANTITY, done("x", worked_s=None, billed_s=None)),
        (Why.NO_DAY, done("x", work_date=None)),
        (Why.NO_CLIENT, done("x", ticket="lost", contract_ref=None)),
        (Why.UNCLEAR_CONTRACT, done("x", contract_ref="lost")),
        (Why.COVERED, done("x", "1", contract_ref="k1")),
        (Why.NO_RATE, Charge(external_id="x", ticket_ref="2", bought_on=date(2026, 11, 2))),
        (Why.COVERED, Charge(external_id="x", ticket_ref="2", bought_on=date(2026, 11, 2), contract_service_ref="s1")),
        (Why.BILLED, Charge(external_id="x", ticket_ref="2", price=1, bought_on=date(2026, 11, 2), is_billed=True)),
        (Why.NO_CLIENT, Charge(external_id="x", price=Decimal(1), bought_on=date(2026, 11, 2))),
        (Why.UNCLEAR_CONTRACT, Contract(external_id="x", name="Fix", company_ref="c2", kind=ContractKind.FIXED_PRICE)),
    ],
)  # fmt: skip
async def test_what_cannot_be_billed_is_listed_with_why(desk, say, put, why, record):
    await say()
    await put(record)
    [row] = [row for row in await desk.billing.exceptions(period="2026-11") if row.ref == "x"]
    assert row.why is why
    assert row.says
    assert "time_entries/x" not in {
        one for line in await desk.billing.preview(period="2026-11") for one in line.sources
    }


async def test_what_a_document_of_ours_bills_is_not_billed_again(desk, say):
    await say()
    billed = {
        Source(connection="psa", stream="time_entries", ref="e4"),
        Source(connection="psa", stream="charges", ref="h1"),
    }
    await bill(desk, *billed)
    found = await desk.store.read(lambda tx: previewed(tx, desk, *NOVEMBER))
    assert [line.description for draft in found.drafts for line in draft.lines] == ["s1, 2026-11-01 to 2026-11-28"]
    assert {(one.source.ref, one.why) for one in found.left if one.source in billed} == {
        ("e4", Why.BILLED),
        ("h1", Why.BILLED),
    }


async def test_a_locked_month_takes_nothing_and_what_comes_after_that_is_billed_with_the_next(desk, clock, say, put):
    await say()
    await put(done("early", day=date(2026, 10, 30)))
    await desk.billing.lock("2026-10", reason="Done.")
    clock.advance(60)
    await put(done("late", day=date(2026, 10, 31), approved_at=clock.now()))
    assert not (await desk.billing.preview(period="2026-10")).drafts
    assert await left(desk, Why.LOCKED, "2026-10") == ["early", "late"]
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    assert [one.sources for one in found] == [("time_entries/late", "time_entries/e4")]
    await desk.billing.reopen("2026-10", reason="Late work.")
    assert [str(one.net) for one in (await desk.billing.preview(period="2026-10")).drafts] == ["179.00"]
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    assert [one.sources for one in found] == [("time_entries/e4",)]


async def test_hours_bought_in_advance_are_used_up_in_the_order_of_their_days_and_the_rest_is_billed(desk, say, put):
    """Ten hours, of which the PSA has used seven: October takes one, November two and a half of which half is over."""
    await say()
    await put(
        Contract(external_id="kb", name="Ten hours", company_ref="c2", kind=ContractKind.BLOCK_HOURS),
        ContractBlock(
            external_id="b1", contract_ref="kb", bought_s=36_000, used_s=25_200, hourly_price=80, currency="USD",
            bought_on=date(2026, 9, 1), start_on=date(2026, 9, 1), is_paid=True,
        ),
        done("b-late", contract_ref="kb", day=date(2026, 11, 20), hours=1),
        done("b-part", contract_ref="kb", day=date(2026, 11, 19), hours=1.5),
        done("b-held", contract_ref="kb", day=date(2026, 11, 18), hours=1),
        done("b-before", contract_ref="kb", day=date(2026, 10, 1), hours=1),
    )  # fmt: skip
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    [line] = [one for one in found if "Ten hours" in one.description]
    assert (f"{line.quantity:f}", str(line.unit_price), str(line.amount)) == ("1.5", "80.00", "120.00")
    assert line.sources == ("time_entries/b-part/over", "time_entries/b-late")
    assert await left(desk, Why.COVERED) == ["b-held"]
    assert await left(desk, Why.COVERED, "2026-10") == ["b-before"]
    await put(
        ContractBlock(
            external_id="b2", contract_ref="kb", bought_s=36_000, used_s=0, hourly_price=Decimal(75), currency="USD",
            bought_on=date(2026, 11, 20), start_on=date(2026, 11, 20), is_paid=False,
        )
    )  # fmt: skip
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    assert ("block", "Hours in advance, Ten hours (10 h)", "750.00") in {
        (one.sells.value, one.description, str(one.amount)) for one in found
    }
    [over] = [one for one in found if "time_entries/b-part/over" in one.sources]
    assert (str(over.amount), over.sources) == ("37.50", ("time_entries/b-part/over",)), "the newest block's price"
    await bill(desk, Source(connection="psa", stream="time_entries", ref="b-part", part="over"))
    assert await left(desk, Why.BILLED) == ["e7", "b-part"]
    await put(Contract(external_id="kb", name="Ten hours", company_ref="c2", kind=ContractKind.TIME_AND_MATERIALS))
    assert await left(desk, Why.BILLED) == ["e7", "b-part"], "its whole would bill that part a second time"


async def test_work_that_was_billed_as_a_whole_uses_up_no_hours_bought_in_advance(desk, say, put):
    await say()
    await put(
        Contract(external_id="kb", name="One hour", company_ref="c2", kind=ContractKind.BLOCK_HOURS),
        ContractBlock(
            external_id="b1", contract_ref="kb", bought_s=3_600, used_s=0, hourly_price=80, currency="USD",
            bought_on=date(2026, 9, 1), start_on=date(2026, 9, 1), is_paid=True,
        ),
        done("whole", contract_ref="kb", day=date(2026, 11, 3)),
        done("next", contract_ref="kb", day=date(2026, 11, 4)),
    )  # fmt: skip
    assert await left(desk, Why.COVERED) == ["whole"]
    await bill(desk, Source(connection="psa", stream="time_entries", ref="whole"))
    assert await left(desk, Why.COVERED) == ["whole", "next"], "the hour is free for it"


async def billed_services(desk, ref):
    """Return the lines of March that bill a service of a contract."""
    found = await desk.billing.preview(period="2026-03")
    return [one for one in found if any(f"contract_services/{ref}" in source for source in one.sources)]


async def test_services_are_billed_for_the_days_on_which_their_contract_is_in_force(desk, say, put):
    await say()
    await put(
        Contract(
            external_id="kr", name="Care", company_ref="c2", kind=ContractKind.RECURRING, start_on=date(2026, 3, 10)
        ),
        ContractUnits(
            external_id="um", contract_ref="kr", contract_service_ref="sm", start_on=date(2026, 3, 1),
            end_on=date(2026, 3, 31), units=1, price=Decimal(3000), currency="USD",
        ),
        ContractService(
            external_id="sf", contract_ref="kr", name="Backup", unit_price=Decimal("9.99"), units=3, currency="USD"
        ),
    )  # fmt: skip
    found = await desk.billing.preview(period="2026-03")
    assert rows(found) == [
        ("Bolt", "service", "sm, 2026-03-10 to 2026-03-31, 22 of 31 days", "1", "2129.03", "2129.03"),
        ("Bolt", "service", "Backup, 2026-03-10 to 2026-03-31, 22 of 31 days", "3", "7.09", "21.27"),
    ]
    assert found.items[1].sources == ("contract_services/sf/2026-03",)
    await put(
        ContractUnits(
            external_id="wrong", contract_ref="kr", contract_service_ref="sf", start_on=date(2026, 1, 1), units=3
        )
    )
    assert not await billed_services(desk, "sf")
    await desk.store.write(
        lambda tx: records.mark_gone(tx, 1, "contract_units", ["wrong"], reason="deleted", mode="full", now=NOW)
    )
    assert await billed_services(desk, "sf"), "units that were deleted pay for nothing"
    assert not (await desk.billing.preview(period="2026-02")).drafts
    await put(Contract(external_id="kr", name="Care", company_ref="c2", kind=ContractKind.RECURRING, is_active=False))
    assert await left(desk, Why.UNCLEAR_CONTRACT, "2026-03") == ["sf", "um"]


async def test_credits_lower_an_invoice_and_more_than_that_is_a_credit_note(desk, say, put):
    await say()

    def charge(ref, price, **more):
        values = {
            "ticket_ref": "2",
            "price": Decimal(price),
            "currency": "USD",
            "bought_on": date(2026, 11, 3),
            "name": ref,
        }
        return Charge(external_id=ref, **values | more)

    await put(charge("Returned", "-40.00", quantity=Decimal(2)), charge("Half a cent", "0.005"), charge("Free", "0"))
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    assert [(one.description, str(one.amount)) for one in found if one.sells.value == "part"] == [
        ("Returned", "-40.00"),
        ("Half a cent", "0.01"),
        ("Free", "0.00"),
    ]
    [draft] = found.drafts
    assert (draft.kind, str(draft.net)) == (DocumentKind.INVOICE, "49.51")
    await put(charge("Returned", "-140.00", quantity=Decimal(2)))
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    [draft] = found.drafts
    assert (draft.kind, str(draft.net)) == (DocumentKind.CREDIT_NOTE, "50.49")
    assert {one.description: str(one.amount) for one in found if one.sells.value == "part"}["Returned"] == "140.00"


async def test_what_comes_to_nothing_alone_makes_no_document(desk, say, put):
    await say()
    await put(Company(external_id="c3", name="Cane"), Ticket(external_id="9", number="T9", company_ref="c3"))
    await put(Charge(external_id="free", ticket_ref="9", price=Decimal(0), currency="USD", bought_on=date(2026, 11, 3)))
    assert not (await desk.billing.preview(period="2026-11", company="Cane")).drafts
    assert await left(desk, Why.NOTHING) == ["free"]


async def test_each_currency_has_a_document_of_its_own_in_its_own_cents(desk, say, put):
    await say()
    rates = {"contract_ref": "k2", "role_ref": "r2"}
    await put(
        ContractRate(
            external_id="x2", **rates, hourly_price=Decimal(10001), own_hourly_price=Decimal(65), currency="JPY"
        ),
        done("yen", role_ref="r2", hours=0.25),
        Charge(
            external_id="dinar", ticket_ref="2", price=Decimal("1.2345"), currency="BHD", bought_on=date(2026, 11, 3)
        ),
    )
    found = await desk.billing.preview(period="2026-11", company="Bolt")
    assert [(one.currency, str(one.net)) for one in found.drafts] == [
        ("BHD", "1.235"),
        ("JPY", "2500"),
        ("USD", "89.50"),
    ]


async def test_work_without_a_currency_is_no_guess(desk, say, put):
    await say(own=None)
    await put(done("x", "4", contract_ref=None))
    assert await left(desk, Why.NO_CURRENCY) == ["x"]


async def test_work_after_hours_costs_as_many_times_as_much_as_the_policy_says(desk, say, put):
    await say('biller = "servicedesk"\nafter_hours = ["Nights"]\nafter_hours_factor = 1.5')
    await put(done("night", billing_code_ref="b2", hours=2))
    [line] = [
        one for one in await desk.billing.preview(period="2026-11", company="Bolt") if "Nights" in one.description
    ]
    assert (str(line.unit_price), str(line.amount)) == ("134.25", "268.50")


async def test_a_document_holds_thousands_of_lines(desk, say, put):
    await say('biller = "servicedesk"\nlabour_lines = "single"')
    await put(Role(external_id="r3", name="Odd", hourly_price=Decimal("33.33")))
    await put(*(done(f"m{n}", contract_ref=None, role_ref="r3", hours=0.25) for n in range(300)))
    [draft] = (await desk.billing.preview(period="2026-11", company="Bolt")).drafts
    assert (draft.lines, str(draft.net)) == (301, str(Decimal("8.33") * 300 + Decimal("89.50")))


async def test_work_across_midnight_is_of_its_day_where_the_desk_is(desk, say, put):
    await say()
    late = datetime(2026, 12, 1, 3, tzinfo=UTC)  # still November in New York
    await put(done("edge", work_date=None, start_at=late))
    assert "time_entries/edge" in {one for row in await desk.billing.preview(period="2026-11") for one in row.sources}
    assert not (await desk.billing.preview(period="2026-12", company="Bolt")).drafts
