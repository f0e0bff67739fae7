"""A freeze: nothing is changed while it holds, unless somebody says why it cannot wait."""

from datetime import timedelta

import pytest

from servicedesk_core.errors import DefinitionsError, DefinitionsRefusedError
from tests.sla.office import at

SUMMER = '\n[freezes.summer]\nstarts = 2026-07-01\nends = 2026-08-01\nwhy = "half of us are away"\n'


@pytest.fixture
async def frozen(desk, folder, edit, clock):
    edit("freezes.toml", SUMMER)
    await desk.definitions.apply(reason="first", folder=folder)
    clock.advance((at("07-01 00:00") - clock.now()).total_seconds())
    return desk


async def test_within_it_nothing_is_applied_and_the_plan_says_so(frozen, folder, edit):
    edit("sla.toml", '"15 min"', '"10 min"')
    plan = await frozen.definitions.plan(folder=folder)
    assert plan.obstacles == (
        (
            'Until 2026-08-01 00:00 EDT "summer" freezes definitions: half of us are away. '
            "Wait, or say --despite-freeze and why it cannot."
        ),
    )
    with pytest.raises(DefinitionsRefusedError, match="half of us are away"):
        await frozen.definitions.apply(reason="second", folder=folder)


async def test_why_it_cannot_wait_is_kept_with_who_said_so(frozen, folder, edit):
    edit("sla.toml", '"15 min"', '"10 min"')
    await frozen.definitions.apply(reason="second", folder=folder, despite_freeze="a client leaves us")
    version = next(iter(await frozen.definitions.history()))
    assert (version.version, version.despite_freeze) == (2, "a client leaves us")
    [record] = await frozen.audit.list(entity="definitions:2")
    assert record.after["despite_freeze"] == "a client leaves us"


async def test_it_cannot_be_lifted_by_taking_it_out(frozen, folder):
    (folder / "freezes.toml").unlink()
    with pytest.raises(DefinitionsRefusedError, match="freezes definitions"):
        await frozen.definitions.apply(reason="second", folder=folder, remove=True)


async def test_before_and_after_it_all_is_as_ever(frozen, folder, edit, clock):
    clock.advance(-1)
    edit("sla.toml", '"15 min"', '"10 min"')
    await frozen.definitions.apply(reason="just in time", folder=folder, despite_freeze="not needed")
    clock.advance(timedelta(days=31).total_seconds() + 1)
    edit("sla.toml", '"10 min"', '"5 min"')
    await frozen.definitions.apply(reason="third", folder=folder)
    assert [one.despite_freeze for one in await frozen.definitions.history()] == [None, None, None]


async def test_nothing_to_change_is_never_refused(frozen, folder):
    assert (await frozen.definitions.apply(reason="again", folder=folder)).version == 1


async def test_one_that_ends_before_it_starts_is_refused(desk, folder, edit):
    edit("freezes.toml", SUMMER.replace("2026-08-01", "2026-07-01"))
    with pytest.raises(DefinitionsError, match=r"freezes\.toml:2: freezes\.summer: ends must come after starts"):
        await desk.definitions.plan(folder=folder)
