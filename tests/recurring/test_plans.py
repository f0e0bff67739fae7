"""Plans as they are drawn up, and what they will make."""

import tomllib
from datetime import date

import pytest
from pydantic import ValidationError

from servicedesk_core import Scope
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.recurring.kinds import RecurringPlan
from tests.recurring.conftest import applied, plan


async def test_a_year_ahead_shows_each_ticket_and_why_one_is_not_made(agreed, tmp_path):
    await applied(agreed, tmp_path, plan(agreement="Care", asset_kinds=["server"], assets=["SRV3"]))
    rows = (await agreed.recurring.preview(day=date(2026, 6, 1), months=2, limit=1000)).items
    assert [(f"{one.day:%m-%d}", one.asset, one.why) for one in rows] == [
        ("06-09", "SRV1", None),
        ("06-09", "SRV2", None),
        ("06-09", "SRV3", "SRV3 is retired"),
        ("07-14", "SRV1", "Care ended on 2026-06-30"),
        ("07-14", "SRV2", "Care ended on 2026-06-30"),
        ("07-14", "SRV3", "Care ended on 2026-06-30"),
    ]
    assert rows[0].title == "Server care: SRV1"
    (one,) = (await agreed.recurring.plans()).items
    assert (one.plan, one.client, one.agreement, one.tickets, one.problem) == ("care", "Bolt & Co", "Care", 3, None)


async def test_words_that_mean_nothing_are_told_and_nothing_is_made(agreed, tmp_path):
    said = plan(agreement="Car", site="Harbour", assets=["SRV9"])
    (tmp_path / "service" / "more.toml").write_text(said)
    planned = await agreed.definitions.plan(folder=tmp_path / "service")
    assert sum("of its client" in one for one in planned.warnings) == 3
    await applied(agreed, tmp_path, said)
    (one,) = (await agreed.recurring.plans()).items
    assert 'agreement of its client "Car"' in (one.problem or "")
    assert {row.why for row in await agreed.recurring.preview(months=3)} == {one.problem}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"rule": "FREQ=MONTHLY;BYMONTHDAY=40"}, "BYMONTHDAY=40"),
        ({"business_days": "following"}, "needs a calendar"),
        ({"end": "2025-01-01"}, "end comes before start"),
        ({"zone": "America/Nowhere"}, "no time zone"),
        ({"due": "08:00:00"}, "due comes before at"),
        ({"fields": {"title": "Other"}}, "no field of a ticket"),
        ({"checklist": ["Look", "look "]}, "twice"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_the_reason(said, problem):
    values = tomllib.loads(plan(**said))["recurring_plans"]["care"]
    with pytest.raises(ValidationError, match=problem):
        RecurringPlan.model_validate({"name": "care"} | values)


async def test_what_was_due_before_a_plan_had_its_rhythm_is_not_its_own(agreed, tmp_path, clock):
    await applied(agreed, tmp_path, plan(rule="FREQ=DAILY"))
    begun = clock.now()
    first = (await agreed.recurring.explain("care")).coming[0]
    assert first.at >= begun
    clock.advance(7 * 86_400)
    await applied(agreed, tmp_path, plan(rule="FREQ=DAILY", title="Server care, by Ana"))
    assert (await agreed.recurring.explain("care")).since < clock.now()
    await applied(agreed, tmp_path, plan(rule="FREQ=WEEKLY"))
    assert (await agreed.recurring.explain("care")).since >= clock.now()


async def test_who_sees_some_clients_sees_their_plans(agreed, tmp_path):
    await applied(agreed, tmp_path, plan() + plan("other", client="Globex").replace(plan().split("[rec")[0], ""))
    assert {one.plan for one in await agreed.recurring.plans()} == {"care", "other"}
    mine = Scope("psa", companies=("c2",))
    assert {one.plan for one in await agreed.recurring.plans(scope=mine)} == {"other"}
    assert {one.plan for one in await agreed.recurring.preview(months=2, scope=mine)} == {"other"}
    with pytest.raises(NotFoundLocallyError, match="no recurring plan"):
        await agreed.recurring.explain("care", scope=mine)


@pytest.mark.parametrize("day", [date(1, 1, 5), date(9999, 6, 1)])
async def test_a_preview_at_the_ends_of_the_calendar_is_empty(agreed, tmp_path, day):
    await applied(agreed, tmp_path, plan(calendar="office", business_days="following"))
    assert not (await agreed.recurring.preview(day=day)).items
