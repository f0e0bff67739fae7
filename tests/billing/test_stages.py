"""Where money stands between work and payment."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from servicedesk_core.domain import Charge, Contract, ContractUnits
from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.faces import Period
from servicedesk_core.features.billing.kpis import DAYS, RATE, REALISATION, UNBILLED, UNPAID, WORK_IN_PROGRESS
from servicedesk_core.features.billing.model import Stage
from tests.billing.conftest import NOW, entry, line

pytestmark = pytest.mark.slow  # many desks with much in them


async def test_every_piece_stands_at_one_stage_with_what_it_comes_to(desk):
    found = await desk.billing.stages()
    assert [
        (
            row.client,
            row.stage.value,
            row.what.value,
            row.pieces,
            row.worked_s,
            str(row.amount),
            row.currency,
            row.unknown,
        )
        for row in found
    ] == [
        ("Acme", "worked", "labour", 2, 3 * 3600, "0.00", None, 1),
        ("Acme", "worked", "charges", 1, None, "64.95", "USD", 0),
        ("Acme", "worked", "services", 1, None, "300.00", "USD", 0),
        ("Acme", "posted", "labour", 1, 3600, "0.00", "USD", 0),
        ("Acme", "posted", "other", 1, None, "20.00", "USD", 0),
        ("Acme", "invoiced", "labour", 1, 2 * 3600, "150.00", "USD", 0),
        ("Acme", "invoiced", "charges", 1, None, "10.00", "USD", 0),
        ("Acme", "invoiced", "services", 1, None, "300.00", "USD", 0),
        ("Bolt", "worked", "labour", 1, 3 * 3600, "268.50", "USD", 0),
        ("Bolt", "approved", "labour", 1, 3600, "89.50", "USD", 0),
        ("Bolt", "posted", "other", 1, None, "5.10", None, 0),
    ]
    [oldest] = [row for row in found if row.amount == Decimal("268.50")]
    assert (oldest.oldest_on, oldest.age_days) == (date(2026, 10, 20), 20)
    assert [(one.stage.value, str(one.amount), one.currency) for one in found.sums if one.currency == "USD"] == [
        ("worked", "633.45", "USD"),
        ("approved", "89.50", "USD"),
        ("posted", "20.00", "USD"),
        ("invoiced", "460.00", "USD"),
    ]


async def test_paid_is_shown_when_it_is_asked_for_and_lines_are_chosen(desk):
    [paid] = await desk.billing.stages(stage=(Stage.PAID,))
    assert (paid.client, str(paid.amount)) == ("Acme", "12.35"), "half up, once, in the sum"
    assert {row.client for row in await desk.billing.stages(client="bo")} == {"Bolt"}
    assert {row.age_days for row in await desk.billing.stages(older_than=timedelta(30))} == {38, 39, 68}
    with pytest.raises(NotFoundLocallyError, match="Nobody"):
        await desk.billing.stages(client="Nobody")


async def test_the_own_currency_has_its_name_where_the_policy_of_margins_says_it(desk, tmp_path):
    folder = tmp_path / "service"
    folder.mkdir()
    (folder / "profit.toml").write_text('[profit]\ncurrency = "USD"\n')
    await desk.definitions.apply(folder=folder, reason="said")
    assert {row.currency for row in await desk.billing.stages()} == {"USD"}
    assert float((await desk.call(UNBILLED, NOW)).value) == 748.05, "what the list comes to"
    october = Period(NOW.replace(month=10, day=1, hour=0), NOW.replace(day=1, hour=0))
    assert (await desk.call(RATE, october)).value == 75


async def test_what_is_due_today_is_due_where_the_desk_is_on_every_face(desk, put, clock):
    due = {"contract_ref": "k1", "contract_service_ref": "s1", "start_on": date(2026, 11, 10), "units": 1}
    await put(ContractUnits(external_id="u4", end_on=date(2026, 12, 9), price=Decimal(50), currency="USD", **due))
    clock.advance(15 * 3600)  # the tenth in UTC, and still the ninth in New York
    now = clock.now()
    listed = sum(one.amount for one in (await desk.billing.stages()).sums if one.currency == "USD")
    invoiced = (await desk.call(UNPAID, now)).value
    days = Period(now.replace(day=1).astimezone(ZoneInfo(desk.timezone)), now)
    figures = [(await desk.call(UNBILLED, at)).value for at in (None, now, days)]
    assert [float(one) + float(invoiced) for one in figures] == [float(listed)] * 3


async def test_what_was_posted_is_work_no_more_and_what_was_unposted_is_again(desk, put):
    await put(line("l9", "268.50", time_entry_ref="e2", company_ref="c2", quantity=Decimal(3)))
    found = {(row.stage, row.pieces) for row in await desk.billing.stages(client="Bolt", what="labour")}
    assert found == {(Stage.APPROVED, 1), (Stage.POSTED, 1)}
    await put(entry("e2", "2", 3, contract_ref="k2", is_billable=False))
    assert (await desk.call(WORK_IN_PROGRESS, NOW)).value == Decimal("89.50")


async def test_a_charge_that_the_psa_has_billed_waits_for_nothing(desk, put):
    await put(Charge(external_id="h1", ticket_ref="1", price=Decimal("64.95"), is_billed=True))
    assert [row.stage for row in await desk.billing.stages(what="charges")] == [Stage.INVOICED]


async def test_figures_say_what_is_in_them_and_what_is_not(desk):
    work = await desk.call(WORK_IN_PROGRESS, NOW)
    assert (float(work.value), work.sample, work.excluded) == (
        358.0,
        3,
        {"nobody knows what it comes to": 1},
    )
    assert float((await desk.call(UNBILLED, NOW)).value) == 742.95
    assert float((await desk.call(UNPAID, NOW)).value) == 460.0
    october = Period(NOW.replace(month=10, day=1, hour=0), NOW.replace(day=1, hour=0))
    days = await desk.call(DAYS, october)
    assert (days.value, days.sample) == (23, 3), "29, 30 and 10 days; the voided invoice is none"
    realised = await desk.call(REALISATION, october)
    assert (realised.value, realised.excluded) == (None, {"no work": 2, "in another currency, and not converted": 1})
    assert (await desk.call(RATE, october)).excluded == realised.excluded


async def test_realisation_is_of_work_that_no_contract_pays_for(desk, put):
    own = {
        "own_price": Decimal(150),
        "time_entry_ref": "e9",
        "role_ref": "r1",
        "invoice_ref": "i1",
        "quantity": Decimal(2),
    }
    await put(line("l4", "150", **own), line("l9", "0", **own | {"own_price": Decimal(0), "contract_ref": "k1"}))
    october = Period(NOW.replace(month=10, day=1, hour=0), NOW.replace(day=1, hour=0))
    assert (await desk.call(REALISATION, october)).value == 75
    assert float((await desk.call(RATE, october)).value) == 37.5
    await put(Contract(external_id="k9", name="Unclear", company_ref="c1", kind=ContractKind.RECURRING))
    await put(line("l9", "0", **own | {"own_price": Decimal(0), "contract_ref": "k9"}))
    await put(line("l10", "-30", **own | {"own_price": Decimal(-30), "quantity": Decimal(0)}))
    await put(line("l11", "70", **own | {"own_price": Decimal(70), "quantity": None}))
    assert (await desk.call(RATE, october)).value == 30, "a correction is of no further hour"
    corrected = await desk.call(REALISATION, october)
    assert (corrected.value, corrected.excluded["without hours"]) == (60, 1)
    await put(line("l10", "0", is_billable=False), line("l11", "0", is_billable=False))
    unclear = await desk.call(REALISATION, october)
    assert (unclear.value, unclear.excluded["nothing says what its contract covers"]) == (75, 1)
