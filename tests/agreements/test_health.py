"""The health of a client: its worked month, what burdens it, and what is said of what nobody knows."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company, Contact, Ticket
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.features.company.model import Weigh
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.profit.conftest import DEFINITIONS, NOW, entry, example

pytestmark = pytest.mark.slow


@pytest.fixture
async def desk(store_url, tmp_path):
    (tmp_path / "profit.toml").write_text(DEFINITIONS)
    settings = {
        "desk": {"name": "Example MSP", "timezone": "America/New_York", "store": store_url},
        "connections": {"psa": {"connector": "tabular"}},
    }
    async with ServiceDesk(settings, clock=FakeClock(NOW)) as opened:

        def work(tx):
            stored.put(tx, [*example(), *more()], now=NOW)

        await opened.store.write(work)
        await opened.definitions.apply(reason="the first rates", folder=tmp_path)
        yield opened


def more():
    """Return what the worked example does not say: causes, users, devices, and a client with nothing."""
    about = {"company_ref": "c1", "contract_ref": "k1"}
    yield Ticket(
        external_id="1", number="T1", kind="incident", issue="Printer", contact_ref="p1", asset_ref="a1", **about
    )
    yield Ticket(external_id="2", number="T2", kind="service_request", issue="Mail", sub_issue="Box", **about)
    yield Contact(external_id="p1", first_name="Kim", last_name="Lee", company_ref="c1")
    yield from (
        Asset(external_id=f"a{number}", name=f"PC {number}", company_ref="c1", is_active=True)
        for number in range(1, 51)
    )
    yield from (Company(external_id=ref, name="Nothing Inc") for ref in ("c2", "c3"))


async def test_the_worked_month_says_what_removing_a_cause_saves_and_the_price_at_the_goal(desk):
    found = await desk.company.health("Acme", period="2026-10")
    assert (found.revenue, found.cost, found.margin_percent) == (
        Decimal("3240.00"),
        Decimal("1164.00"),
        Decimal("64.07"),
    )
    [care] = found.agreements
    assert (care.recurring, care.other, care.cost) == (Decimal("3000.00"), Decimal("240.00"), Decimal("1164.00"))
    assert (care.price, care.change) == (Decimal("1700.00"), Decimal("-1300.00"))
    printer, other, mail = found.causes
    assert (printer.name, printer.tickets, printer.worked_s, printer.cost) == (
        "Printer",
        1,
        12 * 3600,
        Decimal("765.00"),
    )
    assert (printer.saves, printer.margin_without) == (Decimal("765.00"), Decimal("87.69"))
    assert printer.rhem == found.rhem == Decimal("0.2400")
    assert (other.name, mail.name) == ("no issue said", "Mail / Box")
    assert [(one.name, one.ref) for one in found.users] == [("Kim Lee", "p1")]
    assert [(one.name, one.ref) for one in found.devices] == [("PC 1", "a1")]
    assert (found.devices_mean, found.tickets, found.not_known) == (Decimal("50.0"), 3, ())


async def test_three_months_are_looked_at_and_a_month_is_a_third(desk):
    found = await desk.company.health("c1", by=Weigh.RHEM, top=1)
    assert found.months == ("2026-08", "2026-09", "2026-10")
    assert (found.causes[0].saves, len(found.causes)) == (Decimal("255.00"), 1)
    assert found.devices_mean == Decimal("50.0")


async def test_what_nobody_knows_makes_no_price(desk):
    await desk.store.write(lambda tx: stored.put(tx, [entry("e9", "1", 1, "t9", "r9")], now=NOW))
    found = await desk.company.health("Acme", period="2026-10")
    assert (found.margin_percent, found.agreements[0].price, found.causes[0].uncosted) == (None, None, 1)
    assert found.not_known == ("the cost of 1 piece of work and goods",)


async def test_a_client_with_no_tickets_has_an_empty_report(desk):
    found = await desk.company.health("c2")
    assert (found.agreements, found.causes, found.users, found.devices) == ((), (), (), ())
    assert (found.revenue, found.margin_percent, found.rhem) == (Decimal(0), None, None)
    assert found.not_known == ("how many devices the client has",)


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"company": "Nobody"}, NotFoundLocallyError, "Nobody"),
        ({"company": "Acme", "period": "2026-11"}, SettingsError, "No month of 2026-11 is over"),
        ({"company": "Acme", "period": "soon"}, SettingsError, "no period"),
        ({"company": "Acme", "connection": "other"}, NotFoundLocallyError, "other"),
        ({"company": "Nothing"}, SettingsError, "several clients: psa c2, psa c3"),
        ({"company": ""}, NotFoundLocallyError, "no client"),
    ],
)
async def test_what_cannot_be_answered_is_said(desk, asked, error, said):
    with pytest.raises(error, match=said):
        await desk.company.health(**asked)


async def test_without_a_policy_nobody_knows_a_margin(store_url):
    settings = {"desk": {"name": "X", "store": store_url}, "connections": {"psa": {"connector": "tabular"}}}
    async with ServiceDesk(settings, clock=FakeClock(datetime(2026, 11, 9, tzinfo=UTC))) as bare:
        await bare.store.write(lambda tx: stored.put(tx, [Company(external_id="c1", name="Acme")], now=NOW))
        with pytest.raises(SettingsError, match="Nobody decided how the margins"):
            await bare.company.health("Acme")
