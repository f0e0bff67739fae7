"""The arithmetic of margins: exact, with the worked numbers that it was specified with."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.features.profit.kinds import Allocation, ProfitPolicy
from servicedesk_core.features.profit.ledger import (
    UNALLOCATED,
    Cell,
    Earning,
    Excluded,
    Ledger,
    Left,
    differences,
    total,
)
from servicedesk_core.features.profit.months import Month, months_of
from servicedesk_core.features.profit.rules import allocated, hourly, margin_percent, prorated

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
HOUR = 3600


def ledger(**policy):
    rates = {("USD", "2026-10"): Decimal("0.9")}
    return Ledger(ProfitPolicy(currency="EUR", **policy), rates)


def cell(kind="", contract="k1", **more):
    return Cell("2026-10", 1, "A", contract, kind=kind, **more)


def worked_example():
    book = ledger()
    for kind, hours, hour, multiplier in (
        ("incident", 10, "42.00", "1"),
        ("incident", 2, "55.00", "1.5"),
        ("request", 4, "42.00", "1"),
        ("maintenance", 6, "38.50", "1"),
    ):
        book.worked(cell(kind), hours * HOUR, hour=Decimal(hour), multiplier=Decimal(multiplier))
    book.earned(cell(), Earning.RECURRING, Decimal("3000.00"), None)
    book.spent(cell("incident"), Decimal("180.00"))
    book.earned(cell("incident"), Earning.PARTS, Decimal("240.00"), None)
    book.recovered(cell("incident"), Decimal("60.00"), "EUR")
    return book.cells()


def test_the_worked_example_holds_with_every_number():
    found = worked_example()
    rows = {
        one.kind: (
            sums.worked_s // HOUR,
            sums.recurring,
            sums.revenue,
            sums.cost,
            sums.revenue - sums.cost,
            margin_percent(sums.revenue, sums.cost),
        )
        for one, sums in found.items()
    }
    assert rows == {
        "incident": (
            12,
            Decimal("1636.36"),
            Decimal("1876.36"),
            Decimal("705.00"),
            Decimal("1171.36"),
            Decimal("62.43"),
        ),
        "request": (4, Decimal("545.46"), Decimal("545.46"), Decimal("168.00"), Decimal("377.46"), Decimal("69.20")),
        "maintenance": (
            6,
            Decimal("818.18"),
            Decimal("818.18"),
            Decimal("231.00"),
            Decimal("587.18"),
            Decimal("71.77"),
        ),
    }
    whole = total(found.values())
    assert (whole.worked_s // HOUR, whole.recurring) == (22, Decimal("3000.00"))
    assert (whole.revenue, whole.cost, whole.revenue - whole.cost) == (
        Decimal("3240.00"),
        Decimal("1104.00"),
        Decimal("2136.00"),
    )
    assert margin_percent(whole.revenue, whole.cost) == Decimal("65.93")
    assert hourly(whole.recurring, whole.contract_s, "EUR") == Decimal("136.36")
    incident = found[cell("incident")]
    assert (incident.labour, incident.goods, incident.recovered) == (
        Decimal("585.00"),
        Decimal("180.00"),
        Decimal("60.00"),
    )


def test_a_month_that_is_active_in_part_earns_its_part():
    active = (date(2026, 3, 10), date(2026, 12, 31))
    assert prorated(Decimal(3000), MARCH, active, MARCH, "EUR") == Decimal("2129.03")
    assert prorated(Decimal(3000), MARCH, MARCH, (date(2026, 4, 1), date(2026, 4, 30)), "EUR") == 0


def test_cents_that_are_over_go_to_the_largest_remainders_and_then_to_the_first_keys():
    assert [*allocated(Decimal("1000.00"), dict.fromkeys("abc", 1), "EUR").values()] == [
        Decimal("333.34"),
        Decimal("333.33"),
        Decimal("333.33"),
    ]
    assert allocated(Decimal("-0.05"), {"a": 1, "b": 1}, "EUR") == {"a": Decimal("-0.03"), "b": Decimal("-0.02")}
    assert allocated(Decimal(100), {"a": 2, "b": 1}, "JPY") == {"a": Decimal(67), "b": Decimal(33)}
    assert allocated(Decimal("1000.00"), {"a": 0}, "EUR") == {}


@given(
    amount=st.decimals(-(10**9), 10**9, places=2),
    weights=st.dictionaries(st.text(max_size=3), st.decimals(0, 10**6, places=3), min_size=1, max_size=12),
)
def test_shares_of_any_weights_add_up_to_the_cent(amount, weights):
    shares = allocated(amount, weights, "EUR")
    assert sum(shares.values()) == (amount if any(weights.values()) else 0)
    assert all(in_cents(share, "EUR") == share for share in shares.values())


@given(
    amount=st.decimals(0, 10**7, places=2),
    length=st.integers(1, 400),
    begins=st.integers(-30, 30),
    cuts=st.lists(st.integers(0, 400), max_size=6),
)
def test_parts_of_a_period_add_up_to_the_active_part_of_it(amount, length, begins, cuts):
    day = date(2026, 1, 1).toordinal()
    period = (date.fromordinal(day), date.fromordinal(day + length - 1))
    active = (date.fromordinal(day + begins), date.max)
    edges = [day - 50, *sorted({day + cut for cut in cuts}), day + 500]
    parts = [
        prorated(amount, period, active, (date.fromordinal(one), date.fromordinal(other - 1)), "EUR")
        for one, other in pairwise(edges)
    ]
    whole = prorated(amount, period, active, (date.fromordinal(edges[0]), date.fromordinal(edges[-1] - 1)), "EUR")
    assert sum(parts) == whole
    assert begins > 0 or whole == amount


def test_what_has_no_rate_is_uncosted_and_never_free():
    book = ledger()
    book.worked(cell("incident"), 2 * HOUR, 3, hour=None)
    book.worked(cell("incident"), HOUR, hour=Decimal(40), currency="USD")
    book.worked(cell("incident"), HOUR, hour=Decimal(40), currency="CHF")
    book.spent(cell("incident"), None)
    [sums] = book.cells().values()
    assert (sums.worked_s, sums.uncosted, sums.uncosted_s) == (4 * HOUR, 5, 3 * HOUR)
    assert sums.cost == Decimal("36.00")


def test_a_month_without_hours_keeps_the_revenue_of_a_contract_unallocated():
    book = ledger()
    book.earned(cell(), Earning.RECURRING, Decimal("99.99"), None)
    book.spent(cell(), Decimal("10.00"), on_contract=True)
    [(where, sums)] = book.cells().items()
    assert (where.kind, sums.recurring, sums.goods, sums.contract_s) == (
        UNALLOCATED,
        Decimal("99.99"),
        Decimal("10.00"),
        0,
    )


def test_revenue_of_a_contract_is_shared_out_by_weights_or_devices_where_that_was_decided():
    by_weights = ledger(allocation=Allocation.WEIGHTS, weights={"incident": Decimal(3), "recurring": Decimal(1)})
    by_devices = ledger(allocation=Allocation.ENDPOINTS)
    for book in (by_weights, by_devices):
        book.worked(cell("incident"), HOUR, hour=Decimal(10))
        book.worked(cell("change"), HOUR, hour=Decimal(10))
        book.devices(cell("change"), 5)
        book.earned(cell(), Earning.RECURRING, Decimal("100.00"), None)
    assert {one.kind: sums.recurring for one, sums in by_weights.cells().items()} == {
        "change": 0,
        "incident": Decimal("75.00"),
        "recurring": Decimal("25.00"),
    }
    assert {one.kind: sums.recurring for one, sums in by_devices.cells().items()} == {
        "change": Decimal("100.00"),
        "incident": 0,
    }


def test_unknown_revenue_and_other_currencies_are_counted_and_never_nothing():
    book = ledger()
    book.earned(cell("incident"), Earning.TIME, None, None, 2)
    book.earned(cell("incident"), Earning.PARTS, Decimal(100), "USD")
    book.earned(cell("incident"), Earning.PARTS, Decimal(70), "CHF")
    book.earned(cell("incident"), Earning.PARTS, Decimal(5), "")
    book.expect(cell())
    book.expect(cell(contract="k2"))
    book.earned(cell("incident", "k2"), Earning.OTHER, Decimal(1), None)
    found = book.cells()
    assert (found[cell("incident")].unknown, found[cell("incident")].parts) == (2, Decimal("90.00"))
    assert found[cell(UNALLOCATED)].unknown == 1
    assert cell(UNALLOCATED, "k2") not in found
    assert book.used == {("USD", "2026-10"): Decimal("0.9")}
    assert book.excluded == {Left(Excluded.CURRENCY, "CHF"): 1, Left(Excluded.NO_CURRENCY): 1}
    assert book.excluded_amounts[Left(Excluded.CURRENCY, "CHF")] == 70


def test_a_difference_is_what_came_later():
    before = worked_example()
    book = ledger()
    book.worked(cell("incident"), HOUR, hour=Decimal(42))
    late = {**before, cell("incident"): total([before[cell("incident")], *book.cells().values()])}
    [(where, sums)] = differences(late, before)
    assert (where.kind, sums.worked_s, sums.cost, sums.revenue) == ("incident", HOUR, Decimal("42.00"), 0)
    assert not [*differences(before, before)]


def test_periods_are_months_quarters_and_years():
    assert [str(one) for one in months_of("2026-Q4")] == ["2026-10", "2026-11", "2026-12"]
    assert len(months_of("2026")) == 12
    [october] = months_of("2026-10")
    assert october.days == (date(2026, 10, 1), date(2026, 10, 31))
    assert Month(2026, 12).next == Month(2027, 1)
