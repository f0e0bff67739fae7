"""Series that the PSA makes by itself: found, proposed as plans, and made by one side only, which a person names."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta

import pytest

from servicedesk_core.domain import StatusCategory, Ticket
from servicedesk_core.features.recurring.when.rhythm import Rhythm
from servicedesk_core.features.recurring.when.series import series_of, title_key
from tests import stored
from tests.recurring.conftest import CALENDAR, applied, plan


@pytest.mark.parametrize(
    ("rule", "start", "found"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", date(2025, 9, 1), None),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", date(2025, 9, 3), None),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", date(2025, 11, 3), None),
        ("FREQ=DAILY", date(2026, 1, 5), None),
        ("FREQ=MONTHLY;BYMONTHDAY=15", date(2025, 6, 15), None),
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2025, 5, 31), None),
        ("FREQ=MONTHLY;BYDAY=2TU", date(2025, 6, 10), None),
        ("FREQ=MONTHLY;BYDAY=-1FR", date(2025, 6, 27), None),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", date(2025, 1, 1), None),
        ("FREQ=YEARLY", date(2023, 3, 1), "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=1"),
    ],
)
def test_the_rule_of_a_history_is_found(rule, start, found):
    days = [*Rhythm.of(rule, start).days(start, date(2026, 3, 2))]
    series = series_of(days)
    assert series is not None
    assert (series.rule, series.start, series.share) == (found or rule, start, 1.0)
    assert series.goes_on(days[-1] + timedelta(days=1))
    assert not series.goes_on(days[-1] + series.interval * 2 + timedelta(days=4))


def test_days_without_a_rule_are_no_series():
    assert series_of([date(2026, 1, 5), date(2026, 1, 12)]) is None
    assert series_of([date(2026, 1, 1) + timedelta(days=n * n * 3) for n in range(12)]) is None


def test_what_differs_from_one_ticket_to_the_next_is_left_out_of_a_title():
    assert title_key("Server Maintenance - March 2026 (#4711)") == "server maintenance"


async def history(desk, clock, title, days):
    rows = [
        Ticket(
            external_id=f"h{title}{n}", number=f"H{n}", title=f"{title} {day:%B %Y}", company_ref="c1",
            status_category=StatusCategory.CLOSED, created_at=datetime.combine(day, time(14), UTC),
        )
        for n, day in enumerate(days)
    ]  # fmt: skip
    source = {"connector": desk.settings.connections["psa"].connector, "environment": "live"}
    await desk.store.write(lambda tx: stored.put(tx, rows, now=clock.now(), **source))


async def test_a_series_of_the_psa_becomes_a_plan_and_is_made_by_one_side_only(agreed, clock, tmp_path, vendor):
    days = [*Rhythm.of("FREQ=WEEKLY;BYDAY=MO", date(2025, 10, 6)).days(date(2025, 10, 6), date(2026, 3, 2))]
    await history(agreed, clock, "Backup check", days)
    (one,) = (await agreed.recurring.adopt()).items
    assert (one.client, one.rule, one.tickets, one.fits_percent) == ("Bolt & Co", "FREQ=WEEKLY;BYDAY=MO", 22, 100)
    (proposed,) = tomllib.loads(one.definition)["recurring_plans"].values()
    assert (proposed["title"], proposed["made_by"]) == ("Backup check", "psa")

    await applied(agreed, tmp_path, f"{CALENDAR}\n{one.definition}\n")
    assert not (await agreed.recurring.adopt()).items
    clock.advance(8 * 86_400)
    assert not (await agreed.recurring.generate()).items  # the PSA makes them

    nobody_said = plan(one.plan, rule="FREQ=WEEKLY;BYDAY=MO", title="Backup check", start="2025-10-06")
    await applied(agreed, tmp_path, nobody_said)
    clock.advance(3 * 86_400)
    assert not (await agreed.recurring.generate()).items
    (row,) = (await agreed.recurring.plans()).items
    assert "made_by" in (row.problem or "")

    by_desk = plan(one.plan, rule="FREQ=WEEKLY;BYDAY=MO", title="Backup check", start="2025-10-06", made_by="desk")
    await applied(agreed, tmp_path, by_desk)
    clock.advance(7 * 86_400)
    assert [one.title for one in await agreed.recurring.generate()] == ["Backup check"]
