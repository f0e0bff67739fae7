"""What came of plans: done in time, late, missed, skipped; the figure of it, and what is told of what is late."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from servicedesk_core import Scope
from servicedesk_core.faces import Period
from servicedesk_core.features.recurring.kpis import KPIS
from servicedesk_core.features.recurring.making.jobs import generate
from servicedesk_core.people import JOBS
from tests.recurring.conftest import applied, plan
from tests.recurring.test_generating import DAILY, until


async def test_a_report_counts_what_was_done_in_time_and_what_was_missed(agreed, vendor, clock, tmp_path):
    await applied(agreed, tmp_path, plan(assets=["SRV1", "SRV3"], estimate="2 h", **DAILY))
    for day in (3, 4):
        await until(agreed, clock, (3, day))
        await agreed.recurring.generate()
    await until(agreed, clock, (3, 7))
    await agreed.recurring.generate()
    tickets = [one["id"] for one in vendor.added("tickets") if int(one["id"]) > 1000]
    for ref, at in zip(tickets, ((3, 16), (5, 9)), strict=False):
        vendor.put("tickets", ref, status="Complete", resolved_at=datetime(2026, 3, *at, tzinfo=UTC).isoformat())
    await agreed.sync("psa")
    (one,) = (await agreed.recurring.report()).items
    counts = (one.occurrences, one.done, one.late, one.missed, one.open, one.skipped)
    assert counts == (5, 1, 1, 2, 1, 5)
    assert (one.completion_percent, one.estimated_s) == (Decimal("25.00"), 5 * 7200)
    came = (await agreed.recurring.occurrences(result="late")).items
    assert [(f"{each.day:%d}", each.ticket is not None) for each in came] == [("04", True)]
    assert not (await agreed.recurring.occurrences(scope=Scope("psa", companies=("c2",)))).items
    period = Period(clock.now() - timedelta(days=6), clock.now() + timedelta(days=1), clock.now())
    figure = await agreed.call(KPIS[0], period)
    assert (figure.numerator, figure.denominator) == (1, 4)


async def test_what_should_have_been_made_is_told(agreed, clock, tmp_path):
    await applied(agreed, tmp_path, plan(**DAILY))
    await until(agreed, clock, (3, 3))
    assert not (await agreed.alerts.list()).items
    await until(agreed, clock, (3, 3), hour=20)
    await generate(agreed.acting_as(JOBS), None)
    await agreed.run_jobs("alerts")
    told = [one.problem for one in await agreed.alerts.list()]
    assert any("1 ticket of the plan care should have been made by now" in one for one in told)


async def test_a_plan_that_moved_to_another_client_shows_that_one_nothing_of_the_first(agreed, clock, tmp_path):
    await applied(agreed, tmp_path, plan(**DAILY))
    await until(agreed, clock, (3, 3))
    await agreed.recurring.generate()
    await until(agreed, clock, (3, 5))
    await agreed.recurring.generate()
    await applied(agreed, tmp_path, plan(**DAILY | {"client": "Globex"}))
    await until(agreed, clock, (3, 6))
    await agreed.recurring.generate()
    other = Scope("psa", companies=("c2",))
    seen = (await agreed.recurring.occurrences(scope=other)).items
    assert [f"{each.day:%d}" for each in seen] == ["06"]
    assert [each.occurrences for each in (await agreed.recurring.report(scope=other)).items] == [1]
