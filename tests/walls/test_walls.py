"""Wall screens: a link that works once, a cookie in its place, and an end with the rights of who made them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import pytest

from servicedesk_core.config.people import PersonSection
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError, SettingsError
from servicedesk_core.faces import Counts, Feature, Help, Namespace, dashboard
from servicedesk_core.features.walls import opened, shown_on, state_of
from servicedesk_core.people import Actor, Way


@dataclass(frozen=True)
class Chosen:
    client: Annotated[tuple[str, ...], Help("Only of these clients.")] = ()


class Pages(Namespace):
    narrowed = dashboard("pages.narrowed", "Narrowed", [Counts("N", lambda _: ())], about="A page.", filters=Chosen)


@pytest.fixture(autouse=True)
def pages(desk):
    desk.features = (*desk.features, Feature("pages", "Pages.", queries=f"{__name__}:Pages"))


@pytest.fixture
def opens(desk, clock):
    """Return a coroutine function that opens a link as a screen does."""

    async def work(made):
        token, people = made.link.rpartition("/")[2], desk.settings.people
        return await desk.store.write(lambda tx: opened(tx, token, clock.now(), people))

    return work


@pytest.fixture
def state(desk, clock):
    """Return a coroutine function that says what a screen with a cookie is shown."""

    async def work(cookie, people=None):
        one = await desk.store.read(lambda tx: shown_on(tx, cookie))
        return one and state_of(one, clock.now(), desk.settings.people if people is None else people)

    return work


async def test_a_link_works_on_one_screen_and_leaves_a_cookie(desk, opens, state):
    made = await desk.walls.new("parts.report", name="Hall")
    cookie = await opens(made)
    assert (await opens(made), await state(cookie), await state("")) == (None, "shown", None)
    kept = await desk.store.read(lambda tx: f"{[tuple(row) for row in tx.exec_driver_sql('SELECT * FROM walls')]}")
    trail = f"{(await desk.audit.list()).items}"
    for secret in (cookie, made.link.rpartition("/")[2]):
        assert secret not in kept + trail + repr(made)


async def test_a_link_that_nobody_opens_ends_before_its_screen_would(desk, opens, clock):
    made = await desk.walls.new("parts.report")
    clock.advance((made.opens_until - clock.now()).total_seconds())
    assert await opens(made) is None
    assert [one.state for one in (await desk.walls.list(all_=True)).items] == ["unused"]


async def test_a_screen_ends_in_its_time(desk, opens, state, clock):
    cookie = await opens(await desk.walls.new("parts.report", lasts=timedelta(days=2)))
    clock.advance(timedelta(days=2).total_seconds() - 1)
    assert await state(cookie) == "shown"
    clock.advance(1)
    assert await state(cookie) == "expired"
    assert (await desk.walls.list()).items == ()


async def test_a_screen_ends_on_demand_and_once(desk, opens, state):
    cookie = await opens(await desk.walls.new("parts.report"))
    first = await desk.walls.revoke(1)
    assert (await desk.walls.revoke(1), await state(cookie)) == (first, "revoked")
    assert [one.action for one in (await desk.audit.list()).items if one.action.startswith("wall.")] == [
        "wall.revoked",
        "wall.made",
    ]


@pytest.mark.parametrize(
    "now",
    [None, {"roles": ["coordinator"]}, {"roles": ["service-manager"], "companies": ["1"], "connection": "psa"}],
    ids=["gone", "another role", "fewer clients"],
)
async def test_a_screen_ends_with_the_rights_of_who_made_it(desk, opens, state, now):
    cookie = await opens(await desk.walls.new("parts.report"))
    others = {name: one for name, one in desk.settings.people.items() if name != "ana"}
    people = others if now is None else others | {"ana": PersonSection.model_validate(now)}
    assert await state(cookie, people) == "rights_changed"
    renamed = others | {"ana": PersonSection.model_validate({"roles": ["service-manager"], "account": "x"})}
    assert await state(cookie, renamed) == "shown"


@pytest.mark.parametrize("person", ["ben", "kim"])
async def test_only_who_manages_the_whole_desk_makes_and_sees_them(desk, person):
    theirs = desk.acting_as(Actor(f"user:{person}", Way.CONSOLE)).walls
    for call in (theirs.new("parts.report"), theirs.revoke(1), theirs.list()):
        with pytest.raises(NotPermittedError):
            await call


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"page": "parts.reprot"}, 'no page "parts.reprot". Did you mean "parts.report"'),
        ({"page": "tickets.list"}, "no page"),
        ({"page": "pages.narrowed", "filter_": ("clint=1",)}, 'no parameter "clint". Did you mean "client"'),
        ({"page": "pages.narrowed", "filter_": ("client",)}, '"client" has no value'),
        ({"page": "parts.report", "lasts": timedelta(days=91)}, "90 at most"),
        ({"page": "parts.report", "lasts": timedelta()}, "a day at least"),
        ({"page": "parts.report", "name": "x" * 81}, "too long"),
    ],
)
async def test_what_no_screen_can_show_is_refused(desk, given, why):
    with pytest.raises(SettingsError) as told:
        await desk.walls.new(**given)
    assert why in told.value.message


async def test_what_narrows_a_page_is_kept_with_it(desk):
    await desk.walls.new("pages.narrowed", filter_=("client=One", "client=Two"))
    assert (await desk.walls.list()).items[0].filters == ("client=One", "client=Two")
    with pytest.raises(NotFoundLocallyError, match="no wall screen 9"):
        await desk.walls.revoke(9)
