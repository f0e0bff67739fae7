"""A calendar of a region: whose tickets it is for is what was said when their clocks began."""

from datetime import timedelta

import pytest

from servicedesk_core.domain import Company
from servicedesk_core.errors import DefinitionsError
from servicedesk_core.features.sla import Evaluator, Policy, PolicySet, Targets
from tests.sla.conftest import BOOK
from tests.sla.office import ALWAYS, CALENDARS, at, created, hours, status

NORTH = ALWAYS.model_copy(update={"name": "north", "regions": ("north",)})
NOWHERE = NORTH.model_copy(update={"regions": (), "effective_from": at("03-04 12:00")})
POLICIES = PolicySet(policies=(Policy(name="all", otherwise=Targets(completion=hours(2))),), calendar="office")
NORTHERN = {"region": "north"}


def calendar_of(judge, when, *more):
    return judge.ticket([created(when), *more], at("03-06 09:00"), NORTHERN)[-1].calendar


@pytest.mark.parametrize(
    ("north", "removed", "until"),
    [
        ((NORTH, NOWHERE), (), "north"),
        ((NORTH,), [("north", at("03-04 12:00"))], "north"),
        ((NORTH.model_copy(update={"effective_from": at("03-04 12:00")}),), (), "office"),
    ],
    ids=["it was a region's", "it was removed", "it is a region's from then on"],
)
def test_a_ticket_keeps_the_calendar_of_its_region_from_when_its_clocks_began(north, removed, until):
    judge = Evaluator((POLICIES,), (*CALENDARS, *north), removed=removed)
    later = {"north": "office", "office": "north"}[until]
    assert (calendar_of(judge, "03-04 11:59"), calendar_of(judge, "03-04 12:00")) == (until, later)
    again = status("03-04 11:59", "closed"), status("03-04 13:00", "in_progress")
    assert calendar_of(judge, "03-03 09:00", *again) == later, "its next life began later"


BY_REGION = BOOK.replace(
    'hours = { mon-sun = "00:00-24:00" }', 'hours = { mon-sun = "00:00-24:00" }\nregions = ["north"]'
)
OTHER = '\n[calendars.pole]\nzone = "UTC"\nhours = { mon = "08:00-09:00" }\nregions = ["south", "north"]\n'


async def test_definitions_that_change_or_remove_it_change_nothing_that_was_begun_and_a_draft_does(told):
    await told.put(Company(external_id="1", name="Harbor Clinic", region="north"))
    await told.promise(BY_REGION)
    resolved = {"status_category": "resolved", "resolved_at": at("03-02 20:00")}
    await told.ticket(1, created("03-02 17:30", "P2"), status("03-02 20:00", "resolved"), priority="P2", **resolved)
    await told.move("03-03 09:00")
    without = BOOK[: BOOK.index("[calendars.always]")] + BOOK[BOOK.index("[sla]") :].replace(
        ', calendar = "always"', ""
    )
    await told.promise(without, remove=True)
    await told.ticket(2, created("03-03 17:30", "P2"), priority="P2")
    await told.move("03-03 17:45")
    await told.desk.sla.evaluate(afresh=True)
    found = [(await told.desk.sla.explain(f"T{ref}")).clocks[-1].calendar for ref in (1, 2)]
    assert found == ["always", "office"]
    draft = told.folder.parent / "draft.toml"
    for text, verdicts in ((BOOK, {"missed -> met"}), (BY_REGION, set()), (BOOK[BOOK.index("[sla]") :], set())):
        draft.write_text(text)
        replayed = await told.desk.sla.replay(policy=draft, last=timedelta(days=9))
        assert {one.reason for one in replayed.changes} == verdicts


async def test_two_calendars_of_one_region_are_refused_with_both_names(told):
    (told.folder / "sla.toml").write_text(BY_REGION + OTHER)
    wrong = 'sla.toml:.*calendars.pole.regions: "north" is a region of calendars.always, too'
    for refused in (told.desk.definitions.plan(folder=told.folder), told.promise(BY_REGION + OTHER)):
        with pytest.raises(DefinitionsError, match=wrong):
            await refused
    await told.promise(BY_REGION)
    draft = told.folder.parent / "draft.toml"
    draft.write_text(OTHER)
    with pytest.raises(DefinitionsError, match=r"north.*is a region of"):
        await told.desk.sla.replay(policy=draft)


@pytest.mark.parametrize("taker", ["arctic", "pole"])
async def test_a_new_calendar_takes_a_region_over_for_what_begins_from_then_on(told, taker):
    await told.put(Company(external_id="1", name="Harbor Clinic", region="north"))
    await told.promise(BY_REGION)
    await told.ticket(1, created("03-02 10:30", "P2"), priority="P2")
    await told.move("03-03 09:00")
    other = f'\n[calendars.{taker}]\nzone = "UTC"\nhours = {{ mon = "08:00-09:00" }}\nregions = ["north"]\n'
    await told.promise(BY_REGION.replace('regions = ["north"]', "") + other)
    await told.ticket(2, created("03-03 09:30", "P2"), priority="P2")
    await told.move("03-03 10:00")
    await told.desk.sla.evaluate(afresh=True)
    found = [(await told.desk.sla.explain(f"T{ref}")).clocks[-1].calendar for ref in (1, 2)]
    assert found == ["always", taker]
    draft = told.folder.parent / "draft.toml"
    draft.write_text(BY_REGION.replace('regions = ["north"]', "") + other.replace(taker, "drawn"))
    with pytest.raises(DefinitionsError, match=r"north.*is a region of"):
        await told.desk.sla.replay(policy=draft)
